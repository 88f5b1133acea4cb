#!/usr/bin/env python3
"""What the schedules are worth: one model, one machine, every built-in schedule, in real time.

Compiles a GPT of 12 blocks (test/fixtures/gpt-deep) for 4 pipeline ranks and runs each plan in the paced world, where ranks
sleep as long as the topology's devices would compute. Prints for each the bubble rate and the hungriest arena that
`--world=virtual` predicts, the makespan in real time, and the throughput as a ratio to 1F1B's.
"""

import argparse
import pathlib
import re
import tempfile

from paced import ROOT, TOPOLOGY, call

# schedule, chunks
SCHEDULES = [("1f1b", 1), ("gpipe", 1), ("zb_h1", 1), ("interleaved", 2), ("interleaved", 3)]


def measure(tools, folder, schedule, chunks, options):
    model, topology, executable = folder / "model.mlir", folder / "t.yaml", folder / "model.hkt"
    topology.write_text(TOPOLOGY.format(name="bench", flops=1e9))
    strategy = f"pipeline=4 microbatches={options.microbatches} schedule={schedule} chunks={chunks}"
    call(tools / "hocket-opt", ROOT / "test/fixtures/gpt-deep/model.mlir", f"--hocket-parallelize={strategy}", "-o", model)
    call(tools / "hocket-compile", model, f"--topology={topology}", "-o", executable)
    predicted = call(tools / "hocket-run", executable, "--world=virtual")
    measured = call(tools / "hocket-run", executable, "--world=paced", f"--steps={options.steps}", "--quiet")
    find = lambda pattern, text: re.search(pattern, text, re.M)[1]
    return (
        float(find(r"^bubble rate (\S+)", predicted)),
        find(r"arena (.+)$", predicted),
        float(find(r"^measured makespan (\S+) s", measured)),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin", help="where the tools are (default: build/bin)")
    parser.add_argument("--steps", type=int, default=3, help="steps of each plan (default: 3)")
    parser.add_argument("--microbatches", type=int, default=8)
    options = parser.parse_args()
    print("| schedule | chunks | bubble rate | hungriest arena | measured, ms | throughput, of 1F1B |\n|---|---|---|---|---|---|")
    base = None
    with tempfile.TemporaryDirectory() as folder:
        for schedule, chunks in SCHEDULES:
            bubble, arena, seconds = measure(options.bin, pathlib.Path(folder), schedule, chunks, options)
            base = base or seconds
            print(f"| {schedule} | {chunks} | {bubble:.3f} | {arena} | {seconds * 1e3:.1f} | {base / seconds:.2f}x |", flush=True)


if __name__ == "__main__":
    main()
