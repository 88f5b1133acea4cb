#!/usr/bin/env python3
"""Measures how long hocket-compile takes for GPTs of 4 and of 48 layers, one layer a stage, and prints their ratio.

    bench/compile_time.py [--build BUILD] [--runs N]

Stages that differ in their parameters alone are compiled once, so that 48 layers should take about as long as 4.
bench/RESULTS.md has the figures.
"""

from __future__ import annotations

import argparse
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
MODELS = {4: BENCH / "gpt512.mlir", 48: BENCH / "gpt512-48.mlir"}
TOPOLOGY = """\
name: fifty
nodes: 1
devices_per_node: 50
device: {memory_bytes: 34359738368, flops_per_second: 1.0e12, memory_bytes_per_second: 1.0e11, launch_seconds: 1.0e-6}
links:
  intra_node: {latency_seconds: 1.0e-6, bytes_per_second: 1.0e10}
  inter_node: {latency_seconds: 1.0e-6, bytes_per_second: 1.0e10}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=BENCH.parent / "build")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    tools = options.build.resolve() / "bin"
    seconds: dict[int, list[float]] = {layers: [] for layers in MODELS}
    reports = {}
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        (work / "fifty.yaml").write_text(TOPOLOGY, encoding="utf-8")
        for layers, model in MODELS.items():
            strategy = f"--hocket-parallelize=pipeline={layers} microbatches=4 schedule=1f1b"
            subprocess.run([tools / "hocket-opt", model, strategy, "-o", work / f"{layers}.mlir"], check=True)
        for _ in range(options.runs):  # in turn, so that both meet the same machine
            for layers in MODELS:
                command = [tools / "hocket-compile", work / f"{layers}.mlir", f"--topology={work / 'fifty.yaml'}"]
                begin = time.perf_counter()
                done = subprocess.run([*command, "-o", work / "out.hkt"], check=True, capture_output=True, text=True)
                seconds[layers].append(time.perf_counter() - begin)
                reports[layers] = re.search(r"(\d+) stages, (\d+) kernels", done.stderr)
    print("| layers | stages | kernels | seconds, least and median | of 4 layers |")
    print("|---:|---:|---:|---:|---:|")
    least = {layers: min(times) for layers, times in seconds.items()}
    for layers, times in seconds.items():
        stages, kernels = reports[layers].groups()
        print(
            f"| {layers} | {stages} | {kernels} | {least[layers]:.2f}, {statistics.median(times):.2f} "
            f"| {least[layers] / least[4]:.2f}x |"
        )


if __name__ == "__main__":
    main()
