#!/usr/bin/env python3
"""Kind memory: MiniMalloc's challenging instances, and the arenas of the GPTs' plans.

Packs each instance of shared/data/memory at its capacity, of which the name tells, then seeks its smallest arena for --seconds.
Every solution is checked again by `hocket-solve --verify`. With --tests, prints what GptArenaTest measures: how much larger than
the largest sum of live bytes the arena of the worst role is, and how long planning takes.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def solve(tool, instance, *options):
    """The words of hocket-solve's last line, and the wall-clock seconds of the process; the solution has been verified."""
    capacity = [option for option in options if option.startswith("--capacity")]
    with tempfile.TemporaryDirectory() as folder:
        solution = pathlib.Path(folder) / "solution.json"
        start = time.monotonic()
        done = subprocess.run([tool, "memory", instance, "--quiet", "-o", solution, *options], capture_output=True, text=True)
        seconds = time.monotonic() - start
        if done.returncode:
            sys.exit(f"memory.py: error: {instance.name} was not packed:\n{done.stdout}{done.stderr}")
        subprocess.run([tool, "memory", instance, f"--verify={solution}", *capacity], check=True, capture_output=True)
    return done.stdout.split(), seconds


def instances(options):
    print("| instance | buffers | capacity | packed to | s | best fit | smallest arena found | bound | gap | s |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for path in sorted(options.data.glob("[A-Z].*.csv")):
        name, capacity, _ = path.name.split(".")
        within, seconds = solve(options.bin / "hocket-solve", path, f"--capacity={capacity}", "--time-limit=10")
        best_fit, _ = solve(options.bin / "hocket-solve", path, "--scheduler=best-fit")
        smallest, spent = solve(options.bin / "hocket-solve", path, f"--time-limit={options.seconds}")
        buffers = len(path.read_text().split()) - 1
        print(f"| {name} | {buffers} | {capacity} | {within[1]} | {seconds:.3f} | {best_fit[1]} | {smallest[1]} | {smallest[2]} | {smallest[3]} "
              f"| {spent:.3f} |", flush=True)


def plans(tests):
    done = subprocess.run([tests, "--gtest_filter=GptArena.*"], capture_output=True, text=True)
    rows = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in done.stdout.splitlines() if line.startswith("|")]
    if done.returncode or len(rows) < 2:
        sys.exit(f"memory.py: error: the test failed:\n{done.stdout}")
    worst = {}
    for model, stages, schedule, data, lengths, buffers, ratio, spent in rows[1:]:
        entry = worst.setdefault((model.removesuffix("/model.mlir").split("/")[-1], schedule), [0, 0, 0, 0])
        entry[0] += 1
        for place, value in enumerate((int(buffers), float(ratio), float(spent)), 1):
            entry[place] = max(entry[place], value)
    print("\n| model | schedule | plans | most buffers of a role | worst arena / live bytes | slowest expansion, ms |")
    print("|---|---|---:|---:|---:|---:|")
    for (model, schedule), (count, buffers, ratio, spent) in worst.items():
        print(f"| {model} | {schedule} | {count} | {buffers} | {ratio:.4f} | {spent:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin", help="where the tools are (default: build/bin)")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared/data/memory", help="the instances' folder")
    parser.add_argument("--seconds", type=float, default=10, help="for the smallest arena (default: 10)")
    parser.add_argument("--tests", type=pathlib.Path, help="build/test/unit/Compiler/HocketCompilerTests: measures plans, too")
    options = parser.parse_args()
    instances(options)
    if options.tests:
        plans(options.tests)


if __name__ == "__main__":
    main()
