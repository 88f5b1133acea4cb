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
  // CHECK: plan.role @a stages [0] arena(192) attributes {note = "kept"} {
  plan.role @a stages [0] arena(192)
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
  // CHECK: plan.role @host stages [0] arena(192) host(64) {
  plan.role @host stages [0] arena(192) host(64) {
    // CHECK-NEXT: %x = plan.buffer "x" output(0) microbatch(1) bytes(8 at 0) : T x f32
    %0 = plan.buffer "x" output(0) microbatch(1) bytes(8 at 0) : T x f32
    // CHECK-NEXT: %h = plan.buffer "h" output(0) microbatch(1) host bytes(8 at 0) : T x f32
    %1 = plan.buffer "h" output(0) microbatch(1) host bytes(8 at 0) : T x f32
    // CHECK-NEXT: %y = plan.buffer "y" output(0) microbatch(1) again(1) bytes(8 at 64) : T x f32
    %2 = plan.buffer "y" output(0) microbatch(1) again(1) bytes(8 at 64) : T x f32
    // CHECK-NEXT: %copied = plan.offload %x to %h microbatch(1)
    %3 = plan.offload %0 to %1 microbatch(1)
    // CHECK-NEXT: plan.wait_copy %copied
    plan.wait_copy %3
    // CHECK-NEXT: %[[F:copied_[0-9]+]] = plan.fetch %h to %y microbatch(1)
    %4 = plan.fetch %1 to %2 microbatch(1)
    // CHECK-NEXT: plan.wait_copy %[[F]]
    plan.wait_copy %4
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

// Slices of tokens, and of how many of them the forward's values are kept.
// CHECK-LABEL: plan.program @slices
// CHECK-SAME: data(1) segments([1, 1]) slices(4) activations([1, 2, 0, 0]) microbatches(1)
plan.program @slices model("m") data(1) segments([1, 1]) slices(4)
    activations([1, 2, 0, 0]) microbatches(1) schedule("1f1b") {
  plan.stage 0 "a" inputs() outputs(T x f32) residuals() {
  }
  plan.stage 1 "b" inputs(T x f32) outputs() residuals() {
  }
  plan.lengths [9]
  plan.chunks 0 [[3 of 0 at 0], [2 of 0 at 3], [2 of 0 at 5], [2 of 0 at 7]]
}

// Shares of a buffer, in every combination; tables without rows; an attention
// of a model that is not trained.
// CHECK-LABEL: plan.program @shares
// CHECK-SAME: data(2) sequence(2) method("usp:2") segments([1, 1]) microbatches(1)
plan.program @shares model("m") data(2) sequence(2) method("usp:2")
    segments([1, 1]) microbatches(1) schedule("1f1b") {
  plan.kernel @part(T x H x 8 x f64, S x K x 8 x f64, S x K x 8 x f64, N x i32,
                    T x H x 8 x f64, T x H x f32)
      workspace(8*T + K) flops(T*S*H*K*N) bytes(N)
  plan.kernel @merge(T x H x 8 x f64, T x H x f32, T x H x 8 x f64, T x H x f32)
      workspace(0) flops(0) bytes(0)
  // CHECK: plan.kernel @part(T x H x 8 x f64,
  // CHECK-SAME: workspace(8*T + K) flops(T*S*H*K*N) bytes(N)
  plan.stage 0 "a" inputs() outputs(T x 4 x 8 x f64) residuals() {
  }
  plan.stage 1 "b" inputs(T x 4 x 8 x f64) outputs() residuals() {
    // CHECK: plan.attention query(0) key(0) value(0) heads(4) key_heads(4) head_size(8)
    // CHECK-SAME: attended(T x 4 x 8 x f64, T x 4 x f32) part @part merge @merge{{$}}
    plan.attention query(0) key(0) value(0) heads(4) key_heads(4) head_size(8)
        attended(T x 4 x 8 x f64, T x 4 x f32) part @part merge @merge
  }
  // CHECK: plan.lengths [9, 1]
  // CHECK: plan.sequence_group microbatch(0) method("") coordinates([]) sequences([1, 0])
  // CHECK: plan.chunks 0 {{\[\[}}1 of 0 at 8, 3 of 0 at 2 by 3{{\]\]}}
  // CHECK: plan.chunks 1 {{\[\[\]\]}}
  plan.lengths [9, 1]
  plan.sequence_group microbatch(0) method("") coordinates([]) sequences([1, 0])
  plan.chunks 0 [[1 of 0 at 8 by 1, 3 of 0 at 2 by 3]]
  plan.chunks 1 [[]]
  plan.chunks 2 [[]]
  plan.chunks 3 [[]]
  // CHECK: plan.role
  plan.role @a stages [0, 1] arena(0) {
    // CHECK-NEXT: plan.table 0 initialise(0) group(1) shift(3) []
    // CHECK-NEXT: plan.table 1 initialise(2) group(4) shift(0) {{\[\[}}0, 1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 1, 0, 1{{\]\]}}
    plan.table 0 initialise(0) group(1) shift(3) []
    plan.table 1 initialise(2) group(4) shift(0)
        [[0, 1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 1, 0, 1]]
    // CHECK-NEXT: %a = plan.buffer "a" input(0) stage(1) microbatch(0) owner(0) heads(4 at 0) term(3) bytes(0 at 0) : T x 4 x 8 x f64
    %0 = plan.buffer "a" input(0) stage(1) microbatch(0) owner(0) heads(4 at 0)
        term(3) bytes(0 at 0) : T x 4 x 8 x f64
    // CHECK-NEXT: %b = plan.buffer "b" input(0) stage(1) heads(1 at 3) bytes(0 at 0) : T x 1 x 8 x f64
    %1 = plan.buffer "b" input(0) stage(1) heads(1 at 3) bytes(0 at 0)
        : T x 1 x 8 x f64
    // CHECK-NEXT: %c = plan.buffer "c" input(0) stage(1) term(0) bytes(0 at 0) : T x 4 x 8 x f64
    %2 = plan.buffer "c" input(0) stage(1) term(0) bytes(0 at 0)
        : T x 4 x 8 x f64
    // CHECK-NEXT: %d = plan.buffer "d" attended(1) stage(1) owner(2) bytes(0 at 0) : T x 4 x f32
    %3 = plan.buffer "d" attended(1) stage(1) owner(2) bytes(0 at 0)
        : T x 4 x f32
    // CHECK-NEXT: %e = plan.buffer "e" attended_gradient(0) stage(1) bytes(0 at 0) : T x 4 x 8 x f64
    %4 = plan.buffer "e" attended_gradient(0) stage(1) bytes(0 at 0)
        : T x 4 x 8 x f64
    // CHECK-NEXT: plan.attend @part(%a, %a, %b, %c, %d) table(1) stage(1)
    plan.attend @part(%0, %0, %1, %2, %3) table(1) stage(1)
    // CHECK-NEXT: plan.attend @part(%a, %a, %b, %c, %d) table(1) workspace(16 at 64) microbatch(0) stage(1)
    plan.attend @part(%0, %0, %1, %2, %3) table(1) workspace(16 at 64)
        microbatch(0) stage(1)
    // CHECK-NEXT: plan.copy_heads %b from %a stage(1)
    plan.copy_heads %1 from %0 stage(1)
    // CHECK-NEXT: plan.add %a to %c microbatch(0) stage(1) {color = "red"}
    plan.add %0 to %2 microbatch(0) stage(1) {color = "red"}
  }
  // CHECK: plan.rank 0 @a data(3) pipeline(1)
  plan.rank 0 @a data(3) pipeline(1)
}
