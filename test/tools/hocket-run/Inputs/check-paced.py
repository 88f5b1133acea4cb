"""Checks what the paced world printed and traced: check-paced.py OUTPUT TRACE RANKS.

Times are real and the machine may be busy: nothing is faster than predicted, and nothing is asked of how late it is.
"""

import json
import re
import sys

output, trace, ranks = open(sys.argv[1]).read(), json.load(open(sys.argv[2])), int(sys.argv[3])


def makespan(which):
    return float(re.search(rf"^{which} makespan (\S+) s,", output, re.M)[1])


predicted = makespan("predicted")
steps = [float(value) for value in re.findall(r"^step \d+ makespan (\S+) s", output, re.M)]
assert len(steps) == 2 and predicted > 0, output
for value in steps + [makespan("measured")]:
    assert value >= predicted * (1 - 1e-4), (value, predicted)

events = {"measured": {}, "predicted": {}}
names = {}
for event in trace["traceEvents"]:
    if event["ph"] == "M" and event["name"] == "process_name":
        names[event["pid"]] = event["args"]["name"]
    if event["ph"] == "X":
        events[names[event["pid"]]].setdefault(event["tid"], []).append(event)
assert sorted(names.values()) == ["measured", "predicted"], names
for process, count in (("measured", 2), ("predicted", 1)):
    assert sorted(events[process]) == list(range(ranks))
    for track in events[process].values():
        assert {event["args"]["step"] for event in track} == set(range(1, count + 1))

for rank in range(ranks):
    measured, expected = events["measured"][rank], events["predicted"][rank]
    assert len(measured) == 2 * len(expected)
    for first, second, model in zip(measured, measured[len(expected):], expected):
        assert first["name"] == second["name"] == model["name"]
        arguments = model["args"]
        assert abs(arguments["predicted_seconds"] * 1e6 - model["dur"]) < 1e-6
        mean = (first["dur"] + second["dur"]) / 2
        assert abs(arguments["measured_seconds"] * 1e6 - mean) < 1e-3
        assert first["args"]["predicted_seconds"] == arguments["predicted_seconds"]
        if model["cat"] == "Kernel":
            assert arguments["bytes"] > 0 and arguments["flops"] >= 0 and arguments["kernel"]
    for before, after in zip(measured, measured[1:]):
        assert after["ts"] >= before["ts"] + before["dur"] - 1e-3
