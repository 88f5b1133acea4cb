#!/usr/bin/env bash
# Sets up if needed, builds, and runs the tests.
# Usage: scripts/test.sh [--long]   (--long adds the slow tier)
set -euo pipefail
cd "$(dirname "$0")/.."

begin=$SECONDS
scripts/setup.sh
built=$SECONDS
ctest --preset default
if [[ ${1:-} == --long ]]; then
  cmake --build --preset default --target check-long
fi
echo "set-up and build: $((built - begin)) s; tests: $((SECONDS - built)) s"
