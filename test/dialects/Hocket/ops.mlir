// The custom assembly round-trips, also through the generic form and through
// bytecode.
// RUN: hocket-opt %s --verify-roundtrip | FileCheck %s
// RUN: hocket-opt %s | hocket-opt | FileCheck %s
// RUN: hocket-opt %s --mlir-print-op-generic | hocket-opt | FileCheck %s
// RUN: hocket-opt %s --emit-bytecode -o %t.mlirbc
// RUN: hocket-opt %t.mlirbc | FileCheck %s

func.func private @embed(tensor<?xi32>, tensor<256x64xf32>) -> tensor<?x64xf32>
func.func private @head(tensor<?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<f32>, tensor<f32>)

// CHECK-LABEL: func.func @nested
// CHECK-SAME: (%[[TOKENS:.*]]: tensor<?xi32>, %[[TARGETS:.*]]: tensor<?xi32>, %[[CU:.*]]: tensor<?xi32>, %[[E:.*]]: tensor<256x64xf32>)
func.func @nested(%tokens: tensor<?xi32>, %targets: tensor<?xi32>,
                  %cu_seqlens: tensor<?xi32>, %embedding: tensor<256x64xf32>)
    -> (tensor<f32>, tensor<f32>) {
  // CHECK: hocket.data degree(2)
  // CHECK-SAME: tokens(%[[T0:.*]] = %[[TOKENS]] : tensor<?xi32>, %[[Y0:.*]] = %[[TARGETS]] : tensor<?xi32>)
  // CHECK-SAME: offsets(%[[O0:.*]] = %[[CU]] : tensor<?xi32>)
  // CHECK-SAME: shared(%[[E0:.*]] = %[[E]] : tensor<256x64xf32>)
  // CHECK-SAME: -> (tensor<f32>, tensor<f32>) attributes {remark = "kept"} {
  %r:2 = hocket.data degree(2)
      tokens(%t = %tokens : tensor<?xi32>, %y = %targets : tensor<?xi32>)
      offsets(%o = %cu_seqlens : tensor<?xi32>)
      shared(%e = %embedding : tensor<256x64xf32>)
      -> (tensor<f32>, tensor<f32>) attributes {remark = "kept"} {
    // Names may repeat: bodies are isolated.
    // CHECK: hocket.pipeline microbatches(8) schedule("1f1b")
    // CHECK-SAME: tokens(%[[T1:.*]] = %[[T0]] : tensor<?xi32>, %[[Y1:.*]] = %[[Y0]] : tensor<?xi32>)
    // CHECK-SAME: offsets(%[[O1:.*]] = %[[O0]] : tensor<?xi32>)
    // CHECK-SAME: shared(%[[E1:.*]] = %[[E0]] : tensor<256x64xf32>)
    %p:2 = hocket.pipeline microbatches(8) schedule("1f1b")
        tokens(%t = %t : tensor<?xi32>, %y = %y : tensor<?xi32>)
        offsets(%o = %o : tensor<?xi32>)
        shared(%e = %e : tensor<256x64xf32>)
        -> (tensor<f32>, tensor<f32>) {
      // CHECK: %[[H:.*]] = hocket.stage "embed" (%[[T2:.*]] = %[[T1]] : tensor<?xi32>, %[[E2:.*]] = %[[E1]] : tensor<256x64xf32>) -> tensor<?x64xf32> {
      // CHECK-NEXT: call @embed(%[[T2]], %[[E2]])
      %h = hocket.stage "embed" (%t = %t : tensor<?xi32>,
                                 %e = %e : tensor<256x64xf32>)
          -> (tensor<?x64xf32>) {
        %a = func.call @embed(%t, %e)
            : (tensor<?xi32>, tensor<256x64xf32>) -> tensor<?x64xf32>
        hocket.yield %a : tensor<?x64xf32>
      }
      // CHECK: %[[L:.*]]:2 = hocket.stage (%{{.*}} = %[[H]] : tensor<?x64xf32>, %{{.*}} = %[[Y1]] : tensor<?xi32>, %{{.*}} = %[[O1]] : tensor<?xi32>) -> (tensor<f32>, tensor<f32>) attributes {remark = "kept"} {
      %l:2 = hocket.stage (%h = %h : tensor<?x64xf32>, %y = %y : tensor<?xi32>,
                           %o = %o : tensor<?xi32>)
          -> (tensor<f32>, tensor<f32>) attributes {remark = "kept"} {
        %a:2 = func.call @head(%h, %y, %o)
            : (tensor<?x64xf32>, tensor<?xi32>, tensor<?xi32>)
            -> (tensor<f32>, tensor<f32>)
        hocket.yield %a#0, %a#1 : tensor<f32>, tensor<f32>
      }
      // CHECK: hocket.yield %[[L]]#0, %[[L]]#1 : tensor<f32>, tensor<f32>
      hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
    }
    hocket.yield %p#0, %p#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// Every clause but the first may be missing; "auto" is not printed.
// CHECK-LABEL: func.func @sparse
func.func @sparse(%x: tensor<?xf32>) {
  // CHECK: hocket.data degree(3) {
  // CHECK-NEXT: hocket.yield{{$}}
  hocket.data degree(3) {
    hocket.yield
  }
  // CHECK: hocket.pipeline microbatches(1) shared(%{{.*}} = %{{.*}} : tensor<?xf32>) {
  // CHECK-NEXT: hocket.stage () {
  hocket.pipeline microbatches(1) schedule("auto") shared(%y = %x : tensor<?xf32>) {
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  // CHECK: hocket.pipeline microbatches(1) placement([1, 0]) {
  hocket.pipeline microbatches(1) schedule(auto) placement([1, 0]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  // CHECK: hocket.pipeline microbatches(1) schedule("given") placement([0, 0]) orders(["0F0 1F0 1B0 0I0 0W0"]) {
  hocket.pipeline microbatches(1) schedule("given") placement([0, 0]) orders(["0F0 1F0 1B0 0I0 0W0"]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  // CHECK: hocket.pipeline microbatches(4) schedule("interleaved") chunks(2) {
  hocket.pipeline microbatches(4) schedule("interleaved") chunks(2) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// CHECK-LABEL: func.func @attention
func.func @attention(%q: tensor<?x4x16xbf16>, %k: tensor<?x2x16xbf16>,
                     %v: tensor<?x2x16xbf16>, %cu_seqlens: tensor<?xi32>,
                     %do: tensor<?x4x16xbf16>, %dlse: tensor<?x4xf32>) {
  // CHECK: %[[O:.*]], %[[LSE:.*]] = hocket.attention %{{.*}}, %{{.*}}, %{{.*}} offsets(%{{.*}}) scale(2.500000e-01) causal : tensor<?x4x16xbf16>, tensor<?x2x16xbf16>, tensor<?x2x16xbf16>, tensor<?xi32> -> tensor<?x4x16xbf16>, tensor<?x4xf32>
  %o, %lse = hocket.attention %q, %k, %v offsets(%cu_seqlens) scale(0.25) causal
      : tensor<?x4x16xbf16>, tensor<?x2x16xbf16>, tensor<?x2x16xbf16>,
        tensor<?xi32> -> tensor<?x4x16xbf16>, tensor<?x4xf32>
  // CHECK: hocket.attention_grad {{.*}} forward(%[[O]], %[[LSE]]) gradient(%{{.*}}, %{{.*}}) scale(2.500000e-01) :
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%cu_seqlens)
      forward(%o, %lse) gradient(%do, %dlse) scale(0.25)
      : (tensor<?x4x16xbf16>, tensor<?x2x16xbf16>, tensor<?x2x16xbf16>,
         tensor<?xi32>, tensor<?x4x16xbf16>, tensor<?x4xf32>,
         tensor<?x4x16xbf16>, tensor<?x4xf32>)
      -> (tensor<?x4x16xbf16>, tensor<?x2x16xbf16>, tensor<?x2x16xbf16>)
  return
}

// Any float type, numbers of heads that are no multiples of each other.
// CHECK-LABEL: func.func @attention_part
func.func @attention_part(%q: tensor<?x3x?xbf16>, %k: tensor<7x2x?xbf16>, %v: tensor<?x?x?xbf16>,
                          %t: tensor<20xi32>, %o0: tensor<?x3x?xbf16>, %l0: tensor<?x3xf32>) {
  // CHECK: %[[O:.*]], %[[LSE:.*]] = hocket.attention_part %{{.*}}, %{{.*}}, %{{.*}} table(%{{.*}}) running(%{{.*}}, %{{.*}}) scale(2.500000e-01) causal {remark = "kept"} : (tensor<?x3x?xbf16>, tensor<7x2x?xbf16>, tensor<?x?x?xbf16>, tensor<20xi32>, tensor<?x3x?xbf16>, tensor<?x3xf32>) -> (tensor<?x3x?xbf16>, tensor<?x3xf32>)
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25) causal {remark = "kept"}
      : (tensor<?x3x?xbf16>, tensor<7x2x?xbf16>, tensor<?x?x?xbf16>, tensor<20xi32>, tensor<?x3x?xbf16>,
         tensor<?x3xf32>) -> (tensor<?x3x?xbf16>, tensor<?x3xf32>)
  // CHECK: hocket.attention_part_grad {{.*}} forward(%[[LSE]]) gradient(%[[O]], %{{.*}}) running(%{{.*}}, %{{.*}}, %{{.*}}) scale(2.500000e-01) :
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%o, %l0) running(%q, %k, %v) scale(0.25)
      : (tensor<?x3x?xbf16>, tensor<7x2x?xbf16>, tensor<?x?x?xbf16>, tensor<20xi32>, tensor<?x3xf32>,
         tensor<?x3x?xbf16>, tensor<?x3xf32>, tensor<?x3x?xbf16>, tensor<7x2x?xbf16>, tensor<?x?x?xbf16>)
      -> (tensor<?x3x?xbf16>, tensor<7x2x?xbf16>, tensor<?x?x?xbf16>)
  return
}

// CHECK: hocket.topology @laptop nodes(1) devices_per_node(8) memory_bytes(1073741824) flops_per_second(1.000000e+09) memory_bytes_per_second(1.000000e+10) launch_seconds(0.000000e+00) intra_node(latency_seconds = 0.000000e+00, bytes_per_second = 1.000000e+09) inter_node(latency_seconds = 1.000000e+00, bytes_per_second = 1.000000e+00) {remark = "kept"}
hocket.topology @laptop nodes(1) devices_per_node(8) memory_bytes(1073741824)
    flops_per_second(1.0e9) memory_bytes_per_second(1.0e10) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0e9)
    inter_node(latency_seconds = 1.0, bytes_per_second = 1.0)
    {remark = "kept"}

// CHECK-LABEL: func.func @update
// CHECK-SAME: hocket.init = "normal(0.02)", hocket.name = "w", hocket.role = #hocket.role<param>
// CHECK-SAME: hocket.name = "m", hocket.role = #hocket.role<state>
// CHECK-SAME: hocket.role = #hocket.role<step>
func.func @update(
    %w: tensor<?xf32> {hocket.role = #hocket.role<param>, hocket.name = "w",
                       hocket.init = "normal(0.02)"},
    %g: tensor<?xf32> {hocket.role = #hocket.role<grad>, hocket.name = "w"},
    %m: tensor<?xf32> {hocket.role = #hocket.role<state>, hocket.name = "m",
                       hocket.init = "zeros"},
    %s: tensor<f32> {hocket.role = #hocket.role<step>}) {
  return
}

// CHECK-LABEL: func.func @kernel
// CHECK-SAME: hocket.operand = #hocket.operand<parameter, 3>
// CHECK-SAME: hocket.operand = #hocket.operand<input, 0>, hocket.shape = #map
// CHECK-SAME: -> (tensor<?x64xf32> {hocket.operand = #hocket.operand<output, 0>
// CHECK-SAME: attributes {hocket.kernel = "F", hocket.stage = 2 : i64}
func.func @kernel(
    %w: tensor<64x64xf32> {hocket.operand = #hocket.operand<parameter, 3>},
    %x: tensor<?x64xf32> {hocket.operand = #hocket.operand<input, 0>,
                          hocket.shape = affine_map<(d0, d1) -> (d0, 64)>})
    -> (tensor<?x64xf32> {hocket.operand = #hocket.operand<output, 0>,
                          hocket.shape = affine_map<(d0, d1) -> (d0, 64)>})
    attributes {hocket.kernel = "F", hocket.stage = 2 : i64} {
  return %x : tensor<?x64xf32>
}

// What is not given is not printed, but for paths(auto).
// CHECK-LABEL: func.func @skip_pipelines
func.func @skip_pipelines(%x: tensor<?xf32>, %o: tensor<?xi32>, %w: tensor<4xf32>) {
  // CHECK: hocket.skip_pipeline microbatches(2) nodes({{\[\[}}1], [0, 2]]) path_length(1) paths(auto)
  // CHECK-SAME: tokens(%{{.*}} = %{{.*}} : tensor<?xf32>) offsets(%{{.*}} = %{{.*}} : tensor<?xi32>) shared(%{{.*}} = %{{.*}} : tensor<4xf32>) attributes {remark = "kept"} {
  hocket.skip_pipeline microbatches(2) nodes([[1], [0, 2]]) path_length(1)
      tokens(%y = %x : tensor<?xf32>) offsets(%p = %o : tensor<?xi32>) shared(%v = %w : tensor<4xf32>) attributes {remark = "kept"} {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  // CHECK: hocket.skip_pipeline microbatches(2) nodes({{\[\[}}0], [1]]) path_length(2) paths({{\[\[}}0, 1], [0, 1]])
  // CHECK-SAME: limits(max_backward_step = 0, max_backward_sum = 1, max_backward_moves = 2, max_forward_jump = 3) in_flight([1, 2])
  // CHECK-SAME: orders(["0F0 0F1 2F0 2B0 0B0 2F1 2B1 0B1", "1F0 1F1 1B0 1I1 1W1"]) {
  hocket.skip_pipeline microbatches(2) nodes([[0], [1]]) path_length(2) paths([[0, 1], [0, 1]])
      limits(max_forward_jump = 3, max_backward_step = 0, max_backward_moves = 2, max_backward_sum = 1) in_flight([1, 2])
      orders(["0F0 0F1 2F0 2B0 0B0 2F1 2B1 0B1", "1F0 1F1 1B0 1I1 1W1"]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  // CHECK: hocket.microbatches count(2) shared(%{{.*}} = %{{.*}} : tensor<4xf32>) {
  hocket.microbatches count(2) shared(%v = %w : tensor<4xf32>) {
    // CHECK-NEXT: %[[R:.*]] = hocket.switch_microbatch (%[[V:.*]]) : tensor<4xf32> attributes {remark = "kept"}
    // CHECK-NEXT: case([1]) (%[[A:.*]]: tensor<4xf32>) {
    // CHECK-NEXT: hocket.yield %[[A]]
    // CHECK-NEXT: }
    // CHECK-NEXT: case([0]) (%{{.*}}: tensor<4xf32>) {
    // CHECK-NEXT: hocket.yield %[[V]]
    %r = hocket.switch_microbatch (%v) : tensor<4xf32> attributes {remark = "kept"}
    case([1]) (%a: tensor<4xf32>) {
      hocket.yield %a : tensor<4xf32>
    } case([0]) (%a: tensor<4xf32>) {
      hocket.yield %v : tensor<4xf32>
    }
    // CHECK: hocket.switch_microbatch ()
    // CHECK-NEXT: case([0, 1]) () {
    hocket.switch_microbatch ()
    case([0, 1]) () {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// CHECK-LABEL: func.func @sequence
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>, %[[O:.*]]: tensor<?xi32>, %[[W:.*]]: tensor<4xf32>)
func.func @sequence(%x: tensor<?xf32>, %o: tensor<?xi32>, %w: tensor<4xf32>) {
  // CHECK: hocket.data degree(2) tokens(%[[X0:.*]] = %[[X]] : tensor<?xf32>) {
  hocket.data degree(2) tokens(%a = %x : tensor<?xf32>) {
    // CHECK: hocket.sequence degree(4) method("usp") ulysses(2) tokens(%[[X1:.*]] = %[[X0]] : tensor<?xf32>) attributes {remark = "kept"} {
    hocket.sequence degree(4) method("usp") ulysses(2) tokens(%b = %a : tensor<?xf32>) attributes {remark = "kept"} {
      // CHECK: hocket.pipeline microbatches(2) tokens(%{{.*}} = %[[X1]] : tensor<?xf32>)
      hocket.pipeline microbatches(2) tokens(%c = %b : tensor<?xf32>) {
        hocket.stage () {
          hocket.yield
        }
        hocket.yield
      }
      hocket.yield
    }
    hocket.yield
  }
  // CHECK: hocket.sequence degree(3) tokens(%{{.*}} = %[[X]] : tensor<?xf32>) offsets(%{{.*}} = %[[O]] : tensor<?xi32>) shared(%{{.*}} = %[[W]] : tensor<4xf32>) {
  hocket.sequence degree(3) method(auto) tokens(%b = %x : tensor<?xf32>) offsets(%p = %o : tensor<?xi32>) shared(%q = %w : tensor<4xf32>) {
    hocket.yield
  }
  // CHECK: hocket.sequence degree(3) method("zigzag") {
  hocket.sequence degree(3) method("zigzag") {
    hocket.yield
  }
  return
}

// CHECK-LABEL: func.func @stream
// CHECK-SAME: (%[[X:.*]]: tensor<?xf32>, %[[O:.*]]: tensor<?xi32>, %[[W:.*]]: tensor<4xf32>)
func.func @stream(%x: tensor<?xf32>, %o: tensor<?xi32>, %w: tensor<4xf32>) {
  // CHECK: hocket.sequence degree(2) method("ring") tokens(%[[X0:.*]] = %[[X]] : tensor<?xf32>) {
  hocket.sequence degree(2) method("ring") tokens(%a = %x : tensor<?xf32>) {
    // CHECK: hocket.stream slices(8) activations("recompute") kept([2, 0]) offloaded([1, 8]) tokens(%[[X1:.*]] = %[[X0]] : tensor<?xf32>) attributes {remark = "kept"} {
    hocket.stream slices(8) activations("recompute") kept([2, 0]) offloaded([1, 8]) tokens(%b = %a : tensor<?xf32>) attributes {remark = "kept"} {
      hocket.pipeline microbatches(1) tokens(%c = %b : tensor<?xf32>) {
        hocket.stage () {
          hocket.yield
        }
        hocket.stage () {
          hocket.yield
        }
        hocket.yield
      }
      hocket.yield
    }
    hocket.yield
  }
  // CHECK: hocket.stream slices(3) activations(auto) tokens(%{{.*}} = %[[X]] : tensor<?xf32>) offsets(%{{.*}} = %[[O]] : tensor<?xi32>) shared(%{{.*}} = %[[W]] : tensor<4xf32>) {
  hocket.stream slices(3) activations("auto") tokens(%b = %x : tensor<?xf32>) offsets(%p = %o : tensor<?xi32>) shared(%q = %w : tensor<4xf32>) {
    hocket.yield
  }
  // CHECK: hocket.stream slices(3) {
  hocket.stream slices(3) activations("keep") {
    hocket.yield
  }
  // CHECK: hocket.stream slices(1) activations("recompute") offloaded([1]) {
  hocket.stream slices(1) activations("recompute") offloaded([1]) {
    hocket.yield
  }
  return
}
