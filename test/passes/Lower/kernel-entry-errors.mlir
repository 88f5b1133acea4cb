// RUN: hocket-opt --hocket-kernel-entry --verify-diagnostics %s

// expected-error @+1 {{argument #0 has dynamic extents and no `hocket.shape`}}
func.func @k(%x: memref<?xf32>, %t: index, %s: index, %h: index, %k: index, %n: index, %w: memref<?xi8>) attributes {hocket.kernel = "F"} {
  return
}
