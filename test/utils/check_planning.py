#!/usr/bin/env python3
"""Checks in a trace of hocket-run --lengths-from that plans are made while steps run.

Usage: check_planning.py TRACE --steps=N --ranks=N [--hidden=SHARE]

Every step has a span that holds the spans of all its ranks. The plan of a step is made once: it begins within the span of
the step before, and ends before its own step begins. At least SHARE of the plans (default: all) but the first one also
end within the span of the step before.
"""
import argparse
import json
import sys

parser = argparse.ArgumentParser()
parser.add_argument("trace")
parser.add_argument("--steps", type=int, required=True)
parser.add_argument("--ranks", type=int, required=True)
parser.add_argument("--hidden", type=float, default=1)
options = parser.parse_args()

spans = {"steps": {}, "planning": {}, "ranks": {}}
with open(options.trace) as file:
    events = json.load(file)["traceEvents"]
measured = next(e["pid"] for e in events if e["name"] == "process_name" and e["args"]["name"] == "measured")
for event in events:
    if event["ph"] != "X" or event["pid"] != measured:
        continue
    track = event["cat"] if event["cat"] in ("steps", "planning") else "ranks"
    step = event["args"]["step"]
    begin, end = event["ts"], event["ts"] + event["dur"]
    if track == "ranks":
        times = spans[track].setdefault((step, event["tid"]), [begin, end])
        times[:] = min(times[0], begin), max(times[1], end)
    elif step in spans[track]:
        sys.exit(f"step {step} is on the track '{track}' twice")
    else:
        spans[track][step] = begin, end

numbers = set(range(1, options.steps + 1))
for track in ("steps", "planning"):
    if set(spans[track]) != numbers:
        sys.exit(f"the track '{track}' has the steps {sorted(spans[track])}")
if set(spans["ranks"]) != {(step, rank) for step in numbers for rank in range(options.ranks)}:
    sys.exit("a rank has no instruction in a step, or there are other ranks")

SLACK = 0.01  # microseconds: times are printed as decimals


def within(inner, outer):
    return outer[0] - SLACK <= inner[0] and inner[1] <= outer[1] + SLACK


for (step, rank), times in spans["ranks"].items():
    if not within(times, spans["steps"][step]):
        sys.exit(f"rank {rank} works outside step {step}")
hidden = 0
for step in numbers - {1}:
    plan, before, own = spans["planning"][step], spans["steps"][step - 1], spans["steps"][step]
    if not before[0] - SLACK <= plan[0] <= before[1] + SLACK:
        sys.exit(f"the plan of step {step} is not begun while step {step - 1} runs")
    if plan[1] > own[0] + SLACK:
        sys.exit(f"step {step} begins before its plan is made")
    hidden += within(plan, before)
share = hidden / max(1, len(numbers) - 1)
print(f"{hidden} of {len(numbers) - 1} plans were made while the step before ran")
if share < options.hidden:
    sys.exit(f"that is {share:.2f} of them; expected {options.hidden}")
