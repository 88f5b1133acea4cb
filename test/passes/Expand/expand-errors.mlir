// RUN: split-file %s %t
// RUN: not hocket-opt --hocket-outline --hocket-differentiate --hocket-expand %t/model.mlir 2>&1 | FileCheck %s --check-prefix=LENGTHS
// RUN: not hocket-opt --hocket-outline --hocket-differentiate --hocket-expand="lengths=3,5" %t/model.mlir 2>&1 | FileCheck %s --check-prefix=FEW
// RUN: not hocket-opt --hocket-expand="lengths=3,5" %t/empty.mlir 2>&1 | FileCheck %s --check-prefix=LOSS
// RUN: not hocket-opt --hocket-expand="lengths=3,5" %t/model.mlir 2>&1 | FileCheck %s --check-prefix=OUTLINE

// LENGTHS: error: hocket-expand needs the lengths of the step's sequences
// FEW: error: 'func.func' op 2-way data parallelism x 2 microbatches needs at least 4 sequences and the batch has 2
// LOSS: error: there is no function @loss
// RUN: not hocket-opt --hocket-expand="lengths=3,5" %t/instances.mlir 2>&1 | FileCheck %s --check-prefix=INSTANCES
// INSTANCES: error: 'func.func' op has a malformed entry in `hocket.instances`; hocket-merge-stages writes it
// RUN: not hocket-opt --hocket-expand="lengths=3,5" %t/attends.mlir 2>&1 | FileCheck %s --check-prefix=ATTENDS
// ATTENDS: error: 'func.func' op begins with an attention, for which there is no kernel `part`; run hocket-add-attention-kernels
// RUN: sed 's/head_size = 4 : i64/size = 4 : i64/' %t/attends.mlir | not hocket-opt --hocket-expand="lengths=3,5" 2>&1 | FileCheck %s --check-prefix=HEADS
// HEADS: error: 'func.func' op has a malformed `head_size` in its `hocket.attends`; hocket-cut-attention writes it
// RUN: sed 's/i64: 2>/i64: 0>/' %t/attends.mlir | not hocket-opt --hocket-expand="lengths=3,5" 2>&1 | FileCheck %s --check-prefix=SEGMENTS
// SEGMENTS: error: 'func.func' op has a stage of 0 segments in `hocket.strategy`

// OUTLINE: error: 'func.func' op has no `hocket.strategy`; run hocket-outline first

//--- instances.mlir
func.func private @loss(tensor<?x4xf32> {hocket.name = "x", hocket.role = #hocket.role<batch>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>})
    -> (tensor<f32>, tensor<f32>) attributes {hocket.strategy = {data = 1 : i64, microbatches = 1 : i64, schedule = "1f1b"}}
func.func private @stage0.forward(
    %x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
    %loss: tensor<f32> {hocket.operand = #hocket.operand<loss, 0>})
    -> (tensor<f32> {hocket.operand = #hocket.operand<loss, 0>})
    attributes {hocket.kernel = "F", hocket.stage = 0 : i64, hocket.instances = [{stage = 1 : i64}]} {
  return %loss : tensor<f32>
}
//--- attends.mlir
func.func private @loss(tensor<?x4xf32> {hocket.name = "x", hocket.role = #hocket.role<batch>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>})
    -> (tensor<f32>, tensor<f32>)
    attributes {hocket.strategy = {data = 1 : i64, microbatches = 1 : i64, schedule = "1f1b", sequence = 2 : i64, segments = array<i64: 2>}}
func.func private @stage0.forward(
    %loss: tensor<f32> {hocket.operand = #hocket.operand<loss, 0>})
    -> (tensor<f32> {hocket.operand = #hocket.operand<loss, 0>})
    attributes {hocket.kernel = "F", hocket.stage = 0 : i64,
                hocket.attends = {query = 0 : i64, key = 1 : i64, value = 2 : i64, heads = 2 : i64, key_heads = 2 : i64,
                                  head_size = 4 : i64, element = f32, scale = 1.0 : f32, causal = true}} {
  return %loss : tensor<f32>
}
//--- empty.mlir
module {}
//--- model.mlir
func.func @loss(%w: tensor<4xf32> {hocket.role = #hocket.role<param>, hocket.name = "w"},
                %x: tensor<?x4xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.data degree(2) tokens(%x1 = %x : tensor<?x4xf32>) shared(%w1 = %w : tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
    %p:2 = hocket.pipeline microbatches(2) schedule("1f1b") tokens(%x2 = %x1 : tensor<?x4xf32>) shared(%w2 = %w1 : tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
      %l:2 = hocket.stage(%x3 = %x2 : tensor<?x4xf32>, %w3 = %w2 : tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
        %zero = arith.constant dense<0.0> : tensor<f32>
        %one = arith.constant dense<1.0> : tensor<f32>
        %sum = linalg.generic {
          indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> (i)>, affine_map<(t, i) -> ()>],
          iterator_types = ["reduction", "reduction"]}
          ins(%x3, %w3 : tensor<?x4xf32>, tensor<4xf32>) outs(%zero : tensor<f32>) {
        ^bb0(%a: f32, %b: f32, %acc: f32):
          %m = arith.mulf %a, %b : f32
          %s = arith.addf %acc, %m : f32
          linalg.yield %s : f32
        } -> tensor<f32>
        hocket.yield %sum, %one : tensor<f32>, tensor<f32>
      }
      hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
    }
    hocket.yield %p#0, %p#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}
func.func @update(%param: tensor<?xf32> {hocket.role = #hocket.role<param>},
                  %grad: tensor<?xf32> {hocket.role = #hocket.role<grad>}) -> tensor<?xf32> {
  %next = linalg.sub ins(%param, %grad : tensor<?xf32>, tensor<?xf32>) outs(%param : tensor<?xf32>) -> tensor<?xf32>
  return %next : tensor<?xf32>
}
