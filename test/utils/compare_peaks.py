#!/usr/bin/env python3
"""Compares the peaks of two predictions of `hocket-run --world=virtual`.

Usage: compare_peaks.py PLAIN OTHER --least=X

Exits 1 unless the arena of PLAIN is at least X times that of OTHER.
"""
import argparse
import re
import sys


def peak(path):
    with open(path) as file:
        found = re.search(r"^peak arena (\d+) bytes$", file.read(), re.MULTILINE)
    if not found:
        sys.exit(f"{path} has no line 'peak arena N bytes'")
    return int(found.group(1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("plain")
    parser.add_argument("other")
    parser.add_argument("--least", type=float, required=True)
    options = parser.parse_args()
    plain, other = peak(options.plain), peak(options.other)
    print(f"{plain} bytes are {plain / other:.2f} times {other}")
    if plain < options.least * other:
        sys.exit(f"{options.other}: less than {options.least} times smaller than {options.plain}")


main()
