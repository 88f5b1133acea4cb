#!/usr/bin/env bash
# Regenerates gpt512.mlir and gpt512-48.mlir, GPTs of 4 and 48 layers without strategies and without weights, from the JAX
# model.
# Usage: bench/regenerate.sh [HOCKET_OPT]   with the packages of tools/export/requirements.txt for python3
set -euo pipefail
cd "$(dirname "$0")/.."

exported=$(mktemp)
trap 'rm -f "$exported"' EXIT
make() { # LAYERS OUTPUT
  "${PYTHON:-python3}" tools/export/export_gpt.py --hidden 512 --layers "$1" --heads 8 --max-positions 256 \
    --learning-rate 3e-4 --beta2 0.95 --weight-decay 0.01 --warmup 20 -o "$exported"
  "${hocket_opt}" "$exported" --hocket-import -o "$2"
}
hocket_opt=${1:-build/bin/hocket-opt}
make 4 bench/gpt512.mlir
make 48 bench/gpt512-48.mlir
