#!/usr/bin/env bash
# Computes the loss and all gradients of a model with a scan or a recurrence over tokens that ranks share, and compares them
# with those of the erased program on one rank, which goes step by step: to 1e-4 over 4096 tokens and more.
# Usage: scan-case.sh FIXTURES OUT KIND DIRECTION LENGTHS OPTIONS... (each with the number of ranks, as "4 sequence=4 ...")
set -euo pipefail
fixtures=$1 out=$2 kind=$3 direction=$4 lengths=$5
here=$(dirname "$0") parameters=$2/params.safetensors data=$2/data.safetensors
. "$here/gradients.sh"
shift 5
rm -rf "$out"
python3 "$here/Inputs/scan_model.py" "$out" "$kind" "$direction" $lengths
compute "$out/steps.mlir" "$out/steps" 1
compare "$out/model.mlir" "$out/steps" 1e-4 "$kind, $direction" "$@"
