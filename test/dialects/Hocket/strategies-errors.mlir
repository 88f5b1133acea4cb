// RUN: hocket-opt %s --split-input-file --verify-diagnostics

// expected-note @+1 {{the operand comes from here}}
func.func @argument_type(%x: tensor<?xf32>) {
  // expected-error @+1 {{'hocket.data' op needs block argument #0 to be of its operand's type, 'tensor<?xf32>', not 'tensor<?xf64>'}}
  "hocket.data"(%x) <{degree = 2 : i64, operandSegmentSizes = array<i32: 1, 0, 0>}> ({
  ^bb0(%y: tensor<?xf64>):
    "hocket.yield"() : () -> ()
  }) : (tensor<?xf32>) -> ()
  return
}

// -----

func.func @stage_argument_type(%x: tensor<?xf32>) {
  hocket.pipeline microbatches(2) tokens(%y = %x : tensor<?xf32>) {
    // expected-error @+2 {{'hocket.stage' op needs block argument #0 to be of its operand's type, 'tensor<?xf32>', not 'tensor<?xf64>'}}
    // expected-note @-2 {{the operand comes from here}}
    "hocket.stage"(%y) ({
    ^bb0(%z: tensor<?xf64>):
      "hocket.yield"() : () -> ()
    }) : (tensor<?xf32>) -> ()
    hocket.yield
  }
  return
}

// -----

func.func @argument_count(%x: tensor<?xf32>) {
  // expected-error @+1 {{'hocket.data' op has 1 operands, but its body has 0 block arguments}}
  "hocket.data"(%x) <{degree = 2 : i64, operandSegmentSizes = array<i32: 1, 0, 0>}> ({
    "hocket.yield"() : () -> ()
  }) : (tensor<?xf32>) -> ()
  return
}

// -----

func.func @yield_count(%x: tensor<f32>) {
  // expected-error @+1 {{'hocket.data' op has 1 results, but its body yields 2 values}}
  %r = hocket.data degree(2) shared(%y = %x : tensor<f32>) -> tensor<f32> {
    // expected-note @+1 {{yielded here}}
    hocket.yield %y, %y : tensor<f32>, tensor<f32>
  }
  return
}

// -----

func.func @yield_type(%x: tensor<f32>, %z: tensor<f64>) {
  // expected-error @+1 {{'hocket.data' op has result #1 of type 'tensor<f32>', but its body yields 'tensor<f64>'}}
  %r:2 = hocket.data degree(2) shared(%y = %x : tensor<f32>, %z = %z : tensor<f64>) -> (tensor<f32>, tensor<f32>) {
    // expected-note @+1 {{yielded here}}
    hocket.yield %y, %z : tensor<f32>, tensor<f64>
  }
  return
}

// -----

func.func @stage_yield(%x: tensor<?xf32>) {
  hocket.pipeline microbatches(2) tokens(%y = %x : tensor<?xf32>) {
    // expected-error @+1 {{'hocket.stage' op has 0 results, but its body yields 1 values}}
    hocket.stage (%z = %y : tensor<?xf32>) {
      // expected-note @+1 {{yielded here}}
      hocket.yield %z : tensor<?xf32>
    }
    hocket.yield
  }
  return
}

// -----

func.func @no_yield() {
  // expected-error @+1 {{'hocket.data' op needs its body to end with a 'hocket.yield'}}
  hocket.data degree(2) {
    // expected-note @+1 {{it ends here}}
    ub.unreachable
  }
  return
}

// -----

func.func @result_type(%x: tensor<4xf32>) {
  // expected-error @+1 {{'hocket.data' op sums its results over the parts, so they are of type tensor<f32>; result #0 is of type 'tensor<4xf32>'}}
  %r = hocket.data degree(2) shared(%y = %x : tensor<4xf32>) -> tensor<4xf32> {
    hocket.yield %y : tensor<4xf32>
  }
  return
}

// -----

func.func @pipeline_result_type(%x: tensor<f64>) {
  // expected-error @+1 {{'hocket.pipeline' op sums its results over the parts, so they are of type tensor<f32>; result #0 is of type 'tensor<f64>'}}
  %r = hocket.pipeline microbatches(2) shared(%y = %x : tensor<f64>) -> tensor<f64> {
    %s = hocket.stage (%z = %y : tensor<f64>) -> tensor<f64> {
      hocket.yield %z : tensor<f64>
    }
    hocket.yield %s : tensor<f64>
  }
  return
}

// -----

// expected-note @+1 {{it comes from here}}
func.func @scalar_tokens(%x: tensor<f32>) {
  // expected-error @+1 {{'hocket.data' op cannot cut a scalar along its tokens: pass it as 'shared'}}
  hocket.data degree(2) tokens(%y = %x : tensor<f32>) {
    hocket.yield
  }
  return
}

// -----

// expected-note @+1 {{it comes from here}}
func.func @static_tokens(%x: tensor<16xf32>) {
  // expected-error @+1 {{'hocket.data' op needs a dynamic first dimension of its tokens at degree(2): the body sees a part of them}}
  hocket.data degree(2) tokens(%y = %x : tensor<16xf32>) {
    hocket.yield
  }
  return
}

// -----

// expected-note @+1 {{it comes from here}}
func.func @static_tokens_in_pipeline(%x: tensor<16xf32>) {
  // expected-error @+1 {{'hocket.pipeline' op needs a dynamic first dimension of its tokens at microbatches(4): the body sees a part of them}}
  hocket.pipeline microbatches(4) tokens(%y = %x : tensor<16xf32>) {
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

// At one part, static tokens are fine.
func.func @static_tokens_of_one_part(%x: tensor<16xf32>) {
  hocket.data degree(1) tokens(%y = %x : tensor<16xf32>) {
    hocket.yield
  }
  return
}

// -----

// expected-note @+2 {{of type 'tensor<16xf32>' here}}
// expected-note @+1 {{of type 'tensor<8x2xf32>' here}}
func.func @uneven_tokens(%x: tensor<16xf32>, %z: tensor<8x2xf32>) {
  // expected-error @+1 {{'hocket.data' op needs all of its tokens to have one first dimension, their number}}
  hocket.data degree(1) tokens(%y = %x : tensor<16xf32>, %w = %z : tensor<8x2xf32>) {
    hocket.yield
  }
  return
}

// -----

// expected-note @+1 {{it comes from here}}
func.func @offsets_type(%x: tensor<?xf32>, %o: tensor<?xi64>) {
  // expected-error @+1 {{'hocket.data' op needs one-dimensional offsets of type i32 (cu_seqlens)}}
  hocket.data degree(2) tokens(%y = %x : tensor<?xf32>) offsets(%p = %o : tensor<?xi64>) {
    hocket.yield
  }
  return
}

// -----

// expected-note @+1 {{it comes from here}}
func.func @offsets_rank(%x: tensor<?xf32>, %o: tensor<?x1xi32>) {
  // expected-error @+1 {{'hocket.data' op needs one-dimensional offsets of type i32 (cu_seqlens)}}
  hocket.data degree(2) tokens(%y = %x : tensor<?xf32>) offsets(%p = %o : tensor<?x1xi32>) {
    hocket.yield
  }
  return
}

// -----

// expected-note @+1 {{it comes from here}}
func.func @static_offsets(%x: tensor<?xf32>, %o: tensor<3xi32>) {
  // expected-error @+1 {{'hocket.data' op needs a dynamic number of offsets at degree(2): the body sees a part of the sequences}}
  hocket.data degree(2) tokens(%y = %x : tensor<?xf32>) offsets(%p = %o : tensor<3xi32>) {
    hocket.yield
  }
  return
}

// -----

// expected-note @+1 {{it comes from here}}
func.func @offsets_of_nothing(%o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.data' op has offsets, but no tokens that they divide}}
  hocket.data degree(2) offsets(%p = %o : tensor<?xi32>) {
    hocket.yield
  }
  return
}

// -----

// expected-note @+1 {{it comes from here}}
func.func @shares_offsets(%x: tensor<?xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.data' op shares whole what it also cuts as offsets: the body would not compute what the sequential program does}}
  hocket.data degree(2) tokens(%y = %x : tensor<?xf32>) offsets(%p = %o : tensor<?xi32>) shared(%q = %o : tensor<?xi32>) {
    hocket.yield
  }
  return
}

// -----

// expected-note @+1 {{it comes from here}}
func.func @shares_tokens(%x: tensor<?xf32>) {
  // expected-error @+1 {{'hocket.data' op shares whole what it also cuts as tokens: the body would not compute what the sequential program does}}
  hocket.data degree(2) tokens(%y = %x : tensor<?xf32>) shared(%q = %x : tensor<?xf32>) {
    hocket.yield
  }
  return
}

// -----

func.func @nested_data() {
  // expected-error @+1 {{'hocket.data' op cannot contain a 'hocket.data': merge the two into one whose degree is the product}}
  hocket.data degree(2) {
    // expected-note @+1 {{it is here}}
    hocket.data degree(3) {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @data_in_pipeline() {
  hocket.pipeline microbatches(2) {
    // expected-error @+1 {{'hocket.stage' op cannot contain a 'hocket.data': put data and sequence parallelism around the pipeline, and more stages into it}}
    hocket.stage () {
      // expected-note @+1 {{it is here}}
      hocket.data degree(3) {
        hocket.yield
      }
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @data_between_stages() {
  // expected-error @+1 {{'hocket.pipeline' op holds stages and a yield, nothing else: move other operations into a stage}}
  hocket.pipeline microbatches(2) {
    // expected-note @+1 {{'hocket.data' is outside of every stage}}
    hocket.data degree(3) {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @pipeline_in_pipeline() {
  hocket.pipeline microbatches(2) {
    // expected-error @+1 {{'hocket.stage' op cannot contain a 'hocket.pipeline'}}
    hocket.stage () {
      // expected-note @+1 {{it is here}}
      hocket.pipeline microbatches(2) {
        hocket.stage () {
          hocket.yield
        }
        hocket.yield
      }
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @op_between_stages() {
  // expected-error @+1 {{'hocket.pipeline' op holds stages and a yield, nothing else: move other operations into a stage}}
  %r = hocket.pipeline microbatches(2) -> tensor<f32> {
    // expected-note @+1 {{'arith.constant' is outside of every stage}}
    %c = arith.constant dense<1.0> : tensor<f32>
    %s = hocket.stage (%d = %c : tensor<f32>) -> tensor<f32> {
      hocket.yield %d : tensor<f32>
    }
    hocket.yield %s : tensor<f32>
  }
  return
}

// -----

func.func @no_stage() {
  // expected-error @+1 {{'hocket.pipeline' op needs at least one 'hocket.stage'}}
  hocket.pipeline microbatches(2) {
    hocket.yield
  }
  return
}

// -----

func.func @skipped_stage(%x: tensor<f32>) {
  %r = hocket.pipeline microbatches(2) shared(%x = %x : tensor<f32>) -> tensor<f32> {
    // expected-note @+1 {{computed here; pass it through the stages between as an operand and a result of each}}
    %a:2 = hocket.stage "first" (%y = %x : tensor<f32>) -> (tensor<f32>, tensor<f32>) {
      hocket.yield %y, %y : tensor<f32>, tensor<f32>
    }
    %b = hocket.stage "second" (%y = %a#0 : tensor<f32>) -> tensor<f32> {
      hocket.yield %y : tensor<f32>
    }
    // expected-error @+1 {{'hocket.stage' op reads a value of a stage that is not the one just before it: stages hand their values to the next stage only}}
    %c = hocket.stage "third" (%y = %b : tensor<f32>, %z = %a#1 : tensor<f32>) -> tensor<f32> {
      hocket.yield %z : tensor<f32>
    }
    hocket.yield %c : tensor<f32>
  }
  return
}

// -----

func.func @yields_another_stage(%x: tensor<f32>) {
  // expected-error @+1 {{'hocket.pipeline' op needs to yield the results of its last stage, all and in order}}
  %r = hocket.pipeline microbatches(2) shared(%x = %x : tensor<f32>) -> tensor<f32> {
    %a = hocket.stage (%y = %x : tensor<f32>) -> tensor<f32> {
      hocket.yield %y : tensor<f32>
    }
    // expected-note @+1 {{the last stage is here}}
    %b = hocket.stage (%y = %a : tensor<f32>) -> tensor<f32> {
      hocket.yield %y : tensor<f32>
    }
    // expected-note @+1 {{yielded here}}
    hocket.yield %a : tensor<f32>
  }
  return
}

// -----

func.func @yields_swapped(%x: tensor<f32>) {
  // expected-error @+1 {{'hocket.pipeline' op needs to yield the results of its last stage, all and in order}}
  %r:2 = hocket.pipeline microbatches(2) shared(%x = %x : tensor<f32>) -> (tensor<f32>, tensor<f32>) {
    // expected-note @+1 {{the last stage is here}}
    %a:2 = hocket.stage (%y = %x : tensor<f32>) -> (tensor<f32>, tensor<f32>) {
      hocket.yield %y, %y : tensor<f32>, tensor<f32>
    }
    // expected-note @+1 {{yielded here}}
    hocket.yield %a#1, %a#0 : tensor<f32>, tensor<f32>
  }
  return
}

// -----

func.func @yields_argument(%x: tensor<f32>) {
  // expected-error @+1 {{'hocket.pipeline' op needs to yield the results of its last stage, all and in order}}
  %r = hocket.pipeline microbatches(2) shared(%x = %x : tensor<f32>) -> tensor<f32> {
    // expected-note @+1 {{the last stage is here}}
    hocket.stage () {
      hocket.yield
    }
    // expected-note @+1 {{yielded here}}
    hocket.yield %x : tensor<f32>
  }
  return
}

// -----

func.func @schedule_name() {
  // expected-error @+1 {{'hocket.pipeline' op has a schedule named "1f1b!"; a name is made of letters, digits, '_' and '-'; auto leaves the choice to the compiler}}
  hocket.pipeline microbatches(2) schedule("1f1b!") {
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @empty_schedule() {
  // expected-error @+1 {{'hocket.pipeline' op has a schedule named ""}}
  hocket.pipeline microbatches(2) schedule("") {
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @no_part() {
  // expected-error @+1 {{'hocket.data' op attribute 'degree' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  hocket.data degree(0) {
    hocket.yield
  }
  return
}

// -----

func.func @negative_microbatches() {
  // expected-error @+1 {{'hocket.pipeline' op attribute 'microbatches' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  hocket.pipeline microbatches(-4) {
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @stage_outside() {
  // expected-error @+1 {{'hocket.stage' op expects parent op to be one of 'hocket.pipeline, hocket.skip_pipeline'}}
  hocket.stage () {
    hocket.yield
  }
  return
}

// -----

func.func @captures(%x: tensor<f32>) {
  %r = hocket.data degree(2) -> tensor<f32> {
    // expected-error @+1 {{use of undeclared SSA value name}}
    hocket.yield %x : tensor<f32>
  }
  return
}

// -----

func.func @chunks_do_not_divide() {
  // expected-error @+1 {{'hocket.pipeline' op has 1 stages, which is no multiple of its 2 chunks per pipeline rank}}
  hocket.pipeline microbatches(2) schedule("interleaved") chunks(2) {
    hocket.stage () { hocket.yield }
    hocket.yield
  }
  return
}

// -----

func.func @zero_chunks() {
  // expected-error @+1 {{'hocket.pipeline' op attribute 'chunks' failed to satisfy constraint}}
  hocket.pipeline microbatches(2) chunks(0) {
    hocket.stage () { hocket.yield }
    hocket.yield
  }
  return
}

// -----

func.func @no_such_method() {
  // expected-error @+1 {{'hocket.sequence' op has no method "rings"; write one of ring, zigzag, striped, all_gather, ulysses, usp, token_ring, auto}}
  hocket.sequence degree(2) method("rings") {
    hocket.yield
  }
  return
}

// -----

func.func @usp_of_nothing() {
  // expected-error @+1 {{'hocket.sequence' op has the method "usp" and no Ulysses degree; say by "ulysses" how many ranks exchange heads, a divisor of the degree}}
  hocket.sequence degree(2) method("usp") {
    hocket.yield
  }
  return
}

// -----

func.func @usp_does_not_divide() {
  // expected-error @+1 {{'hocket.sequence' op has a Ulysses degree of 4, which does not divide the degree, 6}}
  hocket.sequence degree(6) method("usp") ulysses(4) {
    hocket.yield
  }
  return
}

// -----

func.func @ulysses_of_ring() {
  // expected-error @+1 {{'hocket.sequence' op has a Ulysses degree, which the method "usp" takes and "ring" does not}}
  hocket.sequence degree(2) method("ring") ulysses(2) {
    hocket.yield
  }
  return
}

// -----

func.func @no_ranks() {
  // expected-error @+1 {{'hocket.sequence' op attribute 'degree' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  hocket.sequence degree(0) {
    hocket.yield
  }
  return
}

// -----

func.func @known_tokens(%x: tensor<8xf32>) {
  // expected-note @-1 {{it comes from here}}
  // expected-error @+1 {{'hocket.sequence' op needs a dynamic first dimension of its tokens at degree(2): the body sees a part of them}}
  hocket.sequence degree(2) tokens(%y = %x : tensor<8xf32>) {
    hocket.yield
  }
  return
}

// -----

func.func @nested_sequence() {
  // expected-error @+1 {{'hocket.sequence' op cannot contain a 'hocket.sequence': ranks share sequences in one way, and the method "usp" is that of two ways at once}}
  hocket.sequence degree(2) {
    // expected-note @+1 {{it is here}}
    hocket.sequence degree(3) {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @data_in_sequence() {
  // expected-error @+1 {{'hocket.sequence' op cannot contain a 'hocket.data': put data parallelism around it}}
  hocket.sequence degree(2) {
    // expected-note @+1 {{it is here}}
    hocket.data degree(3) {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @sequence_in_pipeline() {
  hocket.pipeline microbatches(2) {
    // expected-error @+1 {{'hocket.stage' op cannot contain a 'hocket.sequence': put data and sequence parallelism around the pipeline, and more stages into it}}
    hocket.stage () {
      // expected-note @+1 {{it is here}}
      hocket.sequence degree(3) {
        hocket.yield
      }
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @no_slices() {
  // expected-error @+1 {{'hocket.stream' op attribute 'slices' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  hocket.stream slices(0) {
    hocket.yield
  }
  return
}

// -----

func.func @no_such_activations() {
  // expected-error @+1 {{'hocket.stream' op has no activations "drop"; write one of keep, recompute, auto}}
  hocket.stream slices(2) activations("drop") {
    hocket.yield
  }
  return
}

// -----

func.func @kept_anyway() {
  // expected-error @+1 {{'hocket.stream' op lists the slices that are offloaded, which the activations "recompute" take and "keep" do not}}
  hocket.stream slices(2) offloaded([1]) {
    hocket.yield
  }
  return
}

// -----

func.func @more_kept_than_there_are() {
  // expected-error @+1 {{'hocket.stream' op has 3 slices of stage 0 kept, of 2}}
  hocket.stream slices(2) activations("recompute") kept([3]) {
    hocket.yield
  }
  return
}

// -----

func.func @kept_and_offloaded() {
  // expected-error @+1 {{'hocket.stream' op keeps 2 and offloads 1 slices of stage 0, of 2}}
  hocket.stream slices(2) activations("recompute") kept([2]) offloaded([1]) {
    hocket.yield
  }
  return
}

// -----

func.func @stages_of_slices() {
  // expected-error @+1 {{'hocket.stream' op lists 2 numbers of slices that are kept, and the pipeline in it has 1 stage}}
  hocket.stream slices(2) activations("recompute") kept([2, 1]) {
    hocket.pipeline microbatches(1) {
      hocket.stage () {
        hocket.yield
      }
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @known_tokens_of_slices(%x: tensor<8xf32>) {
  // expected-note @-1 {{it comes from here}}
  // expected-error @+1 {{'hocket.stream' op needs a dynamic first dimension of its tokens at slices(2): the body sees a part of them}}
  hocket.stream slices(2) tokens(%y = %x : tensor<8xf32>) {
    hocket.yield
  }
  return
}

// -----

func.func @nested_stream() {
  // expected-error @+1 {{'hocket.stream' op cannot contain a 'hocket.stream': merge the two into one whose slices are the product}}
  hocket.stream slices(2) {
    // expected-note @+1 {{it is here}}
    hocket.stream slices(3) {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @sequence_in_stream() {
  // expected-error @+1 {{'hocket.stream' op cannot contain a 'hocket.sequence': put sequence parallelism around it}}
  hocket.stream slices(2) {
    // expected-note @+1 {{it is here}}
    hocket.sequence degree(3) {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @data_in_stream() {
  // expected-error @+1 {{'hocket.stream' op cannot contain a 'hocket.data': put data parallelism around it}}
  hocket.stream slices(2) {
    // expected-note @+1 {{it is here}}
    hocket.data degree(3) {
      hocket.yield
    }
    hocket.yield
  }
  return
}
