// RUN: hocket-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{'plan.role' op expects parent op 'plan.program'}}
plan.role @r stages [0] arena(0) {
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.zero' op expects parent op 'plan.role'}}
  plan.zero
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{attribute 'arena_bytes' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative}}
  plan.role @r stages [0] arena(-1) {
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k() workspace(0) flops(0) bytes(0)
  plan.role @r stages [0] arena(128) {
    // expected-error @+1 {{'plan.task' op has its workspace at 4, which is not a multiple of 64}}
    plan.task F(0) @k() workspace(64 at 4)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k() workspace(0) flops(0) bytes(0)
  plan.role @r stages [0] arena(128) {
    // expected-error @+1 {{'plan.attend' op has its workspace at 4, which is not a multiple of 64}}
    plan.attend @k() workspace(64 at 4) microbatch(0)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k() workspace(0) flops(0) bytes(0)
  plan.role @r stages [0] arena(128) {
    // expected-error @+1 {{'plan.task' op has a workspace of no bytes at 64; leave 'workspace' out}}
    plan.task F(0) @k() workspace(0 at 64)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k() workspace(0) flops(0) bytes(0)
  plan.role @r stages [0] arena(128) {
    // expected-error @+1 {{attribute 'workspace_bytes' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative}}
    plan.task F(0) @k() workspace(-64 at 64)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.role' op may hold 'plan.buffer' and 'plan.table' ops and instructions only}}
  plan.role @r stages [0] arena(0) {
    // expected-note @+1 {{this is none of these}}
    builtin.module {}
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  // expected-error @+1 {{'plan.role' op is of stage 1, but there are 1}}
  plan.role @r stages [1] arena(0) {
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.role @r stages [0] arena(64) {
    // expected-error @+1 {{'plan.buffer' op is at offset 12, which is not a multiple of 64}}
    %loss = plan.buffer "loss" loss(0) bytes(4 at 12) : f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.role @r stages [0] arena(64) {
    // expected-error @+1 {{attribute 'bytes' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative}}
    %loss = plan.buffer "loss" loss(0) bytes(-4 at 0) : f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{it is declared here}}
  plan.batch_input 0 "x" : T x f32
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(64) {
    // expected-error @+1 {{'plan.buffer' op is of S x f32, but batch(0) is of T x f32}}
    %x = plan.buffer "x" batch(0) bytes(4 at 0) : S x f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the stage is here}}
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(64) {
    // expected-error @+1 {{'plan.buffer' op refers to output(0), but there are 0}}
    %x = plan.buffer "x" output(0) bytes(4 at 0) : T x f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(64) {
    // expected-error @+1 {{'plan.buffer' op refers to loss(1), but there are 1}}
    %x = plan.buffer "x" loss(1) bytes(4 at 0) : f32
  }
}

// -----

// expected-note @+1 {{the program is here}}
plan.program @p model("m") data(1) microbatches(2) schedule("1f1b") {
  plan.batch_input 0 "x" : T x f32
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1], [1]]
  plan.role @r stages [0] arena(64) {
    %x = plan.buffer "x" batch(0) microbatch(1) bytes(4 at 0) : T x f32
    // expected-error @+1 {{'plan.load_batch' op is of microbatch 2, but there are 2}}
    plan.load_batch %x input(0) microbatch(2)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.batch_input 0 "x" : T x f32
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(64) {
    %x = plan.buffer "x" batch(0) microbatch(0) bytes(4 at 0) : T x f32
    // expected-error @+1 {{'plan.load_batch' op refers to batch(1), but there are 1}}
    plan.load_batch %x input(1) microbatch(0)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k() workspace(0) flops(0) bytes(0)
  plan.role @r stages [0] arena(0) {
    // expected-error @+1 {{'plan.task' op of kind Update has a microbatch; it is of the step}}
    plan.task Update(0) @k()
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k() workspace(0) flops(0) bytes(0)
  plan.role @r stages [0] arena(0) {
    // expected-error @+1 {{'plan.task' op of kind F has no microbatch; write it in parentheses after the kind}}
    plan.task F @k()
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{it is this}}
  plan.role @r stages [0] arena(0) {
    // expected-error @+1 {{'plan.task' op names @r, which is not a 'plan.kernel' of the program}}
    plan.task F(0) @r()
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the kernel is declared here}}
  plan.kernel @k(f32, f32) workspace(0) flops(0) bytes(0)
  plan.role @r stages [0] arena(64) {
    %loss = plan.buffer "loss" loss(0) bytes(4 at 0) : f32
    // expected-error @+1 {{'plan.task' op has 1 buffers, but the kernel takes 2}}
    plan.task F(0) @k(%loss)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the kernel is declared here}}
  plan.kernel @k(T x f32) workspace(0) flops(0) bytes(0)
  plan.role @r stages [0] arena(64) {
    // expected-note @+1 {{the buffer is defined here}}
    %loss = plan.buffer "loss" loss(0) bytes(4 at 0) : f32
    // expected-error @+1 {{'plan.task' op passes buffer #0 of f32 where the kernel expects T x f32}}
    plan.task F(0) @k(%loss)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs(T x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  // expected-error @+1 {{'plan.role' op lists stage 0 after stage 1; write its stages in ascending order}}
  plan.role @r stages [1, 0] arena(0) {
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs(T x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  // expected-note @+1 {{its role runs 2 stages}}
  plan.role @r stages [0, 1] arena(0) {
    // expected-error @+1 {{'plan.buffer' op does not say of which stage it is}}
    %x = plan.buffer "x" output(0) microbatch(0) bytes(4 at 0) : T x f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs(T x f32) residuals() {
  }
  plan.stage 1 "t" inputs(T x f32) outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  // expected-note @+1 {{the role is here}}
  plan.role @r stages [0] arena(0) {
    // expected-error @+1 {{'plan.buffer' op is of stage 1, which its role does not run}}
    %x = plan.buffer "x" input(0) stage(1) microbatch(0) bytes(4 at 0) : T x f32
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(0) {
    // expected-error @+1 {{'plan.buffer' op is of stage 0, but a loss is not of one stage}}
    %x = plan.buffer "loss" loss(0) stage(0) bytes(4 at 0) : f32
  }
}
