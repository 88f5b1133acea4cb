// The invariants one by one (docs/invariants.md). The first note repeats the
// main culprit with its rank.
// RUN: hocket-opt %s --plan-verify=device-memory=1024 -split-input-file -verify-diagnostics

// P1, a missing receive: the second message is never received.
plan.program @missing_receive model("m") data(1) microbatches(2)
    schedule("gpipe") {
  plan.batch_input 0 "x" : T x f32
  plan.kernel @f0(T x f32, T x f32) workspace(0) flops(0) bytes(0)
  plan.kernel @f1(T x f32, T x f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "first" inputs() outputs(T x f32) residuals() {
    plan.template F @f0(read batch(0), write output(0))
  }
  plan.stage 1 "last" inputs(T x f32) outputs() residuals(T x f32) {
    plan.template F @f1(read input(0), write residual(0))
  }
  plan.sequences 0 [[4], [4]]
  plan.role @first stages [0] arena(256) {
    %x_0 = plan.buffer "x.0" batch(0) microbatch(0) bytes(16 at 0) : T x f32
    %x_1 = plan.buffer "x.1" batch(0) microbatch(1) bytes(16 at 64) : T x f32
    %y_0 = plan.buffer "y.0" output(0) microbatch(0) bytes(16 at 128) : T x f32
    %y_1 = plan.buffer "y.1" output(0) microbatch(1) bytes(16 at 192) : T x f32
    plan.load_batch %x_0 input(0) microbatch(0)
    plan.load_batch %x_1 input(0) microbatch(1)
    plan.task F(0) @f0(%x_0, %y_0)
    plan.task F(1) @f0(%x_1, %y_1)
    %sent_0 = plan.send %y_0 to peer(0) microbatch(0)
    // expected-error @+2 {{'plan.send' op breaks P1: a send has no receive}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): #5 Send of microbatch 1, 'y.1' to rank 1}}
    %sent_1 = plan.send %y_1 to peer(0) microbatch(1)
    plan.wait_send %sent_0
    plan.wait_send %sent_1
  }
  plan.role @last stages [1] arena(256) {
    %x_0 = plan.buffer "x.0" input(0) microbatch(0) bytes(16 at 0) : T x f32
    %x_1 = plan.buffer "x.1" input(0) microbatch(1) bytes(16 at 64) : T x f32
    %r_0 = plan.buffer "r.0" residual(0) microbatch(0) bytes(16 at 128) : T x f32
    %r_1 = plan.buffer "r.1" residual(0) microbatch(1) bytes(16 at 192) : T x f32
    // expected-note @+1 {{rank 1 (stage 1, data 0): #0 Recv of microbatch 0, 'x.0' from rank 0}}
    plan.recv %x_0 from peer(0) microbatch(0)
    plan.task F(0) @f1(%x_0, %r_0)
    plan.task F(1) @f1(%x_1, %r_1)
  }
  plan.rank 0 @first data(0) pipeline(0) peers([1])
  plan.rank 1 @last data(0) pipeline(1) peers([0])
}

// -----

// P1: one rank of the group does not take part in its second collective.
plan.program @missing_collective model("m") data(1) microbatches(1)
    schedule("gpipe") {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.kernel @l(f32, f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "first" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.stage 1 "last" inputs() outputs() residuals() {
    plan.template F @l(readwrite loss(0), readwrite weight(0))
  }
  plan.sequences 0 [[4]]
  plan.role @first stages [0] arena(128) {
    %loss = plan.buffer "loss" loss(0) bytes(4 at 0) : f32
    %weight = plan.buffer "weight" weight(0) bytes(4 at 64) : f32
    plan.zero %loss, %weight
    plan.task F(0) @f()
    // expected-error @+2 {{'plan.all_reduce' op breaks P1: collective #0 of group #0 has 2 buffers on one rank and 1 on another}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): #2 AllReduce over group 0}}
    plan.all_reduce %loss, %weight over group(0)
  }
  plan.role @last stages [1] arena(128) {
    %loss = plan.buffer "loss" loss(0) bytes(4 at 0) : f32
    %weight = plan.buffer "weight" weight(0) bytes(4 at 64) : f32
    plan.zero %loss, %weight
    plan.task F(0) @l(%loss, %weight)
    // expected-note @+1 {{rank 1 (stage 1, data 0): #2 AllReduce, 'loss' over group 0}}
    plan.all_reduce %loss over group(0)
    plan.all_reduce %weight over group(0)
  }
  plan.group 0 [0, 1]
  plan.rank 0 @first data(0) pipeline(0) groups([0])
  plan.rank 1 @last data(0) pipeline(1) groups([0])
}

// -----

// P3, swapped collectives within one group: they sum up different values.
plan.program @swapped_values model("m") data(1) microbatches(1)
    schedule("gpipe") {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.kernel @l(f32, f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "first" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.stage 1 "last" inputs() outputs() residuals() {
    plan.template F @l(readwrite loss(0), readwrite weight(0))
  }
  plan.sequences 0 [[4]]
  plan.role @first stages [0] arena(128) {
    // expected-note @+1 {{the buffer is defined here}}
    %loss = plan.buffer "loss" loss(0) bytes(4 at 0) : f32
    %weight = plan.buffer "weight" weight(0) bytes(4 at 64) : f32
    plan.zero %loss, %weight
    plan.task F(0) @f()
    // expected-error @+2 {{'plan.all_reduce' op breaks P3: collective #0 of group #0 sums different values}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): #2 AllReduce over group 0: 'loss'}}
    plan.all_reduce %loss over group(0)
    plan.all_reduce %weight over group(0)
  }
  plan.role @last stages [1] arena(128) {
    %loss = plan.buffer "loss" loss(0) bytes(4 at 0) : f32
    // expected-note @+1 {{the buffer is defined here}}
    %weight = plan.buffer "weight" weight(0) bytes(4 at 64) : f32
    plan.zero %loss, %weight
    plan.task F(0) @l(%loss, %weight)
    // expected-note @+1 {{rank 1 (stage 1, data 0): #2 AllReduce over group 0: 'weight'}}
    plan.all_reduce %weight over group(0)
    plan.all_reduce %loss over group(0)
  }
  plan.group 0 [0, 1]
  plan.rank 0 @first data(0) pipeline(0) groups([0])
  plan.rank 1 @last data(0) pipeline(1) groups([0])
}

// -----

// P2, swapped collectives of two groups: each rank waits in another one.
plan.program @swapped_groups model("m") data(1) microbatches(1)
    schedule("gpipe") {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.kernel @l(f32, f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "first" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.stage 1 "last" inputs() outputs() residuals() {
    plan.template F @l(readwrite loss(0), readwrite weight(0))
  }
  plan.sequences 0 [[4]]
  plan.role @first stages [0] arena(128) {
    %loss = plan.buffer "loss" loss(0) bytes(4 at 0) : f32
    %weight = plan.buffer "weight" weight(0) bytes(4 at 64) : f32
    plan.zero %loss, %weight
    plan.task F(0) @f()
    // expected-error @+2 {{'plan.all_reduce' op breaks P2: deadlock: 2 ranks wait for each other in a cycle}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): #2 AllReduce, 'loss' over group 0, waits for rank 1}}
    plan.all_reduce %loss over group(0)
    plan.all_reduce %weight over group(1)
  }
  plan.role @last stages [1] arena(128) {
    %loss = plan.buffer "loss" loss(0) bytes(4 at 0) : f32
    %weight = plan.buffer "weight" weight(0) bytes(4 at 64) : f32
    plan.zero %loss, %weight
    plan.task F(0) @l(%loss, %weight)
    // expected-note @+1 {{rank 1 (stage 1, data 0): #2 AllReduce, 'weight' over group 1, waits for rank 0}}
    plan.all_reduce %weight over group(1)
    plan.all_reduce %loss over group(0)
  }
  plan.group 0 [0, 1]
  plan.group 1 [0, 1]
  plan.rank 0 @first data(0) pipeline(0) groups([0, 1])
  plan.rank 1 @last data(0) pipeline(1) groups([0, 1])
}

// -----

// P2, a wrong order: each rank waits for the other's message before it sends
// its own.
plan.program @wrong_order model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.batch_input 0 "x" : T x f32
  plan.kernel @f0(T x f32, T x f32) workspace(0) flops(0) bytes(0)
  plan.kernel @b0(T x f32) workspace(0) flops(0) bytes(0)
  plan.kernel @f1(T x f32, T x f32) workspace(0) flops(0) bytes(0)
  plan.kernel @b1(T x f32, T x f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "first" inputs() outputs(T x f32) residuals() {
    plan.template F @f0(read batch(0), write output(0))
    plan.template B @b0(read output_gradient(0))
  }
  plan.stage 1 "last" inputs(T x f32) outputs() residuals(T x f32) {
    plan.template F @f1(read input(0), write residual(0))
    plan.template B @b1(read residual(0), write input_gradient(0))
  }
  plan.sequences 0 [[4]]
  plan.role @first stages [0] arena(192) {
    %x = plan.buffer "x" batch(0) microbatch(0) bytes(16 at 0) : T x f32
    %y = plan.buffer "y" output(0) microbatch(0) bytes(16 at 64) : T x f32
    %dy = plan.buffer "dy" output_gradient(0) microbatch(0) bytes(16 at 128)
        : T x f32
    plan.load_batch %x input(0) microbatch(0)
    plan.task F(0) @f0(%x, %y)
    // expected-error @+2 {{'plan.recv' op breaks P2: deadlock: 2 ranks wait for each other in a cycle}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): #2 Recv of microbatch 0, 'dy' from rank 1, waits for rank 1}}
    plan.recv %dy from peer(0) microbatch(0)
    plan.task B(0) @b0(%dy)
    %sent = plan.send %y to peer(0) microbatch(0)
    plan.wait_send %sent
  }
  plan.role @last stages [1] arena(192) {
    %x = plan.buffer "x" input(0) microbatch(0) bytes(16 at 0) : T x f32
    %r = plan.buffer "r" residual(0) microbatch(0) bytes(16 at 64) : T x f32
    %dx = plan.buffer "dx" input_gradient(0) microbatch(0) bytes(16 at 128)
        : T x f32
    // expected-note @+1 {{rank 1 (stage 1, data 0): #0 Recv of microbatch 0, 'x' from rank 0, waits for rank 0}}
    plan.recv %x from peer(0) microbatch(0)
    plan.task F(0) @f1(%x, %r)
    plan.task B(0) @b1(%r, %dx)
    %sent = plan.send %dx to peer(0) microbatch(0)
    plan.wait_send %sent
  }
  plan.rank 0 @first data(0) pipeline(0) peers([1])
  plan.rank 1 @last data(0) pipeline(1) peers([0])
}

// -----

// P3: a buffer is read before anything wrote it.
plan.program @unwritten model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.batch_input 0 "x" : T x f32
  plan.kernel @f(T x f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f(read batch(0))
  }
  plan.sequences 0 [[4]]
  plan.role @only stages [0] arena(64) {
    // expected-note @+1 {{the buffer is defined here}}
    %x = plan.buffer "x" batch(0) microbatch(0) bytes(16 at 0) : T x f32
    // expected-error @+2 {{'plan.task' op breaks P3: a buffer is read before it is written}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): #0 Kernel F of microbatch 0: 'x'}}
    plan.task F(0) @f(%x)
    plan.load_batch %x input(0) microbatch(0)
  }
  plan.rank 0 @only data(0) pipeline(0)
}

// -----

// P3: the second load overwrites what the first one wrote.
plan.program @overwritten model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.batch_input 0 "x" : T x f32
  plan.kernel @f(T x f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f(read batch(0))
  }
  plan.sequences 0 [[4]]
  plan.role @only stages [0] arena(64) {
    // expected-note @+1 {{the buffer is defined here}}
    %x = plan.buffer "x" batch(0) microbatch(0) bytes(16 at 0) : T x f32
    // expected-note @+1 {{rank 0 (stage 0, data 0): #0 LoadBatch of microbatch 0: 'x'}}
    plan.load_batch %x input(0) microbatch(0)
    // expected-error @+2 {{'plan.load_batch' op breaks P3: a value is overwritten}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): #1 LoadBatch of microbatch 0: 'x'}}
    plan.load_batch %x input(0) microbatch(0)
    plan.task F(0) @f(%x)
  }
  plan.rank 0 @only data(0) pipeline(0)
}

// -----

// P4: two buffers that are alive at once overlap.
plan.program @overlap model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.batch_input 0 "x" : T x 16 x f32
  plan.kernel @f(T x 16 x f32, T x 16 x f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals(T x 16 x f32) {
    plan.template F @f(read batch(0), write residual(0))
  }
  plan.sequences 0 [[2]]
  plan.role @only stages [0] arena(192) {
    // expected-error @+2 {{'plan.buffer' op breaks P4: 'x' and 'r' overlap and are in use at the same time}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): 'x'}}
    %x = plan.buffer "x" batch(0) microbatch(0) bytes(128 at 0) : T x 16 x f32
    // expected-note @+1 {{rank 0 (stage 0, data 0): 'r'}}
    %r = plan.buffer "r" residual(0) microbatch(0) bytes(128 at 64)
        : T x 16 x f32
    plan.load_batch %x input(0) microbatch(0)
    // expected-note @+1 {{rank 0 (stage 0, data 0): #1 Kernel F of microbatch 0}}
    plan.task F(0) @f(%x, %r)
  }
  plan.rank 0 @only data(0) pipeline(0)
}

// -----

// P4: what a kernel may write while it runs is what it reads.
plan.program @workspace model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.batch_input 0 "x" : T x 16 x f32
  plan.kernel @f(T x 16 x f32) workspace(64*T) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f(read batch(0))
  }
  plan.sequences 0 [[2]]
  plan.role @only stages [0] arena(192) {
    // expected-error @+2 {{'plan.buffer' op breaks P4: 'x' and the workspace of a kernel overlap and are in use at the same time}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): 'x'}}
    %x = plan.buffer "x" batch(0) microbatch(0) bytes(128 at 0) : T x 16 x f32
    plan.load_batch %x input(0) microbatch(0)
    // expected-note @+1 {{rank 0 (stage 0, data 0): #1 Kernel F of microbatch 0}}
    plan.task F(0) @f(%x) workspace(128 at 64)
  }
  plan.rank 0 @only data(0) pipeline(0)
}

// -----

// P4: a workspace is smaller than its kernel needs.
plan.program @workspace model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.batch_input 0 "x" : T x 16 x f32
  plan.kernel @f(T x 16 x f32) workspace(64*T) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f(read batch(0))
  }
  plan.sequences 0 [[2]]
  plan.role @only stages [0] arena(256) {
    %x = plan.buffer "x" batch(0) microbatch(0) bytes(128 at 0) : T x 16 x f32
    plan.load_batch %x input(0) microbatch(0)
    // expected-error @+2 {{'plan.task' op breaks P4: a kernel needs a workspace of 128 bytes and its instruction has one of 64}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): #1 Kernel F of microbatch 0}}
    plan.task F(0) @f(%x) workspace(64 at 128)
  }
  plan.rank 0 @only data(0) pipeline(0)
}

// -----

// P5: the device is too small.
plan.program @too_large model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.batch_input 0 "x" : T x 256 x f32
  plan.kernel @f(T x 256 x f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f(read batch(0))
  }
  plan.sequences 0 [[2]]
  // expected-note @+1 {{its role is here}}
  plan.role @only stages [0] arena(2048) {
    %x = plan.buffer "x" batch(0) microbatch(0) bytes(2048 at 0) : T x 256 x f32
    plan.load_batch %x input(0) microbatch(0)
    plan.task F(0) @f(%x)
  }
  // expected-error @+2 {{'plan.rank' op breaks P5: a rank needs 2048 bytes and its device has 1024}}
  // expected-note @+1 {{rank 0 (stage 0, data 0)}}
  plan.rank 0 @only data(0) pipeline(0)
}

// -----

// P8: a task runs twice.
plan.program @twice model("m") data(1) microbatches(2) schedule("1f1b") {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.sequences 0 [[4], [4]]
  plan.role @only stages [0] arena(0) {
    plan.task F(0) @f()
    // expected-error @+2 {{'plan.task' op breaks P8: task F of microbatch 1 runs twice}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): #1 Kernel F of microbatch 1}}
    plan.task F(1) @f()
    // expected-note @+1 {{rank 0 (stage 0, data 0): #2 Kernel F of microbatch 1}}
    plan.task F(1) @f()
  }
  plan.rank 0 @only data(0) pipeline(0)
}

// -----

// P8: a task is dropped.
plan.program @dropped model("m") data(1) microbatches(2) schedule("1f1b") {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.sequences 0 [[4], [4]]
  // expected-note @+1 {{its role is here}}
  plan.role @only stages [0] arena(0) {
    plan.task F(0) @f()
  }
  // expected-error @+2 {{'plan.rank' op breaks P8: task F of stage 0 and microbatch 1 never runs}}
  // expected-note @+1 {{rank 0 (stage 0, data 0)}}
  plan.rank 0 @only data(0) pipeline(0)
}

// -----

// P8: the microbatch's route passes by the rank that runs its task.
plan.program @off_the_route model("m") data(1) microbatches(1) schedule("1f1b")
    ranks(3) nodes([[0], [1, 2], [0]]) routes([[0 at 0, 1 at 2, 2 at 0]]) {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.stage 0 "entry" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.stage 1 "body" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.stage 2 "exit" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.sequences 0 [[4]]
  plan.role @head stages [0, 2] arena(0) {
    plan.task F(0) @f() stage(0)
    plan.task F(0) @f() stage(2)
  }
  plan.role @passed stages [1] arena(0) {
    // expected-error @+2 {{'plan.task' op breaks P8: microbatch 0 does not visit stage 1 of this rank}}
    // expected-note @+1 {{rank 1 (stage 1, data 0): #0 Kernel F of microbatch 0}}
    plan.task F(0) @f()
  }
  plan.rank 0 @head data(0) pipeline(0)
  plan.role @visited stages [1] arena(0) {
    plan.task F(0) @f()
  }
  plan.rank 1 @passed data(0) pipeline(1)
  plan.rank 2 @visited data(0) pipeline(2)
}

// -----

// P7: two microbatches are under way at once where one may be.
plan.program @in_flight model("m") data(1) microbatches(2) schedule("given")
    orders(["0F0 0F1 0B0 0B1"]) in_flight([1]) {
  plan.kernel @f(T x f32) workspace(0) flops(0) bytes(0)
  plan.stage 0 "all" inputs() outputs() residuals(T x f32) {
    plan.template F @f(write residual(0))
    plan.template B @f(read residual(0))
  }
  plan.sequences 0 [[4], [4]]
  plan.role @all stages [0] arena(128) {
    %r_0 = plan.buffer "r.0" residual(0) microbatch(0) bytes(16 at 0) : T x f32
    %r_1 = plan.buffer "r.1" residual(0) microbatch(1) bytes(16 at 64) : T x f32
    plan.task F(0) @f(%r_0)
    // expected-error @+2 {{'plan.task' op breaks P7: more microbatches are in flight on a rank than its limit of 1}}
    // expected-note @+1 {{rank 0 (stage 0, data 0): #1 Kernel F of microbatch 1}}
    plan.task F(1) @f(%r_1)
    plan.task B(0) @f(%r_0)
    plan.task B(1) @f(%r_1)
  }
  plan.rank 0 @all data(0) pipeline(0)
}

// -----

// P7: a route is longer than promised.
// expected-error @+1 {{'plan.program' op breaks P7: the route of microbatch 0 visits 2 stages, and the path length is 1}}
plan.program @path_length model("m") data(1) microbatches(1) schedule("1f1b")
    ranks(2) nodes([[0], [1], [0]]) routes([[0 at 0, 1 at 1, 2 at 0]])
    path_length(1) {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.stage 0 "entry" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.stage 1 "body" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.stage 2 "exit" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.sequences 0 [[4]]
  plan.role @head stages [0, 2] arena(0) {
    plan.task F(0) @f() stage(0)
    plan.task F(0) @f() stage(2)
  }
  plan.role @body stages [1] arena(0) {
    plan.task F(0) @f()
  }
  plan.rank 0 @head data(0) pipeline(0)
  plan.rank 1 @body data(0) pipeline(1)
}

// -----

// Not well formed: the placement leaves a rank without a stage.
// expected-error @+1 {{'plan.program' op is not well formed: no stage is placed on pipeline rank 1}}
plan.program @placement model("m") data(1) microbatches(1) schedule("given")
    ranks(2) placement([0, 0]) orders(["0F0 1F0", ""]) {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.stage 0 "first" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.stage 1 "last" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.sequences 0 [[4]]
}

// -----

// Not well formed: the kernel is not that of the stage's task.
plan.program @other_kernel model("m") data(1) microbatches(1)
    schedule("1f1b") {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.kernel @g() workspace(0) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.sequences 0 [[4]]
  plan.role @only stages [0] arena(0) {
    // expected-error @+2 {{'plan.task' op is not well formed: a task runs kernel #1 and the model says #0}}
    // expected-note @+1 {{role #0: #0 Kernel F of microbatch 0}}
    plan.task F(0) @g()
  }
  plan.rank 0 @only data(0) pipeline(0)
}

// -----

// The whole program is to blame: it has too few ranks.
// expected-error @+1 {{'plan.program' op breaks P8: 1 stages x 2 replicas is 2 stages to run and the plan's 1 ranks run 1}}
plan.program @few_ranks model("m") data(2) microbatches(1) schedule("1f1b") {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.sequences 0 [[4]]
  plan.sequences 1 [[4]]
  plan.role @only stages [0] arena(0) {
    plan.task F(0) @f()
  }
  plan.rank 0 @only data(0) pipeline(0)
}

// -----

// Not well formed: nobody runs the second role.
plan.program @spare_role model("m") data(1) microbatches(1) schedule("1f1b") {
  plan.kernel @f() workspace(0) flops(0) bytes(0)
  plan.stage 0 "only" inputs() outputs() residuals() {
    plan.template F @f()
  }
  plan.sequences 0 [[4]]
  plan.role @only stages [0] arena(0) {
    plan.task F(0) @f()
  }
  // expected-error @+2 {{'plan.role' op is not well formed: no rank has a role}}
  // expected-note @+1 {{role #1}}
  plan.role @spare stages [0] arena(0) {
    plan.task F(0) @f()
  }
  plan.rank 0 @only data(0) pipeline(0)
}
