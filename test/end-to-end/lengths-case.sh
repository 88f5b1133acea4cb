#!/usr/bin/env bash
# Trains the tiny GPT for 100 steps, each with another mix of sequence lengths, on 8 ranks, twice, and compares the losses:
# with the erased program's on one rank that is fed the same (1e-5) and between the two runs (bit for bit). No kernel is
# compiled, and at least the share HIDDEN of the plans is made while the step before runs (all of them on an idle machine).
# Usage: lengths-case.sh FIXTURES OUT OPTIONS LEAST_SEQUENCES MOST_SEQUENCES HIDDEN [RUN_OPTIONS...]
set -euo pipefail
fixtures=$1 out=$2 options=$3 least=$4 most=$5 hidden=$6
shift 6
here=$(dirname "$0") source=$fixtures/gpt-tiny
utils=$here/../utils
mkdir -p "$out"
python3 "$here/Inputs/length_mixes.py" 100 "$least" "$most" 64 >"$out/mixes.txt"

compile() {
  hocket-compile "$1" --topology="$fixtures/../data/topology/laptop.yaml" --lengths="$source/lengths.txt" -o "$2" "${@:3}"
}
train() {
  hocket-run "$1" --steps=100 --params="$source/params.safetensors" --data="$source/text.txt" \
    --lengths-from="$out/mixes.txt" --quiet "${@:3}" >"$2"
  grep -q '; kernels compiled 0$' "$2"
}

hocket-opt "$source/model.mlir" --hocket-parallelize="$options" -o "$out/plan.mlir"
compile "$out/plan.mlir" "$out/erased.hkt" --erase
compile "$out/plan.mlir" "$out/plan.hkt"
train "$out/erased.hkt" "$out/erased.txt" --threads-per-rank=1
train "$out/plan.hkt" "$out/plan.txt" "$@"
train "$out/plan.hkt" "$out/again.txt" --trace="$out/trace.json" "$@"
grep -q '^ran 100 steps on 8 ranks' "$out/plan.txt"
python3 "$utils/compare_losses.py" "$out/plan.txt" "$out/erased.txt" --rtol=1e-5 --steps=100
python3 "$utils/compare_losses.py" "$out/plan.txt" "$out/again.txt" --exact --steps=100
python3 "$utils/check_planning.py" "$out/trace.json" --steps=100 --ranks=8 --hidden="$hidden"
rm "$out/trace.json"
