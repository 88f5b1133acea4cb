#!/usr/bin/env bash
# Computes the loss and all gradients of a GPT of four layers, two query heads for each key head, with tokens that a rank walks
# slice by slice, and compares them with those of the erased program (1e-5). Slices cut through sequences, and some sequences
# are shorter than a slice. The virtual world walks the same plan.
# Usage: stream-case.sh FIXTURES OUT causal|full OPTIONS... (each with the number of ranks, as "1 slices=4 ...")
set -euo pipefail
fixtures=$1 out=$2 mask=$3
utils=$(dirname "$0")/../utils source=$fixtures/gpt-tiny
shift 3
rm -rf "$out"
mkdir -p "$out"
printf '%s\n' 37 1 60 5 18 3 51 11 >"$out/lengths.txt"
if [ "$mask" = causal ]; then
  cp "$source/model.mlir" "$out/model.mlir"
else
  sed '/hocket\.attention/s/ causal / /' "$source/model.mlir" >"$out/model.mlir"
  ! grep -q 'hocket\.attention.* causal ' "$out/model.mlir"
fi

run() {
  sed "s/^devices_per_node: .*/devices_per_node: $3/" "$fixtures/../data/topology/laptop.yaml" >"$out/topology.yaml"
  hocket-compile "$1" --topology="$out/topology.yaml" --lengths="$out/lengths.txt" --gradients -o "$2.hkt"
  hocket-run "$2.hkt" --steps=1 --params="$source/params.safetensors" --data="$source/text.txt" \
    --save-gradients="$2.safetensors" --quiet >"$2.txt"
  grep -q "^ran 1 steps on $3 ranks" "$2.txt"
}

run "$out/model.mlir" "$out/erased" 1
for options in "$@"; do
  ranks=${options%% *}
  name=$out/$(echo "${options#* }" | tr ' =:' '___')
  hocket-opt "$out/model.mlir" --hocket-parallelize="${options#* }" -o "$name.mlir"
  run "$name.mlir" "$name" "$ranks"
  echo "$mask, ${options#* }"
  python3 "$utils/compare_losses.py" "$name.txt" "$out/erased.txt" --rtol=1e-5 --steps=1
  python3 "$utils/compare_tensors.py" "$name.safetensors" "$out/erased.safetensors" --rtol=1e-5
  hocket-run "$name.hkt" --world=virtual >"$name.virtual.txt"
  grep -q '^peak arena [1-9]' "$name.virtual.txt"
done
