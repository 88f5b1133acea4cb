#!/usr/bin/env python3
"""Kind activations: MEMO's 7B on 8 devices of 80 GB, by the length of the sequence.

For each length: the step with MEMO's rule (input and attention of every layer offloaded, one fraction alpha of the rest, no waiting), with the
best choice that is the same for all layers (keeping allowed, waiting allowed), and with a choice of its own for each layer; its gap to the
proven bound and the seconds of the process. All as ratios to a step that computes nothing again. "recompute" is the plain alternative: all of
"other" of all layers. Times by operations at --tflops of a device, each rank with an eighth of the tokens. Every solution is checked again
by `--verify`.
"""

import argparse
import pathlib

import solver

ROOT = pathlib.Path(__file__).resolve().parent.parent
HIDDEN, LAYERS, INTERMEDIATE, PARAMETERS, DEVICES = 4096, 32, 11008, 6.74e9, 8
MEMO = {"input": ["offload"], "attention": ["offload"], "other": ["offload", "recompute"], "stalls": False, "uniform": True}


def instance(options, tokens, **changes):
    own = tokens // DEVICES
    linear = 2 * own * (4 * HIDDEN**2 + 3 * HIDDEN * INTERMEDIATE) / (options.tflops * 1e9)
    attention = 4 * (tokens / 2) * own * HIDDEN / (options.tflops * 1e9)
    unit = own * HIDDEN * 2  # bytes of b s h elements
    return {
        "kind": "activations",
        "name": f"7B-{tokens}",
        "layers": [
            {
                "count": LAYERS,
                "forward_ms": round(linear + attention, 6),
                "backward_ms": round(2 * (linear + attention), 6),
                "recompute_ms": round(linear, 6),
                "bytes": {"input": unit, "attention": unit, "other": 14 * unit, "transient": 2 * unit},
            }
        ],
        "slices": 16,
        "device": {"cap": 80 * 10**9, "fixed": int(PARAMETERS * 16 / DEVICES)},
        "host": {"cap": int(options.host * 2**30 / DEVICES), "to_host": options.gbps * 10**6, "from_host": options.gbps * 10**6},
    } | changes


def solve(options, data, *flags):
    return solver.solve(options.tool, "activations", data, *flags)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build/bin/hocket-solve")
    parser.add_argument("--tflops", type=float, default=160)
    parser.add_argument("--gbps", type=int, default=32, help="of a device to and from its host, each")
    parser.add_argument("--host", type=float, default=2048, help="GiB of all 8 devices")
    parser.add_argument("--seconds", type=float, default=10, help="for each solve")
    options = parser.parse_args()
    limit = f"--time-limit={options.seconds}"
    print("| tokens | recompute | MEMO | uniform | by layer | gap | seconds | MEMO / by layer |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for exponent in range(16, 21):
        tokens = 1 << exponent
        base = instance(options, tokens)
        least = LAYERS * (base["layers"][0]["forward_ms"] + base["layers"][0]["backward_ms"])
        answers = [
            solve(options, instance(options, tokens, other=["recompute"]), limit),
            solve(options, instance(options, tokens, **MEMO)),
            solve(options, instance(options, tokens, uniform=True)),
            solve(options, base, limit),
        ]
        cells = [f"{answer[0] / least:.4f}" if answer else "-" for answer in answers]
        memo, best = answers[1], answers[3]
        gap = f"{best[0] / best[1] - 1:.3%}" if best else "-"
        ratio = f"{memo[0] / best[0]:.4f}" if memo and best else "-"
        print(f"| {tokens} | {' | '.join(cells)} | {gap} | {best[2] if best else 0:.2f} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
