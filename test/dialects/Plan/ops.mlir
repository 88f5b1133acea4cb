// What the examples of the documentation (docs-examples.mlir) leave out.
// RUN: hocket-opt %s --verify-roundtrip | FileCheck %s
// RUN: hocket-opt %s --mlir-print-op-generic | hocket-opt | FileCheck %s
// RUN: hocket-opt %s --emit-bytecode | hocket-opt | FileCheck %s
// Nothing here is dead, equal or foldable for general passes.
// RUN: hocket-opt %s --canonicalize --cse --symbol-dce | FileCheck %s

// Extents and sizes: sums in parentheses, highest power first, powers written
// out, constants folded, an `x` that touches what follows it.
// CHECK-LABEL: plan.program @sizes
plan.program @sizes model("sizes") data(1) microbatches(1) schedule("gpipe") {
  // CHECK: plan.parameter 0 "scalar" zeros : f32
  plan.parameter 0 "scalar" zeros : f32
  // CHECK: plan.parameter 1 "cube" ones : 2 x 6 x 4 x bf16
  plan.parameter 1 "cube" ones : 2 x 2*3 x4 xbf16
  // CHECK: plan.batch_input 0 "a" : T x i64
  plan.batch_input 0 "a" : T x i64
  // CHECK: plan.batch_input 1 "b" : (T*T*S + 3*T - 1) x i1
  plan.batch_input 1 "b" : (3*T - 2 + S*T*T + 1) x i1
  // CHECK: plan.kernel @k(-2*T x f16, (T + S + -9223372036854775808) x f64, 0 x i8)
  // CHECK-SAME: workspace(0) flops(-1*T*T + 5) bytes(9223372036854775807)
  plan.kernel @k(-2*T x f16, (S + -9223372036854775808 + T) x f64, 0 x i8)
      workspace(T - T) flops(5 - T*T) bytes(9223372036854775807)
  plan.stage 0 "only" inputs() outputs() residuals(T x f32, S x i32) {
  }
  plan.sequences 0 [[1]]
}

// Buffers without a name, with names that are no identifiers, in the middle of
// the instructions; an instruction of another stage or of none.
// CHECK-LABEL: plan.program @buffers
plan.program @buffers model("") data(1) microbatches(2) schedule("1f1b") {
  plan.batch_input 0 "x" : T x f32
  plan.stage 0 "a" inputs() outputs(T x f32) residuals() {
  }
  plan.stage 1 "b" inputs(T x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1], [2]]
  // CHECK: plan.role @a stages [0] workspace(64 at 128) arena(192) attributes {note = "kept"} {
  plan.role @a stages [0] workspace(64 at 128) arena(192)
      attributes {note = "kept"} {
    // CHECK-NEXT: %[[B:[a-z]+]] = plan.buffer batch(0) microbatch(1) bytes(8 at 0) : T x f32
    %0 = plan.buffer batch(0) microbatch(1) bytes(8 at 0) : T x f32
    // CHECK-NEXT: plan.load_batch %[[B]] input(0) microbatch(1) stage(1)
    plan.load_batch %0 input(0) microbatch(1) stage(1)
    // CHECK-NEXT: %b0_x_ = plan.buffer "0.x/" output(0) bytes(4 at 64) : T x f32
    %1 = plan.buffer "0.x/" output(0) bytes(4 at 64) : T x f32
    // CHECK-NEXT: plan.zero %b0_x_ stage(-1) {color = "red"}
    plan.zero %1 stage(-1) {color = "red"}
    // CHECK-NEXT: plan.all_reduce %[[B]], %b0_x_ over group(0) microbatch(0)
    plan.all_reduce %0, %1 over group(0) microbatch(0)
    // CHECK-NEXT: plan.recv %[[B]] from peer(1) stage(1)
    plan.recv %0 from peer(1) stage(1)
    // CHECK-NEXT: %sent = plan.send %[[B]] to peer(0)
    // CHECK-NEXT: %[[S:sent_[0-9]+]] = plan.send %b0_x_ to peer(1)
    // CHECK-NEXT: plan.wait_send %[[S]]
    // CHECK-NEXT: plan.wait_send %sent microbatch(1)
    %2 = plan.send %0 to peer(0)
    %3 = plan.send %1 to peer(1)
    plan.wait_send %3
    plan.wait_send %2 microbatch(1)
  }
}

// What a strategy says besides its degrees and its schedule.
// CHECK-LABEL: plan.program @strategy
// CHECK-SAME: schedule("given") chunks(2) ranks(2) placement([0, 1, 1, 0]) orders(["0F0 3F0", "1F0 2F0"]) in_flight([1, 2]) states(["m"]) {
plan.program @strategy model("m") data(1) microbatches(1) schedule("given")
    chunks(2) ranks(2) placement([0, 1, 1, 0]) orders(["0F0 3F0", "1F0 2F0"])
    in_flight([1, 2]) states(["m"]) {
  plan.stage 0 "a" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
}
// CHECK-LABEL: plan.program @routes
// CHECK-SAME: schedule("1f1b") ranks(3) nodes({{\[}}[0], [1, 2], [0]{{\]}}) routes({{\[}}[0 at 0, 1 at 2, 2 at 0], []{{\]}}) path_length(2) max_backward_step(1) max_backward_sum(2) max_backward_moves(2) max_forward_jump(4) {
plan.program @routes model("m") data(1) microbatches(2) schedule("1f1b")
    ranks(3) nodes([[0], [1, 2], [0]]) routes([[0 at 0, 1 at 2, 2 at 0], []])
    path_length(2) max_backward_step(1) max_backward_sum(2)
    max_backward_moves(2) max_forward_jump(4) {
  plan.stage 0 "a" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1], [1]]
}
