#!/usr/bin/env python3
"""Kind packing: FlexSP's costs on batches of real lengths, against bounds and against groups of one size.

For each model (7B, 13B, 30B at a context of 192K, 64 devices, 512 sequences a batch) and each file of lengths: the gap to the
proven bound, the seconds of the process, and how much longer a step takes with groups of one size, packed by the same search
in as many seconds for each size. "per batch" takes the best size for each batch, "one for all" the single size with the least
mean over all batches, as a launcher's flag would. Then one batch of 10,000 sequences on 1,024 devices, re-planning with little
work, and the options of ByteScale and Zeppelin on the same batches. Every solution is checked again by `--verify`.
"""

import argparse
import pathlib
import statistics

import solver

ROOT = pathlib.Path(__file__).resolve().parent.parent
# a1 ms/token^2, a2 ms/token, b1 ms, MB/token, hidden, layers, billions of parameters
MODELS = {
    "7B": (5.128e-6, 0.18396, 629.36, 4.480, 4096, 32, 7.1174),
    "13B": (9.285e-6, 0.30602, 1132.56, 4.220, 5120, 40, 13.116),
    "30B": (15.426e-6, 0.80357, 2789.36, 3.417, 6656, 60, 31.525),
}
BANDWIDTH = {"2": 119.54, "4": 104.07, "8": 96.5, "16": 10.33, "32": 5.94, "64": 4.87}
DEGREES = [1, 2, 4, 8, 16, 32, 64]


def instance(options, model, file, seed, count=512, devices=64, **changes):
    a1, a2, b1, token, hidden, layers, parameters = MODELS[model]
    return {
        "kind": "packing",
        "name": f"{model}-{count}-{seed}",
        "lengths": {"file": str(options.data / file), "seed": seed, "count": count, "limit": 192 * 1024},
        "devices": devices,
        "devices_per_node": 8,
        "degrees": DEGREES,
        "cost": {"a1": a1, "a2": a2, "b1": b1, "layers": layers, "hidden": hidden, "bandwidth": BANDWIDTH},
        "memory": {"per_token": token, "states": parameters * 16 / devices * 1024, "cap": 30 * 1024},
    } | changes


def solve(options, data, *flags):
    return solver.solve(options.tool, "packing", data, *flags)


def batches(options):
    limit = f"--time-limit={options.seconds}"
    print("| lengths | model | mean gap | largest gap | slowest, s | one size per batch | one size for all | |")
    print("|---|---|---:|---:|---:|---:|---:|---|")
    for file in ("wikipedia.txt", "long_context_documents.csv"):
        for model in MODELS:
            gaps, seconds, ratios, packed = [], [], [], []
            by_degree = {degree: [] for degree in DEGREES}
            for seed in range(options.batches):
                value, bound, spent = solve(options, instance(options, model, file, seed), limit)
                gaps.append(value / bound - 1)
                seconds.append(spent)
                packed.append(value)
                best = None
                for degree in DEGREES:
                    single = solve(options, instance(options, model, file, seed, degrees=[degree]), limit)
                    by_degree[degree].append(single and single[0])
                    if single and (best is None or single[0] < best):
                        best = single[0]
                ratios.append(best / value)
            able = {degree: values for degree, values in by_degree.items() if None not in values}
            degree = min(able, key=lambda degree: sum(able[degree]))
            for_all = statistics.mean(value / mine for value, mine in zip(able[degree], packed))
            print(
                f"| {file} | {model} | {100 * statistics.mean(gaps):.2f}% | {100 * max(gaps):.2f}% | {max(seconds):.2f} "
                f"| {statistics.mean(ratios):.3f}x | {for_all:.3f}x | of {degree} |",
                flush=True,
            )


def large(options):
    print("\n| sequences | devices | limit, s | gap | s |\n|---:|---:|---:|---:|---:|")
    for limit in (2, 9):
        data = instance(options, "7B", "wikipedia.txt", 1, count=10_000, devices=1024)
        value, bound, seconds = solve(options, data, f"--time-limit={limit}")
        print(f"| 10000 | 1024 | {limit} | {100 * (value / bound - 1):.2f}% | {seconds:.2f} |", flush=True)


def replanning(options):
    print("\n| counted work | mean gap | mean s of the process |\n|---:|---:|---:|")
    for work in (100_000, 1_000_000, 10_000_000):
        gaps, seconds = [], []
        for seed in range(options.batches):
            data = instance(options, "7B", "wikipedia.txt", seed)
            _, bound, _ = solve(options, data, f"--time-limit={options.seconds}")
            value, _, spent = solve(options, data, "--scheduler=heuristic", f"--work-limit={work}")
            gaps.append(value / bound - 1)
            seconds.append(spent)
        print(f"| {work} | {100 * statistics.mean(gaps):.2f}% | {statistics.mean(seconds):.3f} |", flush=True)


def systems(options):
    wide = {"methods": ["zigzag"], "degrees": DEGREES}
    inside = BANDWIDTH["8"]
    rows = {
        "FlexSP": {},
        "FlexSP, any size": {"degrees": "any"},
        "all three methods": {"methods": ["ulysses", "ring", "zigzag"]},
        "rings only": wide,
        "rings, no barriers": wide | {"barriers": False},
        "ByteScale: and offloading": wide | {"barriers": False, "offload": {"to_host": 25, "from_host": 25}},
        "rings in zones": wide | {"degrees": "zones"},
        "and routing": wide | {"degrees": "zones", "routing": {"nics": 8, "bandwidth": inside}},
        "Zeppelin: and remapping": wide
        | {"degrees": "zones", "routing": {"nics": 8, "bandwidth": inside}, "remapping": {"bandwidth": inside}},
    }
    print("\n| 7B, wikipedia.txt | mean step, ms | of FlexSP's | mean gap |\n|---|---:|---:|---:|")
    first = None
    for name, changes in rows.items():
        values, gaps = [], []
        for seed in range(options.batches):
            value, bound, _ = solve(options, instance(options, "7B", "wikipedia.txt", seed, **changes), f"--time-limit={options.seconds}")
            values.append(value)
            gaps.append(value / bound - 1)
        mean = statistics.mean(values)
        first = first or mean
        print(f"| {name} | {mean:.1f} | {mean / first:.3f}x | {100 * statistics.mean(gaps):.2f}% |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build/bin/hocket-solve")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared/data/lengths", help="the folder of the files of lengths")
    parser.add_argument("--seconds", type=float, default=1, help="limit of each run (default: 1)")
    parser.add_argument("--batches", type=int, default=20, help="of each row (default: 20)")
    parser.add_argument("--only", choices=("batches", "large", "replanning", "systems"), help="one table only")
    options = parser.parse_args()
    options.data = options.data.resolve()
    for table in (batches, large, replanning, systems):
        if options.only in (None, table.__name__):
            table(options)


if __name__ == "__main__":
    main()
