// RUN: hocket-opt %s --split-input-file --verify-diagnostics

func.func @empty_stage() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has no node for stage 1}}
  hocket.skip_pipeline microbatches(1) nodes([[0], [], [1]]) path_length(2) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @node_twice() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has node 0 in stage 0 and in stage 2; a node holds one stage}}
  hocket.skip_pipeline microbatches(1) nodes([[0], [1], [0]]) path_length(2) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @gap() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has node 3 in stage 2, and there are 3 nodes: number them from 0, without a gap}}
  hocket.skip_pipeline microbatches(1) nodes([[0], [1], [3]]) path_length(2) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @negative_node() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has node -1 in stage 1, and there are 3 nodes}}
  hocket.skip_pipeline microbatches(1) nodes([[0], [-1], [2]]) path_length(2) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @longer_than_the_stages() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has paths of 4 stages, and there are 3: a path visits no stage twice}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(4) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @orders_without_paths() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has orders, but its paths are still auto}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) orders([""]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @number_of_paths() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has 2 microbatches and 1 paths}}
  hocket.skip_pipeline microbatches(2) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[0, 2]]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @in_flight_of_other_nodes() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has limits in_flight for 2 nodes, and there are 5}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) in_flight([1, 1]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @no_memory() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has the limit in_flight 0 of node 3, whose memory then admits no microbatch; it must be at least 1}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) in_flight([1, 1, 1, 0, 1]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @too_few_stages() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has nodes for 3 stages and so holds 4 (the entry, the bodies and, on the nodes of the entry, the exit), not 3}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @skips_its_head() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has a path of microbatch 1, [2, 3], that skips its head: it starts on node 2 of stage 1, and a path starts on a node of stage 0, which runs the entry and the exit}}
  hocket.skip_pipeline microbatches(2) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[0, 2], [2, 3]]) {
    // expected-note @+1 {{stage 0 is here, held by the nodes [0, 1]}}
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @short_path() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has a path of microbatch 0, [1], of 1 nodes; path_length is 2}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[1]]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @long_path() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has a path of microbatch 0, [1, 2, 3], of 3 nodes; path_length is 2}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[1, 2, 3]]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @unknown_node() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has a path of microbatch 0, [1, 5], that visits node 5 of 5}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[1, 5]]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @stage_twice() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has a path of microbatch 0, [0, 3, 4], that visits stage 2 twice, on node 3 and on node 4}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(3) paths([[0, 3, 4]]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    // expected-note @+1 {{the stage is here}}
    hocket.stage () {
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

func.func @head_twice() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has a path of microbatch 0, [0, 1], that visits stage 0 twice, on node 0 and on node 1}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[0, 1]]) {
    // expected-note @+1 {{the stage is here}}
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @jump() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has a path of microbatch 0, [0, 3], that jumps ahead of the frontier by 2; max_forward_jump is 1}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[0, 3]]) limits(max_forward_jump = 1) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @back_step() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has a path of microbatch 0, [0, 3, 1, 2, 4], that moves back from the frontier by 2; max_backward_step is 1}}
  hocket.skip_pipeline microbatches(1) nodes([[0], [1], [2], [3], [4]]) path_length(5) paths([[0, 3, 1, 2, 4]]) limits(max_backward_step = 1) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @back_sum() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has a path of microbatch 0, [0, 3, 1, 2, 4], whose backward moves sum up to 3; max_backward_sum is 2}}
  hocket.skip_pipeline microbatches(1) nodes([[0], [1], [2], [3], [4]]) path_length(5) paths([[0, 3, 1, 2, 4]]) limits(max_backward_sum = 2) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @back_moves() {
  // expected-error @+1 {{'hocket.skip_pipeline' op has a path of microbatch 0, [0, 2, 1, 4, 3], whose backward moves number 2; max_backward_moves is 1}}
  hocket.skip_pipeline microbatches(1) nodes([[0], [1], [2], [3], [4]]) path_length(5) paths([[0, 2, 1, 4, 3]]) limits(max_backward_step = 1, max_backward_moves = 1) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

// The same path within its limits.
func.func @within() {
  hocket.skip_pipeline microbatches(1) nodes([[0], [1], [2], [3], [4]]) path_length(5) paths([[0, 2, 1, 4, 3]]) limits(max_backward_step = 1, max_backward_sum = 2, max_backward_moves = 2, max_forward_jump = 2) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @order_of_another_node() {
  // expected-error @+1 {{'hocket.skip_pipeline' op orders '1F0' on rank 3, but stage 1 of microbatch 0 is run by rank 2}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[0, 2]]) orders(["0F0 3F0 3B0 0B0", "", "1B0", "1F0", ""]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @order_of_a_skipped_stage() {
  // expected-error @+1 {{'hocket.skip_pipeline' op orders '2F0' on rank 3, but microbatch 0 does not visit stage 2}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[0, 2]]) orders(["0F0 3F0 3B0 0B0", "", "1F0 1B0", "2F0", ""]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @incomplete_order() {
  // expected-error @+1 {{'hocket.skip_pipeline' op orders no task '3F0', which rank 0 has to run}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[0, 2]]) orders(["0F0 3B0 0B0", "", "1F0 1B0", "", ""]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @orders_that_wait() {
  // expected-note @+3 {{pipeline rank 0 is stuck before task F of stage 3 and microbatch 0}}
  // expected-note @+2 {{pipeline rank 2 is stuck before task F of stage 1 and microbatch 0}}
  // expected-error @+1 {{'hocket.skip_pipeline' op has orders that cannot be run: the schedule cannot run: pipeline rank 0 waits forever before task F of stage 3 and microbatch 0}}
  hocket.skip_pipeline microbatches(1) nodes([[0, 1], [2], [3, 4]]) path_length(2) paths([[0, 2]]) orders(["3F0 0F0 3B0 0B0", "", "1F0 1B0", "", ""]) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func @no_nodes() {
  // expected-error @+1 {{expected 'nodes'}}
  hocket.skip_pipeline microbatches(2) path_length(2) {
    hocket.yield
  }
  return
}

// -----

func.func @unknown_limit() {
  // expected-error @+1 {{there is no limit 'max_jump'; the limits are max_backward_step, max_backward_sum, max_backward_moves and max_forward_jump}}
  hocket.skip_pipeline microbatches(2) nodes([[0], [1]]) path_length(2) limits(max_jump = 1) {
    hocket.yield
  }
  return
}

// -----

func.func @limit_twice() {
  // expected-error @+1 {{max_forward_jump is given twice}}
  hocket.skip_pipeline microbatches(2) nodes([[0], [1]]) path_length(2) limits(max_forward_jump = 1, max_forward_jump = 2) {
    hocket.yield
  }
  return
}

// -----

func.func @negative_limit() {
  // expected-error @+1 {{attribute 'max_forward_jump' failed to satisfy constraint}}
  hocket.skip_pipeline microbatches(2) nodes([[0], [1]]) path_length(2) limits(max_forward_jump = -1) {
    hocket.stage () {
      hocket.yield
    }
    hocket.stage () {
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

func.func private @layer(tensor<?x4xf32>) -> tensor<?x4xf32>
func.func private @wide(tensor<?x4xf32>) -> tensor<?x8xf32>
func.func private @sum(tensor<?x8xf32>) -> tensor<f32>
func.func @types_change(%x: tensor<?x4xf32>) -> tensor<f32> {
  %r = hocket.skip_pipeline microbatches(2) nodes([[0], [1]]) path_length(2) tokens(%y = %x : tensor<?x4xf32>) -> tensor<f32> {
    // expected-note @+1 {{the stage before it is here}}
    %0 = hocket.stage (%a = %y : tensor<?x4xf32>) -> tensor<?x4xf32> {
      %b = func.call @layer(%a) : (tensor<?x4xf32>) -> tensor<?x4xf32>
      hocket.yield %b : tensor<?x4xf32>
    }
    // expected-error @+1 {{'hocket.stage' op needs to return values of the types that it takes, since any body may follow any other: it takes 'tensor<?x4xf32>' and returns 'tensor<?x8xf32>'}}
    %1 = hocket.stage (%a = %0 : tensor<?x4xf32>) -> tensor<?x8xf32> {
      %b = func.call @wide(%a) : (tensor<?x4xf32>) -> tensor<?x8xf32>
      hocket.yield %b : tensor<?x8xf32>
    }
    %2 = hocket.stage (%a = %1 : tensor<?x8xf32>) -> tensor<f32> {
      %b = func.call @sum(%a) : (tensor<?x8xf32>) -> tensor<f32>
      hocket.yield %b : tensor<f32>
    }
    hocket.yield %2 : tensor<f32>
  }
  return %r : tensor<f32>
}

// -----

func.func @results_left_over(%x: tensor<?xf32>) {
  hocket.skip_pipeline microbatches(2) nodes([[0], [1]]) path_length(2) tokens(%y = %x : tensor<?xf32>) {
    // expected-note @+1 {{the stage before it is here}}
    %0:2 = hocket.stage (%a = %y : tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
      hocket.yield %a, %a : tensor<?xf32>, tensor<?xf32>
    }
    // expected-error @+1 {{'hocket.stage' op needs to take all results of the stage before it, each once and in order: a microbatch may bring them from another stage}}
    %1:2 = hocket.stage (%a = %0#1 : tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
      hocket.yield %a, %a : tensor<?xf32>, tensor<?xf32>
    }
    hocket.stage (%a = %1#0 : tensor<?xf32>, %b = %1#1 : tensor<?xf32>) {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @fixed_tokens(%x: tensor<8xf32>) {
  // expected-note @-1 {{it comes from here}}
  // expected-error @+1 {{'hocket.skip_pipeline' op needs a dynamic first dimension of its tokens at microbatches(2): the body sees a part of them}}
  hocket.skip_pipeline microbatches(2) nodes([[0]]) path_length(1) tokens(%y = %x : tensor<8xf32>) {
    hocket.stage () {
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

func.func @within_a_strategy(%x: tensor<?xf32>) {
  // expected-note @+1 {{the strategy is here}}
  hocket.data degree(2) tokens(%y = %x : tensor<?xf32>) {
    // expected-error @+1 {{'hocket.microbatches' op is a sequential program for the whole batch, and cannot be inside of a strategy; hocket.pipeline and hocket.skip_pipeline cut the batch into microbatches, too}}
    hocket.microbatches count(2) tokens(%z = %y : tensor<?xf32>) {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @around_a_strategy(%x: tensor<?xf32>) {
  // expected-error @+1 {{'hocket.microbatches' op cannot contain a 'hocket.data': it is what is left of a strategy}}
  hocket.microbatches count(2) tokens(%y = %x : tensor<?xf32>) {
    // expected-note @+1 {{it is here}}
    hocket.data degree(2) tokens(%z = %y : tensor<?xf32>) {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @microbatch_in_two_cases(%x: tensor<4xf32>) {
  hocket.microbatches count(2) shared(%y = %x : tensor<4xf32>) {
    // expected-error @+1 {{'hocket.switch_microbatch' op has microbatch 1 in case #0 and in case #1}}
    %r = hocket.switch_microbatch (%y) : tensor<4xf32>
    case([0, 1]) (%a: tensor<4xf32>) {
      hocket.yield %a : tensor<4xf32>
    }
    case([1]) (%b: tensor<4xf32>) {
      hocket.yield %b : tensor<4xf32>
    }
    hocket.yield
  }
  return
}

// -----

func.func @microbatch_without_case(%x: tensor<4xf32>) {
  hocket.microbatches count(2) shared(%y = %x : tensor<4xf32>) {
    // expected-error @+1 {{'hocket.switch_microbatch' op has no case for microbatch 0}}
    %r = hocket.switch_microbatch (%y) : tensor<4xf32>
    case([1]) (%a: tensor<4xf32>) {
      hocket.yield %a : tensor<4xf32>
    }
    hocket.yield
  }
  return
}

// -----

func.func @unknown_microbatch(%x: tensor<4xf32>) {
  hocket.microbatches count(2) shared(%y = %x : tensor<4xf32>) {
    // expected-error @+1 {{'hocket.switch_microbatch' op has a case of microbatch 2, and there are 2}}
    %r = hocket.switch_microbatch (%y) : tensor<4xf32>
    case([0, 1, 2]) (%a: tensor<4xf32>) {
      hocket.yield %a : tensor<4xf32>
    }
    hocket.yield
  }
  return
}

// -----

func.func @type_of_argument(%x: tensor<4xf32>) {
  hocket.microbatches count(2) shared(%y = %x : tensor<4xf32>) {
    // expected-error @+1 {{'hocket.switch_microbatch' op needs the arguments of case #0 to be of its inputs' types, 'tensor<4xf32>'}}
    %r = hocket.switch_microbatch (%y) : tensor<4xf32>
    case([0, 1]) (%a: tensor<5xf32>) {
      hocket.yield %y : tensor<4xf32>
    }
    hocket.yield
  }
  return
}

// -----

func.func @type_of_yield(%x: tensor<4xf32>) {
  hocket.microbatches count(2) shared(%y = %x : tensor<4xf32>) {
    // expected-error @+1 {{'hocket.switch_microbatch' op needs case #0 to end with a 'hocket.yield' of its results' types, 'tensor<4xf32>'}}
    %r = hocket.switch_microbatch (%y) : tensor<4xf32>
    case([0, 1]) (%a: tensor<4xf32>) {
      // expected-note @+1 {{it ends here}}
      hocket.yield %a, %a : tensor<4xf32>, tensor<4xf32>
    }
    hocket.yield
  }
  return
}
