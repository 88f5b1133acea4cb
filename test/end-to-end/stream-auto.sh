#!/usr/bin/env bash
# Has the compiler choose the activations of the tiny GPT for MEMORY bytes of a device, and HOST bytes of its host (0: there is none). The plan fits, and its loss
# and all gradients are those of the erased program (1e-5).
# Usage: stream-auto.sh FIXTURES OUT MEMORY HOST OPTIONS
set -euo pipefail
fixtures=$1 out=$2 memory=$3 host=$4 options=$5
utils=$(dirname "$0")/../utils source=$fixtures/gpt-tiny
rm -rf "$out"
mkdir -p "$out"
printf '%s\n' 37 1 60 5 18 3 51 11 >"$out/lengths.txt"

run() {
  hocket-compile "$1" --topology="$3" --lengths="$out/lengths.txt" --gradients -o "$2.hkt"
  hocket-run "$2.hkt" --steps=1 --params="$source/params.safetensors" --data="$source/text.txt" \
    --save-gradients="$2.safetensors" --quiet >"$2.txt"
}

topology=$fixtures/../data/topology/laptop.yaml
run "$source/model.mlir" "$out/erased" "$topology"
sed "s/memory_bytes: .*/memory_bytes: $memory/; s/^devices_per_node: .*/devices_per_node: 1/" "$topology" >"$out/topology.yaml"
[ "$host" = 0 ] || echo "host: {memory_bytes: $host, bytes_per_second: 1.0e11}" >>"$out/topology.yaml"
hocket-opt "$source/model.mlir" --hocket-parallelize="$options" -o "$out/model.mlir"
run "$out/model.mlir" "$out/chosen" "$out/topology.yaml"
python3 "$utils/compare_losses.py" "$out/chosen.txt" "$out/erased.txt" --rtol=1e-5 --steps=1
python3 "$utils/compare_tensors.py" "$out/chosen.safetensors" "$out/erased.safetensors" --rtol=1e-5
hocket-run "$out/chosen.hkt" --world=virtual
