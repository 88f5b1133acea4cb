#!/usr/bin/env python3
"""Writes a profile whose kernels all take the same time, one of them a factor longer."""
import argparse
import json

parser = argparse.ArgumentParser()
parser.add_argument("profile")
parser.add_argument("--seconds", type=float, required=True)
parser.add_argument("--kernel", default="")
parser.add_argument("--factor", type=float, default=1)
parser.add_argument("-o", dest="output", required=True)
options = parser.parse_args()

with open(options.profile) as file:
    profile = json.load(file)
found = False
for kernel in profile["kernels"]:
    slow = kernel["symbol"] == options.kernel
    found |= slow
    for sample in kernel["samples"]:
        sample["seconds"] = options.seconds * (options.factor if slow else 1)
assert found or not options.kernel, f"no kernel {options.kernel}"
with open(options.output, "w") as file:
    json.dump(profile, file)
