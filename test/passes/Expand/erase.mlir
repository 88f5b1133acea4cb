// RUN: hocket-opt %s --hocket-erase --split-input-file | FileCheck %s --implicit-check-not=hocket.
// RUN: hocket-opt %s --hocket-erase --split-input-file | hocket-opt --hocket-erase --split-input-file | FileCheck %s
// RUN: hocket-opt %s --pass-pipeline='builtin.module(func.func(hocket-erase))' --split-input-file | FileCheck %s

func.func private @embed(tensor<?xi32>, tensor<256x64xf32>) -> tensor<?x64xf32>
func.func private @block(tensor<?x64xf32>, tensor<?xi32>, tensor<64x64xf32>) -> tensor<?x64xf32>
func.func private @head(tensor<?x64xf32>, tensor<?xi32>) -> (tensor<f32>, tensor<f32>)
func.func private @log(tensor<f32>)

// Every level goes; the order of the calls stays, and so do the operations
// around the strategies.
// CHECK-LABEL: func.func @loss
// CHECK-SAME: (%[[TOKENS:[a-z0-9]+]]: tensor<?xi32>, %[[TARGETS:[a-z0-9]+]]: tensor<?xi32>, %[[CU:[a-z0-9]+]]: tensor<?xi32>, %[[E:[a-z0-9]+]]: tensor<256x64xf32>, %[[W:[a-z0-9]+]]: tensor<64x64xf32>)
func.func @loss(%tokens: tensor<?xi32>, %targets: tensor<?xi32>, %cu_seqlens: tensor<?xi32>,
                %e: tensor<256x64xf32>, %w: tensor<64x64xf32>) -> (tensor<f32>, tensor<f32>) {
  // CHECK-NEXT: %[[ZERO:.*]] = arith.constant
  // CHECK-NEXT: call @log(%[[ZERO]])
  // CHECK-NEXT: %[[H:.*]] = call @embed(%[[TOKENS]], %[[E]])
  // CHECK-NEXT: %[[B0:.*]] = call @block(%[[H]], %[[CU]], %[[W]])
  // CHECK-NEXT: %[[B1:.*]] = call @block(%[[B0]], %[[CU]], %[[W]])
  // CHECK-NEXT: %[[L:.*]]:2 = call @head(%[[B1]], %[[TARGETS]])
  // CHECK-NEXT: call @log(%[[L]]#0)
  // CHECK-NEXT: return %[[L]]#0, %[[L]]#1
  %zero = arith.constant dense<0.0> : tensor<f32>
  call @log(%zero) : (tensor<f32>) -> ()
  %r:2 = hocket.data degree(2) tokens(%t = %tokens : tensor<?xi32>, %y = %targets : tensor<?xi32>)
      offsets(%o = %cu_seqlens : tensor<?xi32>) shared(%e = %e : tensor<256x64xf32>, %w = %w : tensor<64x64xf32>)
      -> (tensor<f32>, tensor<f32>) {
    %p:2 = hocket.pipeline microbatches(4) schedule("gpipe") tokens(%t = %t : tensor<?xi32>, %y = %y : tensor<?xi32>)
        offsets(%o = %o : tensor<?xi32>) shared(%e = %e : tensor<256x64xf32>, %w = %w : tensor<64x64xf32>)
        -> (tensor<f32>, tensor<f32>) {
      %h = hocket.stage "embed" (%t = %t : tensor<?xi32>, %e = %e : tensor<256x64xf32>) -> tensor<?x64xf32> {
        %a = func.call @embed(%t, %e) : (tensor<?xi32>, tensor<256x64xf32>) -> tensor<?x64xf32>
        hocket.yield %a : tensor<?x64xf32>
      }
      %b = hocket.stage "blocks" (%w = %w : tensor<64x64xf32>, %o = %o : tensor<?xi32>, %h = %h : tensor<?x64xf32>) -> tensor<?x64xf32> {
        %b0 = func.call @block(%h, %o, %w) : (tensor<?x64xf32>, tensor<?xi32>, tensor<64x64xf32>) -> tensor<?x64xf32>
        %b1 = func.call @block(%b0, %o, %w) : (tensor<?x64xf32>, tensor<?xi32>, tensor<64x64xf32>) -> tensor<?x64xf32>
        hocket.yield %b1 : tensor<?x64xf32>
      }
      %l:2 = hocket.stage "head" (%h = %b : tensor<?x64xf32>, %y = %y : tensor<?xi32>) -> (tensor<f32>, tensor<f32>) {
        %a:2 = func.call @head(%h, %y) : (tensor<?x64xf32>, tensor<?xi32>) -> (tensor<f32>, tensor<f32>)
        hocket.yield %a#0, %a#1 : tensor<f32>, tensor<f32>
      }
      hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
    }
    hocket.yield %p#0, %p#1 : tensor<f32>, tensor<f32>
  }
  call @log(%r#0) : (tensor<f32>) -> ()
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// The example of the pass's documentation.
func.func private @loss_of(tensor<?xf32>) -> tensor<f32>

// CHECK-LABEL: func.func @documented
// CHECK-SAME: (%[[TOKENS:.*]]: tensor<?xf32>)
func.func @documented(%tokens: tensor<?xf32>) -> tensor<f32> {
  // CHECK-NEXT: %[[LOSS:.*]] = call @loss_of(%[[TOKENS]]) : (tensor<?xf32>) -> tensor<f32>
  // CHECK-NEXT: return %[[LOSS]] : tensor<f32>
  %loss = hocket.data degree(2) tokens(%x = %tokens : tensor<?xf32>)
      -> tensor<f32> {
    %y = func.call @loss_of(%x) : (tensor<?xf32>) -> tensor<f32>
    hocket.yield %y : tensor<f32>
  }
  return %loss : tensor<f32>
}

// -----

// Yields may forward arguments, swap or repeat; results may be unused; strategies
// may lie one after another, and in the regions of other ops.
// CHECK-LABEL: func.func @wiring
// CHECK-SAME: (%[[A:[a-z0-9]+]]: tensor<f32>, %[[B:[a-z0-9]+]]: tensor<f32>, %[[C:[a-z0-9]+]]: i1)
func.func @wiring(%a: tensor<f32>, %b: tensor<f32>, %c: i1) -> (tensor<f32>, tensor<f32>, tensor<f32>) {
  // CHECK-NEXT: %[[IF:.*]] = scf.if %[[C]] -> (tensor<f32>) {
  // CHECK-NEXT: scf.yield %[[A]]
  // CHECK-NEXT: } else {
  // CHECK-NEXT: scf.yield %[[B]]
  // CHECK-NEXT: }
  // CHECK-NEXT: return %[[B]], %[[A]], %[[IF]]
  %r:3 = hocket.data degree(2) shared(%x = %a : tensor<f32>, %y = %b : tensor<f32>) -> (tensor<f32>, tensor<f32>, tensor<f32>) {
    hocket.yield %y, %x, %y : tensor<f32>, tensor<f32>, tensor<f32>
  }
  %s:2 = hocket.data degree(2) shared(%x = %r#0 : tensor<f32>, %y = %r#1 : tensor<f32>) -> (tensor<f32>, tensor<f32>) {
    hocket.yield %x, %y : tensor<f32>, tensor<f32>
  }
  %i = scf.if %c -> tensor<f32> {
    %t = hocket.data degree(2) shared(%x = %s#1 : tensor<f32>) -> tensor<f32> {
      hocket.yield %x : tensor<f32>
    }
    scf.yield %t : tensor<f32>
  } else {
    scf.yield %s#0 : tensor<f32>
  }
  return %s#0, %s#1, %i : tensor<f32>, tensor<f32>, tensor<f32>
}

// -----

// Offsets that are known to begin at 0 and not to decrease (an empty sequence
// is one) are the sequential program's.
// CHECK-LABEL: func.func @constant_offsets
// CHECK: %[[C:.*]] = arith.constant dense<[0, 3, 3, 8]>
// CHECK-NEXT: %[[O:.*]] = tensor.cast %[[C]]
// CHECK-NEXT: call @loss_of(%{{.*}}, %[[O]])
func.func private @loss_of(tensor<?xf32>, tensor<?xi32>) -> tensor<f32>
func.func @constant_offsets(%tokens: tensor<?xf32>) -> tensor<f32> {
  %c = arith.constant dense<[0, 3, 3, 8]> : tensor<4xi32>
  %o = tensor.cast %c : tensor<4xi32> to tensor<?xi32>
  %loss = hocket.data degree(2) tokens(%x = %tokens : tensor<?xf32>) offsets(%p = %o : tensor<?xi32>) -> tensor<f32> {
    %y = func.call @loss_of(%x, %p) : (tensor<?xf32>, tensor<?xi32>) -> tensor<f32>
    hocket.yield %y : tensor<f32>
  }
  return %loss : tensor<f32>
}

// -----

func.func private @model(tensor<?xi32>, tensor<?xi32>) -> tensor<f32>

// The body of a hocket.sequence stands for whole sequences; a pipeline inside of
// it goes, too.
// CHECK-LABEL: func.func @sequence
// CHECK-SAME: (%[[X:.*]]: tensor<?xi32>, %[[O:.*]]: tensor<?xi32>)
// CHECK-NEXT: %[[L:.*]] = call @model(%[[X]], %[[O]])
// CHECK-NEXT: return %[[L]]
func.func @sequence(%x: tensor<?xi32>, %o: tensor<?xi32>) -> tensor<f32> {
  %r = hocket.sequence degree(4) method("usp") ulysses(2) tokens(%y = %x : tensor<?xi32>) offsets(%p = %o : tensor<?xi32>) -> tensor<f32> {
    %s = hocket.pipeline microbatches(2) tokens(%z = %y : tensor<?xi32>) offsets(%q = %p : tensor<?xi32>) -> tensor<f32> {
      %t = hocket.stage (%u = %z : tensor<?xi32>, %v = %q : tensor<?xi32>) -> tensor<f32> {
        %l = func.call @model(%u, %v) : (tensor<?xi32>, tensor<?xi32>) -> tensor<f32>
        hocket.yield %l : tensor<f32>
      }
      hocket.yield %t : tensor<f32>
    }
    hocket.yield %s : tensor<f32>
  }
  return %r : tensor<f32>
}

// -----

func.func private @model(tensor<?xi32>, tensor<?xi32>) -> tensor<f32>

// The body of a hocket.stream stands for whole sequences, too.
// CHECK-LABEL: func.func @stream
// CHECK-SAME: (%[[X:.*]]: tensor<?xi32>, %[[O:.*]]: tensor<?xi32>)
// CHECK-NEXT: %[[L:.*]] = call @model(%[[X]], %[[O]])
// CHECK-NEXT: return %[[L]]
func.func @stream(%x: tensor<?xi32>, %o: tensor<?xi32>) -> tensor<f32> {
  %r = hocket.data degree(2) tokens(%w = %x : tensor<?xi32>) offsets(%n = %o : tensor<?xi32>) -> tensor<f32> {
    %s = hocket.stream slices(4) activations(auto) tokens(%y = %w : tensor<?xi32>) offsets(%p = %n : tensor<?xi32>) -> tensor<f32> {
      %t = hocket.pipeline microbatches(2) tokens(%z = %y : tensor<?xi32>) offsets(%q = %p : tensor<?xi32>) -> tensor<f32> {
        %u = hocket.stage (%a = %z : tensor<?xi32>, %b = %q : tensor<?xi32>) -> tensor<f32> {
          %l = func.call @model(%a, %b) : (tensor<?xi32>, tensor<?xi32>) -> tensor<f32>
          hocket.yield %l : tensor<f32>
        }
        hocket.yield %u : tensor<f32>
      }
      hocket.yield %t : tensor<f32>
    }
    hocket.yield %s : tensor<f32>
  }
  return %r : tensor<f32>
}
