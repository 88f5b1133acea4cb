#!/usr/bin/env python3
"""How close predictions with measured costs come to measured steps. Needs a built tree.

    bench/predict.py [--bin BIN] [--model MODEL.mlir] [--steps N]

Compiles a GPT under pipeline schedules and as a skip-pipeline. For each plan, `hocket-run --profile` measures its kernels on this machine, and the same
plan runs in

  paced     every rank sleeps as long as was measured, as if it had a device of its own: schedules, waits and transfers
  threads   every rank computes, and all share the cores of this machine: the steps between those that were measured

Ratios are predicted / measured makespan: 1 is exact, below 1 the steps took longer. A machine that others share is faster in one minute than in the
next. So every second step of a run is measured, which puts those in between into the same minute, and all of it is done --repeats times: a row is the repetition
with the median ratio, and then come the least and the greatest ratio on threads. The last column is what a profile is worth a little later: the median ratio of
the prediction of one repetition to the steps of the next.

Exit status: 0, or 1 where a median ratio is further from 1 than --paced or --threads percent.
"""

import argparse
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

TOPOLOGY = """name: threads
nodes: 1
devices_per_node: 64
device:
  memory_bytes: 4294967296
  flops_per_second: 1.0e11
  memory_bytes_per_second: 2.0e10
  launch_seconds: 1.0e-6
links:
  intra_node: {latency_seconds: 1.0e-6, bytes_per_second: 1.0e10}
  inter_node: {latency_seconds: 1.0e-6, bytes_per_second: 1.0e10}
"""

# schedule, data, pipeline ranks, microbatches
PLANS = [("1f1b", 1, 2, 8), ("1f1b", 1, 4, 8), ("zb_h1", 1, 4, 8), ("gpipe", 1, 4, 8), ("1f1b", 2, 4, 4), ("zb_h1", 2, 4, 4),
         ("skip", 1, 6, 8)]
# Six nodes in four stages; a microbatch visits three of them.
SKIP = "skip_stages=4 path_length=3 nodes=6 paths=rotate"
COLUMNS = ["schedule", "data", "p", "m", "ranks", "paced: predicted, s", "measured, s", "ratio",
           "threads: predicted, s", "measured, s", "ratio", "least", "greatest", "ratio, next repetition"]


def call(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"predict.py: error: {command[0]} failed:\n{done.stderr}")
    return done.stdout


def makespans(output):
    return [float(re.search(rf"^{which} makespan (\S+) s", output, re.M)[1]) for which in ("predicted", "measured")]


def measure(options, folder, plan):
    """Predicted and measured makespans by repetition, of the paced and of the threads world."""
    schedule, data, pipeline, microbatches = plan
    model, executable, topology, profile, text = (
        folder / name for name in ("model.mlir", "model.hkt", "t.yaml", "costs.json", "text"))
    topology.write_text(TOPOLOGY)
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    text.write_text("".join(document.read_text() for document in documents))
    degrees = f"data={data} microbatches={microbatches} "
    degrees += SKIP if schedule == "skip" else f"pipeline={pipeline} schedule={schedule}"
    call(options.bin / "hocket-opt", options.model, f"--hocket-parallelize={degrees}", "-o", model)
    call(options.bin / "hocket-compile", model, f"--topology={topology}", f"--lengths={options.lengths}", "-o", executable)
    run = [options.bin / "hocket-run", executable, "--quiet"]
    threads = [*run, f"--data={text}", "--threads-per-rank=1", f"--steps={options.steps}", f"--profile={profile}"]
    paced, shared = [], []
    for _ in range(options.repeats):
        shared.append(makespans(call(*threads)))
        paced.append(makespans(call(*run, "--world=paced", "--steps=2", f"--costs={profile}")))
    return paced, shared


def ratio(makespan):
    predicted, measured = makespan
    return predicted / measured


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin", help="where the tools are (default: build/bin)")
    parser.add_argument("--only", metavar="SCHEDULE", help="the plans of one schedule, or skip (default: all)")
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "bench/gpt512.mlir", help="default: bench/gpt512.mlir")
    parser.add_argument("--lengths", type=pathlib.Path, default=ROOT / "bench/lengths.txt", help="default: bench/lengths.txt")
    parser.add_argument("--steps", type=int, default=9, help="steps of each run (default: 9)")
    parser.add_argument("--repeats", type=int, default=5, help="profiles and runs of a plan; odd (default: 5)")
    parser.add_argument("--paced", type=float, default=5, help="percent (default: 5)")
    parser.add_argument("--threads", type=float, default=15, help="percent (default: 15)")
    options = parser.parse_args()
    if not (options.bin / "hocket-run").exists():
        parser.error(f"there is no hocket-run in {options.bin}; build it or give --bin")
    if options.steps < 3:
        parser.error("--steps must be at least 3: a first one, one that is measured, and one that is predicted")
    if options.repeats < 3 or options.repeats % 2 == 0:
        parser.error("--repeats must be odd, so that there is a median, and at least 3")
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for plan in PLANS if options.only is None else [plan for plan in PLANS if plan[0] == options.only]:
            cells = [str(part) for part in (*plan, plan[1] * plan[2])]
            paced, threads = measure(options, pathlib.Path(folder), plan)
            later = statistics.median(predicted / measured for (predicted, _), (_, measured) in zip(threads, threads[1:]))
            for repetitions, limit in ((paced, options.paced), (threads, options.threads)):
                repetitions.sort(key=ratio)
                median = repetitions[len(repetitions) // 2]
                good &= abs(ratio(median) - 1) <= limit / 100
                cells += [*(f"{seconds:.4g}" for seconds in median), f"{ratio(median):.3f}"]
            good &= abs(later - 1) <= options.threads / 100
            cells += [f"{seconds:.3f}" for seconds in (ratio(threads[0]), ratio(threads[-1]), later)]
            print(f"| {' | '.join(cells)} |", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
