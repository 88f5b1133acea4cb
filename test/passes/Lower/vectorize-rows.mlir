// RUN: hocket-opt --hocket-vectorize-rows --canonicalize --cse --split-input-file %s | FileCheck %s
// RUN: hocket-opt --hocket-vectorize-rows --split-input-file --remarks-filter-missed=hocket-vectorize-rows -o /dev/null %s 2>&1 | FileCheck %s --check-prefix=REMARK

// What does not vary along a row is computed once, before its vectors.

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0, 0)>
#column = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func.func @invariant(
// CHECK-SAME: %[[X:[a-z0-9]*]]: memref<?x64xf32>, %{{.*}}: memref<64xf32>, %[[R:[a-z0-9]*]]: memref<?x1xf32>, %[[Y:[a-z0-9]*]]: memref<?x64xf32>)
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK: scf.for
// CHECK-NEXT: %[[S:.*]] = memref.load
// CHECK-NEXT: %[[ROOT:.*]] = math.rsqrt %[[S]] : f32
// CHECK-NEXT: scf.for %[[J:.*]] = %{{.*}} to %[[C64]] step %[[C16]] {
// CHECK: vector.load %{{.*}} vector<16xf32>
// CHECK: vector.load %{{.*}}[%[[J]]] {{.*}} vector<16xf32>
// CHECK: vector.broadcast %[[ROOT]] : f32 to vector<16xf32>
// CHECK: arith.mulf %{{.*}} : vector<16xf32>
// CHECK: arith.addf %{{.*}} : vector<16xf32>
// CHECK: vector.store
// CHECK-NOT: scf.if
// CHECK: return
func.func @invariant(%x: memref<?x64xf32>, %b: memref<64xf32>, %r: memref<?x1xf32>, %y: memref<?x64xf32>) {
  linalg.generic {indexing_maps = [#id, #column, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %b, %r : memref<?x64xf32>, memref<64xf32>, memref<?x1xf32>) outs(%y : memref<?x64xf32>) {
  ^bb0(%in: f32, %bias: f32, %s: f32, %out: f32):
    %q = math.rsqrt %s : f32
    %0 = arith.mulf %in, %q : f32
    %1 = arith.addf %0, %bias : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// Rows of 7 are no vectors, but all rows together are; the rest is masked.

// CHECK-LABEL: func.func @collapsed(
// CHECK: %[[N:.*]] = arith.muli %{{.*}}, %{{.*}} : index
// CHECK: %[[REST:.*]] = arith.remui
// CHECK: %[[WHOLE:.*]] = arith.subi
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %[[WHOLE]]
// CHECK-NEXT: vector.load %{{.*}}[%[[I]]]
// CHECK-NEXT: math.exp
// CHECK-NEXT: vector.store
// CHECK: scf.if
// CHECK: %[[MASK:.*]] = vector.create_mask
// CHECK: vector.maskedload %{{.*}}[%[[WHOLE]]], %[[MASK]]
// CHECK: vector.maskedstore %{{.*}}[%[[WHOLE]]], %[[MASK]]
func.func @collapsed(%x: memref<?x7xf32>, %y: memref<?x7xf32>) {
  linalg.exp ins(%x : memref<?x7xf32>) outs(%y : memref<?x7xf32>)
  return
}

// -----

// The sum of a row: four accumulators, combined at its end.

// CHECK-LABEL: func.func @row_sum(
// CHECK: scf.for
// CHECK: %[[PARTS:.*]]:4 = scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK-COUNT-4: vector.load
// CHECK: vector.maskedload
// CHECK: arith.select
// CHECK: %[[SUM:.*]] = vector.reduction <add>, %{{.*}} : vector<16xf32> into f32
// CHECK: arith.addf %{{.*}}, %[[SUM]] : f32
// CHECK: memref.store
func.func @row_sum(%x: memref<?x1000xf32>, %y: memref<?xf32>) {
  linalg.reduce ins(%x : memref<?x1000xf32>) outs(%y : memref<?xf32>) dimensions = [1] (%a: f32, %b: f32) {
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// The sums of columns: vectors of them, which rows are added to.

// CHECK-LABEL: func.func @column_sum(
// CHECK-COUNT-4: vector.load
// CHECK: %{{.*}}:4 = scf.for
// CHECK-COUNT-4: arith.addf %{{.*}} : vector<16xf32>
// CHECK: scf.yield
// CHECK-COUNT-4: vector.store
// CHECK-NOT: vector.reduction
func.func @column_sum(%x: memref<?x64xf32>, %y: memref<64xf32>) {
  linalg.reduce ins(%x : memref<?x64xf32>) outs(%y : memref<64xf32>) dimensions = [0] (%a: f32, %b: f32) {
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// A row of a table is a vector load; an index that varies is a gather.

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func.func @lookup(
// CHECK: scf.for
// CHECK: %[[ROW:.*]] = arith.index_cast %{{.*}} : i32 to index
// CHECK: scf.for
// CHECK: vector.load
// CHECK-NOT: vector.gather
// CHECK: vector.store
// CHECK-LABEL: func.func @gather(
// CHECK: vector.load %{{.*}} vector<16xi32>
// CHECK: arith.index_cast %{{.*}} : vector<16xi32> to vector<16xindex>
// CHECK: vector.gather
func.func @lookup(%table: memref<256x64xf32>, %t: memref<?xi32>, %y: memref<?x64xf32>) {
  linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]} ins(%t : memref<?xi32>) outs(%y : memref<?x64xf32>) {
  ^bb0(%in: i32, %out: f32):
    %i = arith.index_cast %in : i32 to index
    %j = linalg.index 1 : index
    %v = memref.load %table[%i, %j] : memref<256x64xf32>
    linalg.yield %v : f32
  }
  return
}
func.func @gather(%table: memref<256xf32>, %t: memref<?xi32>, %y: memref<?xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%t : memref<?xi32>) outs(%y : memref<?xf32>) {
  ^bb0(%in: i32, %out: f32):
    %i = arith.index_cast %in : i32 to index
    %v = memref.load %table[%i] : memref<256xf32>
    linalg.yield %v : f32
  }
  return
}

// -----

// The columns of a slice are vectors as well; dense copies stay memcpy.

// CHECK-LABEL: func.func @copies(
// CHECK: memref.copy
// CHECK-NOT: memref.copy
// CHECK: vector.load
// CHECK: vector.store
func.func @copies(%x: memref<8x32xf32>, %y: memref<8x32xf32>, %z: memref<8x32xf32, strided<[64, 1], offset: ?>>) {
  memref.copy %x, %y : memref<8x32xf32> to memref<8x32xf32>
  memref.copy %x, %z : memref<8x32xf32> to memref<8x32xf32, strided<[64, 1], offset: ?>>
  return
}

// -----

// Truth values are bytes in memory and bits in a vector.

// CHECK-LABEL: func.func @truths(
// CHECK: %[[BITS:.*]] = arith.cmpf ogt, %{{.*}} : vector<16xf32>
// CHECK: %[[BYTES:.*]] = arith.extui %[[BITS]] : vector<16xi1> to vector<16xi8>
// CHECK: llvm.store %[[BYTES]], %{{.*}} : vector<16xi8>, !llvm.ptr
func.func @truths(%x: memref<32xf32>, %y: memref<32xi1>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%x : memref<32xf32>) outs(%y : memref<32xi1>) {
  ^bb0(%in: f32, %out: i1):
    %zero = arith.constant 0.0 : f32
    %0 = arith.cmpf ogt, %in, %zero : f32
    linalg.yield %0 : i1
  }
  return
}

// -----

// The branches of a conditional are masked; that of the else-branch would read
// in front of the buffer otherwise.

// CHECK-LABEL: func.func @concatenate(
// CHECK: %[[FIRST:.*]] = arith.cmpi ult, %{{.*}} : vector<16xindex>
// CHECK: %[[A:.*]] = vector.maskedload %{{.*}}, %[[FIRST]], %{{.*}} into vector<16xf32>
// CHECK: %[[SECOND:.*]] = arith.xori %[[FIRST]]
// CHECK: %[[B:.*]] = vector.maskedload %{{.*}}, %[[SECOND]], %{{.*}} into vector<16xf32>
// CHECK: arith.select %[[FIRST]], %[[A]], %[[B]]
func.func @concatenate(%a: memref<?x24xf32>, %b: memref<?x8xf32>, %y: memref<?x32xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} outs(%y : memref<?x32xf32>) {
  ^bb0(%out: f32):
    %c24 = arith.constant 24 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %first = arith.cmpi ult, %j, %c24 : index
    %0 = scf.if %first -> (f32) {
      %v = memref.load %a[%i, %j] : memref<?x24xf32>
      scf.yield %v : f32
    } else {
      %k = arith.subi %j, %c24 : index
      %v = memref.load %b[%i, %k] : memref<?x8xf32>
      scf.yield %v : f32
    }
    linalg.yield %0 : f32
  }
  return
}

// -----

// What has no vector form becomes scalar loops, and a remark says why.

// CHECK-LABEL: func.func @fallback(
// CHECK: scf.for
// CHECK: memref.load
// CHECK: func.call @opaque
// CHECK: memref.store
// REMARK: remark: [Missed] ScalarLoops
// REMARK-SAME: 'func.call' has no vector form here
func.func private @opaque(f32) -> f32
func.func @fallback(%x: memref<32xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%x : memref<32xf32>) {
  ^bb0(%out: f32):
    %0 = func.call @opaque(%out) : (f32) -> f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// A reduction that is not one of the usual.

// CHECK-LABEL: func.func @last(
// CHECK: scf.for
// CHECK: arith.subf %{{.*}} : f32
// REMARK: remark: [Missed] ScalarLoops
func.func @last(%x: memref<32xf32>, %y: memref<f32>) {
  linalg.reduce ins(%x : memref<32xf32>) outs(%y : memref<f32>) dimensions = [0] (%a: f32, %b: f32) {
    %0 = arith.subf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}
