// The examples of the ops' documentation, word for word.
// RUN: hocket-opt %s --verify-roundtrip -o /dev/null
// RUN: %python %S/Inputs/check-docs-examples.py %hocket_src/dialects/Hocket/Ops.td %s
// RUN: %python %S/Inputs/check-docs-examples.py %hocket_src/dialects/Hocket/SequenceOps.td %s
// RUN: %python %S/Inputs/check-docs-examples.py %hocket_src/dialects/Hocket/StreamOps.td %s
// RUN: %python %S/Inputs/check-docs-examples.py %hocket_src/dialects/Hocket/SkipPipelineOps.td %s
// RUN: %python %S/Inputs/check-docs-examples.py %hocket_src/dialects/Hocket/AttentionPartOps.td %s
// RUN: %python %S/Inputs/check-docs-examples.py %hocket_src/dialects/Hocket/ScanOps.td %s
// RUN: %python %S/Inputs/check-docs-examples.py %hocket_src/dialects/Hocket/SequenceEnds.td %s

func.func private @model(tensor<?xi32>, tensor<?xi32>, tensor<?xi32>,
                         tensor<256x64xf32>) -> (tensor<f32>, tensor<f32>)
func.func private @embed(tensor<?xi32>, tensor<256x64xf32>) -> tensor<?x64xf32>
func.func private @head(tensor<?x64xf32>, tensor<?xi32>)
    -> (tensor<f32>, tensor<f32>)

// hocket.data, hocket.yield
func.func @data(%tokens: tensor<?xi32>, %targets: tensor<?xi32>,
                %cu_seqlens: tensor<?xi32>, %embedding: tensor<256x64xf32>)
    -> (tensor<f32>, tensor<f32>) {
  %loss, %weight = hocket.data degree(2)
      tokens(%x = %tokens : tensor<?xi32>, %y = %targets : tensor<?xi32>)
      offsets(%o = %cu_seqlens : tensor<?xi32>)
      shared(%e = %embedding : tensor<256x64xf32>)
      -> (tensor<f32>, tensor<f32>) {
    %l, %w = func.call @model(%x, %y, %o, %e)
        : (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<256x64xf32>)
        -> (tensor<f32>, tensor<f32>)
    hocket.yield %l, %w : tensor<f32>, tensor<f32>
  }
  return %loss, %weight : tensor<f32>, tensor<f32>
}

// hocket.sequence
func.func @sequence(%tokens: tensor<?xi32>, %targets: tensor<?xi32>,
                    %cu_seqlens: tensor<?xi32>, %embedding: tensor<256x64xf32>)
    -> (tensor<f32>, tensor<f32>) {
  %loss, %weight = hocket.sequence degree(4) method("usp") ulysses(2)
      tokens(%x = %tokens : tensor<?xi32>, %y = %targets : tensor<?xi32>)
      offsets(%o = %cu_seqlens : tensor<?xi32>)
      shared(%e = %embedding : tensor<256x64xf32>)
      -> (tensor<f32>, tensor<f32>) {
    %l, %w = func.call @model(%x, %y, %o, %e)
        : (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<256x64xf32>)
        -> (tensor<f32>, tensor<f32>)
    hocket.yield %l, %w : tensor<f32>, tensor<f32>
  }
  return %loss, %weight : tensor<f32>, tensor<f32>
}

// hocket.stream
func.func @stream(%tokens: tensor<?xi32>, %targets: tensor<?xi32>,
                  %cu_seqlens: tensor<?xi32>, %embedding: tensor<256x64xf32>)
    -> (tensor<f32>, tensor<f32>) {
  %loss, %weight = hocket.stream slices(4) activations("recompute")
      tokens(%x = %tokens : tensor<?xi32>, %y = %targets : tensor<?xi32>)
      offsets(%o = %cu_seqlens : tensor<?xi32>)
      shared(%e = %embedding : tensor<256x64xf32>)
      -> (tensor<f32>, tensor<f32>) {
    %l, %w = func.call @model(%x, %y, %o, %e)
        : (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<256x64xf32>)
        -> (tensor<f32>, tensor<f32>)
    hocket.yield %l, %w : tensor<f32>, tensor<f32>
  }
  return %loss, %weight : tensor<f32>, tensor<f32>
}

func.func @yield(%l: tensor<f32>, %w: tensor<f32>)
    -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.data degree(2)
      shared(%loss = %l : tensor<f32>, %weight = %w : tensor<f32>)
      -> (tensor<f32>, tensor<f32>) {
    hocket.yield %loss, %weight : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// hocket.pipeline, hocket.stage
func.func @pipeline(%tokens: tensor<?xi32>, %targets: tensor<?xi32>,
                    %embedding: tensor<256x64xf32>)
    -> (tensor<f32>, tensor<f32>) {
  %loss, %weight = hocket.pipeline microbatches(8) schedule("1f1b")
      tokens(%x = %tokens : tensor<?xi32>, %y = %targets : tensor<?xi32>)
      shared(%e = %embedding : tensor<256x64xf32>)
      -> (tensor<f32>, tensor<f32>) {
    %h = hocket.stage "embed" (%x0 = %x : tensor<?xi32>,
                               %e0 = %e : tensor<256x64xf32>)
        -> tensor<?x64xf32> {
      %a = func.call @embed(%x0, %e0)
          : (tensor<?xi32>, tensor<256x64xf32>) -> tensor<?x64xf32>
      hocket.yield %a : tensor<?x64xf32>
    }
    %l:2 = hocket.stage "head" (%h1 = %h : tensor<?x64xf32>,
                                %y1 = %y : tensor<?xi32>)
        -> (tensor<f32>, tensor<f32>) {
      %a:2 = func.call @head(%h1, %y1)
          : (tensor<?x64xf32>, tensor<?xi32>) -> (tensor<f32>, tensor<f32>)
      hocket.yield %a#0, %a#1 : tensor<f32>, tensor<f32>
    }
    hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
  }
  return %loss, %weight : tensor<f32>, tensor<f32>
}

func.func private @layer(tensor<?xf32>) -> tensor<?xf32>
func.func private @sum(tensor<?xf32>) -> tensor<f32>

func.func @given(%tokens: tensor<?xf32>) -> tensor<f32> {
  %loss = hocket.pipeline microbatches(2) schedule("given")
      placement([0, 1, 1, 0])
      orders(["0F0 0F1 3F0 3B0 3F1 3B1 0B0 0B1",
              "1F0 2F0 1F1 2F1 2I0 1I0 2B1 1B1 2W0 1W0"])
      tokens(%x = %tokens : tensor<?xf32>) -> tensor<f32> {
    %a = hocket.stage (%x0 = %x : tensor<?xf32>) -> tensor<?xf32> {
      %r = func.call @layer(%x0) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %r : tensor<?xf32>
    }
    %b = hocket.stage (%a1 = %a : tensor<?xf32>) -> tensor<?xf32> {
      %r = func.call @layer(%a1) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %r : tensor<?xf32>
    }
    %c = hocket.stage (%b2 = %b : tensor<?xf32>) -> tensor<?xf32> {
      %r = func.call @layer(%b2) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %r : tensor<?xf32>
    }
    %l = hocket.stage (%c3 = %c : tensor<?xf32>) -> tensor<f32> {
      %r = func.call @sum(%c3) : (tensor<?xf32>) -> tensor<f32>
      hocket.yield %r : tensor<f32>
    }
    hocket.yield %l : tensor<f32>
  }
  return %loss : tensor<f32>
}

func.func @stage(%tokens: tensor<?x64xf32>) -> tensor<f32> {
  %loss = hocket.pipeline microbatches(2)
      tokens(%h = %tokens : tensor<?x64xf32>) -> tensor<f32> {
    %r = hocket.stage "square" (%x = %h : tensor<?x64xf32>)
        -> tensor<?x64xf32> {
      %y = arith.mulf %x, %x : tensor<?x64xf32>
      hocket.yield %y : tensor<?x64xf32>
    }
    %l = hocket.stage "first" (%x = %r : tensor<?x64xf32>) -> tensor<f32> {
      %c0 = arith.constant 0 : index
      %a = tensor.extract %x[%c0, %c0] : tensor<?x64xf32>
      %b = tensor.from_elements %a : tensor<f32>
      hocket.yield %b : tensor<f32>
    }
    hocket.yield %l : tensor<f32>
  }
  return %loss : tensor<f32>
}

// hocket.skip_pipeline
func.func @skip_pipeline(%tokens: tensor<?xf32>) -> tensor<f32> {
  %loss = hocket.skip_pipeline microbatches(3)
      nodes([[0, 1], [2], [3], [4]]) path_length(3)
      paths([[0, 2, 3], [1, 4, 3], [0, 2, 4]])
      limits(max_backward_step = 1, max_forward_jump = 3)
      tokens(%x = %tokens : tensor<?xf32>) -> tensor<f32> {
    %h = hocket.stage "entry" (%x0 = %x : tensor<?xf32>) -> tensor<?xf32> {
      %r = func.call @layer(%x0) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %r : tensor<?xf32>
    }
    %a = hocket.stage (%h1 = %h : tensor<?xf32>) -> tensor<?xf32> {
      %r = func.call @layer(%h1) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %r : tensor<?xf32>
    }
    %b = hocket.stage (%h2 = %a : tensor<?xf32>) -> tensor<?xf32> {
      %r = func.call @layer(%h2) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %r : tensor<?xf32>
    }
    %c = hocket.stage (%h3 = %b : tensor<?xf32>) -> tensor<?xf32> {
      %r = func.call @layer(%h3) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %r : tensor<?xf32>
    }
    %l = hocket.stage "exit" (%h4 = %c : tensor<?xf32>) -> tensor<f32> {
      %r = func.call @sum(%h4) : (tensor<?xf32>) -> tensor<f32>
      hocket.yield %r : tensor<f32>
    }
    hocket.yield %l : tensor<f32>
  }
  return %loss : tensor<f32>
}

// hocket.microbatches, hocket.switch_microbatch
func.func @microbatches(%tokens: tensor<?xf32>) -> tensor<f32> {
  %loss = hocket.microbatches count(3)
      tokens(%x = %tokens : tensor<?xf32>) -> tensor<f32> {
    %h = func.call @layer(%x) : (tensor<?xf32>) -> tensor<?xf32>
    %g = hocket.switch_microbatch (%h) : tensor<?xf32>
    case([0, 2]) (%a: tensor<?xf32>) {
      %a1 = func.call @layer(%a) : (tensor<?xf32>) -> tensor<?xf32>
      %a2 = func.call @layer(%a1) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %a2 : tensor<?xf32>
    }
    case([1]) (%b: tensor<?xf32>) {
      %b1 = func.call @layer(%b) : (tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %b1 : tensor<?xf32>
    }
    %l = func.call @sum(%g) : (tensor<?xf32>) -> tensor<f32>
    hocket.yield %l : tensor<f32>
  }
  return %loss : tensor<f32>
}

// hocket.attention, hocket.attention_grad
func.func @attention(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>,
                     %v: tensor<?x2x16xf32>, %cu_seqlens: tensor<?xi32>,
                     %do: tensor<?x4x16xf32>) -> tensor<?x4x16xf32> {
  %o, %lse = hocket.attention %q, %k, %v offsets(%cu_seqlens) scale(0.25)
      causal : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>,
      tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  %dq, %dk, %dv = hocket.attention_grad %q, %k, %v offsets(%cu_seqlens)
      forward(%o, %lse) gradient(%do) scale(0.25) causal
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>,
         tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>,
         tensor<?x4x16xf32>)
      -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return %dq : tensor<?x4x16xf32>
}

// hocket.attention_part, hocket.attention_part_grad
func.func @attention_part(
    %q: tensor<?x?x16xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>,
    %table: tensor<?xi32>, %o0: tensor<?x?x16xf32>, %lse0: tensor<?x?xf32>,
    %do: tensor<?x?x16xf32>, %delta: tensor<?x?xf32>, %dq0: tensor<?x?x16xf32>,
    %dk0: tensor<?x?x16xf32>, %dv0: tensor<?x?x16xf32>) -> tensor<?x?x16xf32> {
  %o, %lse = hocket.attention_part %q, %k, %v table(%table)
      running(%o0, %lse0) scale(0.25) causal
      : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>,
         tensor<?xi32>, tensor<?x?x16xf32>, tensor<?x?xf32>)
      -> (tensor<?x?x16xf32>, tensor<?x?xf32>)
  %dq, %dk, %dv = hocket.attention_part_grad %q, %k, %v table(%table)
      forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0)
      scale(0.25) causal
      : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>,
         tensor<?xi32>, tensor<?x?xf32>, tensor<?x?x16xf32>,
         tensor<?x?xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>,
         tensor<?x?x16xf32>)
      -> (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>)
  return %dq : tensor<?x?x16xf32>
}

// hocket.topology
hocket.topology @cluster nodes(2) devices_per_node(8)
    memory_bytes(85899345920) flops_per_second(4.0e14)
    memory_bytes_per_second(3.35e12) launch_seconds(4.0e-6)
    intra_node(latency_seconds = 2.0e-6, bytes_per_second = 4.5e11)
    inter_node(latency_seconds = 5.0e-6, bytes_per_second = 5.0e10)
    host(memory_bytes = 274877906944, bytes_per_second = 3.2e10)
    adapters_per_node(intra_node = 0, inter_node = 8)
    node_latency_seconds([[0.0, 5.0e-6], [6.0e-6, 0.0]])

// hocket.scan
func.func @scan(%a: tensor<?x64xf32>, %b: tensor<?x64xf32>,
                %cu_seqlens: tensor<?xi32>) -> tensor<?x64xf32> {
  %s:2 = hocket.scan inputs(%a, %b : tensor<?x64xf32>, tensor<?x64xf32>)
      offsets(%cu_seqlens : tensor<?xi32>)
      identity([dense<1.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {
  ^combine(%ai: tensor<64xf32>, %bi: tensor<64xf32>,
           %aj: tensor<64xf32>, %bj: tensor<64xf32>):
    %decay = arith.mulf %aj, %ai : tensor<64xf32>
    %moved = arith.mulf %aj, %bi : tensor<64xf32>
    %state = arith.addf %moved, %bj : tensor<64xf32>
    hocket.yield %decay, %state : tensor<64xf32>, tensor<64xf32>
  }
  return %s#1 : tensor<?x64xf32>
}

// hocket.scan_grad
func.func @scan_grad(%a: tensor<?x64xf32>, %h: tensor<?x64xf32>,
                     %dh: tensor<?x64xf32>, %cu_seqlens: tensor<?xi32>)
    -> (tensor<?x64xf32>, tensor<?x64xf32>) {
  %da, %db = hocket.scan_grad outputs(%h : tensor<?x64xf32>)
      elements(%a : tensor<?x64xf32>) gradients(%dh : tensor<?x64xf32>)
      offsets(%cu_seqlens : tensor<?xi32>)
      identity([dense<1.0> : tensor<f32>]) sources([-1, 0])
      -> tensor<?x64xf32>, tensor<?x64xf32> combine {
  ^combine(%ai: tensor<64xf32>, %aj: tensor<64xf32>):
    %decay = arith.mulf %aj, %ai : tensor<64xf32>
    hocket.yield %decay : tensor<64xf32>
  } pullback {
  ^pullback(%hi: tensor<64xf32>, %aj: tensor<64xf32>, %l: tensor<64xf32>):
    %p = arith.mulf %aj, %l : tensor<64xf32>
    %d = arith.mulf %hi, %l : tensor<64xf32>
    hocket.yield %p, %d, %l : tensor<64xf32>, tensor<64xf32>, tensor<64xf32>
  }
  return %da, %db : tensor<?x64xf32>, tensor<?x64xf32>
}

// hocket.shift
func.func @shift(%h: tensor<?x64xf32>, %cu_seqlens: tensor<?xi32>)
    -> tensor<?x64xf32> {
  %before = hocket.shift %h offsets(%cu_seqlens)
      : tensor<?x64xf32>, tensor<?xi32>
  return %before : tensor<?x64xf32>
}

// hocket.take_end
func.func @take_end(%h: tensor<?x64xf32>, %cu_seqlens: tensor<?xi32>)
    -> tensor<?x64xf32> {
  %ends = hocket.take_end %h offsets(%cu_seqlens) last
      : tensor<?x64xf32>, tensor<?xi32> -> tensor<?x64xf32>
  return %ends : tensor<?x64xf32>
}

// hocket.put_end
func.func @put_end(%y: tensor<?x64xf32>, %x: tensor<?x64xf32>,
                   %cu_seqlens: tensor<?xi32>) -> tensor<?x64xf32> {
  %x1 = hocket.put_end %y into %x offsets(%cu_seqlens)
      : tensor<?x64xf32>, tensor<?x64xf32>, tensor<?xi32>
  return %x1 : tensor<?x64xf32>
}

// hocket.rows_before
func.func @rows_before(%row: tensor<?x9xf32>)
    -> (tensor<?x9xf32>, tensor<?x9xf32>, tensor<?x9xf32>) {
  %rows:3 = hocket.rows_before %row
      : tensor<?x9xf32> -> tensor<?x9xf32>, tensor<?x9xf32>, tensor<?x9xf32>
  return %rows#0, %rows#1, %rows#2
      : tensor<?x9xf32>, tensor<?x9xf32>, tensor<?x9xf32>
}

// hocket.detach
func.func @detach(%h: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %fixed = hocket.detach %h : tensor<?x64xf32>
  return %fixed : tensor<?x64xf32>
}

// hocket.recurrence
func.func @recurrence(%x: tensor<?x64xf32>, %z: tensor<?x64xf32>,
                      %u: tensor<64xf32>, %cu_seqlens: tensor<?xi32>)
    -> tensor<?x64xf32> {
  %h = hocket.recurrence inputs(%x, %z : tensor<?x64xf32>, tensor<?x64xf32>)
      parameters(%u : tensor<64xf32>) offsets(%cu_seqlens : tensor<?xi32>)
      newton(3) -> tensor<?x64xf32> {
  ^cell(%h0: f32, %xt: f32, %zt: f32, %ut: f32):
    %uh = arith.mulf %ut, %h0 : f32
    %sum = arith.addf %uh, %xt : f32
    %new = math.tanh %sum : f32
    %change = arith.subf %new, %h0 : f32
    %gated = arith.mulf %zt, %change : f32
    %h1 = arith.addf %h0, %gated : f32
    hocket.yield %h1 : f32
  }
  return %h : tensor<?x64xf32>
}
