#!/usr/bin/env python3
"""Compares two safetensors files of f32 tensors.

Usage: compare_tensors.py A B --rtol=X

Every tensor of B must be in A, of the same shape, with norm(A - B) <= X * norm(B). Exits 1 naming the first that is not.
"""
import argparse
import array
import json
import math
import struct
import sys


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    (size,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + size])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "F32":
            sys.exit(f"{path}: tensor '{name}' is {entry['dtype']}, not F32")
        begin, end = entry["data_offsets"]
        values = array.array("f")
        values.frombytes(data[8 + size + begin : 8 + size + end])
        tensors[name] = (entry["shape"], values)
    return tensors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--rtol", type=float, required=True)
    options = parser.parse_args()
    a, b = read(options.a), read(options.b)
    if not b:
        sys.exit(f"{options.b} has no tensors")
    worst = 0.0
    for name, (shape, expected) in b.items():
        if name not in a:
            sys.exit(f"{options.a} has no tensor '{name}'; it has {', '.join(sorted(a))}")
        actual_shape, actual = a[name]
        if actual_shape != shape:
            sys.exit(f"tensor '{name}' has shape {actual_shape}, expected {shape}")
        difference = math.sqrt(sum((x - y) ** 2 for x, y in zip(actual, expected)))
        norm = math.sqrt(sum(y * y for y in expected))
        # Written so that a NaN fails; a tensor of zeros must be zeros.
        if not difference <= options.rtol * norm + 1e-30:
            sys.exit(f"tensor '{name}' differs by {difference / max(norm, 1e-30):.3g} (relative)")
        worst = max(worst, difference / max(norm, 1e-30))
    print(f"{len(b)} tensors agree, largest relative difference {worst:.3g}")


main()
