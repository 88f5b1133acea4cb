#!/usr/bin/env bash
# Trains a tiny GPT for 20 steps under the strategy that hocket-parallelize makes of OPTIONS, twice, and compares the
# losses: with the erased program's on one rank (1e-5) and between the two runs (bit for bit). Where the strategy skips
# no stage the erased program is the model itself, and the losses are also compared with JAX's (1e-4).
# Paths that are auto are solved first.
# Usage: train-options.sh FIXTURES OUT MODEL RANKS OPTIONS [SED]   (SED edits the strategy before it is compiled)
set -euo pipefail
fixtures=$1 out=$2 model=$1/$3 ranks=$4 options=$5 edit=${6:-}
utils=$(dirname "$0")/../utils
source=$fixtures/gpt-tiny
mkdir -p "$out"
sed "s/^devices_per_node: .*/devices_per_node: $ranks/" "$fixtures/../data/topology/laptop.yaml" >"$out/topology.yaml"

compile() {
  hocket-compile "$1" --topology="$out/topology.yaml" --lengths="$source/lengths.txt" -o "$2" "${@:3}"
}
train() {
  hocket-run "$1" --steps=20 --params="$model/params.safetensors" --data="$source/text.txt" --quiet >"$2"
}

hocket-opt "$model/model.mlir" --hocket-parallelize="$options" | sed "$edit" >"$out/plan.mlir"
if grep -q 'paths(auto)' "$out/plan.mlir"; then
  mv "$out/plan.mlir" "$out/auto.mlir"
  hocket-opt "$out/auto.mlir" --hocket-solve-paths="topology=$out/topology.yaml lengths=$source/lengths.txt" -o "$out/plan.mlir"
fi
compile "$out/plan.mlir" "$out/erased.hkt" --erase
train "$out/erased.hkt" "$out/erased.txt"
grep -q '^ran 20 steps on 1 ranks' "$out/erased.txt"
compile "$out/plan.mlir" "$out/plan.hkt"
train "$out/plan.hkt" "$out/plan.txt"
grep -q "^ran 20 steps on $ranks ranks" "$out/plan.txt"
train "$out/plan.hkt" "$out/again.txt"
python3 "$utils/compare_losses.py" "$out/plan.txt" "$out/erased.txt" --rtol=1e-5 --steps=20
python3 "$utils/compare_losses.py" "$out/plan.txt" "$out/again.txt" --exact --steps=20
if ! grep -q hocket.skip_pipeline "$out/plan.mlir"; then
  python3 "$utils/compare_losses.py" "$out/plan.txt" "$model/losses.txt" --rtol=1e-4 --steps=20
fi
