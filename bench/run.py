#!/usr/bin/env python3
"""Measures Hocket on a GPT and prints one table of ratios. Needs a built tree.

    bench/run.py [--build BUILD] [--jax PYTHON] [--steps N]

--jax names a Python that has JAX (tools/export/requirements.txt); without it, there is no comparison with JAX.
bench/RESULTS.md says what the rows mean.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

import machine

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
HIDDEN, LAYERS, VOCABULARY, LENGTH = 512, 4, 256, 256
TOKENS = sum(int(line) for line in (BENCH / "lengths.txt").read_text().split())
PARAMETERS = LAYERS * (12 * HIDDEN**2 + 9 * HIDDEN) + HIDDEN * (2 * VOCABULARY + LENGTH + 2)
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def model_flops() -> dict[str, float]:
    """Of a step: two for each multiplication of the model's matrix products; causal attention counts the pairs that
    are seen, LENGTH (LENGTH + 1) / 2 a sequence, not what is computed. The backward does each product twice (once for
    either operand); what it recomputes does not count, and neither does anything that is not a matrix product."""
    dense = 2.0 * TOKENS * (LAYERS * 12 * HIDDEN**2 + HIDDEN * VOCABULARY)
    attention = LAYERS * 2 * 2.0 * HIDDEN * TOKENS * (LENGTH + 1) / 2
    forward = dense + attention
    return {"F": forward, "B": 2 * forward}


def run(command, cores: str, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["taskset", "-c", cores, *map(str, command)],
        env={**os.environ, **ONE_THREAD, **environment},
        capture_output=True,
        text=True,
        check=True,
    )


class Bench:
    def __init__(self, build: pathlib.Path, work: pathlib.Path, steps: int):
        self.bin, self.build, self.work, self.steps = build / "bin", build, work, steps
        self.text = work / "text"
        documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
        self.text.write_text("".join(path.read_text(encoding="utf-8") for path in documents), encoding="utf-8")

    def compile(self, model: pathlib.Path) -> tuple[pathlib.Path, float]:
        """(executable, seconds of the whole command)."""
        output = self.work / (model.stem + ".hkt")
        flags = [f"--topology={BENCH / 'machine.yaml'}", f"--lengths={BENCH / 'lengths.txt'}"]
        start = time.perf_counter()
        run([self.bin / "hocket-compile", model, *flags, "-o", output], "0")
        return output, time.perf_counter() - start

    def strategy(self, strategy: str) -> pathlib.Path:
        output = self.work / "strategy.mlir"
        run([self.bin / "hocket-opt", BENCH / "gpt512.mlir", f"--hocket-parallelize={strategy}", "-o", output], "0")
        return output

    def train(self, executable: pathlib.Path, cores: str, **environment) -> list[list[dict]]:
        """The measured spans of each step of rank 0. The first two steps meet untouched memory: they are dropped."""
        trace = self.work / "trace.json"
        flags = [f"--steps={self.steps + 3}", f"--data={self.text}", "--threads-per-rank=1", "--quiet"]
        run([self.bin / "hocket-run", executable, *flags, f"--trace={trace}"], cores, **environment)
        steps = []
        for event in json.loads(trace.read_text())["traceEvents"]:
            if event["ph"] == "X" and event["pid"] == 0 and event["tid"] == 0:
                if event["cat"] == "Zero":
                    steps.append([])
                steps[-1].append(event)
        return steps[2:]


def step_seconds(steps: list[list[dict]]) -> float:
    """From the start of a step to the start of the next."""
    starts = [spans[0]["ts"] for spans in steps]
    return 1e-6 * statistics.median(after - before for before, after in zip(starts, starts[1:]))


def kernel_seconds(steps: list[list[dict]]) -> dict[str, float]:
    """Of a step, by the first word of a span's name: F, B, Update, Zero, LoadBatch."""
    sums = []
    for spans in steps:
        sums.append(collections.Counter())
        for span in spans:
            sums[-1][span["name"].split()[0]] += 1e-6 * span["dur"]
    return {name: statistics.median(step[name] for step in sums) for name in sums[0]}


def gap_seconds(steps: list[list[dict]]) -> float:
    """Of a step, between the spans of its instructions; tracing itself is in it."""
    gaps = []
    for spans in steps:
        inside = sum(span["dur"] for span in spans)
        gaps.append(spans[-1]["ts"] + spans[-1]["dur"] - spans[0]["ts"] - inside)
    return 1e-6 * statistics.median(gaps)


def instruction_seconds(build: pathlib.Path) -> float:
    """What the executor takes for an instruction, with kernels that do next to nothing; least of five runs."""
    test = build / "test/unit/Runtime/HocketRuntimeTests"
    command = [test, "--gtest_filter=Executor.InstructionsCostLittle"]
    texts = [run(command, "0").stdout for _ in range(5)]
    return min(1e-9 * float(re.search(r"([\d.e+]+) ns per instruction", text).group(1)) for text in texts)


def row(what: str, figure: str, ratio: float | None, of: str) -> None:
    share = "" if ratio is None else f"{ratio:7.2f}"
    print(f"| {what:<38} | {figure:>22} | {share:>7} | {of:<26} |", flush=True)


def jax_seconds(python: str, steps: int) -> float:
    output = run([python, BENCH / "jax_gpt.py", f"--steps={steps + 3}"], "0").stdout
    return statistics.median(float(line) for line in output.split()[2:])


def measure(bench: Bench, options) -> None:
    flops = model_flops()
    print(f"{TOKENS} tokens and {sum(flops.values()) / 1e9:.1f} model GFLOP a step, {PARAMETERS} parameters\n")
    print(f"| {'what':<38} | {'measured':>22} | {'ratio':>7} | {'of':<26} |")
    print(f"|{'-' * 40}|{'-' * 23}:|{'-' * 8}:|{'-' * 28}|", flush=True)
    peak, rates = machine.sgemm_peak(2)
    for shape, rate in rates.items():
        row(f"sgemm {shape}", f"{rate / 1e9:.1f} GFLOP/s", rate / peak, "sgemm 2048^3")
    bandwidth = machine.copy_bandwidth(1)
    row("copy", f"{bandwidth / 1e9:.1f} GB/s", None, "")

    executable, seconds = bench.compile(BENCH / "gpt512.mlir")
    row("hocket-compile", f"{seconds:.2f} s", None, "")
    steps = bench.train(executable, "0")
    one = step_seconds(steps)
    row("1 rank, 1 thread", f"{TOKENS / one:.0f} tokens/s", sum(flops.values()) / one / peak, "sgemm 2048^3")
    most = max(rates.values())
    row("1 rank, 1 thread", f"{TOKENS / one:.0f} tokens/s", sum(flops.values()) / one / most, "sgemm's best shape")
    if options.jax:
        other = jax_seconds(options.jax, options.steps)
        row("JAX, 1 thread", f"{TOKENS / other:.0f} tokens/s", one / other, "Hocket's tokens/s")
        row("1 rank, 1 thread", f"{TOKENS / one:.0f} tokens/s", other / one, "JAX's tokens/s")
    two = step_seconds(bench.train(bench.compile(bench.strategy("data=2 pipeline=1 microbatches=1"))[0], "0,1"))
    row("2 ranks, 1 thread each", f"{TOKENS / two:.0f} tokens/s", one / two, "1 rank's tokens/s")

    kernels = kernel_seconds(steps)
    for name, seconds in kernels.items():
        text = f"{1e3 * seconds:.2f} ms"
        if name in flops:
            row(f"  {name}", text, flops[name] / seconds / peak, "sgemm 2048^3")
        elif name == "Update":  # reads four arrays and writes three
            row(f"  {name}", text, 7 * 4 * PARAMETERS / seconds / bandwidth, "copy bandwidth")
        elif name == "Zero":  # writes the gradients
            row(f"  {name}", text, 4 * PARAMETERS / seconds / bandwidth, "copy bandwidth")
        else:
            row(f"  {name}", text, seconds / one, "the step")
    row("  between instructions", f"{1e3 * gap_seconds(steps):.3f} ms", gap_seconds(steps) / one, "the step")
    each = instruction_seconds(bench.build)
    row("executor, an instruction", f"{1e6 * each:.3f} us", None, "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--jax", metavar="PYTHON")
    parser.add_argument("--steps", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        measure(Bench(options.build.resolve(), pathlib.Path(work), options.steps), options)


if __name__ == "__main__":
    main()
