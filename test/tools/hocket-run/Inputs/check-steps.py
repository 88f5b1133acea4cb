"""check-steps.py PROFILE.json:STEPS...: that so many steps of four microbatches were measured."""

import json
import sys

for argument in sys.argv[1:]:
    path, _, steps = argument.rpartition(":")
    kernels = {kernel["symbol"]: kernel["samples"] for kernel in json.load(open(path))["kernels"]}
    forwards = sum(sample["calls"] for sample in kernels["stage0.forward"])
    if forwards != 4 * int(steps):
        sys.exit(f"{path}: stage 0 was measured in {forwards} forwards, not in 4 microbatches of {steps} steps")
