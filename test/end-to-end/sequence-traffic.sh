#!/usr/bin/env bash
# Runs a step of two attention layers without a mask, with even lengths, under one sequence method, and compares the bytes
# that each rank sent with the formula of the method.
# Usage: sequence-traffic.sh FIXTURES OUT HEADS KEY_HEADS METHOD RANKS [ULYSSES]
set -euo pipefail
fixtures=$1 out=$2 heads=$3 keys=$4 method=$5 ranks=$6 ulysses=${7:-0}
here=$(dirname "$0")
[ "$ulysses" = 0 ] || options="ulysses=$ulysses"
python3 "$here/Inputs/attention_model.py" "$out" "$heads" "$keys" full 64 192 128
sed "s/^devices_per_node: .*/devices_per_node: $ranks/" "$fixtures/../data/topology/laptop.yaml" >"$out/topology.yaml"
hocket-opt "$out/model.mlir" --hocket-parallelize="sequence=$ranks method=$method ${options:-}" -o "$out/plan.mlir"
hocket-compile "$out/plan.mlir" --topology="$out/topology.yaml" --lengths="$out/lengths.txt" --gradients -o "$out/plan.hkt"
hocket-run "$out/plan.hkt" --steps=1 --params="$out/params.safetensors" --data="$out/data.safetensors" \
  --trace="$out/trace.json" --quiet
python3 "$here/../utils/check_sent_bytes.py" "$out/trace.json" "$method" "$ranks" "$ulysses" 384 "$heads" "$keys" 4 2
