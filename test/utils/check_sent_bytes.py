#!/usr/bin/env python3
"""Adds up the bytes that each rank sent in the one step of a trace and compares them with a method's formula.

Usage: check_sent_bytes.py TRACE METHOD RANKS ULYSSES TOKENS HEADS KEY_HEADS HEAD_SIZE LAYERS

The formulas are those of attention without a mask, forward and backward (docs/sequence.md), for tokens that the ranks
divide evenly and numbers of 4 bytes. Exits 1 naming the first rank that sent something else.
"""
import collections
import json
import sys

path, method = sys.argv[1:3]
ranks, ulysses, tokens, heads, key_heads, head_size, layers = map(int, sys.argv[3:])
local = tokens // ranks
query, key = local * heads * head_size * 4, local * key_heads * head_size * 4
sums = local * heads * 4


def ring(size):
    """Keys and values twice, and the gradients of both, once more round."""
    return 4 * (size - 1) * key + 2 * size * key


def exchange(size):
    """Queries, keys, values and outputs, and the gradients of the same."""
    return 2 * (size - 1) * local * (2 * heads + 2 * max(key_heads, size)) * head_size * 4 // size


expected = layers * {
    "ring": lambda: ring(ranks),
    "zigzag": lambda: ring(ranks),
    "striped": lambda: ring(ranks),
    "all_gather": lambda: 6 * (ranks - 1) * key,
    "ulysses": lambda: exchange(ranks),
    "usp": lambda: exchange(ulysses) + ring(ranks // ulysses),
    "token_ring": lambda: (ranks - 1) * (5 * query + 3 * sums),
}[method]()

with open(path) as file:
    events = json.load(file)
events = events["traceEvents"] if isinstance(events, dict) else events
measured = {e["pid"] for e in events if e.get("ph") == "M" and "measured" in str(e["args"].get("name", ""))}
if not measured:
    sys.exit(f"{path}: no measured tracks")
sent = collections.Counter()
for event in events:
    if event.get("ph") == "X" and event["pid"] in measured and event["cat"] == "Send":
        sent[event["tid"]] += event["args"]["bytes"]
for rank in range(ranks):
    if sent[rank] != expected:
        sys.exit(f"{method}: rank {rank} sent {sent[rank]} bytes, not {expected}")
print(f"{method}: each of {ranks} ranks sent {expected} bytes")
