# To be sourced: gradients of a step, and those of the same model under strategies beside them.
#   fixtures, out          the folder of the fixtures; one that is made anew
#   parameters, data       files that every run reads
out_of() { echo "$out/$(echo "$1" | tr ' =:' '___')"; }

# compute MODEL NAME RANKS: the loss and all gradients of one step as NAME.txt and NAME.safetensors
compute() {
  sed "s/^devices_per_node: .*/devices_per_node: $3/" "$fixtures/../data/topology/laptop.yaml" >"$out/topology.yaml"
  hocket-compile "$1" --topology="$out/topology.yaml" --lengths="$out/lengths.txt" --gradients -o "$2.hkt"
  hocket-run "$2.hkt" --steps=1 --params="$parameters" --data="$data" --save-gradients="$2.safetensors" --quiet >"$2.txt"
  grep -q "^ran 1 steps on $3 ranks" "$2.txt"
}

# compare MODEL EXPECTED RTOL TITLE OPTIONS...: each options with the number of ranks, as "4 sequence=4 ..."
compare() {
  local model=$1 expected=$2 rtol=$3 title=$4 options utils
  utils=$(dirname "${BASH_SOURCE[0]}")/../utils
  shift 4
  for options in "$@"; do
    name=$(out_of "${options#* }")
    hocket-opt "$model" --hocket-parallelize="${options#* }" -o "$name.mlir"
    compute "$name.mlir" "$name" "${options%% *}"
    echo "$title, ${options#* }"
    python3 "$utils/compare_losses.py" "$name.txt" "$expected.txt" --rtol="$rtol" --steps=1
    python3 "$utils/compare_tensors.py" "$name.safetensors" "$expected.safetensors" --rtol="$rtol"
  done
}
