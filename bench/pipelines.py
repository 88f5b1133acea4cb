#!/usr/bin/env python3
"""Kind schedule: pipelines of several sizes, and the five shapes of pipeline search.

For each instance: status, value, bound and the wall-clock seconds of the whole process; for the shapes also the seconds that
Tessel's search (HPCA'24) was measured to take on one core, and the ratio. Every solution is checked again by `hocket-solve --verify`.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESSEL = {"v": 2.4, "k": 6.7, "x": 36.1, "m": 355.9, "nn": 56.0}


def pipeline(ranks, microbatches, cap, placement="linear"):
    stages = ranks * (2 if placement == "v" else 1)
    return dict(kind="schedule", name=f"{ranks} ranks", stages=stages, ranks=ranks, microbatches=microbatches, placement=placement,
                F=3, Bi=4, W=2, hop=0.5, cap=cap)


def solve(tool, instance, limit):
    with tempfile.TemporaryDirectory() as folder:
        solution = pathlib.Path(folder) / "solution.json"
        start = time.monotonic()
        done = subprocess.run([tool, "schedule", instance, "--quiet", f"--time-limit={limit}", "-o", solution], capture_output=True, text=True)
        seconds = time.monotonic() - start
        if done.returncode:
            sys.exit(f"pipelines.py: error: {instance} was not solved:\n{done.stdout}{done.stderr}")
        subprocess.run([tool, "schedule", instance, f"--verify={solution}"], check=True, capture_output=True)
        makespan = json.loads(solution.read_text()).get("makespan")
    return done.stdout.split(), seconds, makespan


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    tool = options.bin / "hocket-solve"

    print("| ranks | microbatches | placement | cap | status | makespan | bound | gap | s |")
    print("|---:|---:|---|---:|---|---:|---:|---:|---:|")
    for ranks, microbatches, cap, placement in [(8, 32, 8, "linear"), (8, 32, 15, "linear"), (8, 32, 16, "v"), (64, 256, 64, "linear"),
                                                (64, 256, 127, "linear"), (64, 256, 128, "v")]:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(pipeline(ranks, microbatches, cap, placement), file)
            file.flush()
            (status, value, bound, gap, _), seconds, _ = solve(tool, file.name, options.seconds)
        print(f"| {ranks} | {microbatches} | {placement} | {cap} | {status} | {value} | {bound} | {gap} | {seconds:.2f} |", flush=True)

    print("\n| shape | status | period | makespan of 16 | s | Tessel, s | ratio |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for shape, tessel in TESSEL.items():
        path = options.data / "schedule" / f"{shape}-shape-4.json"
        if not path.exists():
            print(f"pipelines.py: skipped: {path} is absent", file=sys.stderr)
            continue
        (status, value, *_), seconds, makespan = solve(tool, path, 60)
        print(f"| {shape.upper()} | {status} | {value} | {makespan:g} | {seconds:.2f} | {tessel} | {tessel / seconds:.0f}x |", flush=True)


if __name__ == "__main__":
    main()
