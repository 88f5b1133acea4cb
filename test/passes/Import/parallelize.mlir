// RUN: hocket-opt %s --hocket-parallelize="data=2 pipeline=2 microbatches=8 schedule=1f1b" --split-input-file | FileCheck %s --check-prefixes=CHECK,BOTH
// RUN: hocket-opt %s --hocket-parallelize="microbatches=4" --split-input-file | FileCheck %s --check-prefixes=CHECK,MICRO
// RUN: hocket-opt %s --hocket-parallelize="data=3" --split-input-file | FileCheck %s --check-prefixes=CHECK,DATA
// Nothing to do: the program stays sequential.
// RUN: hocket-opt %s --hocket-parallelize --split-input-file | FileCheck %s --check-prefixes=CHECK,NONE
// Two ranks with two stages each.
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="pipeline=2 chunks=2 microbatches=4 schedule=interleaved" | FileCheck %s --check-prefix=CHUNKS
// Erasing what the pass adds gives the program back.
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="data=2 pipeline=3 microbatches=8" --hocket-erase | diff - %fixtures/gpt-tiny/model.mlir
// A real model, in as many stages as it has layers.
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="data=2 pipeline=4 microbatches=4 schedule=gpipe" | FileCheck %s --check-prefix=GPT

// Ranks that share sequences: inside of data parallelism, around the pipeline.
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="data=2 sequence=4 method=usp ulysses=2 pipeline=2 microbatches=4" | FileCheck %s --check-prefix=SHARED
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="sequence=3" | FileCheck %s --check-prefix=SHARED-ONLY
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="data=2 sequence=2 method=ring pipeline=2" --hocket-erase | diff - %fixtures/gpt-tiny/model.mlir

// SHARED: hocket.data degree(2)
// SHARED: hocket.sequence degree(4) method("usp") ulysses(2)
// SHARED: hocket.pipeline microbatches(4)
// SHARED: hocket.stage "stage0"
// SHARED-ONLY-NOT: hocket.data
// SHARED-ONLY: hocket.sequence degree(3) tokens(
// SHARED-ONLY-NOT: hocket.pipeline

// Slices, and layers whose inputs are all that is kept; with pipeline=1 one rank
// runs all the stages.
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="data=2 sequence=4 method=ring slices=8 activations=recompute kept=2 offloaded=1 chunks=4 schedule=gpipe" | FileCheck %s --check-prefix=SLICES
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="activations=recompute" | FileCheck %s --check-prefix=CHECKPOINT
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="slices=3 activations=auto" | FileCheck %s --check-prefix=OPEN
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="data=2 slices=8 activations=recompute chunks=4" --hocket-erase | diff - %fixtures/gpt-tiny/model.mlir

// SLICES: hocket.data degree(2)
// SLICES: hocket.sequence degree(4) method("ring")
// SLICES: hocket.stream slices(8) activations("recompute") kept([2, 2, 2, 2]) offloaded([1, 1, 1, 1])
// SLICES: hocket.pipeline microbatches(1) schedule("gpipe") chunks(4)
// SLICES-COUNT-4: hocket.stage "stage
// SLICES-NOT: hocket.stage "stage
// CHECKPOINT: hocket.stream slices(1) activations("recompute") tokens(
// CHECKPOINT-NOT: hocket.pipeline
// OPEN: hocket.stream slices(3) activations(auto) tokens(

// CHUNKS: hocket.pipeline microbatches(4) schedule("interleaved") chunks(2)
// CHUNKS-COUNT-4: hocket.stage "stage
// CHUNKS-NOT: hocket.stage "stage

// GPT-LABEL: func.func public @loss
// GPT: hocket.data degree(2)
// GPT: hocket.pipeline microbatches(4) schedule("gpipe")
// GPT: hocket.stage "stage0"
// GPT-NEXT: call @embed
// GPT-NEXT: call @block
// GPT-NEXT: hocket.yield
// GPT: hocket.stage "stage1"
// GPT-NEXT: call @block
// GPT-NEXT: hocket.yield
// GPT: hocket.stage "stage2"
// GPT-NEXT: call @block
// GPT-NEXT: hocket.yield
// GPT: hocket.stage "stage3"
// GPT-NEXT: call @block
// GPT-NEXT: call @head
// GPT-NEXT: hocket.yield

func.func private @embed(tensor<?xi32>, tensor<9x4xf32>) -> tensor<?x4xf32>
func.func private @block(tensor<?x4xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4xf32>
func.func private @head(tensor<?x4xf32>, tensor<?xi32>, tensor<9x4xf32>) -> (tensor<f32>, tensor<f32>)

// CHECK-LABEL: func.func @loss
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<?xi32> {{.*}}, %[[Y:[a-z0-9]+]]: tensor<?xi32> {{.*}}, %[[O:[a-z0-9]+]]: tensor<?xi32> {{.*}}, %[[E:[a-z0-9]+]]: tensor<9x4xf32> {{.*}}, %[[A:[a-z0-9]+]]: tensor<4xf32> {{.*}}, %[[B:[a-z0-9]+]]: tensor<4xf32> {{.*}}, %[[C:[a-z0-9]+]]: tensor<4xf32>

// Three layers in two stages: 2 + 1. The embedding goes with the first, the
// head with the last; a parameter that two stages use is given to both.
// BOTH: %[[R:.*]]:2 = hocket.data degree(2)
// BOTH-SAME: tokens(%[[X1:.*]] = %[[X]] : tensor<?xi32>, %[[Y1:.*]] = %[[Y]] : tensor<?xi32>)
// BOTH-SAME: offsets(%[[O1:.*]] = %[[O]] : tensor<?xi32>)
// BOTH-SAME: shared(%[[E1:.*]] = %[[E]] : tensor<9x4xf32>, %[[A1:.*]] = %[[A]] : tensor<4xf32>, %[[B1:.*]] = %[[B]] : tensor<4xf32>, %[[C1:.*]] = %[[C]] : tensor<4xf32>)
// BOTH: %[[P:.*]]:2 = hocket.pipeline microbatches(8) schedule("1f1b")
// BOTH-SAME: tokens(%[[X2:.*]] = %[[X1]] : tensor<?xi32>, %[[Y2:.*]] = %[[Y1]] : tensor<?xi32>)
// BOTH-SAME: offsets(%[[O2:.*]] = %[[O1]] : tensor<?xi32>)
// BOTH-SAME: shared(%[[E2:.*]] = %[[E1]] : tensor<9x4xf32>, %[[A2:.*]] = %[[A1]] : tensor<4xf32>, %[[B2:.*]] = %[[B1]] : tensor<4xf32>, %[[C2:.*]] = %[[C1]] : tensor<4xf32>)
// BOTH: %[[H:.*]] = hocket.stage "stage0" (%[[X3:.*]] = %[[X2]] : tensor<?xi32>, %[[O3:.*]] = %[[O2]] : tensor<?xi32>, %[[E3:.*]] = %[[E2]] : tensor<9x4xf32>, %[[A3:.*]] = %[[A2]] : tensor<4xf32>, %[[B3:.*]] = %[[B2]] : tensor<4xf32>) -> tensor<?x4xf32>
// BOTH-NEXT: %[[H0:.*]] = func.call @embed(%[[X3]], %[[E3]])
// BOTH-NEXT: %[[H1:.*]] = func.call @block(%[[H0]], %[[O3]], %[[A3]])
// BOTH-NEXT: %[[H2:.*]] = func.call @block(%[[H1]], %[[O3]], %[[B3]])
// BOTH-NEXT: hocket.yield %[[H2]] : tensor<?x4xf32>
// BOTH: %[[L:.*]]:2 = hocket.stage "stage1" (%[[Y3:.*]] = %[[Y2]] : tensor<?xi32>, %[[O4:.*]] = %[[O2]] : tensor<?xi32>, %[[E4:.*]] = %[[E2]] : tensor<9x4xf32>, %[[C4:.*]] = %[[C2]] : tensor<4xf32>, %[[H4:.*]] = %[[H]] : tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>)
// BOTH-NEXT: %[[H5:.*]] = func.call @block(%[[H4]], %[[O4]], %[[C4]])
// BOTH-NEXT: %[[L5:.*]]:2 = func.call @head(%[[H5]], %[[Y3]], %[[E4]])
// BOTH-NEXT: hocket.yield %[[L5]]#0, %[[L5]]#1
// BOTH: hocket.yield %[[L]]#0, %[[L]]#1
// BOTH: hocket.yield %[[P]]#0, %[[P]]#1
// BOTH: return %[[R]]#0, %[[R]]#1

// MICRO-NOT: hocket.data
// MICRO: hocket.pipeline microbatches(4) tokens
// MICRO: hocket.stage "stage0"
// MICRO-NEXT: call @embed
// MICRO: call @head
// MICRO-NOT: hocket.stage

// DATA: hocket.data degree(3)
// DATA-NOT: hocket.pipeline
// DATA: call @embed
// DATA: call @head
// DATA: hocket.yield

// NONE-NOT: hocket.data
// NONE-NOT: hocket.pipeline
// NONE: call @embed
func.func @loss(%x: tensor<?xi32> {hocket.role = #hocket.role<batch>},
                %y: tensor<?xi32> {hocket.role = #hocket.role<batch>},
                %o: tensor<?xi32> {hocket.role = #hocket.role<offsets>},
                %e: tensor<9x4xf32> {hocket.role = #hocket.role<param>},
                %a: tensor<4xf32> {hocket.role = #hocket.role<param>},
                %b: tensor<4xf32> {hocket.role = #hocket.role<param>},
                %c: tensor<4xf32> {hocket.role = #hocket.role<param>}) -> (tensor<f32>, tensor<f32>) {
  %0 = call @embed(%x, %e) : (tensor<?xi32>, tensor<9x4xf32>) -> tensor<?x4xf32>
  %1 = call @block(%0, %o, %a) : (tensor<?x4xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4xf32>
  %2 = call @block(%1, %o, %b) : (tensor<?x4xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4xf32>
  %3 = call @block(%2, %o, %c) : (tensor<?x4xf32>, tensor<?xi32>, tensor<4xf32>) -> tensor<?x4xf32>
  %4:2 = call @head(%3, %y, %e) : (tensor<?x4xf32>, tensor<?xi32>, tensor<9x4xf32>) -> (tensor<f32>, tensor<f32>)
  return %4#0, %4#1 : tensor<f32>, tensor<f32>
}

// -----

// Operations between the calls: what a layer needs is computed in its stage,
// and sizes and constants in every stage that needs them. Where no function is
// called often enough, the layers are a chain of calls.
func.func private @first(tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
func.func private @second(tensor<?x4xf32>, tensor<4xf32>, index) -> tensor<?x4xf32>
func.func private @weigh(index) -> tensor<f32>

// CHECK-LABEL: func.func @loss
// BOTH: hocket.stage "stage0"
// BOTH-NEXT: tensor.extract_slice
// BOTH-NEXT: call @first
// BOTH-NEXT: hocket.yield
// BOTH: hocket.stage "stage1"
// BOTH-DAG: tensor.dim
// BOTH-DAG: tensor.extract_slice
// BOTH: call @second
// BOTH: call @weigh
// BOTH: linalg.generic
// BOTH: hocket.yield
func.func @loss(%x: tensor<?x4xf32> {hocket.role = #hocket.role<batch>},
                %w: tensor<2x4xf32> {hocket.role = #hocket.role<param>}) -> (tensor<f32>, tensor<f32>) {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %w0 = tensor.extract_slice %w[0, 0] [1, 4] [1, 1] : tensor<2x4xf32> to tensor<4xf32>
  %w1 = tensor.extract_slice %w[1, 0] [1, 4] [1, 1] : tensor<2x4xf32> to tensor<4xf32>
  %0 = call @first(%x, %w0) : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %1 = call @second(%0, %w1, %t) : (tensor<?x4xf32>, tensor<4xf32>, index) -> tensor<?x4xf32>
  %2 = call @weigh(%t) : (index) -> tensor<f32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]}
      ins(%1 : tensor<?x4xf32>) outs(%zero : tensor<f32>) {
  ^bb0(%in: f32, %out: f32):
    %s = arith.addf %in, %out : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %3, %2 : tensor<f32>, tensor<f32>
}
