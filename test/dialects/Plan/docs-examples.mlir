// The examples of the ops' documentation, word for word.
// RUN: hocket-opt %s --verify-roundtrip -o /dev/null
// RUN: hocket-opt %s --mlir-print-op-generic | hocket-opt -o /dev/null
// RUN: %python %hocket_src/test/dialects/Hocket/Inputs/check-docs-examples.py %hocket_src/dialects/Plan/Ops.td %s
// RUN: %python %hocket_src/test/dialects/Hocket/Inputs/check-docs-examples.py %hocket_src/dialects/Plan/ModelOps.td %s
// RUN: %python %hocket_src/test/dialects/Hocket/Inputs/check-docs-examples.py %hocket_src/dialects/Plan/InstructionOps.td %s
// RUN: %python %hocket_src/test/dialects/Hocket/Inputs/check-docs-examples.py %hocket_src/dialects/Plan/SequenceOps.td %s

// plan.program
plan.program @step model("tiny") data(1) microbatches(1) schedule("1f1b") {
  plan.parameter 0 "w" ones : 64 x f32
  plan.batch_input 0 "x" : T x 64 x f32
  plan.kernel @forward(T x 64 x f32, 64 x f32, f32) workspace(0)
      flops(128*T) bytes(256*T + 260)
  plan.stage 0 "all" inputs() outputs() residuals() {
    plan.template F @forward(read batch(0), read parameter(0),
                             readwrite loss(0))
  }
  plan.sequences 0 [[3, 5]]
  plan.role @stage0 stages [0] arena(2368) {
    %w = plan.buffer "w" parameter(0) bytes(256 at 0) : 64 x f32
    %loss = plan.buffer "loss" loss(0) bytes(4 at 256) : f32
    %x = plan.buffer "x" batch(0) microbatch(0) bytes(2048 at 320)
        : T x 64 x f32
    plan.zero %loss
    plan.load_batch %x input(0) microbatch(0)
    plan.task F(0) @forward(%x, %w, %loss)
  }
  plan.rank 0 @stage0 data(0) pipeline(0)
}

plan.program @others model("others") data(2) microbatches(2) schedule("1f1b")
    states(["m"]) {
  // plan.parameter, plan.batch_input, plan.kernel, plan.stage, plan.template
  plan.parameter 0 "wte" normal(2.000000e-02) : 256 x 64 x f32
  plan.batch_input 0 "tokens" : T x i32
  plan.batch_input 1 "cu_seqlens" offsets : S x i32
  plan.kernel @stage0.forward(T x i32, 256 x 64 x f32, T x 64 x f32)
      workspace(256*T) flops(64*T) bytes(516*T)
  plan.kernel @stage1.forward(T x 64 x f32, S x i32) workspace(0) flops(0)
      bytes(0)
  plan.kernel @update(T x f32, T x f32, T x f32, f32) workspace(0) flops(4*T)
      bytes(20*T)
  plan.stage 0 "embed" inputs() outputs(T x 64 x f32) residuals() {
    plan.template F @stage0.forward(read batch(0), read parameter(0),
                                    write output(0))
  }
  plan.stage 1 "head" inputs(T x 64 x f32) outputs() residuals() {
    plan.template F @stage1.forward(read input(0), read batch(1))
  }
  plan.template Update @update(readwrite parameter(0), read gradient(0),
                               readwrite state(0), read weight(0))

  // plan.sequences
  plan.sequences 0 [[128, 64], [192]]
  plan.sequences 1 [[1], [1]]

  plan.role @stage0 stages [0] arena(262144) {
    // plan.buffer
    %wte = plan.buffer "wte" parameter(0) bytes(65536 at 0) : 256 x 64 x f32
    %h_0 = plan.buffer "h.0" output(0) microbatch(0) bytes(49152 at 65536)
        : T x 64 x f32
    %tokens_0 = plan.buffer "tokens.0" batch(0) microbatch(0)
        bytes(768 at 114688) : T x i32
    %wte_grad = plan.buffer "wte.grad" gradient(0) bytes(65536 at 115456)
        : 256 x 64 x f32
    %wte_m = plan.buffer "wte.m" state(0) bytes(65536 at 180992)
        : 256 x 64 x f32
    %weight = plan.buffer "weight" weight(0) bytes(4 at 246528) : f32
    // plan.zero
    plan.zero %wte_grad, %weight
    // plan.load_batch
    plan.load_batch %tokens_0 input(0) microbatch(0)
    // plan.send, plan.wait_send
    %sent = plan.send %h_0 to peer(0) microbatch(0)
    plan.wait_send %sent
    // plan.offload, plan.fetch, plan.wait_copy
    %h_0_host = plan.buffer "h.0.host" output(0) microbatch(0) host
        bytes(49152 at 0) : T x 64 x f32
    %h_0_fetched = plan.buffer "h.0.fetched" output(0) microbatch(0) again(1)
        bytes(49152 at 65536) : T x 64 x f32
    %copied = plan.offload %h_0 to %h_0_host microbatch(0)
    plan.wait_copy %copied
    %copied_1 = plan.fetch %h_0_host to %h_0_fetched microbatch(0)
    plan.wait_copy %copied_1
    // plan.all_reduce
    plan.all_reduce %wte_grad, %weight over group(0)
    // plan.task
    plan.task F(0) @stage0.forward(%tokens_0, %wte, %h_0)
        workspace(49152 at 98304)
    plan.task Update @update(%wte, %wte_grad, %wte_m, %weight)
  }
  // plan.role, plan.recv
  plan.role @stage1 stages [1] arena(49152) {
    %x_0 = plan.buffer "x.0" input(0) microbatch(0) bytes(49152 at 0)
        : T x 64 x f32
    plan.recv %x_0 from peer(0) microbatch(0)
  }

  // plan.group, plan.rank
  plan.group 0 [0, 2]
  plan.group 1 [1, 3]
  plan.rank 0 @stage0 data(0) pipeline(0) peers([1]) groups([0])
  plan.rank 1 @stage1 data(0) pipeline(1) peers([0])
  plan.rank 2 @stage0 data(1) pipeline(0) peers([3]) groups([0])
  plan.rank 3 @stage1 data(1) pipeline(1) peers([2]) groups([1])
}

// Sequences that ranks share.
plan.program @shared model("shared") data(1) sequence(2) segments([2])
    microbatches(2) schedule("gpipe") {
  plan.batch_input 0 "tokens" : T x i32
  plan.kernel @embed(T x i32, T x 4 x 8 x f32, T x 2 x 8 x f32, T x 2 x 8 x f32)
      workspace(0) flops(0) bytes(0)
  plan.kernel @part(T x H x 8 x f32, S x K x 8 x f32, S x K x 8 x f32, N x i32,
                    T x H x 8 x f32, T x H x f32)
      workspace(0) flops(32*T*S*H) bytes(0)
  plan.kernel @merge(T x H x 8 x f32, T x H x f32, T x H x 8 x f32, T x H x f32)
      workspace(0) flops(4*T*H) bytes(0)
  plan.kernel @delta(T x H x 8 x f32, T x H x 8 x f32, T x H x f32)
      workspace(0) flops(16*T*H) bytes(0)
  plan.kernel @part_grad(T x H x 8 x f32, S x K x 8 x f32, S x K x 8 x f32,
                         N x i32, T x H x f32, T x H x 8 x f32, T x H x f32,
                         T x H x 8 x f32, S x K x 8 x f32, S x K x 8 x f32)
      workspace(0) flops(80*T*S*H) bytes(0)
  plan.stage 0 "embed" inputs()
      outputs(T x 4 x 8 x f32, T x 2 x 8 x f32, T x 2 x 8 x f32) residuals() {
    plan.template F @embed(read batch(0), write output(0), write output(1),
                           write output(2))
  }
  plan.stage 1 "head"
      inputs(T x 4 x 8 x f32, T x 2 x 8 x f32, T x 2 x 8 x f32) outputs()
      residuals() {
    // plan.attention
    plan.attention query(0) key(1) value(2) heads(4) key_heads(2) head_size(8)
        causal attended(T x 4 x 8 x f32, T x 4 x f32, T x 4 x f32)
        part @part merge @merge delta @delta part_grad @part_grad
  }
  // plan.lengths
  plan.lengths [6, 3]
  // plan.sequence_group
  plan.sequence_group microbatch(0) method("ring") coordinates([0, 1])
      sequences([0, 1])
  // plan.chunks
  plan.chunks 0 [[2 of 0 at 1 by 2, 1 of 1 at 0], []]
  plan.chunks 1 [[], []]
  plan.role @first stages [1] arena(129024) {
    // plan.table
    plan.table 0 initialise(1) group(2) shift(0) [[0, 3, 0, 3, 3, 1, 3, 1]]
    %q = plan.buffer "q" input(0) microbatch(0) bytes(6144 at 0)
        : T x 4 x 8 x f32
    // plan.buffer
    %k_1 = plan.buffer "k.1" input(1) microbatch(0) owner(1) heads(1 at 1)
        bytes(6144 at 114688) : T x 1 x 8 x f32
    %v_1 = plan.buffer "v.1" input(2) microbatch(0) owner(1) heads(1 at 1)
        bytes(6144 at 120832) : T x 1 x 8 x f32
    %q_1 = plan.buffer "q.1" input(0) microbatch(0) heads(2 at 2)
        bytes(6144 at 6144) : T x 2 x 8 x f32
    %output = plan.buffer "output" attended(0) microbatch(0)
        bytes(6144 at 12288) : T x 4 x 8 x f32
    %lse = plan.buffer "lse" attended(1) microbatch(0) bytes(768 at 18432)
        : T x 4 x f32
    %delta = plan.buffer "delta" attended(2) microbatch(0)
        bytes(768 at 19200) : T x 4 x f32
    %output_grad = plan.buffer "output.grad" attended_gradient(0)
        microbatch(0) bytes(6144 at 19968) : T x 4 x 8 x f32
    %k_grad = plan.buffer "k.grad" input_gradient(1) microbatch(0)
        bytes(6144 at 26112) : T x 2 x 8 x f32
    %k_grad_1 = plan.buffer "k.grad.1" input_gradient(1) microbatch(0)
        term(1) bytes(6144 at 32256) : T x 2 x 8 x f32
    // plan.attend
    plan.attend @part(%q, %k_1, %v_1, %output, %lse) table(0)
        workspace(16384 at 129024) microbatch(0)
    plan.attend @delta(%output, %output_grad, %delta) microbatch(0)
    // plan.copy_heads
    plan.copy_heads %q_1 from %q microbatch(0)
    // plan.add
    plan.add %k_grad_1 to %k_grad microbatch(0)
  }
  plan.rank 0 @first data(0) pipeline(0)
}

// Rows that ranks gather.
plan.program @rows model("rows") data(1) sequence(2) segments([2])
    microbatches(1) schedule("gpipe") {
  plan.stage 0 "scan" inputs() outputs((S - 1) x 9 x f32) residuals() {
  }
  plan.stage 1 "apply" inputs((S - 1) x 9 x f32) outputs() residuals() {
    // plan.gather
    plan.gather row(0) slots(3) trained
        attended((S - 1) x 9 x f32, (S - 1) x 9 x f32, (S - 1) x 9 x f32)
  }
  plan.lengths [1]
  plan.sequence_group microbatch(0) method("ring") coordinates([0, 1])
      sequences([0])
  plan.chunks 0 [[0 of 0 at 0]]
  plan.chunks 1 [[1 of 0 at 0]]
}
