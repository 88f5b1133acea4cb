"""Solves the pipelines for which bubble rates are published, one line each."""

import json
import subprocess
import sys

folder, solver = sys.argv[1:]

PROFILED = [
    # F, Bi, W, C, ranks, microbatches, hidden, heads, ZB-H1, ZB-H2
    (18.522, 18.086, 9.337, 0.601, 8, 24, 2304, 24, 0.1585, 0.0433),
    (29.718, 29.444, 19.927, 0.527, 8, 24, 4096, 32, 0.1323, 0.0029),
    (11.347, 11.248, 8.132, 0.377, 16, 48, 5120, 40, 0.1397, 0.0066),
]
EQUAL = [(4, 8, 0.1111), (8, 24, 0.0886), (8, 32, 0.0680), (16, 48, 0.0943)]




def kept_for_weights(hidden, heads, sequence=1024):
    """The part of a layer's activation that W still needs (Qi et al., Zero
    Bubble Pipeline Parallelism, table 1: 32 s b h of s b (34 h + 5 a s))."""
    return round(32 * hidden / (34 * hidden + 5 * heads * sequence), 4)


def four(rate):
    return f"{rate:.4f}".lstrip("0")


def solve(times, hop, ranks, microbatches, cap, published=None, kept=None):
    forward, input_gradient, weight_gradient = times
    instance = dict(
        kind="schedule", name="published", stages=ranks, ranks=ranks,
        microbatches=microbatches, F=forward, Bi=input_gradient,
        W=weight_gradient, hop=hop, cap=cap, objective="span",
    )
    if kept:
        instance["kept_for_W"] = kept
    path = folder + ".instance.json"
    with open(path, "w") as file:
        json.dump(instance, file)
    command = [solver, "schedule", path, "--quiet", "--work-limit=2000000000"]
    result = subprocess.run(command, capture_output=True, text=True)
    status, value = result.stdout.split()[:2]
    rate = 1 - microbatches * sum(times) / float(value)
    part = f", {kept} kept for W" if kept else ""
    known = f"{four(published)} published, " if published is not None else ""
    print(f"{ranks} ranks, cap {cap}{part}: {known}{four(rate)} {status}")


for *times, hop, p, m, _, _, h1, _ in PROFILED:
    solve(times, hop, p, m, p, h1)
for *times, hop, p, m, h, a, _, h2 in PROFILED:
    solve(times, hop, p, m, 2 * p - 1, h2, kept=kept_for_weights(h, a))
for *times, hop, p, m, _, _, _, _ in PROFILED:
    solve(times, hop, p, m, 2 * p - 1)
for p, m, h1 in EQUAL:
    solve((10, 10, 10), 0, p, m, p, h1)
for p, m, _ in EQUAL:
    solve((10, 10, 10), 0, p, m, 2 * p - 1, 0)
