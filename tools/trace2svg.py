#!/usr/bin/env python3
"""Draws a trace of Hocket as a picture.

Reads the JSON that hocket-run --trace and hocket-compile --trace write and writes an SVG: a panel for each process
(measured, predicted), all with one scale, and in it a lane for each rank with its kernels, transfers and waits. Where a
process has several steps, one of them is drawn.
"""

import argparse
import math
import os
import sys
from xml.sax.saxutils import escape

from json_files import FileError, read_json, write

# What events are drawn as: the legend's text, and the colour. Waiting is the paper.
STYLES = {
    "F": ("forward", "#4e79a7"),
    "B": ("backward", "#f28e2b"),
    "Bi": ("input gradient", "#f28e2b"),
    "W": ("weight gradient", "#b07aa1"),
    "R": ("recomputation", "#9c755f"),
    "Update": ("update", "#59a14f"),
    "Attend": ("attention of shared sequences", "#d4a017"),
    "AllReduce": ("all-reduce: wait and sum", "#e15759"),
    "Recv": ("receive: wait and transfer", "#dfe3e8"),
    "WaitSend": ("wait for a receiver", "#dfe3e8"),
    "WaitCopy": ("wait for a copy to or from the host", "#dfe3e8"),
}
OTHER = ("zero, move, add", "#76b7b2")

LEFT, RIGHT, LANE, GAP, TITLE = 150, 20, 26, 34, 24
LETTER = 6.6  # a mean one's width
NAME = 23  # letters of a lane's name for which LEFT has room


class TraceError(Exception):
    pass


def style_of(event):
    return STYLES.get(event["args"].get("kind", event.get("cat")), OTHER)


def read_trace(path):
    """Processes in their order: (name, [(rank's name, [events])])."""
    trace = read_json(path)
    try:
        names, tracks = {}, {}
        for event in trace["traceEvents"]:
            place = event["pid"], event["tid"]
            if event["ph"] == "M" and event["name"] in ("process_name", "thread_name"):
                names[event["name"], place] = event["args"]["name"]
            elif event["ph"] == "X":
                event = dict(event, ts=float(event["ts"]), dur=float(event["dur"]), args=dict(event["args"]))
                tracks.setdefault(event["pid"], {}).setdefault(event["tid"], []).append(event)
        return [(names.get(("process_name", (pid, 0)), f"process {pid}"),
                 [(names.get(("thread_name", (pid, tid)), f"rank {tid}"), ranks[tid]) for tid in sorted(ranks)])
                for pid, ranks in sorted(tracks.items())]
    except (KeyError, TypeError, ValueError) as error:
        raise TraceError(f"{path}: not a trace of Hocket: {type(error).__name__} {error}")


def take_step(processes, step):
    """The events of one step of each process, from time 0 on. A process with a single step has but that."""
    taken = []
    for name, ranks in processes:
        steps = {event["args"].get("step", 1) for _, events in ranks for event in events}
        if len(steps) > 1 and step not in steps:
            raise TraceError(f"'{name}' has no step {step}; it has {min(steps)} to {max(steps)}")
        chosen = step if len(steps) > 1 else next(iter(steps))
        lanes = [(title, [event for event in events if event["args"].get("step", 1) == chosen])
                 for title, events in ranks]
        origin = min(event["ts"] for _, events in lanes for event in events)
        for _, events in lanes:
            for event in events:
                event["ts"] -= origin
        taken.append((name if len(steps) == 1 else f"{name}, step {chosen}", lanes))
    return taken


def unit_of(end):
    """Microseconds into what a person reads."""
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if end >= size:
            return unit, size
    return "µs", 1.0


def nice_step(span):
    """1, 2 or 5 times a power of ten: about ten ticks for `span`."""
    power = 1.0
    while power * 10 <= span:
        power *= 10
    while power > span:
        power /= 10
    for factor in (0.1, 0.2, 0.5, 1):
        if span / (power * factor) <= 10:
            return power * factor
    return power


def text(x, y, content, attributes=""):
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(content)}</text>'


def draw_event(event, y, scale, unit, size):
    x, width = LEFT + event["ts"] * scale, event["dur"] * scale
    if width < 0.05:
        return ""  # nobody would see it
    details = [event["name"], f'{event["dur"] / size:.4g} {unit}']
    for key, value in event["args"].items():
        if key not in ("kind", "step", "microbatch"):
            details.append(f"{key}: {value}")
    waits = style_of(event) in (STYLES["Recv"], STYLES["WaitSend"], STYLES["WaitCopy"])
    inset = LANE * 0.3 if waits else 2
    parts = [f'<g><title>{escape(chr(10).join(details))}</title>'
             f'<rect x="{x:.2f}" y="{y + inset:.1f}" width="{width:.2f}" height="{LANE - 2 * inset:.1f}"'
             f' fill="{style_of(event)[1]}" stroke="#ffffff" stroke-width="0.4"/>']
    microbatch = event["args"].get("microbatch")
    if microbatch is not None and event.get("cat") in ("Kernel", "Attend") and width > 7 * len(str(microbatch)) + 3:
        parts.append(text(x + width / 2, y + LANE / 2 + 4, str(microbatch), ' text-anchor="middle" fill="#ffffff"'))
    return "".join(parts) + "</g>"


def draw_axis(y, end, scale, unit, size):
    parts, step = [], nice_step(end / size)
    tick = 0
    while tick * step <= end / size * 1.0001:
        x = LEFT + tick * step * size * scale
        parts.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{x:.1f}" y2="{y + 4:.1f}" stroke="#888888"/>')
        parts.append(text(x, y + 16, f"{tick * step:g}", ' text-anchor="middle" fill="#555555"'))
        tick += 1
    parts.append(text(LEFT - 8, y + 16, unit, ' text-anchor="end" fill="#555555"'))
    return parts


def draw_legend(processes, width):
    used = []
    for _, lanes in processes:
        for _, events in lanes:
            for event in events:
                if style_of(event) not in used:
                    used.append(style_of(event))
    order = list(STYLES.values()) + [OTHER]
    merged = {}
    for title, colour in sorted(used, key=order.index):
        merged.setdefault(colour, []).append(title)
    parts, x, y = [], LEFT, 12
    for colour, titles in merged.items():
        title = " or ".join(titles)
        extent = 32 + LETTER * len(title)
        if x > LEFT and x + extent > width:
            x, y = LEFT, y + 20
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>')
        parts.append(text(x + 17, y + 10, title))
        x += extent
    return parts, y + 24


def draw(processes, width):
    end = max(event["ts"] + event["dur"] for _, lanes in processes for _, events in lanes for event in events)
    scale = (width - LEFT - RIGHT) / (end or 1)
    unit, size = unit_of(end)
    body, y = draw_legend(processes, width)
    for name, lanes in processes:
        last = max(event["ts"] + event["dur"] for _, events in lanes for event in events)
        y += TITLE
        body.append(text(LEFT, y - 8, f"{name}: {last / size:.4g} {unit}", ' font-weight="bold"'))
        for title, events in lanes:
            body.append(text(LEFT - 8, y + LANE / 2 + 4, title, ' text-anchor="end"'))
            body.append(f'<rect x="{LEFT}" y="{y}" width="{last * scale:.2f}" height="{LANE}" fill="#f6f7f9"/>')
            body += filter(None, (draw_event(event, y, scale, unit, size) for event in events))
            y += LANE
        body += draw_axis(y, last, scale, unit, size)
        y += GAP
    # Names that are longer than LEFT has room for make the picture wider.
    longest = max(len(title) for _, lanes in processes for title, _ in lanes)
    more = max(0, math.ceil(LETTER * (longest - NAME)))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + more}" height="{y}" viewBox="{-more} 0 {width + more} {y}"'
            f' font-family="Helvetica, Arial, sans-serif" font-size="12">\n'
            f'<rect x="{-more}" width="{width + more}" height="{y}" fill="#ffffff"/>\n' + "\n".join(body) + "\n</svg>\n")


def whole_number(least):
    def parse(content):
        number = int(content)
        if number < least:
            raise ValueError
        return number
    parse.__name__ = f"number of at least {least}"
    return parse


def main():
    parser = argparse.ArgumentParser(
        prog="trace2svg.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: trace2svg.py trace.json -o trace.svg --ranks=8\n"
               "exit status: 0 success, 2 the caller's mistake")
    parser.add_argument("trace", metavar="TRACE.json", help="as written by --trace")
    parser.add_argument("-o", dest="output", metavar="FILE.svg", required=True, help="the picture")
    parser.add_argument("--step", type=whole_number(1), default=1, help="which step, where there are several (default: 1)")
    parser.add_argument("--ranks", type=whole_number(1), default=64, help="draw the first N ranks (default: 64)", metavar="N")
    parser.add_argument("--width", type=whole_number(400), default=1100, help="in pixels (default: 1100)")
    options = parser.parse_args()
    try:
        if os.path.realpath(options.output) == os.path.realpath(options.trace):
            raise TraceError(f"-o: '{options.output}' is the trace, which would be lost; write to another file")
        processes = [(name, ranks[:options.ranks]) for name, ranks in read_trace(options.trace)]
        if not processes:
            raise TraceError(f"{options.trace}: there are no events")
        write(options.output, draw(take_step(processes, options.step), options.width))
    except (TraceError, FileError) as error:
        print(f"trace2svg.py: error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
