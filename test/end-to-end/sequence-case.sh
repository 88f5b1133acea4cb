#!/usr/bin/env bash
# Computes the loss and all gradients of two attention layers with sequences that ranks share, and compares them with those
# of the erased program on one rank (1e-5); one of the gradients is the outputs of the layers, element by element: every method, at every degree, on a ragged batch. The kernels are compiled once
# for each method and degree.
# Usage: sequence-case.sh FIXTURES OUT HEADS KEY_HEADS causal|full OPTIONS... (each with the degree, as "4 sequence=4 ...")
set -euo pipefail
fixtures=$1 out=$2 heads=$3 keys=$4 mask=$5
here=$(dirname "$0") parameters=$2/params.safetensors data=$2/data.safetensors
. "$here/gradients.sh"
shift 5
rm -rf "$out"
python3 "$here/Inputs/attention_model.py" --readout "$out" "$heads" "$keys" "$mask" 37 1 64 5 18 3 90 11
compute "$out/model.mlir" "$out/erased" 1
compare "$out/model.mlir" "$out/erased" 1e-5 "$mask, $heads heads, $keys key heads" "$@"
