#!/bin/sh
# no-compiler.sh READELF NM PROGRAM ARCHIVE...
#
# Fails if PROGRAM loads an LLVM or MLIR library, or if an ARCHIVE mentions a
# symbol of the namespaces llvm or mlir.
set -eu
readelf=$1 nm=$2 program=$3
shift 3

needed=$("$readelf" -d "$program")
case $needed in
*NEEDED*) ;;
*) echo "error: $program lists no libraries: is it linked dynamically?"; exit 1 ;;
esac
if printf '%s\n' "$needed" | grep NEEDED | grep -iE 'llvm|mlir'; then
  echo "error: $program needs the libraries above"
  exit 1
fi
"$program"

for archive in "$@"; do
  symbols=$("$nm" -C "$archive")
  case $symbols in
  *hocket::*) ;;
  *) echo "error: $archive has no symbols of hocket"; exit 1 ;;
  esac
  if printf '%s\n' "$symbols" | grep -E '(^|[^[:alnum:]_:])(llvm|mlir)::'; then
    echo "error: $archive uses the symbols above"
    exit 1
  fi
done
