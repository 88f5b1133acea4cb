// RUN: hocket-opt --hocket-outline --hocket-cut-attention --split-input-file %s | FileCheck %s
// Of a GPT of four layers the three segments between two attentions are one
// function, bound to the parameters of each.
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="sequence=2 method=ring" --inline --hocket-outline --hocket-cut-attention --hocket-merge-stages | FileCheck %s --check-prefix=GPT
// The same for slices, in each of two stages.
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="slices=4 activations=recompute chunks=2" --inline --hocket-outline --hocket-cut-attention --hocket-merge-stages | FileCheck %s --check-prefix=SLICES
// Without ranks that share sequences, or slices, nothing is cut.
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="data=2 activations=recompute" --inline --hocket-outline -o %t.whole
// RUN: hocket-opt %t.whole --hocket-cut-attention | diff %t.whole -

// GPT: func.func private @loss(
// GPT-SAME: segments = array<i64: 5>
// GPT-LABEL: func.func private @stage0(
// GPT-LABEL: func.func private @stage1(
// GPT-SAME: hocket.instances = [{parameters = array<i32: {{.*}}>, stage = 2 : i64}, {parameters = array<i32: {{.*}}>, stage = 3 : i64}]
// GPT-LABEL: func.func private @stage4(
// GPT-NOT: func.func private @stage

// SLICES: func.func private @loss(
// SLICES-SAME: activations = array<i64: 0, 0, 0, 0>
// SLICES-SAME: segments = array<i64: 3, 3>
// SLICES-SAME: slices = 4
// SLICES-LABEL: func.func private @stage5(

// Two blocks of one pipeline stage become three segments. The residual stream
// %e crosses as input 3; the zeros that a block needs, the bias and its
// broadcast are made where they are read; the loss is read in the last segment
// alone.

// CHECK-DAG: #[[HEADS:.*]] = affine_map<(d0, d1) -> (d0, 4, 2)>
// CHECK-DAG: #[[KEYS:.*]] = affine_map<(d0, d1) -> (d0, 2, 2)>
// CHECK-DAG: #[[ROWS:.*]] = affine_map<(d0, d1) -> (d0, 8)>
// CHECK-LABEL: func.func private @loss(
// CHECK-SAME: hocket.strategy = {chunks = 1 : i64, data = 1 : i64, method = "zigzag", microbatches = 1 : i64, schedule = "1f1b", segments = array<i64: 3>, sequence = 2 : i64}

// CHECK-LABEL: func.func private @stage0(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x8xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = #[[ROWS]]}
// CHECK-SAME: %[[WE:[a-z0-9]+]]: tensor<8x8xf32> {hocket.operand = #hocket.operand<parameter, 0>}
// CHECK-SAME: %[[WQ:[a-z0-9]+]]: tensor<8x8xf32> {hocket.operand = #hocket.operand<parameter, 1>}
// CHECK-SAME: %[[WK:[a-z0-9]+]]: tensor<8x4xf32> {hocket.operand = #hocket.operand<parameter, 2>}
// CHECK-SAME: -> (tensor<?x4x2xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = #[[HEADS]]}
// CHECK-SAME: tensor<?x2x2xf32> {hocket.operand = #hocket.operand<output, 1>, hocket.shape = #[[KEYS]]}
// CHECK-SAME: tensor<?x2x2xf32> {hocket.operand = #hocket.operand<output, 2>, hocket.shape = #[[KEYS]]}
// CHECK-SAME: tensor<?x8xf32> {hocket.operand = #hocket.operand<output, 3>, hocket.shape = #[[ROWS]]})
// CHECK-SAME: attributes {hocket.stage = 0 : i64}
// CHECK: %[[E:.*]] = linalg.matmul ins(%[[X]], %[[WE]]
// CHECK: %[[Q:.*]] = linalg.matmul ins(%[[E]], %[[WQ]]
// CHECK: %[[K:.*]] = linalg.matmul ins(%[[E]], %[[WK]]
// CHECK: %[[QH:.*]] = tensor.expand_shape %[[Q]]
// CHECK: %[[KH:.*]] = tensor.expand_shape %[[K]]
// CHECK-NOT: linalg
// CHECK: return %[[QH]], %[[KH]], %[[KH]], %[[E]]

// CHECK-LABEL: func.func private @stage1(
// CHECK-SAME: %[[O:[a-z0-9]+]]: tensor<?x4x2xf32> {hocket.operand = #hocket.operand<attended, 0>, hocket.shape = #[[HEADS]]}
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x8xf32> {hocket.operand = #hocket.operand<input, 3>, hocket.shape = #[[ROWS]]}
// CHECK-SAME: %[[BIAS:[a-z0-9]+]]: tensor<8xf32> {hocket.operand = #hocket.operand<parameter, 3>}
// CHECK-SAME: tensor<8x8xf32> {hocket.operand = #hocket.operand<parameter, 4>}
// CHECK-SAME: tensor<8x4xf32> {hocket.operand = #hocket.operand<parameter, 5>}
// CHECK-SAME: attributes {hocket.attends = {causal = true, element = f32, head_size = 2 : i64, heads = 4 : i64, key = 1 : i64, key_heads = 2 : i64, query = 0 : i64, scale = 5.000000e-01 : f32, value = 2 : i64}, hocket.stage = 1 : i64}
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[O]]
// CHECK: %[[T:.*]] = tensor.dim %[[O]]
// CHECK: tensor.empty(%[[T]]) : tensor<?x8xf32>
// CHECK: %[[WIDE:.*]] = linalg.broadcast ins(%[[BIAS]]
// CHECK: %[[B:.*]] = linalg.add ins(%[[FLAT]], %[[WIDE]]
// CHECK: %[[Y:.*]] = linalg.add ins(%[[X]], %[[B]]
// CHECK: return %{{.*}}, %{{.*}}, %{{.*}}, %[[Y]]

// CHECK-LABEL: func.func private @stage2(
// CHECK-SAME: #hocket.operand<attended, 0>
// CHECK-SAME: #hocket.operand<input, 3>
// CHECK-SAME: #hocket.operand<parameter, 6>
// CHECK-SAME: -> (tensor<f32> {hocket.operand = #hocket.operand<loss, 0>}, tensor<f32> {hocket.operand = #hocket.operand<weight, 0>})
// CHECK-SAME: hocket.attends = {causal = true,
// CHECK-SAME: hocket.stage = 2 : i64
// CHECK-NOT: hocket.attention
func.func @loss(%x: tensor<?x8xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"},
                %cu_seqlens: tensor<?xi32> {hocket.role = #hocket.role<offsets>, hocket.name = "cu_seqlens"},
                %we: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "we"},
                %wq0: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "wq0"},
                %wk0: tensor<8x4xf32> {hocket.role = #hocket.role<param>, hocket.name = "wk0"},
                %b0: tensor<8xf32> {hocket.role = #hocket.role<param>, hocket.name = "b0"},
                %wq1: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "wq1"},
                %wk1: tensor<8x4xf32> {hocket.role = #hocket.role<param>, hocket.name = "wk1"},
                %b1: tensor<8xf32> {hocket.role = #hocket.role<param>, hocket.name = "b1"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.sequence degree(2) method("zigzag") tokens(%xx = %x : tensor<?x8xf32>) offsets(%o = %cu_seqlens : tensor<?xi32>)
      shared(%e0 = %we : tensor<8x8xf32>, %q0 = %wq0 : tensor<8x8xf32>, %k0 = %wk0 : tensor<8x4xf32>, %c0 = %b0 : tensor<8xf32>,
             %q1 = %wq1 : tensor<8x8xf32>, %k1 = %wk1 : tensor<8x4xf32>, %c1 = %b1 : tensor<8xf32>)
      -> (tensor<f32>, tensor<f32>) {
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %i0 = arith.constant 0 : index
    %t = tensor.dim %xx, %i0 : tensor<?x8xf32>
    %rows = tensor.empty(%t) : tensor<?x8xf32>
    %rowsZero = linalg.fill ins(%zero : f32) outs(%rows : tensor<?x8xf32>) -> tensor<?x8xf32>
    %keys = tensor.empty(%t) : tensor<?x4xf32>
    %keysZero = linalg.fill ins(%zero : f32) outs(%keys : tensor<?x4xf32>) -> tensor<?x4xf32>
    %ones = tensor.empty(%t) : tensor<?xf32>
    %tokenOnes = linalg.fill ins(%one : f32) outs(%ones : tensor<?xf32>) -> tensor<?xf32>
    %scalar = tensor.empty() : tensor<f32>
    %sumZero = linalg.fill ins(%zero : f32) outs(%scalar : tensor<f32>) -> tensor<f32>
    %weight = linalg.reduce ins(%tokenOnes : tensor<?xf32>) outs(%sumZero : tensor<f32>) dimensions = [0]
      (%a: f32, %b: f32) { %s = arith.addf %a, %b : f32 linalg.yield %s : f32 }

    %e = linalg.matmul ins(%xx, %e0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%rowsZero : tensor<?x8xf32>) -> tensor<?x8xf32>
    %qa = linalg.matmul ins(%e, %q0 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%rowsZero : tensor<?x8xf32>) -> tensor<?x8xf32>
    %qah = tensor.expand_shape %qa [[0], [1, 2]] output_shape [%t, 4, 2] : tensor<?x8xf32> into tensor<?x4x2xf32>
    %ka = linalg.matmul ins(%e, %k0 : tensor<?x8xf32>, tensor<8x4xf32>) outs(%keysZero : tensor<?x4xf32>) -> tensor<?x4xf32>
    %kah = tensor.expand_shape %ka [[0], [1, 2]] output_shape [%t, 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
    %oa, %lsea = hocket.attention %qah, %kah, %kah offsets(%o) scale(0.5) causal : tensor<?x4x2xf32>, tensor<?x2x2xf32>, tensor<?x2x2xf32>, tensor<?xi32> -> tensor<?x4x2xf32>, tensor<?x4xf32>
    %fa = tensor.collapse_shape %oa [[0], [1, 2]] : tensor<?x4x2xf32> into tensor<?x8xf32>
    %ba = linalg.broadcast ins(%c0 : tensor<8xf32>) outs(%rows : tensor<?x8xf32>) dimensions = [0]
    %sa = linalg.add ins(%fa, %ba : tensor<?x8xf32>, tensor<?x8xf32>) outs(%rows : tensor<?x8xf32>) -> tensor<?x8xf32>
    %xa = linalg.add ins(%e, %sa : tensor<?x8xf32>, tensor<?x8xf32>) outs(%rows : tensor<?x8xf32>) -> tensor<?x8xf32>

    %qb = linalg.matmul ins(%xa, %q1 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%rowsZero : tensor<?x8xf32>) -> tensor<?x8xf32>
    %qbh = tensor.expand_shape %qb [[0], [1, 2]] output_shape [%t, 4, 2] : tensor<?x8xf32> into tensor<?x4x2xf32>
    %kb = linalg.matmul ins(%xa, %k1 : tensor<?x8xf32>, tensor<8x4xf32>) outs(%keysZero : tensor<?x4xf32>) -> tensor<?x4xf32>
    %kbh = tensor.expand_shape %kb [[0], [1, 2]] output_shape [%t, 2, 2] : tensor<?x4xf32> into tensor<?x2x2xf32>
    %ob, %lseb = hocket.attention %qbh, %kbh, %kbh offsets(%o) scale(0.5) causal : tensor<?x4x2xf32>, tensor<?x2x2xf32>, tensor<?x2x2xf32>, tensor<?xi32> -> tensor<?x4x2xf32>, tensor<?x4xf32>
    %fb = tensor.collapse_shape %ob [[0], [1, 2]] : tensor<?x4x2xf32> into tensor<?x8xf32>
    %bb = linalg.broadcast ins(%c1 : tensor<8xf32>) outs(%rows : tensor<?x8xf32>) dimensions = [0]
    %sb = linalg.add ins(%fb, %bb : tensor<?x8xf32>, tensor<?x8xf32>) outs(%rows : tensor<?x8xf32>) -> tensor<?x8xf32>
    %xb = linalg.add ins(%xa, %sb : tensor<?x8xf32>, tensor<?x8xf32>) outs(%rows : tensor<?x8xf32>) -> tensor<?x8xf32>

    %loss = linalg.reduce ins(%xb : tensor<?x8xf32>) outs(%sumZero : tensor<f32>) dimensions = [0, 1]
      (%a: f32, %b: f32) { %s = arith.addf %a, %b : f32 linalg.yield %s : f32 }
    hocket.yield %loss, %weight : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}
