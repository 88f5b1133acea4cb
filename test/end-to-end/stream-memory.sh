#!/usr/bin/env bash
# Predicts a step of the tiny GPT with the lengths in OUT/lengths.txt, under the strategy OPTIONS of hocket-parallelize; OUT/NAME.txt
# tells the peak of its arena.
# Usage: stream-memory.sh FIXTURES OUT NAME OPTIONS
set -euo pipefail
fixtures=$1 out=$2 name=$3 options=$4
hocket-opt "$fixtures/gpt-tiny/model.mlir" ${options:+"--hocket-parallelize=$options"} -o "$out/$name.mlir"
hocket-compile "$out/$name.mlir" --topology="$fixtures/../data/topology/laptop.yaml" --lengths="$out/lengths.txt" -o "$out/$name.hkt"
hocket-run "$out/$name.hkt" --world=virtual >"$out/$name.txt"
