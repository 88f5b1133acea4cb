// RUN: hocket-opt %s --hocket-outline --hocket-differentiate="split=1" --hocket-solve-schedule \
// RUN:   --remarks-filter=solve --remark-format=emitRemark 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.err
// RUN: hocket-opt %s --hocket-outline --hocket-differentiate="split=1" --hocket-solve-schedule > %t.first.mlir
// RUN: hocket-opt %s --hocket-outline --hocket-differentiate="split=1" --hocket-solve-schedule | diff - %t.first.mlir
// RUN: hocket-opt %s --hocket-outline --hocket-differentiate --hocket-solve-schedule | FileCheck %s --check-prefix=WHOLE

// The order of two ranks is solved and written down as a given one. The first
// stage has no gradient of inputs, so there is no I of it. A remark tells how
// good the order is. It repeats exactly.

// CHECK: hocket.strategy = {chunks = 1 : i64, data = 1 : i64, microbatches = 3 : i64,
// CHECK-SAME: orders = ["0F0 0F1 {{[0-9FW ]*}}", "1F0 {{[0-9FIW ]*}}"],
// CHECK-SAME: placement = array<i64: 0, 1>, schedule = "given"}
// REMARK: Schedule
// REMARK-SAME: Bound=[[BOUND:[0-9]+]]
// REMARK-SAME: Gap=0
// REMARK-SAME: Status=optimal
// REMARK-SAME: Value=[[BOUND]]

// With a backward in one part:

// WHOLE: orders = ["0F0 0F1 {{[0-9FB ]*}}", "1F0 1B0 {{[0-9FB ]*}}"],

// Where a stage has segments, a named schedule is taken if a simulated step is
// faster with it.

// RUN: rm -rf %t && mkdir -p %t
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="sequence=2 method=ring pipeline=2 microbatches=4 schedule=auto" -inline --hocket-outline --hocket-cut-attention \
// RUN:   --hocket-differentiate="split=1" --hocket-add-attention-kernels -o %t/auto.mlir
// RUN: hocket-opt %t/auto.mlir --hocket-solve-schedule="topology=%fixtures/../data/topology/laptop.yaml lengths=%fixtures/gpt-tiny/lengths.txt" \
// RUN:   --remarks-filter=solve --remark-format=emitRemark 2>%t/remarks.txt -o %t/solved.mlir
// RUN: FileCheck %s --check-prefix=SEGMENTS < %t/solved.mlir
// RUN: FileCheck %s --check-prefix=STEP < %t/remarks.txt
// RUN: hocket-opt %t/solved.mlir --hocket-solve-schedule | diff - %t/solved.mlir

// SEGMENTS: hocket.strategy = {{{.*}}microbatches = 4 : i64
// SEGMENTS-NOT: schedule = "auto"
// STEP: ScheduleStep {{.*}}Schedule={{[a-z0-9_]+}}
// STEP: Schedule {{.*}}Status=optimal

hocket.topology @machine nodes(1) devices_per_node(2) memory_bytes(1073741824) flops_per_second(1.0e9)
    memory_bytes_per_second(1.0e9) launch_seconds(1.0e-6) intra_node(latency_seconds = 1.0e-6, bytes_per_second = 1.0e9)
    inter_node(latency_seconds = 1.0e-5, bytes_per_second = 1.0e8)
func.func @loss(%a: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "a"},
                %b: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "b"},
                %x: tensor<?x8xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %p:2 = hocket.pipeline microbatches(3) schedule(auto) tokens(%x1 = %x : tensor<?x8xf32>)
      shared(%a1 = %a : tensor<8x8xf32>, %b1 = %b : tensor<8x8xf32>) -> (tensor<f32>, tensor<f32>) {
    %h = hocket.stage(%x2 = %x1 : tensor<?x8xf32>, %a2 = %a1 : tensor<8x8xf32>) -> (tensor<?x8xf32>) {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %tokens = tensor.dim %x2, %c0 : tensor<?x8xf32>
      %empty = tensor.empty(%tokens) : tensor<?x8xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
      %y = linalg.matmul ins(%x2, %a2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %l:2 = hocket.stage(%x2 = %h : tensor<?x8xf32>, %b2 = %b1 : tensor<8x8xf32>) -> (tensor<f32>, tensor<f32>) {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %zeros = arith.constant dense<0.0> : tensor<f32>
      %one = arith.constant dense<1.0> : tensor<f32>
      %tokens = tensor.dim %x2, %c0 : tensor<?x8xf32>
      %empty = tensor.empty(%tokens) : tensor<?x8xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
      %y = linalg.matmul ins(%x2, %b2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
      %sum = linalg.generic {
        indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> ()>],
        iterator_types = ["reduction", "reduction"]}
        ins(%y : tensor<?x8xf32>) outs(%zeros : tensor<f32>) {
      ^bb0(%v: f32, %acc: f32):
        %q = arith.mulf %v, %v : f32
        %s = arith.addf %acc, %q : f32
        linalg.yield %s : f32
      } -> tensor<f32>
      hocket.yield %sum, %one : tensor<f32>, tensor<f32>
    }
    hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
  }
  return %p#0, %p#1 : tensor<f32>, tensor<f32>
}
