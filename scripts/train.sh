#!/usr/bin/env bash
# Sets up if needed, then trains the example GPT on this project's own documentation: 2-way data x 4-stage pipeline,
# 8 microbatches, 1F1B, on 8 ranks, each a thread.
# Usage: scripts/train.sh [FLAGS OF hocket-run...]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh hocket-compile hocket-run
out=build/example
mkdir -p "$out"
cat README.md docs/*.md >"$out/docs.txt"
build/bin/hocket-compile examples/gpt/gpt.mlir --topology=examples/gpt/laptop.yaml \
  --lengths=examples/gpt/lengths.txt -o "$out/gpt.hkt"
build/bin/hocket-run "$out/gpt.hkt" --steps=200 --data="$out/docs.txt" --trace="$out/trace.json" \
  --save-params="$out/gpt.safetensors" "$@"
