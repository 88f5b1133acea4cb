// RUN: hocket-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{attribute 'data' failed to satisfy constraint: 32-bit signless integer attribute whose value is positive}}
plan.program @p model("m") data(0) microbatches(1) schedule("1f1b") {
}

// -----

// expected-error @+1 {{'plan.program' op has 1 'plan.sequences' for a data degree of 2}}
plan.program @p model("m") data(2) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
}

// -----

// expected-note @+1 {{the program is here}}
plan.program @p model("m") data(1) microbatches(2) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-error @+1 {{'plan.sequences' op lists 1 microbatches of 2}}
  plan.sequences 0 [[1]]
}

// -----

plan.program @p model("m") data(1) microbatches(2) schedule("1f1b") {
  // expected-error @+1 {{'plan.sequences' op has no sequence in microbatch 1}}
  plan.sequences 0 [[1], []]
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.sequences' op has a sequence of 0 tokens; it takes at least one}}
  plan.sequences 0 [[4, 0]]
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.sequences' op counts 1 sequences and has 2 lengths}}
  "plan.sequences"() <{number = 0 : i32, lengths = array<i64: 4, 4>, counts = array<i32: 1>}> : () -> ()
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.group' op lists rank 0 after rank 1; list each once, in ascending order}}
  plan.group 0 [1, 0]
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.group' op has no ranks}}
  plan.group 0 []
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(0) {
  }
  // expected-error @+1 {{'plan.group' op lists rank 1, but there are 1}}
  plan.group 0 [0, 1]
  plan.rank 0 @r data(0) pipeline(0)
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{it is this}}
  plan.kernel @k() workspace(0) flops(0) bytes(0)
  // expected-error @+1 {{'plan.rank' op names @k, which is not a 'plan.role' of the program}}
  plan.rank 0 @k data(0) pipeline(0)
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(0) {
  }
  // expected-error @+1 {{'plan.rank' op is at data(1) pipeline(0), outside of 1 x 1}}
  plan.rank 0 @r data(1) pipeline(0)
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(0) {
  }
  // expected-error @+1 {{'plan.rank' op names rank 3, but there are 1}}
  plan.rank 0 @r data(0) pipeline(0) peers([3])
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(0) {
  }
  // expected-error @+1 {{'plan.rank' op names group 0, but there are 0}}
  plan.rank 0 @r data(0) pipeline(0) groups([0])
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(64) {
    %loss = plan.buffer "loss" loss(0) bytes(4 at 0) : f32
    plan.recv %loss from peer(0)
    // expected-note @+1 {{the last is used here}}
    plan.recv %loss from peer(2)
  }
  // expected-error @+1 {{'plan.rank' op has 1 peers, but its role uses 3}}
  plan.rank 0 @r data(0) pipeline(0) peers([0])
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
  plan.role @r stages [0] arena(64) {
    %loss = plan.buffer "loss" loss(0) bytes(4 at 0) : f32
    // expected-note @+1 {{the last is used here}}
    plan.all_reduce %loss over group(0)
  }
  // expected-error @+1 {{'plan.rank' op has 0 groups, but its role uses 1}}
  plan.rank 0 @r data(0) pipeline(0)
}

// -----

// expected-error @+2 {{'plan.program' op has a malformed order for pipeline rank 1: task 2: '0G0' is not a task}}
// expected-note @+1 {{write the stage, F, I (the input's gradient), W (the weights') or B (both), and the microbatch, as in 2F0}}
plan.program @p model("m") data(1) microbatches(1) schedule("given")
    orders(["0F0", "1F0 0G0"]) {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
}

// -----

// expected-error @+1 {{'plan.program' op has 3 numbers in its activations; write two for each stage of the pipeline: slices that are kept, and slices that are offloaded}}
plan.program @p model("m") data(1) slices(2) activations([2, 0, 1])
    microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1], [1]]
}

// -----

// expected-error @+1 {{'plan.program' op has the number -1 in its activations; they count from 0}}
plan.program @p model("m") data(1) slices(2) activations([-1, 0])
    microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1], [1]]
}

// -----

// expected-error @+1 {{'plan.program' op has the number -1 in its placement; they count from 0}}
plan.program @p model("m") data(1) microbatches(1) schedule("given")
    placement([-1]) {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
}

// -----

// expected-error @+1 {{'plan.program' op has the number -2 in its routes; they count from 0}}
plan.program @p model("m") data(1) microbatches(1) schedule("1f1b")
    routes([[0 at -2]]) {
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
}

// -----

// expected-error @+1 {{'plan.program' op has a visit without a rank in its routes}}
"plan.program"() <{sym_name = "p", model = "m", data = 1 : i32, microbatches = 1 : i32, schedule = "1f1b", routes = [array<i32: 0>]}> ({
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.sequences 0 [[1]]
}) : () -> ()
