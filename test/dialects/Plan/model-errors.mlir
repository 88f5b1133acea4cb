// RUN: hocket-opt %s -split-input-file -verify-diagnostics

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the one before is here}}
  plan.parameter 0 "a" zeros : 4 x f32
  // expected-error @+1 {{'plan.parameter' op has number 2, but is number 1 of its kind; number them in their order, from 0}}
  plan.parameter 2 "b" zeros : 4 x f32
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the first is here}}
  plan.parameter 0 "a" zeros : 4 x f32
  // expected-error @+1 {{'plan.parameter' op has the name "a" a second time}}
  plan.parameter 1 "a" zeros : 4 x f32
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.parameter' op has an extent of T; the shape of a parameter is constant}}
  plan.parameter 0 "a" zeros : T x f32
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.parameter' op has a standard deviation of -1}}
  plan.parameter 0 "a" normal(-1.0) : 4 x f32
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.batch_input' op is a scalar, which cannot be cut into microbatches}}
  plan.batch_input 0 "x" : f32
}

// -----

// expected-error @+1 {{'plan.program' op may hold the plan dialect's own ops only}}
plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{this is another}}
  builtin.module {}
}

// -----

// expected-error @+1 {{'plan.program' op has no 'plan.stage'}}
plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.stage' op is the first and has inputs}}
  plan.stage 0 "s" inputs(f32) outputs() residuals() {
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.stage' op is the last and has outputs}}
  plan.stage 0 "s" inputs() outputs(f32) residuals() {
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{which is here}}
  plan.stage 0 "a" inputs() outputs(T x f32) residuals() {
  }
  // expected-error @+1 {{'plan.stage' op has other inputs than the outputs of the stage before it}}
  plan.stage 1 "b" inputs(T x f64) outputs() residuals() {
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k() workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs() residuals() {
    // expected-note @+1 {{the first is here}}
    plan.template F @k()
    // expected-error @+1 {{'plan.template' op is the second of its kind in the stage: F}}
    plan.template F @k()
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-error @+1 {{'plan.stage' op may hold 'plan.template' ops and a 'plan.attention' or 'plan.gather' only}}
  plan.stage 0 "s" inputs() outputs() residuals() {
    // expected-note @+1 {{this is another}}
    builtin.module {}
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k() workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs() residuals() {
    // expected-error @+1 {{'plan.template' op of kind Update belongs into the 'plan.program'}}
    plan.template Update @k()
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k() workspace(0) flops(0) bytes(0)
  // expected-error @+1 {{'plan.template' op of kind F belongs into a 'plan.stage'}}
  plan.template F @k()
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs() outputs() residuals() {
    // expected-error @+1 {{'plan.template' op names @k, which is not a 'plan.kernel' of the program}}
    plan.template F @k()
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the kernel is declared here}}
  plan.kernel @k(f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs() residuals() {
    // expected-error @+1 {{'plan.template' op binds 2 operands, but the kernel takes 1}}
    plan.template F @k(readwrite loss(0), readwrite weight(0))
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{it is declared here}}
  plan.parameter 0 "w" zeros : 4 x f32
  // expected-note @+1 {{the kernel is declared here}}
  plan.kernel @k(8 x f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs() residuals() {
    // expected-error @+1 {{'plan.template' op binds operand #0 to parameter(0) of 4 x f32 where the kernel expects 8 x f32}}
    plan.template F @k(read parameter(0))
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @k(f32) workspace(0) flops(0) bytes(0)
  // expected-note @+1 {{the stage is here}}
  plan.stage 0 "s" inputs() outputs() residuals(f32) {
    // expected-error @+1 {{'plan.template' op refers to residual(1), but there are 1}}
    plan.template F @k(write residual(1))
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b")
    states(["m", "v"]) {
  plan.parameter 0 "w" zeros : f32
  plan.kernel @k(f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-error @+1 {{'plan.template' op refers to state(2), but there are 2}}
  plan.template Update @k(readwrite state(2))
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.parameter 0 "w" zeros : f32
  plan.kernel @k(f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  // expected-error @+1 {{'plan.template' op refers to state(0), but there are 0}}
  plan.template Update @k(readwrite state(0))
}

// -----

// expected-error @+1 {{'plan.program' op has 1 updates for 2 parameters; give one for each, in their order, or none}}
plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.parameter 0 "w" zeros : f32
  plan.parameter 1 "b" zeros : f32
  plan.kernel @k(f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "s" inputs() outputs() residuals() {
  }
  plan.template Update @k(readwrite parameter(0))
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the stage is here}}
  plan.stage 0 "s" inputs((S - 1) x 9 x f32) outputs() residuals() {
    // expected-error @+1 {{'plan.gather' op gathers input 1, but there are 1}}
    plan.gather row(1) slots(1) attended((S - 1) x 9 x f32)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the stage is here}}
  plan.stage 0 "s" inputs((S - 1) x 9 x f32) outputs() residuals() {
    // expected-error @+1 {{'plan.gather' op has 2 slots and says of 1 what they hold}}
    plan.gather row(0) slots(2) attended((S - 1) x 9 x f32)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  // expected-note @+1 {{the stage is here}}
  plan.stage 0 "s" inputs((S - 1) x 9 x f32) outputs() residuals() {
    // expected-error @+1 {{'plan.gather' op holds other values than those of input 0, which it gathers}}
    plan.gather row(0) slots(1) attended(T x 9 x f32)
  }
}

// -----

plan.program @p model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.stage 0 "s" inputs((S - 1) x 9 x f32) outputs() residuals() {
    // expected-note @+1 {{the first is here}}
    plan.gather row(0) slots(1) attended((S - 1) x 9 x f32)
    // expected-error @+1 {{'plan.gather' op is the second of its stage}}
    plan.gather row(0) slots(1) attended((S - 1) x 9 x f32)
  }
}
