#!/usr/bin/env bash
# Computes the loss and all gradients of two attention layers with sequences that ranks share, and compares them with those
# of the erased program on one rank (1e-5): every method, at every degree, on a ragged batch. The kernels are compiled once
# for each method and degree.
# Usage: sequence-case.sh FIXTURES OUT HEADS KEY_HEADS causal|full OPTIONS... (each with the degree, as "4 sequence=4 ...")
set -euo pipefail
fixtures=$1 out=$2 heads=$3 keys=$4 mask=$5
here=$(dirname "$0")
shift 5
rm -rf "$out"
python3 "$here/Inputs/attention_model.py" "$out" "$heads" "$keys" "$mask" 37 1 64 5 18 3 90 11

run() {
  sed "s/^devices_per_node: .*/devices_per_node: $3/" "$fixtures/../data/topology/laptop.yaml" >"$out/topology.yaml"
  hocket-compile "$1" --topology="$out/topology.yaml" --lengths="$out/lengths.txt" --gradients -o "$2.hkt"
  hocket-run "$2.hkt" --steps=1 --params="$out/params.safetensors" --data="$out/data.safetensors" \
    --save-gradients="$2.safetensors" --quiet >"$2.txt"
}

run "$out/model.mlir" "$out/erased" 1
for options in "$@"; do
  ranks=${options%% *}
  name=$out/$(echo "${options#* }" | tr ' =:' '___')
  hocket-opt "$out/model.mlir" --hocket-parallelize="${options#* }" -o "$name.mlir"
  run "$name.mlir" "$name" "$ranks"
  grep -q "^ran 1 steps on $ranks ranks" "$name.txt"
  echo "$mask, $heads heads, $keys key heads, ${options#* }"
  python3 "$here/../utils/compare_losses.py" "$name.txt" "$out/erased.txt" --rtol=1e-5 --steps=1
  python3 "$here/../utils/compare_tensors.py" "$name.safetensors" "$out/erased.safetensors" --rtol=1e-5
done
