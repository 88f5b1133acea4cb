#!/usr/bin/env python3
"""Checks that a predicted step of a skip-pipeline takes at least what its links do.

Usage: check_link_times.py PLAN.mlir INSTANCE.json PREDICTION...

PLAN.mlir has a hocket.skip_pipeline with paths, INSTANCE.json the link times (s) between its nodes, and each PREDICTION is
what hocket-run --world=virtual printed, or hocket-compile of paths that it solved. A microbatch goes along its path, from
the last node to its head for the loss, and all the way back. Prints the longest such time and each makespan over it.
"""
import json
import re
import sys

UNITS = {"s": 1, "ms": 1e-3, "us": 1e-6}


def there_and_back(path, link):
    hops = list(zip(path, path[1:] + path[:1]))
    return sum(link[a][b] + link[b][a] for a, b in hops)


def makespan(path):
    with open(path) as file:
        match = re.search(r"makespan ([0-9.e+-]+) (s|ms|us)\b", file.read())
    if not match:
        sys.exit(f"{path} has no makespan")
    return float(match.group(1)) * UNITS[match.group(2)]


def main():
    plan, instance, *predictions = sys.argv[1:]
    with open(plan) as file:
        match = re.search(r"paths\((\[\[[0-9, \[\]]*\]\])\)", file.read())
    if not match or not predictions:
        sys.exit(f"{plan} has no paths, or there are no predictions")
    with open(instance) as file:
        link = json.load(file)["link"]
    longest = max(there_and_back(path, link) for path in json.loads(match.group(1)))
    print(f"links {longest:.6f} s")
    for prediction in predictions:
        seconds = makespan(prediction)
        # Solved times are whole nanoseconds.
        if not seconds >= longest - 1e-6:
            sys.exit(f"{prediction}: a makespan of {seconds} s is less than its links take, {longest} s")
        print(f"{prediction}: {seconds:.6f} s, {seconds / longest:.4f} of it")


main()
