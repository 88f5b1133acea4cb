// RUN: hocket-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{'plan.program' op has 1 'plan.sequences' for a data degree of 1 and a sequence degree of 2}}
plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
}

// -----

// expected-note @+1 {{the program is here}}
plan.program @p model("m") data(1) slices(3) microbatches(2) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.lengths [4]
  // expected-error @+1 {{'plan.chunks' op lists 2 microbatches of 2 x 3 slices}}
  plan.chunks 0 [[1 of 0 at 0], [3 of 0 at 1]]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-error @+1 {{'plan.chunks' op needs a 'plan.lengths' that tells how long sequences are}}
  plan.chunks 0 [[]]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-error @+1 {{'plan.sequence_group' op needs a 'plan.lengths' that tells how long sequences are}}
  plan.sequence_group microbatch(0) method("ring") coordinates([0]) sequences([0])
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.lengths [4]
  // expected-error @+1 {{'plan.sequences' op stands beside 'plan.lengths'; write 'plan.chunks' instead}}
  plan.sequences 0 [[4]]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-note @+1 {{the first is here}}
  plan.lengths [4]
  // expected-error @+1 {{'plan.lengths' op is a second one}}
  plan.lengths [4]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-error @+1 {{'plan.lengths' op has a sequence of 0 tokens; it takes at least one}}
  plan.lengths [4, 0]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-error @+1 {{'plan.lengths' op has no sequences}}
  plan.lengths []
}

// -----

// expected-error @+1 {{'plan.program' op has 1 'plan.chunks' for a data degree of 1 and a sequence degree of 2}}
plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.lengths [4]
  plan.chunks 0 [[4 of 0 at 0]]
}

// -----

// expected-note @+1 {{the program is here}}
plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.lengths [4]
  // expected-error @+1 {{'plan.chunks' op lists 2 microbatches of 1}}
  plan.chunks 0 [[], []]
  plan.chunks 1 [[]]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-note @+1 {{the lengths are here}}
  plan.lengths [4]
  // expected-error @+1 {{'plan.chunks' op has 1 tokens of sequence 1 at 0 by 1, which are not there}}
  plan.chunks 0 [[1 of 1 at 0]]
  plan.chunks 1 [[]]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-note @+1 {{the lengths are here}}
  plan.lengths [4]
  // expected-error @+1 {{'plan.chunks' op has 0 tokens of sequence 0 at 0 by 1, which are not there}}
  plan.chunks 0 [[0 of 0 at 0]]
  plan.chunks 1 [[]]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-note @+1 {{the lengths are here}}
  plan.lengths [4]
  // expected-error @+1 {{'plan.chunks' op has 1 tokens of sequence 0 at 4 by 1, which are not there}}
  plan.chunks 0 [[1 of 0 at 4]]
  plan.chunks 1 [[]]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-note @+1 {{the lengths are here}}
  plan.lengths [4]
  // expected-error @+1 {{'plan.chunks' op has 2 tokens of sequence 0 at 1 by 3, which are not there}}
  plan.chunks 0 [[2 of 0 at 1 by 3]]
  plan.chunks 1 [[]]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-note @+1 {{the lengths are here}}
  plan.lengths [4]
  // expected-error @+1 {{'plan.chunks' op has 1 tokens of sequence 0 at 1 by 0, which are not there}}
  plan.chunks 0 [[1 of 0 at 1 by 0]]
  plan.chunks 1 [[]]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.lengths [4]
  // expected-error @+1 {{'plan.chunks' op counts 1 chunks and has 3 numbers, four of which are a chunk}}
  "plan.chunks"() <{number = 0 : i32, chunks = array<i64: 1, 0, 0>, counts = array<i32: 1>}> : () -> ()
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.lengths [4]
  // expected-error @+1 {{'plan.chunks' op has number 1, but is number 0 of its kind; number them in their order, from 0}}
  plan.chunks 1 [[]]
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.lengths [4]
  // expected-error @+1 {{'plan.sequence_group' op is of microbatch 1, but there are 1}}
  plan.sequence_group microbatch(1) method("ring") coordinates([0]) sequences([0])
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.lengths [4]
  // expected-error @+1 {{'plan.sequence_group' op names coordinate 2, but there are 2}}
  plan.sequence_group microbatch(0) method("ring") coordinates([2]) sequences([0])
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.lengths [4]
  // expected-error @+1 {{'plan.sequence_group' op names sequence -1, but there are 1}}
  plan.sequence_group microbatch(0) method("ring") coordinates([0]) sequences([-1])
}

// -----

plan.program @p model("m") data(1) sequence(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.lengths [4]
  plan.chunks 0 [[]]
  plan.chunks 1 [[]]
  plan.role @r stages [0] arena(0) {
  }
  // expected-error @+1 {{'plan.rank' op is at data(2) pipeline(0), outside of 2 x 1}}
  plan.rank 0 @r data(2) pipeline(0)
}

// -----

// expected-error @+1 {{'plan.program' op has the number -1 in its segments; they count from 0}}
plan.program @p model("m") data(1) segments([-1]) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.buffer' op is of coordinate 1, but there are 1}}
    %x = plan.buffer "x" input(0) owner(1) bytes(4 at 0) : T x 4 x 8 x f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.buffer' op is of coordinate 2, but there are 1}}
    %x = plan.buffer "x" input(0) term(2) bytes(4 at 0) : T x 4 x 8 x f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  // expected-note @+1 {{it is declared here}}
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.buffer' op has 2 heads from head 3 on, but input(0) is of T x 4 x 8 x f32}}
    %x = plan.buffer "x" input(0) heads(2 at 3) bytes(4 at 0) : T x 2 x 8 x f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  // expected-note @+1 {{it is declared here}}
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.buffer' op is of T x 4 x 8 x f32, but 2 heads of input(0) are of T x 2 x 8 x f32}}
    %x = plan.buffer "x" input(0) heads(2 at 0) bytes(4 at 0) : T x 4 x 8 x f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.buffer' op begins with head 3 and has none; leave 'heads' out for all}}
    %x = "plan.buffer"() <{slot = 4 : i32, index = 0 : i32, first_head = 3 : i32, bytes = 0 : i64, offset = 0 : i64, content = !plan.tensor<T x 4 x 8 x f32>}> : () -> !plan.buffer
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  // expected-note @+1 {{the stage is here}}
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.buffer' op refers to attended(0), but there are 0}}
    %x = plan.buffer "x" attended(0) bytes(4 at 0) : T x 4 x 8 x f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.table' op has number 1, but is number 0 of its kind; number them in their order, from 0}}
    plan.table 1 initialise(0) group(1) shift(0) []
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.table' op has 0 as number 7 of row 1, which must be at least 1}}
    plan.table 0 initialise(0) group(1) shift(0) [[0, 1, 0, 1, 0, 1, 0, 1], [0, 1, 0, 1, 0, 1, 0, 0]]
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.table' op has -1 as number 2 of row 0, which must be at least 0}}
    plan.table 0 initialise(0) group(1) shift(0) [[0, 1, -1, 1, 0, 1, 0, 1]]
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{expected a row of 8 numbers, not of 3}}
    plan.table 0 initialise(0) group(1) shift(0) [[0, 1, 2]]
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.table' op has 3 numbers; its rows have 8}}
    "plan.table"() <{number = 0 : i32, initialise = 0 : i32, group = 1 : i32, shift = 0 : i32, rows = array<i32: 1, 2, 3>}> : () -> ()
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{attribute 'group' failed to satisfy constraint: 32-bit signless integer attribute whose value is positive}}
    plan.table 0 initialise(0) group(0) shift(0) []
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    %x = plan.buffer "x" input(0) microbatch(0) bytes(4 at 0) : T x 4 x 8 x f32
    plan.table 0 initialise(0) group(1) shift(0) []
    // expected-error @+1 {{'plan.attend' op attends to table 1, but its role has 1}}
    plan.attend @k(%x) table(1) microbatch(0)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the kernel is declared here}}
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    %x = plan.buffer "x" input(0) microbatch(0) bytes(4 at 0) : T x 4 x 8 x f32
    // expected-error @+1 {{'plan.attend' op has 1 buffers and no table, but the kernel takes 2 operands}}
    plan.attend @k(%x) microbatch(0)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the kernel is declared here}}
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    %x = plan.buffer "x" input(0) microbatch(0) bytes(4 at 0) : T x 4 x 8 x f32
    plan.table 0 initialise(0) group(1) shift(0) []
    // expected-error @+1 {{'plan.attend' op has 2 buffers and a table, but the kernel takes 2 operands}}
    plan.attend @k(%x, %x) table(0) microbatch(0)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [1] arena(64) {
    // expected-error @+1 {{'plan.attend' op names @none, which is not a 'plan.kernel' of the program}}
    plan.attend @none() microbatch(0)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  // expected-note @+1 {{the stage is here}}
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
    // expected-error @+1 {{'plan.attention' op reads input 3 as its query, but there are 1}}
    plan.attention query(3) key(0) value(0) heads(4) key_heads(4) head_size(8) attended(T x 4 x 8 x f32) part @k merge @k
  }
  plan.sequences 0 [[1]]
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  // expected-note @+1 {{the stage is here}}
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
    // expected-error @+1 {{'plan.attention' op reads input 0 of T x 4 x 8 x f32 as its query; it must be of T x 2 x 8}}
    plan.attention query(0) key(0) value(0) heads(2) key_heads(4) head_size(8) attended(T x 4 x 8 x f32) part @k merge @k
  }
  plan.sequences 0 [[1]]
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
    // expected-error @+1 {{'plan.attention' op has one of the kernels 'delta' and 'part_grad'; a model that is trained has both, and others neither}}
    plan.attention query(0) key(0) value(0) heads(4) key_heads(4) head_size(8) attended(T x 4 x 8 x f32) part @k merge @k delta @k
  }
  plan.sequences 0 [[1]]
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
    // expected-error @+1 {{'plan.attention' op says nothing of its output in 'attended'}}
    plan.attention query(0) key(0) value(0) heads(4) key_heads(4) head_size(8) attended() part @k merge @k
  }
  plan.sequences 0 [[1]]
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the kernel is declared here}}
  plan.kernel @k(T x H x 8 x f32, N x i32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
    // expected-error @+1 {{'plan.attention' op passes 6 operands to its kernel 'part', which takes 2}}
    plan.attention query(0) key(0) value(0) heads(4) key_heads(4) head_size(8) attended(T x 4 x 8 x f32) part @k merge @k
  }
  plan.sequences 0 [[1]]
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(f32, f32, f32, f32, f32, f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs(T x 4 x 8 x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x 4 x 8 x f32) outputs() residuals() {
    // expected-note @+1 {{the first is here}}
    plan.attention query(0) key(0) value(0) heads(4) key_heads(4) head_size(8) attended(T x 4 x 8 x f32) part @k merge @k
    // expected-error @+1 {{'plan.attention' op is the second of its stage}}
    plan.attention query(0) key(0) value(0) heads(4) key_heads(4) head_size(8) attended(T x 4 x 8 x f32) part @k merge @k
  }
  plan.sequences 0 [[1]]
}
