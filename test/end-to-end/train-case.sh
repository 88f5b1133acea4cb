#!/usr/bin/env bash
# Trains a tiny GPT for 20 steps under one strategy, twice, and compares the losses: with the erased program's on one
# rank (1e-5), with JAX's (1e-4), and between the two runs (bit for bit).
# Usage: train-case.sh FIXTURES OUT SCHEDULE DATA PIPELINE MICROBATCHES [MODEL [CHUNKS]]   (default: gpt-tiny, whose text and
# lengths all models share, and 1)
set -euo pipefail
fixtures=$1 out=$2 schedule=$3 data=$4 pipeline=$5 microbatches=$6
utils=$(dirname "$0")/../utils
model=$fixtures/${7:-gpt-tiny} chunks=${8:-1}
source=$fixtures/gpt-tiny
mkdir -p "$out"
name=$schedule-d$data-p$pipeline-m$microbatches-v$chunks

compile() {
  hocket-compile "$1" --topology="$fixtures/../data/topology/laptop.yaml" --lengths="$source/lengths.txt" -o "$2" "${@:3}"
}
train() {
  hocket-run "$1" --steps=20 --params="$model/params.safetensors" --data="$source/text.txt" --quiet >"$2"
}

hocket-opt "$model/model.mlir" -o "$out/$name.mlir" \
  --hocket-parallelize="data=$data pipeline=$pipeline microbatches=$microbatches schedule=$schedule chunks=$chunks"
compile "$out/$name.mlir" "$out/$name-erased.hkt" --erase
train "$out/$name-erased.hkt" "$out/erased.txt"
grep -q '^ran 20 steps on 1 ranks' "$out/erased.txt"
compile "$out/$name.mlir" "$out/$name.hkt"
train "$out/$name.hkt" "$out/$name.txt"
grep -q "^ran 20 steps on $((data * pipeline)) ranks" "$out/$name.txt"
train "$out/$name.hkt" "$out/$name-again.txt"
python3 "$utils/compare_losses.py" "$out/$name.txt" "$out/erased.txt" --rtol=1e-5 --steps=20
python3 "$utils/compare_losses.py" "$out/$name.txt" "$model/losses.txt" --rtol=1e-4 --steps=20
python3 "$utils/compare_losses.py" "$out/$name.txt" "$out/$name-again.txt" --exact --steps=20
