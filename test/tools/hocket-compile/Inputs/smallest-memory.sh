#!/bin/bash
# smallest-memory.sh FOLDER FIXTURES: compiles FOLDER/model.mlir for devices of 100000 bytes, then of as many more as the
# message asks for, less one, and of exactly as many.
compile() {
  sed "s/memory_bytes: .*/memory_bytes: $1/" "$fixtures/../data/topology/laptop.yaml" > "$folder/machine.yaml"
  hocket-compile "$folder/model.mlir" --topology="$folder/machine.yaml" --lengths="$fixtures/gpt-tiny/lengths.txt" \
    -o "$folder/model.hkt" 2>&1 | sed "s|^.*model.mlir:[0-9:]* ||; s|^.*model.hkt: ||"
}
folder=$1
fixtures=$2
first=$(compile 100000)
echo "$first"
missing=$(sed -n 's/.*needs at least \([0-9]*\) bytes more.*/\1/p' <<< "$first")
echo "one byte less"
compile $((100000 + missing - 1))
echo "just enough"
compile $((100000 + missing))
