#!/usr/bin/env bash
# Regenerates gpt.mlir from the JAX model: export, import, strategies.
# Usage: examples/gpt/regenerate.sh [HOCKET_OPT]   with the packages of tools/export/requirements.txt for python3
set -euo pipefail
cd "$(dirname "$0")/../.."

exported=$(mktemp)
trap 'rm -f "$exported"' EXIT
python3 tools/export/export_gpt.py --hidden 128 --layers 4 --heads 4 --max-positions 128 \
  --learning-rate 3e-3 --beta2 0.95 --weight-decay 0.01 --warmup 20 -o "$exported"
"${1:-build/bin/hocket-opt}" "$exported" --hocket-import \
  --hocket-parallelize="data=2 pipeline=4 microbatches=8 schedule=1f1b" -o examples/gpt/gpt.mlir
