#!/usr/bin/env bash
# Compares the gradients (and the loss) of every model in FIXTURES/grad with the oracle beside it.
# Usage: gradient-cases.sh FIXTURES OUT
set -euo pipefail
fixtures=$1 out=$2
utils=$(dirname "$0")/../utils
count=0
for model in "$fixtures"/grad/*/; do
  name=$(basename "$model")
  hocket-compile "$model/model.mlir" --gradients --topology="$fixtures/../data/topology/laptop.yaml" \
    --lengths="$model/lengths.txt" -o "$out/$name.hkt"
  hocket-run "$out/$name.hkt" --steps=1 --params="$model/inputs.safetensors" --data="$model/inputs.safetensors" \
    --save-gradients="$out/$name.safetensors" --quiet
  echo "$name:"
  python3 "$utils/compare_tensors.py" "$out/$name.safetensors" "$model/gradients.safetensors" --rtol=1e-4
  count=$((count + 1))
done
((count >= 8)) || { echo "only $count models in $fixtures/grad"; exit 1; }
