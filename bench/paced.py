#!/usr/bin/env python3
"""How close a plan in real time comes to what its bubble allows.

Compiles the tiny GPT of test/fixtures under pipeline schedules and runs each plan in the paced world, where ranks sleep as
long as the topology's devices would compute. Prints, for each:

  kernels      the shortest and the longest F or B of the plan, predicted
  formula      (m + p - 1) * max over the stages of (F + B): the bubble formula of equal stages, kernels alone
  predicted    the makespan that `--world=virtual` predicts: stages as they are, transfers, all-reduces and updates
  measured     the makespan in real time, on average over the steps
  of formula   formula / measured: may exceed 100% where stages are unequal
  of predicted predicted / measured: the throughput that the bubble allows is 100%

Two tables: kernels of milliseconds, and ten times shorter ones, which show what it costs that the system wakes threads up
late (hocket-run --slowdown is there for those).

Exit status: 0, or 1 where a plan of the first table reaches less than --least percent of the predicted throughput.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

TOPOLOGY = """name: {name}
nodes: 1
devices_per_node: 64
device:
  memory_bytes: 2147483648
  flops_per_second: {flops}
  memory_bytes_per_second: {flops}
  launch_seconds: 1.0e-6
links:
  intra_node: {{latency_seconds: 1.0e-5, bytes_per_second: 1.0e9}}
  inter_node: {{latency_seconds: 1.0e-5, bytes_per_second: 1.0e9}}
"""

# schedule, data, pipeline, microbatches
PLANS = [
    ("1f1b", 1, 2, 4), ("1f1b", 1, 2, 16), ("1f1b", 1, 4, 4), ("1f1b", 1, 4, 8), ("1f1b", 1, 4, 16),
    ("gpipe", 1, 4, 8), ("1f1b", 1, 6, 8), ("1f1b", 2, 4, 8), ("1f1b", 8, 4, 8),
]
# title, flop/s
TABLES = [("Kernels of milliseconds", 1e9), ("Kernels of tenths of a millisecond", 1e10)]
COLUMNS = ["schedule", "data", "p", "m", "ranks", "kernels, ms", "formula, ms", "predicted, ms", "measured, ms", "of formula",
           "of predicted"]


def call(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"paced.py: error: {command[0]} failed:\n{done.stderr}")
    return done.stdout


def task_seconds(trace, microbatches):
    """F and B of each rank's microbatches, by rank."""
    seconds = {}
    for event in json.load(open(trace))["traceEvents"]:
        if event["ph"] == "X" and event["args"]["kind"] in ("F", "B"):
            seconds.setdefault(event["tid"], []).append(event["dur"] / 1e6)
    assert all(len(tasks) == 2 * microbatches for tasks in seconds.values()), seconds
    return seconds


def measure(tools, folder, plan, speed, steps):
    schedule, data, pipeline, microbatches = plan
    model, topology, trace = folder / "model.mlir", folder / "t.yaml", folder / "trace.json"
    topology.write_text(TOPOLOGY.format(name="bench", flops=speed))
    degrees = f"data={data} pipeline={pipeline} microbatches={microbatches} schedule={schedule}"
    call(tools / "hocket-opt", ROOT / "test/fixtures/gpt-tiny/model.mlir", f"--hocket-parallelize={degrees}", "-o", model)
    call(tools / "hocket-compile", model, f"--topology={topology}", f"--trace={trace}", "-o", folder / "model.hkt")
    text = call(tools / "hocket-run", folder / "model.hkt", "--world=paced", f"--steps={steps}", "--quiet")
    predicted, measured = (
        float(re.search(rf"^{which} makespan (\S+) s", text, re.M)[1]) for which in ("predicted", "measured"))
    tasks = task_seconds(trace, microbatches)
    formula = (microbatches + pipeline - 1) * max(sum(one) / microbatches for one in tasks.values())
    every = [seconds for one in tasks.values() for seconds in one]
    return min(every), max(every), formula, predicted, measured


def print_rows(options, folder, speed):
    """Returns the least percentage of the predicted throughput."""
    worst = 100.0
    for plan in PLANS:
        least, most, formula, predicted, measured = measure(options.bin, folder, plan, speed, options.steps)
        schedule, data, pipeline, microbatches = plan
        ratio = 100 * predicted / measured
        worst = min(worst, ratio)
        print(f"| {schedule} | {data} | {pipeline} | {microbatches} | {data * pipeline} | "
              f"{least * 1e3:.2f} to {most * 1e3:.2f} | {formula * 1e3:.1f} | {predicted * 1e3:.1f} | "
              f"{measured * 1e3:.1f} | {100 * formula / measured:.1f}% | {ratio:.1f}% |", flush=True)
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin", help="where the tools are (default: build/bin)")
    parser.add_argument("--steps", type=int, default=3, help="steps of each plan (default: 3)")
    parser.add_argument("--least", type=float, default=90, help="percent of the predicted throughput (default: 90)")
    options = parser.parse_args()
    if not (options.bin / "hocket-run").exists():
        parser.error(f"there is no hocket-run in {options.bin}; build it or give --bin")
    if options.steps < 1:
        parser.error("--steps must be at least 1")

    worst = []
    with tempfile.TemporaryDirectory() as folder:
        for title, speed in TABLES:
            print(f"{title}\n\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
            worst.append(print_rows(options, pathlib.Path(folder), speed))
            print(f"\nworst: {worst[-1]:.1f}% of the predicted throughput\n")
    return 0 if worst[0] >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
