#!/usr/bin/env python3
"""Times scans and recurrences against the loop of their steps, on one core.

The kernels of a stage are lowered as hocket-compile lowers them, made native by clang, and called from here. Each row is a model and
a way to compute it: `steps` is the loop, one step after the other; `newton(3)` all steps at once; parts are what so many ranks would
each do, one after the other on this core, so `steps / (time / parts)` is what ranks could gain at most.

With --ranks whole training steps are timed instead, by hocket-run with a thread for each rank: the model scales its inputs and sums the
squares of its states, forward and backward.
"""

import argparse
import array
import ctypes
import operator
import json
import pathlib
import random
import re
import resource
import struct
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def tensor(tokens, channels):
    return f"tensor<{'?x' if tokens else ''}{channels}xf32>"


def bound(slot, extents):
    return f"{{hocket.operand = #hocket.operand<{slot}>, hocket.shape = affine_map<(d0, d1) -> ({extents})>}}"


def sigmoid(name, value):
    return (f"%{name}n = arith.negf %{value} : f32\n%{name}e = math.exp %{name}n : f32\n"
            f"%{name}d = arith.addf %{name}e, %one : f32\n%{name} = arith.divf %one, %{name}d : f32\n")


def ops(text):
    """`name = op lhs rhs` a line."""
    lines = []
    for line in text.strip().splitlines():
        words = line.split()
        if words[2] == "sigmoid":
            lines.append(sigmoid(words[0], words[3]))
        elif words[2] == "tanh":
            lines.append(f"%{words[0]} = math.tanh %{words[3]} : f32\n")
        else:
            lines.append(f"%{words[0]} = arith.{words[2]} %{words[3]}, %{words[4]} : f32\n")
    return "%one = arith.constant 1.0 : f32\n" + "".join(lines)


GRU = ops("""
zh = mulf p0 s0
zs = addf zh i0
z = sigmoid zs
rh = mulf p1 s0
rs = addf rh i1
r = sigmoid rs
rr = mulf r s0
nh = mulf p2 rr
ns = addf nh i2
n = tanh ns
change = subf n s0
step = mulf z change
new = addf s0 step
""") + "hocket.yield %new : f32\n"

LSTM = ops("""
fh = mulf p0 s0
fc = mulf p1 s1
fa = addf fh fc
fs = addf fa i0
f = sigmoid fs
zh = mulf p2 s0
zs = addf zh i1
z = tanh zs
old = subf s1 z
kept = mulf f old
c = addf kept z
oh = mulf p3 s0
oc = mulf p4 c
oa = addf oh oc
os = addf oa i2
out = sigmoid os
t = tanh c
h = mulf out t
""") + "hocket.yield %h, %c : f32, f32\n"


def argument(name, type, role):
    return f'%{name}: {type} {{hocket.name = "{name}", hocket.role = #hocket.role<{role}>}}'


class Model:
    def __init__(self, name, states, inputs, parameters, cell):
        self.name, self.states, self.inputs, self.parameters, self.cell = name, states, inputs, parameters, cell

    def op(self, c, attributes):
        x, s = tensor(True, c), tensor(False, c)
        if self.cell is None:
            return (f"%h:2 = hocket.scan inputs(%x0, %x1 : {x}, {x}) offsets(%o : tensor<?xi32>) "
                    "identity([dense<1.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {\n"
                    f"^bb0(%ai: {s}, %bi: {s}, %aj: {s}, %bj: {s}):\n%p = arith.mulf %aj, %ai : {s}\n"
                    f"%q = arith.mulf %aj, %bi : {s}\n%r = arith.addf %q, %bj : {s}\nhocket.yield %p, %r : {s}, {s}\n}}\n"), ["%h#1"]
        def names(count, prefix, of=""):
            return ", ".join(f"{prefix}{i}{of}" for i in range(count))
        return (f"%h:{self.states} = hocket.recurrence inputs({names(self.inputs, '%x')} : {', '.join([x] * self.inputs)}) "
                f"parameters({names(self.parameters, '%w')} : {', '.join([s] * self.parameters)}) offsets(%o : tensor<?xi32>) "
                f"{attributes} -> {', '.join([x] * self.states)} {{\n^cell({names(self.states, '%s', ': f32')}, "
                f"{names(self.inputs, '%i', ': f32')}, {names(self.parameters, '%p', ': f32')}):\n{self.cell}}}\n",
                [f"%h#{i}" for i in range(self.states)])

    def stage(self, c, attributes):
        op, results = self.op(c, attributes)
        x = tensor(True, c)
        arguments = [f"%x{i}: {x} {bound(f'input, {i}', f'd0, {c}')}" for i in range(self.inputs)]
        arguments += [f"%w{i}: {tensor(False, c)} {bound(f'parameter, {i}', c)}" for i in range(self.parameters)]
        arguments.append(f"%o: tensor<?xi32> {bound('batch, 0', 'd1')}")
        outputs = ", ".join(f"{x} {bound(f'output, {i}', f'd0, {c}')}" for i in range(len(results)))
        return (f"func.func @stage0({', '.join(arguments)}) -> ({outputs}) attributes {{hocket.stage = 0 : i64}} {{\n{op}"
                f"return {', '.join(results)} : {', '.join([x] * len(results))}\n}}\n")


    def loss(self, c, attributes):
        """A whole model: its inputs are those of the batch times a parameter each."""
        op, results = self.op(c, attributes)
        x, s = tensor(True, c), tensor(False, c)
        arguments = [argument(f"b{i}", x, "batch") for i in range(self.inputs)]
        arguments += [argument(f"g{i}", s, "param") for i in range(self.inputs)]
        arguments += [argument(f"w{i}", s, "param") for i in range(self.parameters)]
        arguments.append(argument("o", "tensor<?xi32>", "offsets"))
        lines = [f"func.func @loss({', '.join(arguments)}) -> (tensor<f32>, tensor<f32>) {{",
                 "%c0 = arith.constant 0 : index", "%zero = arith.constant 0.0 : f32", f"%tokens = tensor.dim %b0, %c0 : {x}"]
        for i in range(self.inputs):
            lines += [f"%e{i} = tensor.empty(%tokens) : {x}",
                      f"%x{i} = linalg.generic {{indexing_maps = [affine_map<(t, c) -> (t, c)>, affine_map<(t, c) -> (c)>, affine_map<(t, c) -> (t, c)>], "
                      f'iterator_types = ["parallel", "parallel"]}} ins(%b{i}, %g{i} : {x}, {s}) outs(%e{i} : {x}) {{',
                      "^bb0(%a: f32, %b: f32, %u: f32):", "%m = arith.mulf %a, %b : f32", "linalg.yield %m : f32", f"}} -> {x}"]
        lines += [op, "%scalar = tensor.empty() : tensor<f32>", "%none = linalg.fill ins(%zero : f32) outs(%scalar : tensor<f32>) -> tensor<f32>",
                  f"%square = arith.mulf {results[0]}, {results[0]} : {x}",
                  f"%sum = linalg.reduce {{arith.addf}} ins(%square : {x}) outs(%none : tensor<f32>) dimensions = [0, 1]",
                  "%ones.empty = tensor.empty(%tokens) : tensor<?xf32>", "%unit = arith.constant 1.0 : f32",
                  "%ones = linalg.fill ins(%unit : f32) outs(%ones.empty : tensor<?xf32>) -> tensor<?xf32>",
                  "%weight = linalg.reduce {arith.addf} ins(%ones : tensor<?xf32>) outs(%none : tensor<f32>) dimensions = [0]",
                  "return %sum, %weight : tensor<f32>, tensor<f32>", "}"]
        return "\n".join(lines)


def safetensors(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, (shape, values) in tensors.items():
        data = values.tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + len(data)]}
        blobs.append(data)
        offset += len(data)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def time_steps(options, model, way, ranks, folder):
    """Seconds of a training step with so many ranks, CPU seconds of each rank in it, and the loss of the first one."""
    bin = pathlib.Path(options.opt).parent
    generator = random.Random(1)

    def values(*shape):
        count = 1
        for extent in shape:
            count *= extent
        return list(shape), array.array("f", (generator.uniform(-1, 1) for _ in range(count)))

    tokens, channels = options.tokens, options.channels
    safetensors(folder / "data.safetensors", {f"b{i}": values(tokens, channels) for i in range(model.inputs)})
    safetensors(folder / "params.safetensors",
                {f"{name}{i}": values(channels) for name, count in (("g", model.inputs), ("w", model.parameters)) for i in range(count)})
    (folder / "lengths.txt").write_text(f"{tokens}\n")
    topology = (ROOT / "test/data/topology/laptop.yaml").read_text()
    (folder / "topology.yaml").write_text(re.sub(r"(?m)^devices_per_node:.*", f"devices_per_node: {ranks}", topology))
    (folder / "model.mlir").write_text(model.loss(channels, way))
    shared = f"--hocket-parallelize=sequence={ranks} method=ring schedule=1f1b" if ranks > 1 else "--canonicalize"
    subprocess.run([options.opt, folder / "model.mlir", shared, "-o", folder / "plan.mlir"], check=True)
    subprocess.run([bin / "hocket-compile", folder / "plan.mlir", f"--topology={folder}/topology.yaml", f"--lengths={folder}/lengths.txt", "--gradients",
                    "-o", folder / "model.hkt"], check=True)

    def run(steps):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        made = subprocess.run([bin / "hocket-run", folder / "model.hkt", f"--steps={steps}", f"--params={folder}/params.safetensors",
                               f"--data={folder}/data.safetensors", "--threads-per-rank=1", "--quiet"], check=True, capture_output=True, text=True).stdout
        seconds = float(re.search(r"ran \d+ steps on \d+ ranks in ([\d.]+) s", made).group(1))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return seconds, after.ru_utime - before.ru_utime, float(re.search(r"step 1 loss (\S+)", made).group(1))

    few, many = 2, 2 + options.repeats
    times = []
    for _ in range(3):
        long, short = run(many), run(few)
        times.append([(long[k] - short[k]) / options.repeats for k in range(2)])
    return min(time[0] for time in times), min(time[1] for time in times) / ranks, run(1)[2]


def compare_ranks(options, models):
    print(f"{options.tokens} tokens of one sequence, {options.channels} channels; ms of a training step, and of CPU time of each rank; mean of {options.repeats} "
          "steps, least of 3 runs\n")
    print("| model  | way       | ranks |   step | to steps |  a rank | to steps | loss, relative to steps |")
    print("|--------|-----------|------:|-------:|---------:|--------:|---------:|------------------------:|")
    for model in models:
        steps = None
        for way, ranks in [("", 1)] + [("newton(3)" if model.cell else "", ranks) for ranks in options.ranks if model.cell or ranks > 1]:
            with tempfile.TemporaryDirectory() as folder:
                seconds, rank, loss = time_steps(options, model, way, ranks, pathlib.Path(folder))
            steps = steps or (seconds, rank, loss)
            print(f"| {model.name:6} | {way or 'steps':9} | {ranks:5} | {seconds * 1e3:6.1f} | {seconds / steps[0]:8.2f} | {rank * 1e3:7.1f} | "
                  f"{rank / steps[1]:8.2f} | {abs(loss / steps[2] - 1):23.1e} |", flush=True)


def build(opt, text, parts, folder):
    """The image of the kernels; by kernel its operands (slot, index, elements as a function of T) and its workspace."""
    model = folder / "model.mlir"
    model.write_text(text)
    split = f"hocket-split-scan{{parts={parts}}}," if parts > 1 else ""
    fuse = "func.func(linalg-fuse-elementwise-ops),"
    made = subprocess.run([opt, model, "--pass-pipeline=builtin.module(canonicalize,hocket-differentiate,hocket-newton-recurrences,"
                           f"{split}canonicalize,cse,{fuse}canonicalize,cse)"], check=True, capture_output=True, text=True).stdout
    kernels = {}
    slot = re.compile(r"(tensor<[^>]*>) \{hocket\.operand = #hocket\.operand<(\w+), (\d+)>")
    for name, signature in re.findall(r"func\.func @\"?(stage0\.\w+)\"?(.*?)attributes", made):
        operands = []
        for type, which, number in slot.findall(signature):
            if (which, number) not in [operand[:2] for operand in operands]:
                operands.append((which, number, type))
        kernels[name] = operands
    lowered = folder / "lowered.mlir"
    (folder / "kernels.mlir").write_text(made)
    planned = subprocess.run([opt, folder / "kernels.mlir", "--hocket-lower-kernels", "-o", lowered, "--mlir-print-ir-after=hocket-plan-workspace"],
                             check=True, capture_output=True, text=True).stderr
    workspace = {}
    for name, terms in re.findall(r"func\.func @\"?(stage0\.\w+)\"?.*?hocket\.workspace = array<i64(?:: ([-\d, ]*))?>", planned):
        numbers = [int(number) for number in terms.split(",")] if terms else []
        workspace[name] = [numbers[i:i + 6] for i in range(0, len(numbers), 6)]
    llvm = pathlib.Path("/usr/lib/llvm-22/bin")
    subprocess.run([llvm / "mlir-translate", "--mlir-to-llvmir", lowered, "-o", folder / "kernels.ll"], check=True)
    subprocess.run([llvm / "clang", "-O3", "-march=native", "-shared", "-fPIC", "-Wno-override-module", folder / "kernels.ll", "-lm",
                    "-o", folder / "kernels.so"], check=True)
    return ctypes.CDLL(str(folder / "kernels.so")), kernels, workspace


class Buffer:
    """Memory that starts at a multiple of 64."""

    def __init__(self, bytes, values=None):
        self.memory = ctypes.create_string_buffer(bytes + 64)
        self.address = (ctypes.addressof(self.memory) + 63) // 64 * 64
        if values is not None:
            ctypes.memmove(self.address, values.tobytes(), bytes)

    def floats(self, count):
        return array.array("f", ctypes.string_at(self.address, 4 * count))


def measure(library, kernels, workspace, tokens, channels, offsets, repeats):
    """Least CPU seconds of the forward and of the backward, and the states."""
    generator = random.Random(1)
    buffers = {}
    for operands in kernels.values():
        for which, number, type in operands:
            if (which, number) in buffers:
                continue
            if which == "batch":
                values = array.array("i", offsets)
            else:
                count = (tokens if "?" in type else 1) * channels
                values = array.array("f", (generator.uniform(-1, 1) for _ in range(count)))
            buffers[which, number] = Buffer(len(values) * 4, values)
    symbols = (ctypes.c_int64 * 5)(tokens, len(offsets), 1, 1, 1)
    least = {}
    for name in sorted(kernels, key=lambda name: "backward" in name):
        space = Buffer(sum(term[0] * tokens ** term[1] * len(offsets) ** term[2] for term in workspace[name]))
        pointers = (ctypes.c_void_p * len(kernels[name]))(*[buffers[operand[:2]].address for operand in kernels[name]])
        entry = library[name]
        times = []
        for _ in range(repeats):
            begin = time.thread_time()
            entry(pointers, symbols, ctypes.c_void_p(space.address))
            times.append(time.thread_time() - begin)
        least[name] = min(times)
    return least["stage0.forward"], least["stage0.backward"], buffers["output", "0"].floats(tokens * channels)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opt", default=str(ROOT / "build/bin/hocket-opt"))
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--channels", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--ranks", type=int, nargs="+", help="time whole steps on so many ranks, as in --ranks 1 2 4")
    options = parser.parse_args()
    offsets = [0, options.tokens]
    models = [Model("linear", 1, 2, 0, None), Model("GRU", 1, 3, 3, GRU), Model("LSTM", 2, 3, 5, LSTM)]
    if options.ranks:
        return compare_ranks(options, models)
    print(f"{options.tokens} tokens of one sequence, {options.channels} channels; ms of CPU time, least of {options.repeats}\n")
    print("| model  | way       | parts | forward | to steps | backward | to steps | largest difference |")
    print("|--------|-----------|------:|--------:|---------:|---------:|---------:|-------------------:|")
    for model in models:
        steps = None
        for way in ["", "newton(3)"] if model.cell else [""]:
            for parts in [1, 2, 4] if way or not model.cell else [1]:  # steps cannot be cut
                with tempfile.TemporaryDirectory() as folder:
                    image = build(options.opt, model.stage(options.channels, way), parts, pathlib.Path(folder))
                    forward, backward, states = measure(*image, options.tokens, options.channels, offsets, options.repeats)
                steps = steps or (forward, backward, states)
                print(f"| {model.name:6} | {way or 'steps':9} | {parts:5} | {forward * 1e3:7.2f} | {forward / steps[0]:8.2f} | "
                      f"{backward * 1e3:8.2f} | {backward / steps[1]:8.2f} | {max(map(abs, map(operator.sub, states, steps[2]))):18.1e} |")


if __name__ == "__main__":
    main()
