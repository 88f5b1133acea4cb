#!/usr/bin/env bash
# Regenerates gpt512.mlir, a GPT without strategies and without weights, from the JAX model.
# Usage: bench/regenerate.sh [HOCKET_OPT]   with the packages of tools/export/requirements.txt for python3
set -euo pipefail
cd "$(dirname "$0")/.."

exported=$(mktemp)
trap 'rm -f "$exported"' EXIT
"${PYTHON:-python3}" tools/export/export_gpt.py --hidden 512 --layers 4 --heads 8 --max-positions 256 \
  --learning-rate 3e-4 --beta2 0.95 --weight-decay 0.01 --warmup 20 -o "$exported"
"${1:-build/bin/hocket-opt}" "$exported" --hocket-import -o bench/gpt512.mlir
