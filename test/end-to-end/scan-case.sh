#!/usr/bin/env bash
# Computes the loss and all gradients of a model with a scan or a recurrence over tokens that ranks share, and compares them
# with those of the erased program on one rank, which goes step by step: to 1e-4 over 4096 tokens and more.
# Usage: scan-case.sh FIXTURES OUT KIND DIRECTION LENGTHS OPTIONS... (each with the number of ranks, as "4 sequence=4 ...")
set -euo pipefail
fixtures=$1 out=$2 kind=$3 direction=$4 lengths=$5
here=$(dirname "$0")
shift 5
rm -rf "$out"
python3 "$here/Inputs/scan_model.py" "$out" "$kind" "$direction" $lengths

run() {
  sed "s/^devices_per_node: .*/devices_per_node: $3/" "$fixtures/../data/topology/laptop.yaml" >"$out/topology.yaml"
  hocket-compile "$1" --topology="$out/topology.yaml" --lengths="$out/lengths.txt" --gradients -o "$2.hkt"
  hocket-run "$2.hkt" --steps=1 --params="$out/params.safetensors" --data="$out/data.safetensors" \
    --save-gradients="$2.safetensors" --quiet >"$2.txt"
}

run "$out/steps.mlir" "$out/steps" 1
for options in "$@"; do
  ranks=${options%% *}
  name=$out/$(echo "${options#* }" | tr ' =:' '___')
  hocket-opt "$out/model.mlir" --hocket-parallelize="${options#* }" -o "$name.mlir"
  run "$name.mlir" "$name" "$ranks"
  grep -q "^ran 1 steps on $ranks ranks" "$name.txt"
  echo "$kind, $direction, ${options#* }"
  python3 "$here/../utils/compare_losses.py" "$name.txt" "$out/steps.txt" --rtol=1e-4 --steps=1
  python3 "$here/../utils/compare_tensors.py" "$name.safetensors" "$out/steps.safetensors" --rtol=1e-4
done
