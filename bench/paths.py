#!/usr/bin/env python3
"""Skip-pipelines: hocket-solve's heuristic and bounds against Z3, on random networks and on a measured one.

Prints a table of random instances of 8 to 64 nodes, homogeneous and heterogeneous, with stages given and not: the value that
Z3 alone proves or reaches, the heuristic's and auto's values as ratios to the best bound of all of them.
"""

import argparse
import json
import math
import pathlib
import random
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared/data/paths/geo-12-locations-20-nodes.json"

# nodes, stages, path length, heads, microbatches, memory
SIZES = [
    (8, 4, 3, 2, 4, 2),
    (8, 4, 3, 2, 6, 2),
    (12, 4, 3, 3, 9, 3),
    (16, 4, 3, 4, 16, 3),
    (20, 5, 4, 4, 24, 3),
    (32, 8, 6, 4, 32, 4),
    (64, 8, 6, 8, 96, 4),
]


def instance(seed, size, heterogeneous, given):
    """Nodes on a plane of 2 s across; links are as long as the way between them, and 20% longer one way."""
    nodes, stages, path_length, heads, microbatches, memory = size
    draw = random.Random(f"{seed} {size} {heterogeneous}")
    place = [(draw.random() * 1.4, draw.random() * 1.4) for _ in range(nodes)]

    def link(a, b):
        if a == b:
            return 0
        way = math.dist(place[a], place[b]) if heterogeneous else 0.2
        return round(0.05 + way * (1.2 if heterogeneous and a > b else 1), 3)

    speed = [draw.choice([1, 1, 1.5, 2]) if heterogeneous else 1 for _ in range(nodes)]
    forward = [round(0.4 * x, 3) for x in speed]
    others = list(range(heads, nodes))
    draw.shuffle(others)
    partition = [list(range(heads))] + [sorted(others[i :: stages - 1]) for i in range(stages - 1)]
    return {
        "kind": "paths",
        "name": f"{nodes}-nodes-{'heterogeneous' if heterogeneous else 'homogeneous'}-{seed}",
        "nodes": nodes,
        **({"stages": partition} if given else {"stage_count": stages}),
        "forward": forward,
        "loss_on_head": [round(x / 4, 3) for x in forward],
        "backward": [round(1.5 * x, 3) for x in forward],
        "link": [[link(a, b) for b in range(nodes)] for a in range(nodes)],
        "memory": [draw.choice([memory - 1, memory, memory + 1]) if heterogeneous else memory for _ in range(nodes)],
        "path_length": path_length,
        "convergence": {
            "start_at_head": True,
            "max_backward_step": 1,
            "max_backward_sum": 2,
            "max_backward_moves": 2,
            "max_forward_jump": 4,
        },
        "microbatches": [{"id": i, "head": i % heads, "release": i // heads * 0.5} for i in range(microbatches)],
    }


def solve(tool, path, scheduler, seconds, *flags):
    command = [tool, "paths", path, f"--scheduler={scheduler}", f"--time-limit={seconds}", "--quiet", *flags]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 4):
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    status, value, bound, _, spent = done.stdout.split()[-5:]
    return status, None if value == "-" else float(value), float(bound), float(spent)


def random_networks(options):
    print("| nodes | stages | microbatches | links and speeds | z3, status | z3, s | heuristic / bound | auto / bound | auto, status | auto, s |")
    print("|---:|---|---:|---|---|---:|---:|---:|---|---:|")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "instance.json"
        for size in [size for size in SIZES if not options.nodes or size[0] in options.nodes]:
            for given in (True, False):
                for heterogeneous in (False, True):
                    data = instance(options.seed, size, heterogeneous, given)
                    path.write_text(json.dumps(data))
                    small = size[0] <= 12
                    z3 = solve(options.tool, path, "z3", options.z3_seconds) if small else ("-", None, 0, 0)
                    heuristic = solve(options.tool, path, "heuristic", options.seconds)
                    auto = solve(options.tool, path, "auto", options.seconds)
                    bound = max(z3[2], heuristic[2], auto[2])
                    print(
                        f"| {size[0]} | {size[1]}, {'given' if given else 'chosen'} | {size[4]} "
                        f"| {'heterogeneous' if heterogeneous else 'homogeneous'} | {z3[0]} | {z3[3]:.1f} "
                        f"| {heuristic[1] / bound:.3f} | {auto[1] / bound:.3f} | {auto[0]} | {auto[3]:.1f} |",
                        flush=True,
                    )


def measured_network(options):
    print("| gaps, s | value, s | bound, s | status | seconds |\n|---|---:|---:|---|---:|")
    for task, injection in ((0.13, 0.09), (0, 0)):
        flags = (f"--gap-after-task={task}", f"--gap-after-injection={injection}")
        status, value, bound, spent = solve(options.tool, options.data, "auto", 60, *flags)
        print(f"| {task} after a task, {injection} after an injection | {value} | {bound} | {status} | {spent:.1f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build/bin/hocket-solve")
    parser.add_argument("--seconds", type=float, default=10, help="for the heuristic and for auto (default: 10)")
    parser.add_argument("--z3-seconds", type=float, default=60, help="for Z3 alone (default: 60)")
    parser.add_argument("--seed", type=int, default=1, help="of the instances (default: 1)")
    parser.add_argument("--nodes", type=int, nargs="*", help="only the networks of so many nodes, without the measured one")
    parser.add_argument("--data", type=pathlib.Path, default=DATA, help="the measured network")
    parser.add_argument("--write", type=pathlib.Path, help="only write the instances to this folder")
    options = parser.parse_args()
    if options.write:
        for size in SIZES:
            for given in (True, False):
                for heterogeneous in (False, True):
                    data = instance(options.seed, size, heterogeneous, given)
                    name = f"{data['name']}-{size[4]}-{'given' if given else 'chosen'}.json"
                    (options.write / name).write_text(json.dumps(data))
        return
    if not options.nodes:
        if options.data.exists():
            measured_network(options)
        else:
            print(f"no {options.data}")
        print()
    random_networks(options)


if __name__ == "__main__":
    main()
