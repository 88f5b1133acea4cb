// RUN: hocket-opt %s -split-input-file -verify-diagnostics

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{expected an integer, 'T', 'S', 'H', 'K' or 'N', not 'U'}}
  plan.batch_input 0 "x" : T x U x f32
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{expected an integer, 'T', 'S', 'H', 'K' or 'N'}}
  plan.batch_input 0 "x" : (T + ) x f32
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // A sum needs parentheses.
  // expected-error @+1 {{expected 'x' in dimension list}}
  plan.batch_input 0 "x" : T + 1 x f32
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{expected an integer, 'T', 'S', 'H', 'K' or 'N', not 'f31'}}
  plan.batch_input 0 "x" : T x f31
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'uniform' is not 'zeros', 'ones' or 'normal'}}
  plan.parameter 0 "w" uniform : 4 x f32
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs() residuals() {
    // expected-error @+1 {{'modify' is not 'read', 'write' or 'readwrite'}}
    plan.template F @k(modify loss(0))
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs() residuals() {
    // expected-error @+1 {{'losses' is not a slot}}
    plan.template F @k(readwrite losses(0))
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{expected '['}}
  plan.sequences 0 [1, 2]
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.role @r stages [0] arena(0) {
    // A send must come before those who wait for it.
    // expected-error @+1 {{operand #0 does not dominate this use}}
    plan.wait_send %sent
    %b = plan.buffer loss(0) bytes(4 at 0) : f32
    // expected-note @+1 {{operand defined here (op in the same block)}}
    %sent = plan.send %b to peer(0)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{has more than 255 factors}}
  plan.kernel @k() workspace(0) flops(T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T*T) bytes(0)
}
