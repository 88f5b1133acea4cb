#!/usr/bin/env python3
"""The kernels of distributed attention against hocket.attention, on one thread. Needs a built tree, clang and OpenBLAS.

    bench/attention.py [--build BUILD] [--tokens T] [--heads H] [--size D] [--repeats N]

A causal sequence of T tokens, forward and backward: as one hocket.attention, as one hocket.attention_part over all of it, and as P x P
parts of P contiguous pieces, which a ring of P ranks would compute. Times are the smallest of N.
"""

import argparse
import ctypes
import pathlib
import random
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHIM = """
#include <cblas.h>
void product(long ta, long tb, long m, long n, long k, float alpha, const float *a, long lda, const float *b, long ldb, float beta,
             float *c, long ldc) {
  cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
"""
QUERY, KEY, ROW, TABLE = "d0, d2, {d}", "d1, d3, {d}", "d0, d2", "d4"
TENSOR = {QUERY: "?x?x{d}xf32", KEY: "?x?x{d}xf32", ROW: "?x?xf32", TABLE: "?xi32"}


def part_kernel(name: str, size: int, arguments, results, op: str) -> str:
    """A kernel whose results are bound to the last of its (slot, extents)."""

    def described(slot, extents):
        shape = f"affine_map<(d0, d1, d2, d3, d4) -> ({extents.format(d=size)})>"
        return f"tensor<{TENSOR[extents].format(d=size)}> {{hocket.operand = #hocket.operand<{slot}>, hocket.shape = {shape}}}"

    types = [f"tensor<{TENSOR[extents].format(d=size)}>" for _, extents in arguments]
    returned = types[-results:]
    values = ", ".join(f"%r#{i}" for i in range(results))
    head = ", ".join(f"%{i}: {described(*argument)}" for i, argument in enumerate(arguments))
    tail = ", ".join(described(*argument) for argument in arguments[-results:])
    return f"""
func.func @{name}({head}) -> ({tail}) attributes {{hocket.kernel = "Attend"}} {{
  %r:{results} = {op} scale(0.125) causal : ({", ".join(types)}) -> ({", ".join(returned)})
  return {values} : {", ".join(returned)}
}}"""


def whole_kernels(heads: int, size: int) -> str:
    q, row = f"tensor<?x{heads}x{size}xf32>", f"tensor<?x{heads}xf32>"

    def described(type, slot, extents):
        return f"{type} {{hocket.operand = #hocket.operand<{slot}>, hocket.shape = affine_map<(d0, d1) -> ({extents})>}}"

    wide, narrow = f"d0, {heads}, {size}", f"d0, {heads}"
    inputs = [f"%{name}: {described(q, f'input, {i}', wide)}" for i, name in enumerate("qkv")]
    inputs = ", ".join(inputs + [f"%s: {described('tensor<?xi32>', 'batch, 0', 'd1')}"])
    saved = f"%o: {described(q, 'residual, 0', wide)}, %l: {described(row, 'residual, 1', narrow)}"
    gradients = ", ".join(described(q, f"input_gradient, {i}", wide) for i in range(3))
    return f"""
func.func @whole({inputs}) -> ({described(q, 'output, 0', wide)}, {described(row, 'residual, 0', narrow)})
    attributes {{hocket.kernel = "F"}} {{
  %o, %l = hocket.attention %q, %k, %v offsets(%s) scale(0.125) causal : {q}, {q}, {q}, tensor<?xi32> -> {q}, {row}
  return %o, %l : {q}, {row}
}}
func.func @whole_grad({inputs}, {saved}, %do: {described(q, 'output_gradient, 0', wide)}) -> ({gradients})
    attributes {{hocket.kernel = "B"}} {{
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%s) forward(%o, %l) gradient(%do) scale(0.125) causal
      : ({q}, {q}, {q}, tensor<?xi32>, {q}, {row}, {q}) -> ({q}, {q}, {q})
  return %g#0, %g#1, %g#2 : {q}, {q}, {q}
}}"""


def compile_kernels(build: pathlib.Path, work: pathlib.Path, heads: int, size: int) -> ctypes.CDLL:
    inputs = [("input, 0", QUERY), ("input, 1", KEY), ("input, 2", KEY), ("batch, 0", TABLE)]
    text = whole_kernels(heads, size)
    text += part_kernel("part", size, inputs + [("attended, 0", QUERY), ("attended, 1", ROW)], 2,
                        "hocket.attention_part %0, %1, %2 table(%3) running(%4, %5)")
    text += part_kernel("part_grad", size, inputs + [("attended, 1", ROW), ("attended_gradient, 0", QUERY), ("attended, 2", ROW)]
                        + [(f"input_gradient, {i}", extents) for i, extents in enumerate((QUERY, KEY, KEY))], 3,
                        "hocket.attention_part_grad %0, %1, %2 table(%3) forward(%4) gradient(%5, %6) running(%7, %8, %9)")
    (work / "kernels.mlir").write_text(text)
    (work / "product.c").write_text(SHIM)
    lower = "--pass-pipeline=builtin.module(hocket-lower-kernels)"
    subprocess.run([build / "bin/hocket-opt", work / "kernels.mlir", lower, "-o", work / "lowered.mlir"], check=True)
    subprocess.run(["mlir-translate-22", "--mlir-to-llvmir", work / "lowered.mlir", "-o", work / "kernels.ll"], check=True)
    subprocess.run(["clang-22", "-O3", "-march=native", "-mprefer-vector-width=512", "-ffp-contract=fast", "-shared", "-fPIC", "-w",
                    work / "kernels.ll", work / "product.c", "-o", work / "kernels.so", "-lopenblas", "-lm"], check=True)
    library = ctypes.CDLL(str(work / "kernels.so"))
    library.openblas_set_num_threads(1)
    pointer = ctypes.c_void_p.in_dll(library, "hocket_sgemm")
    pointer.value = ctypes.cast(library.product, ctypes.c_void_p).value
    return library


class Buffer:
    """Zeros, or numbers between -1 and 1 from a seed; 64-byte aligned."""

    def __init__(self, numbers: int, seed: int | None = None, values: list[int] | None = None):
        self.memory = ctypes.create_string_buffer(4 * numbers + 64)
        self.address = (ctypes.addressof(self.memory) + 63) // 64 * 64
        if seed is not None:
            random.seed(seed)
            (ctypes.c_float * numbers).from_address(self.address)[:] = [random.uniform(-1, 1) for _ in range(numbers)]
        if values is not None:
            (ctypes.c_int32 * numbers).from_address(self.address)[:] = values


class Measurement:
    def __init__(self, library, options):
        self.library, self.options = library, options
        self.workspace = Buffer(2 * 64 * options.tokens + 4096)

    def call(self, name: str, operands: list[Buffer], symbols: list[int]) -> float:
        """Processor seconds of a call: those of other programs do not count."""
        pointers = (ctypes.c_void_p * len(operands))(*[operand.address for operand in operands])
        values = (ctypes.c_int64 * 5)(*symbols)
        entry, workspace = getattr(self.library, name), ctypes.c_void_p(self.workspace.address)
        start = time.thread_time()
        entry(pointers, values, workspace)
        return time.thread_time() - start

    def whole(self):
        """A function that returns the seconds of forward and backward."""
        tokens, heads, size = self.options.tokens, self.options.heads, self.options.size
        width = heads * size * tokens
        q, k, v, gradient = (Buffer(width, seed) for seed in range(4))
        offsets = Buffer(2, values=[0, tokens])
        output, lse = Buffer(width), Buffer(heads * tokens)
        gradients = [Buffer(width) for _ in range(3)]
        symbols = [tokens, 2, 0, 0, 0]
        return lambda: (
            self.call("whole", [q, k, v, offsets, output, lse], symbols),
            self.call("whole_grad", [q, k, v, offsets, output, lse, gradient, *gradients], symbols),
        )

    def parts(self, pieces: int):
        """The same, summed over all pairs of pieces that the mask lets see each other."""
        heads, size = self.options.heads, self.options.size
        tokens = self.options.tokens // pieces
        width = heads * size * tokens
        q, k, v, gradient = (Buffer(width, seed) for seed in range(4))
        output, lse, delta = Buffer(width), Buffer(heads * tokens), Buffer(heads * tokens)
        gradients = [Buffer(width) for _ in range(3)]
        symbols = [tokens, tokens, heads, heads, 12]

        def measure():
            forward = backward = 0.0
            for mine in range(pieces):
                for other in range(mine + 1):
                    # A row over all of both; the first one initializes.
                    row = [0, tokens, 0, tokens, mine * tokens, 1, other * tokens, 1]
                    table = Buffer(12, values=[1, 3 if other == 0 else 0, 1, 0, *row])
                    forward += self.call("part", [q, k, v, table, output, lse], symbols)
                    backward += self.call("part_grad", [q, k, v, table, lse, gradient, delta, *gradients], symbols)
            return forward, backward

        return measure


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    for name, value in (("tokens", 2048), ("heads", 8), ("size", 64), ("repeats", 7)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = compile_kernels(options.build, pathlib.Path(folder), options.heads, options.size)
        measurement = Measurement(library, options)
        measured = {"whole": measurement.whole()}
        measured |= {f"{pieces} x {pieces} parts": measurement.parts(pieces) for pieces in (1, 2, 4)}
        # In turns, so that a slow moment is one of all.
        times = {name: [] for name in measured}
        for _ in range(options.repeats):
            for name, measure in measured.items():
                times[name].append(measure())
    best = {name: [min(column) for column in zip(*rows)] for name, rows in times.items()}
    print("| causal attention | forward, ms | ratio | backward, ms | ratio |")
    print("|---|---:|---:|---:|---:|")
    for name, (forward, backward) in best.items():
        print(f"| {name} | {1e3 * forward:.2f} | {forward / best['whole'][0]:.3f} "
              f"| {1e3 * backward:.2f} | {backward / best['whole'][1]:.3f} |")


if __name__ == "__main__":
    main()
