#!/usr/bin/env bash
# Computes the loss and all gradients of a GPT of four layers, two query heads for each key head, with tokens that a rank walks
# slice by slice, and compares them with those of the erased program (1e-5). Slices cut through sequences, and some sequences
# are shorter than a slice. The virtual world walks the same plan.
# Usage: stream-case.sh FIXTURES OUT causal|full OPTIONS... (each with the number of ranks, as "1 slices=4 ...")
set -euo pipefail
fixtures=$1 out=$2 mask=$3 source=$1/gpt-tiny
parameters=$source/params.safetensors data=$source/text.txt
. "$(dirname "$0")/gradients.sh"
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
compute "$out/model.mlir" "$out/erased" 1
compare "$out/model.mlir" "$out/erased" 1e-5 "$mask" "$@"
for options in "$@"; do
  name=$(out_of "${options#* }")
  hocket-run "$name.hkt" --world=virtual >"$name.virtual.txt"
  grep -q '^peak arena [1-9]' "$name.virtual.txt"
done
