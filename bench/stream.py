#!/usr/bin/env python3
"""What slices and recomputation save, and what they cost: a GPT of --layers layers (hidden 512) and one sequence of --length tokens on one rank.

    bench/stream.py [--build BUILD] [--layers N] [--length N] [--slices N ...] [--repeats N] [--skip-runs]

Prints, for each way to compute the same step, the bytes that the rank allocates when it trains with AdamW and when it computes loss and
gradients alone, those that are not parameters, gradients and states, the seconds of CPU time of a run of one training step on one thread beside those of the plain plan in turns, and how far
the gradients are from the plain plan's. Needs a built tree.
"""

from __future__ import annotations

import argparse
import array
import json
import math
import os
import pathlib
import re
import resource
import statistics
import struct
import subprocess
import sys
import tempfile

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
HIDDEN, VOCABULARY, POSITIONS, ALL_LAYERS = 512, 256, 256, 48
TOPOLOGY = """name: one
nodes: 1
devices_per_node: 1
device: {memory_bytes: 68719476736, flops_per_second: 1.0e11, memory_bytes_per_second: 1.0e10, launch_seconds: 1.0e-6}
links:
  intra_node: {latency_seconds: 1.0e-6, bytes_per_second: 5.0e9}
  inter_node: {latency_seconds: 1.0e-6, bytes_per_second: 5.0e9}
"""


def shorten(model: str, layers: int) -> str:
    """The first layers of gpt512-48.mlir: the arguments of the others, and their calls, left out."""

    def argument(match: re.Match) -> str:
        return "" if int(match.group(1)) >= layers else match.group(0)

    model = re.sub(r', %arg\d+: tensor<[^>]*> \{[^}]*hocket\.name = "block(\d+)\.[^}]*\}', argument, model)
    lines = []
    for line in model.splitlines(keepends=True):
        call = re.match(r"\s*%(\d+) = call @block\(", line)
        if not call or int(call.group(1)) <= layers:
            lines.append(line.replace(f"call @head(%{ALL_LAYERS},", f"call @head(%{layers},"))
    return "".join(lines)


def without_optimizer(model: str) -> str:
    return re.sub(r"  func\.func public @update\(.*?\n  }\n", "", model, flags=re.DOTALL)


def parameter_bytes(layers: int, copies: int) -> int:
    return 4 * copies * (layers * (12 * HIDDEN**2 + 9 * HIDDEN) + HIDDEN * (2 * VOCABULARY + POSITIONS + 2))


def run(*command) -> str:
    done = subprocess.run(list(map(str, command)), env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"stream.py: error: {command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def read_tensors(path: pathlib.Path) -> dict[str, array.array]:
    data = path.read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = array.array("f", data[8 + size + begin : 8 + size + end])
    return tensors


def difference(path: pathlib.Path, reference: pathlib.Path) -> float:
    """The largest norm(a - b) / norm(b) of a tensor."""
    ours, worst = read_tensors(path), 0.0
    for name, theirs in read_tensors(reference).items():
        square = sum((a - b) ** 2 for a, b in zip(ours[name], theirs, strict=True))
        worst = max(worst, math.sqrt(square / max(sum(b * b for b in theirs), 1e-30)))
    return worst


def ways(options) -> list[tuple[str, str]]:
    """(name, options of hocket-parallelize)."""
    checkpoints = f"activations=recompute chunks={options.layers} schedule=gpipe"
    found = [("plain", ""), ("checkpoints, a layer each", checkpoints)]
    for slices in options.slices:
        found.append((f"{slices} slices, all kept", f"slices={slices} chunks={options.layers} schedule=gpipe"))
        found.append((f"{slices} slices, recomputed", f"slices={slices} {checkpoints}"))
        found.append((f"{slices} slices, on the host", f"slices={slices} {checkpoints} offloaded={slices}"))
    return found


class Bench:
    def __init__(self, options, folder: pathlib.Path):
        self.options, self.folder, self.tools = options, folder, options.build / "bin"
        whole = shorten((BENCH / "gpt512-48.mlir").read_text(), options.layers)
        (folder / "train.mlir").write_text(whole)
        (folder / "gradients.mlir").write_text(without_optimizer(whole))
        documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
        (folder / "text").write_text("".join(path.read_text(encoding="utf-8") for path in documents), encoding="utf-8")
        (folder / "lengths").write_text(f"{options.length}\n")
        (folder / "topology.yaml").write_text(TOPOLOGY)

    def compile(self, model: str, strategy: str) -> tuple[pathlib.Path, int]:
        """(executable, bytes of its arena)."""
        plan, executable = self.folder / "plan.mlir", self.folder / f"{model}{'' if strategy else '-plain'}.hkt"
        parallelize = [f"--hocket-parallelize={strategy}"] if strategy else []
        run(self.tools / "hocket-opt", self.folder / f"{model}.mlir", *parallelize, "-o", plan)
        flags = [f"--topology={self.folder}/topology.yaml", f"--lengths={self.folder}/lengths", "--gradients"]
        run(self.tools / "hocket-compile", plan, *flags, "-o", executable)
        predicted = run(self.tools / "hocket-run", executable, "--world=virtual")
        return executable, int(re.search(r"^peak arena (\d+) bytes", predicted, re.MULTILINE).group(1))

    def train(self, executable: pathlib.Path, gradients: pathlib.Path) -> float:
        """Seconds of CPU time of a run of one step, setting up included; `gradients` are its gradients."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        flags = [f"--data={self.folder}/text", "--threads-per-rank=1", "--steps=1", f"--save-gradients={gradients}"]
        run(self.tools / "hocket-run", executable, "--quiet", *flags)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(options, folder: pathlib.Path) -> None:
    bench = Bench(options, folder)
    static = parameter_bytes(options.layers, 4)  # with gradients and the two states of AdamW
    print(f"{options.layers} layers, {options.length} tokens, {static / 1e6:.0f} MB of parameters, gradients and states\n")
    columns = ["AdamW, MB", "gradients alone, MB", "activations, MB"]
    print("| way | " + " | ".join(f"{column} | plain / it" for column in columns) + " | CPU s a step | it / plain | gradients differ |")
    print("|---|" + "---:|" * 9, flush=True)
    plain, reference, plain_executable = None, folder / "gradients-plain", None
    for name, strategy in ways(options):
        _, alone = bench.compile("gradients", strategy)
        executable, peak = bench.compile("train", strategy)
        sizes = [peak, alone, peak - static]
        plain, plain_executable = plain or sizes, plain_executable or executable
        cells = [f"{size / 1e6:.1f} | {first / size:.2f}" for size, first in zip(sizes, plain)]
        if not options.skip_runs:
            # In turns: a machine that others share does not stay as fast as it was.
            seconds = []
            for _ in range(options.repeats):
                seconds.append([bench.train(plain_executable, reference), bench.train(executable, folder / "gradients")])
            ratio = statistics.median(ours / theirs for theirs, ours in seconds)
            cells.append(f"{statistics.median(ours for _, ours in seconds):.2f} | {ratio:.2f} | {difference(folder / 'gradients', reference):.1e}")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--layers", type=int, default=8, help=f"at most {ALL_LAYERS}")
    parser.add_argument("--length", type=int, default=8192)
    parser.add_argument("--slices", type=int, nargs="+", default=[4, 16])
    parser.add_argument("--repeats", type=int, default=1, help="steps of each way, in turns with the plain plan (default: 1)")
    parser.add_argument("--skip-runs", action="store_true", help="the bytes alone, which take no run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(options, pathlib.Path(folder))


main()
