// Right plans pass unchanged.
// RUN: hocket-opt %s --plan-verify | FileCheck %s
// The arenas fit just so.
// RUN: hocket-opt %s --plan-verify=device-memory=384 | FileCheck %s
// RUN: not hocket-opt %s --plan-verify=device-memory=383 2>&1 | FileCheck %s --check-prefix=SMALL

// SMALL: error: 'plan.rank' op breaks P5: a rank needs 384 bytes and its device has 383

// Two stages, two microbatches. 1F1B: the last stage turns each microbatch
// around at once, the first has one more under way.
// CHECK-LABEL: plan.program @pipeline
plan.program @pipeline model("m") data(1) microbatches(2) schedule("1f1b") {
  plan.batch_input 0 "x" : T x f32
  plan.kernel @f0(T x f32, T x f32) workspace(0) flops(T) bytes(8*T)
  plan.kernel @b0(T x f32) workspace(0) flops(T) bytes(4*T)
  plan.kernel @f1(T x f32, T x f32) workspace(0) flops(T) bytes(8*T)
  plan.kernel @b1(T x f32, T x f32) workspace(16*T) flops(T) bytes(8*T)
  plan.stage 0 "first" inputs() outputs(T x f32) residuals() {
    plan.template F @f0(read batch(0), write output(0))
    plan.template B @b0(read output_gradient(0))
  }
  plan.stage 1 "last" inputs(T x f32) outputs() residuals(T x f32) {
    plan.template F @f1(read input(0), write residual(0))
    plan.template B @b1(read residual(0), write input_gradient(0))
  }
  plan.sequences 0 [[2, 2], [3]]

  // CHECK: plan.role @first
  plan.role @first stages [0] arena(384) {
    %x_0 = plan.buffer "x.0" batch(0) microbatch(0) bytes(16 at 0) : T x f32
    %x_1 = plan.buffer "x.1" batch(0) microbatch(1) bytes(12 at 64) : T x f32
    %y_0 = plan.buffer "y.0" output(0) microbatch(0) bytes(16 at 128) : T x f32
    %y_1 = plan.buffer "y.1" output(0) microbatch(1) bytes(12 at 192) : T x f32
    %dy_0 = plan.buffer "dy.0" output_gradient(0) microbatch(0)
        bytes(16 at 256) : T x f32
    %dy_1 = plan.buffer "dy.1" output_gradient(0) microbatch(1)
        bytes(12 at 320) : T x f32

    plan.load_batch %x_0 input(0) microbatch(0)
    plan.task F(0) @f0(%x_0, %y_0)
    %sent_0 = plan.send %y_0 to peer(0) microbatch(0)
    plan.load_batch %x_1 input(0) microbatch(1)
    plan.task F(1) @f0(%x_1, %y_1)
    plan.wait_send %sent_0
    %sent_1 = plan.send %y_1 to peer(0) microbatch(1)
    plan.recv %dy_0 from peer(0) microbatch(0)
    plan.task B(0) @b0(%dy_0)
    plan.recv %dy_1 from peer(0) microbatch(1)
    plan.task B(1) @b0(%dy_1)
    plan.wait_send %sent_1
  }
  // The two microbatches share one set of buffers: none is alive when the next
  // one comes. The workspaces are where the input is no longer in use.
  // CHECK: plan.role @last
  plan.role @last stages [1] arena(256) {
    %x_0 = plan.buffer "x.0" input(0) microbatch(0) bytes(16 at 0) : T x f32
    %x_1 = plan.buffer "x.1" input(0) microbatch(1) bytes(12 at 0) : T x f32
    %r_0 = plan.buffer "r.0" residual(0) microbatch(0) bytes(16 at 64) : T x f32
    %r_1 = plan.buffer "r.1" residual(0) microbatch(1) bytes(12 at 64) : T x f32
    %dx_0 = plan.buffer "dx.0" input_gradient(0) microbatch(0)
        bytes(16 at 128) : T x f32
    %dx_1 = plan.buffer "dx.1" input_gradient(0) microbatch(1)
        bytes(12 at 192) : T x f32

    plan.recv %x_0 from peer(0) microbatch(0)
    plan.task F(0) @f1(%x_0, %r_0)
    // CHECK: plan.task B(0) @b1(%{{.*}}, %{{.*}}) workspace(64 at 0)
    plan.task B(0) @b1(%r_0, %dx_0) workspace(64 at 0)
    %sent_0 = plan.send %dx_0 to peer(0) microbatch(0)
    plan.recv %x_1 from peer(0) microbatch(1)
    plan.task F(1) @f1(%x_1, %r_1)
    plan.task B(1) @b1(%r_1, %dx_1) workspace(48 at 0)
    plan.wait_send %sent_0
    %sent_1 = plan.send %dx_1 to peer(0) microbatch(1)
    plan.wait_send %sent_1
  }
  plan.rank 0 @first data(0) pipeline(0) peers([1])
  plan.rank 1 @last data(0) pipeline(1) peers([0])
}

// Two data-parallel ranks of one role sum up a gradient and update.
// CHECK-LABEL: plan.program @data
plan.program @data model("m") data(2) microbatches(1) schedule("1f1b") {
  plan.parameter 0 "w" zeros : 4 x f32
  plan.batch_input 0 "x" : T x f32
  plan.kernel @f(4 x f32, T x f32) workspace(0) flops(0) bytes(0)
  plan.kernel @b(T x f32, 4 x f32) workspace(0) flops(0) bytes(0)
  plan.kernel @sgd(T x f32, T x f32) workspace(0) flops(T) bytes(12*T)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f(read parameter(0), read batch(0))
    plan.template B @b(read batch(0), readwrite gradient(0))
  }
  plan.template Update @sgd(readwrite parameter(0), read gradient(0))
  plan.sequences 0 [[2]]
  plan.sequences 1 [[4]]
  plan.role @only stages [0] arena(192) {
    %w = plan.buffer "w" parameter(0) bytes(16 at 0) : 4 x f32
    %dw = plan.buffer "dw" gradient(0) bytes(16 at 64) : 4 x f32
    %x = plan.buffer "x" batch(0) microbatch(0) bytes(16 at 128) : T x f32
    plan.zero %dw
    plan.load_batch %x input(0) microbatch(0)
    plan.task F(0) @f(%w, %x)
    plan.task B(0) @b(%x, %dw)
    plan.all_reduce %dw over group(0)
    // CHECK: plan.task Update @sgd(%w, %dw)
    plan.task Update @sgd(%w, %dw)
  }
  plan.group 0 [0, 1]
  plan.rank 0 @only data(0) pipeline(0) groups([0])
  plan.rank 1 @only data(1) pipeline(0) groups([0])
}
