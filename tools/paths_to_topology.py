#!/usr/bin/env python3
"""Makes a topology file of an instance of kind paths.

Node i of the instance becomes node i of the topology, with one device. The link times of an instance are those of whole
messages, so they become latencies between nodes, beside a bandwidth at which bytes hardly count unless one is given. What a
device can do is not in an instance; its tasks have times there, and here they have kernels.
"""

import argparse
import json
import math
import os
import sys

from json_files import FileError, read_json, write


class InstanceError(Exception):
    pass


def is_time(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def read_links(path):
    """The name and the link times, a row for each node that sends."""
    instance = read_json(path)
    if not isinstance(instance, dict) or instance.get("kind") != "paths":
        raise InstanceError(f"{path}: not an instance of kind paths")
    if instance.get("units", "seconds") != "seconds":
        raise InstanceError(f"{path}: field 'units' must be seconds, the unit of a topology, not {instance['units']!r}")
    links = instance.get("link")
    if not isinstance(links, list) or not links:
        raise InstanceError(f"{path}: field 'link' must be a list with a row for each node")
    if "nodes" in instance and instance["nodes"] != len(links):
        raise InstanceError(f"{path}: field 'link' must have a row for each of the {instance['nodes']} nodes, not {len(links)}")
    for i, row in enumerate(links):
        if not isinstance(row, list) or len(row) != len(links):
            raise InstanceError(f"{path}: field 'link[{i}]' must be a list of {len(links)} times")
        for j, time in enumerate(row):
            if not is_time(time):
                raise InstanceError(f"{path}: field 'link[{i}][{j}]' must be a number of at least 0")
    return str(instance.get("name") or "paths"), links


def topology(name, links, options):
    rows = []
    for i, row in enumerate(links):
        # Within a node it is the intra-node link that counts.
        times = [0 if i == j else time for j, time in enumerate(row)]
        rows.append(f"      - [{', '.join(repr(time) for time in times)}]")
    return "\n".join([
        f"name: {json.dumps(name)}",
        f"nodes: {len(links)}",
        "devices_per_node: 1",
        "device:",
        f"  memory_bytes: {options.memory_bytes}",
        f"  flops_per_second: {options.flops_per_second!r}",
        f"  memory_bytes_per_second: {options.memory_bytes_per_second!r}",
        f"  launch_seconds: {options.launch_seconds!r}",
        "links:",
        f"  intra_node: {{latency_seconds: 0, bytes_per_second: {options.bytes_per_second!r}}}",
        "  inter_node:",
        f"    bytes_per_second: {options.bytes_per_second!r}",
        "    latency_seconds: # a row for each node that sends",
        *rows,
        "",
    ])


def number(is_allowed, what):
    """A type of an option: a finite number that `is_allowed`."""
    def parse(word):
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or not is_allowed(value):
            raise argparse.ArgumentTypeError(f"must be {what}, not '{word}'")
        return value
    return parse


def whole_number(word):
    if not word.isascii() or not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not '{word}'")
    return int(word)


def main():
    positive = number(lambda value: value > 0, "a number above 0")
    not_negative = number(lambda value: value >= 0, "a number of at least 0")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", metavar="INSTANCE.json")
    parser.add_argument("-o", "--output", metavar="FILE.yaml", default="-", help="standard output unless given")
    parser.add_argument("--memory-bytes", type=whole_number, default=16 << 30, help="of a device (default: %(default)s)")
    parser.add_argument("--flops-per-second", type=positive, default=1e13, help="of a device (default: %(default)s)")
    parser.add_argument("--memory-bytes-per-second", type=positive, default=5e11, help="of a device (default: %(default)s)")
    parser.add_argument("--launch-seconds", type=not_negative, default=5e-6, help="of a kernel (default: %(default)s)")
    parser.add_argument("--bytes-per-second", type=positive, default=1e12, help="of a link (default: %(default)s)")
    options = parser.parse_args()
    try:
        if os.path.realpath(options.output) == os.path.realpath(options.instance):
            raise InstanceError(f"-o: '{options.output}' is the instance, which would be lost; write to another file")
        text = topology(*read_links(options.instance), options)
        if options.output == "-":
            sys.stdout.write(text)
        else:
            write(options.output, text)
    except (InstanceError, FileError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
