#!/usr/bin/env python3
"""What the schedules are worth: one model, one machine, named schedules and solved ones, in real time.

Compiles a GPT of 12 blocks (test/fixtures/gpt-deep) for 4 pipeline ranks, with whole stages, with two ranks that share the
sequences of each stage, and with slices that are computed again, and runs each plan in the paced world, where ranks sleep as
long as the topology's devices would compute. Prints for each the bubble rate and the hungriest arena that `--world=virtual`
predicts, the makespan as it is predicted and in real time, and the throughput as ratios to that of 1F1B with stages of the same kind.
"""

import argparse
import pathlib
import re
import tempfile

from paced import ROOT, TOPOLOGY, call

STAGES = ["", "sequence=2 method=zigzag", "slices=4 activations=recompute"]
# schedule, chunks
SCHEDULES = [("1f1b", 1), ("gpipe", 1), ("zb_h1", 1), ("zb_h2", 1), ("auto", 1),
             ("interleaved", 2), ("zb_v", 2), ("auto", 2), ("interleaved", 3), ("auto", 3)]


def measure(tools, folder, stages, schedule, chunks, options):
    model, topology, executable = folder / "model.mlir", folder / "t.yaml", folder / "model.hkt"
    topology.write_text(TOPOLOGY.format(name="bench", flops=1e9))
    strategy = f"pipeline=4 microbatches={options.microbatches} schedule={schedule} chunks={chunks} {stages}"
    call(tools / "hocket-opt", ROOT / "test/fixtures/gpt-deep/model.mlir", f"--hocket-parallelize={strategy}", "-o", model)
    call(tools / "hocket-compile", model, f"--topology={topology}", "-o", executable)
    predicted = call(tools / "hocket-run", executable, "--world=virtual")
    measured = call(tools / "hocket-run", executable, "--world=paced", f"--steps={options.steps}", "--quiet")
    find = lambda pattern, text: re.search(pattern, text, re.M)[1]
    return (
        float(find(r"^bubble rate (\S+)", predicted)),
        float(find(r"^makespan (\S+) s", predicted)),
        find(r"arena (.+)$", predicted),
        float(find(r"^measured makespan (\S+) s", measured)),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin", help="where the tools are (default: build/bin)")
    parser.add_argument("--steps", type=int, default=3, help="steps of each plan (default: 3)")
    parser.add_argument("--microbatches", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for stages in STAGES:
            print(f"\n{stages or 'whole stages'}\n")
            print("| schedule | chunks | bubble rate | hungriest arena | predicted, ms | of 1F1B | measured, ms | of 1F1B |\n|---|---|---|---|---|---|---|---|")
            base = None
            for schedule, chunks in SCHEDULES:
                bubble, predicted, arena, seconds = measure(options.bin, pathlib.Path(folder), stages, schedule, chunks, options)
                base = base or (predicted, seconds)
                print(f"| {schedule} | {chunks} | {bubble:.3f} | {arena} | {predicted * 1e3:.1f} | {base[0] / predicted:.2f}x | {seconds * 1e3:.1f} | "
                      f"{base[1] / seconds:.2f}x |", flush=True)


if __name__ == "__main__":
    main()
