#!/usr/bin/env bash
# Installs what is missing (Debian 12, as root or with sudo) and builds into build/.
# Usage: scripts/setup.sh [TARGET...]   (default: everything)
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  ccache clang-22 cmake flatbuffers-compiler libflatbuffers-dev libgtest-dev
  libmlir-22-dev libopenblas-dev libyaml-cpp-dev libz3-dev lld-22 llvm-22-dev
  llvm-22-tools mlir-22-tools ninja-build nlohmann-json3-dev python3 zlib1g-dev
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' ||
    missing+=("$package")
done
if ((${#missing[@]})); then
  echo "installing: ${missing[*]}"
  sudo=()
  ((EUID == 0)) || sudo=(sudo)
  "${sudo[@]}" apt-get update -q
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

begin=$SECONDS
cmake --preset default
cmake --build --preset default ${@:+--target "$@"}
echo "build: $((SECONDS - begin)) s"
