// RUN: hocket-opt --hocket-plan-workspace --split-input-file --verify-diagnostics %s

func.func @data_dependent(%x: memref<4xi32>) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %v = memref.load %x[%c0] : memref<4xi32>
  %n = arith.index_cast %v : i32 to index
  // expected-error @+1 {{needs a workspace whose size is not a polynomial in the kernel's symbols}}
  %a = memref.alloc(%n) : memref<?xi32>
  memref.store %v, %a[%c0] : memref<?xi32>
  return
}

// -----

func.func @carried(%x: memref<4xf32>, %n: index) attributes {hocket.kernel = "F"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%old = %x) -> (memref<4xf32>) {
    // expected-error @+1 {{is a buffer that every iteration of a loop would have to allocate anew}}
    %new = memref.alloc() : memref<4xf32>
    linalg.exp ins(%old : memref<4xf32>) outs(%new : memref<4xf32>)
    scf.yield %new : memref<4xf32>
  }
  memref.copy %r, %x : memref<4xf32> to memref<4xf32>
  return
}
