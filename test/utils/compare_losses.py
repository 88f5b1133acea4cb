#!/usr/bin/env python3
"""Compares two runs' losses, step by step.

Usage: compare_losses.py A B (--rtol=X | --exact) [--steps=N]

A and B are outputs of hocket-run ("step K loss X ...") or plain lists of losses, one a line. Exits 1 with the first step
that differs by more than X relative to B, or when the numbers of steps differ or are not N.
"""
import argparse
import re
import sys


def losses(path):
    values = []
    with open(path) as file:
        for line in file:
            match = re.match(r"step (\d+) loss (\S+)", line)
            if match:
                values.append(float(match.group(2)))
            elif re.fullmatch(r"\s*[-+0-9.e]+\s*", line):
                values.append(float(line))
    return values


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("a")
    parser.add_argument("b")
    tolerance = parser.add_mutually_exclusive_group(required=True)
    tolerance.add_argument("--rtol", type=float)
    tolerance.add_argument("--exact", action="store_true")
    parser.add_argument("--steps", type=int)
    options = parser.parse_args()
    a, b = losses(options.a), losses(options.b)
    if len(a) != len(b) or not a or (options.steps and len(a) != options.steps):
        sys.exit(f"{options.a} has {len(a)} losses, {options.b} has {len(b)}; expected {options.steps or 'equal'}")
    worst = 0.0
    for step, (x, y) in enumerate(zip(a, b), start=1):
        difference = abs(x - y) / max(abs(y), 1e-30)
        # Written so that a NaN fails.
        if not (x == y if options.exact else difference <= options.rtol):
            sys.exit(f"step {step}: {x!r} and {y!r} differ by {difference:.3g}")
        worst = max(worst, difference)
    print(f"{len(a)} losses agree, largest relative difference {worst:.3g}")


main()
