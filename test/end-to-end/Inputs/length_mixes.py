#!/usr/bin/env python3
"""Prints a file for --lengths-from: a step a line, each with another mix of sequence lengths.

Usage: length_mixes.py STEPS LEAST_SEQUENCES MOST_SEQUENCES LONGEST
"""
import random
import sys

steps, least, most, longest = map(int, sys.argv[1:])
numbers = random.Random(11)
seen = set()
print("# lengths of the sequences of a step")
while len(seen) < steps:
    # Many short sequences and a few long ones.
    lengths = tuple(
        max(1, min(longest, round(numbers.lognormvariate(0, 1) * longest / 4)))
        for _ in range(numbers.randint(least, most))
    )
    if lengths in seen:
        continue
    seen.add(lengths)
    print((", " if len(seen) % 2 else " ").join(map(str, lengths)))
