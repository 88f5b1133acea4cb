// RUN: hocket-opt %s --split-input-file --verify-diagnostics

func.func @given_without_orders() {
  // expected-error @+1 {{'hocket.pipeline' op has the schedule "given" and no orders that give it}}
  hocket.pipeline microbatches(1) schedule("given") {
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

func.func @orders_of_another_schedule() {
  // expected-error @+1 {{'hocket.pipeline' op has orders, so its schedule is "given", not "1f1b"}}
  hocket.pipeline microbatches(1) schedule("1f1b") orders(["0F0", "1F0"]) {
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

func.func @placement_of_a_named_schedule() {
  // expected-error @+1 {{'hocket.pipeline' op has a placement, but the schedule "1f1b" places the stages itself: leave the placement out, or let the schedule be auto or "given"}}
  hocket.pipeline microbatches(1) schedule("1f1b") placement([0, 1]) {
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

func.func @placement_and_chunks() {
  // expected-error @+1 {{'hocket.pipeline' op has both chunks and a placement, which says by itself how many stages a rank runs}}
  hocket.pipeline microbatches(1) chunks(2) placement([0, 0]) {
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

func.func @placement_of_other_stages() {
  // expected-error @+1 {{'hocket.pipeline' op has 2 stages, and a placement of 3}}
  hocket.pipeline microbatches(1) placement([0, 1, 0]) {
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

func.func @negative_rank() {
  // expected-error @+1 {{'hocket.pipeline' op places stage 1 on rank -1 of 1 (there are at most as many as stages)}}
  hocket.pipeline microbatches(1) placement([0, -1]) {
    hocket.stage () {
      hocket.yield
    }
    // expected-note @+1 {{the stage is here}}
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @rank_too_high() {
  // expected-error @+1 {{'hocket.pipeline' op places stage 0 on rank 2 of 2 (there are at most as many as stages)}}
  hocket.pipeline microbatches(1) placement([2, 0]) {
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

func.func @rank_without_orders() {
  // expected-error @+1 {{'hocket.pipeline' op places stage 1 on rank 1 of 1 (one for each string of its orders)}}
  hocket.pipeline microbatches(1) schedule("given") placement([0, 1]) orders(["0F0 1F0"]) {
    hocket.stage () {
      hocket.yield
    }
    // expected-note @+1 {{the stage is here}}
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

func.func @idle_rank() {
  // expected-error @+1 {{'hocket.pipeline' op places no stage on rank 1 of 3: number the pipeline ranks from 0, without a gap}}
  hocket.pipeline microbatches(1) placement([0, 2, 2]) {
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

func.func @more_orders_than_stages() {
  // expected-error @+1 {{'hocket.pipeline' op has 2 stages, and orders for 3 pipeline ranks: a rank runs a stage at least}}
  hocket.pipeline microbatches(1) schedule("given") orders(["0F0", "1F0", ""]) {
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

func.func @bad_cell() {
  // expected-note @+2 {{write the stage, F, I (the input's gradient), W (the weights') or B (both), and the microbatch, as in 2F0}}
  // expected-error @+1 {{'hocket.pipeline' op has an order of rank 1 that cannot be read: task 2: '1BW0' is not a task}}
  hocket.pipeline microbatches(1) schedule("given") orders(["0F0 0B0", "1F0 1BW0"]) {
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

func.func @trailing_characters() {
  // expected-note @+2 {{write the stage, F, I (the input's gradient), W (the weights') or B (both), and the microbatch, as in 2F0}}
  // expected-error @+1 {{'hocket.pipeline' op has an order of rank 0 that cannot be read: task 1: '0F0x' is not a task}}
  hocket.pipeline microbatches(1) schedule("given") orders(["0F0x 0B0", "1F0 1B0"]) {
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

func.func @no_stage() {
  // expected-error @+1 {{'hocket.pipeline' op orders '2F0' on rank 1, and there are 2 stages}}
  hocket.pipeline microbatches(1) schedule("given") orders(["0F0 0B0", "1F0 2F0 1B0"]) {
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

func.func @no_microbatch() {
  // expected-error @+1 {{'hocket.pipeline' op orders '0F1' on rank 0, and there are 1 microbatches}}
  hocket.pipeline microbatches(1) schedule("given") orders(["0F0 0F1 0B0", "1F0 1B0"]) {
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

func.func @another_ranks_task() {
  // expected-error @+1 {{'hocket.pipeline' op orders '1F0' on rank 0, but stage 1 of microbatch 0 is run by rank 1}}
  hocket.pipeline microbatches(1) schedule("given") orders(["0F0 1F0 0B0", "1F0 1B0"]) {
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

func.func @task_twice() {
  // expected-error @+1 {{'hocket.pipeline' op orders '0F0' on rank 0 a second time}}
  hocket.pipeline microbatches(1) schedule("given") orders(["0F0 0F0 0B0", "1F0 1B0"]) {
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

func.func @whole_and_parts() {
  // expected-error @+1 {{'hocket.pipeline' op orders '1W0' on rank 1, so that this backward is there both as a whole (B) and in parts (I, W)}}
  hocket.pipeline microbatches(1) schedule("given") orders(["0F0 0B0", "1F0 1B0 1W0"]) {
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

func.func @missing_forward() {
  // expected-error @+1 {{'hocket.pipeline' op orders no task '0F1', which rank 0 has to run}}
  hocket.pipeline microbatches(2) schedule("given") orders(["0F0 0B0 0B1", "1F0 1F1 1B0 1B1"]) {
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

func.func @missing_backward() {
  // expected-note @+2 {{or its two parts, I and W}}
  // expected-error @+1 {{'hocket.pipeline' op orders no task '1B1', which rank 1 has to run}}
  hocket.pipeline microbatches(2) schedule("given") orders(["0F0 0F1 0B0 0B1", "1F0 1F1 1B0"]) {
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

func.func @missing_weight_gradient() {
  // expected-note @+2 {{other microbatches have it in this stage}}
  // expected-error @+1 {{'hocket.pipeline' op orders no task '0W0', which rank 0 has to run}}
  hocket.pipeline microbatches(2) schedule("given") orders(["0F0 0F1 0I0 0I1 0W1", "1F0 1F1 1B0 1B1"]) {
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

func.func @missing_input_gradient() {
  // expected-note @+2 {{other microbatches have it in this stage}}
  // expected-error @+1 {{'hocket.pipeline' op orders no task '0I0', which rank 0 has to run}}
  hocket.pipeline microbatches(2) schedule("given") orders(["0F0 0F1 0W0 0I1 0W1", "1F0 1F1 1B0 1B1"]) {
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

func.func @backward_before_forward() {
  // expected-note @+3 {{pipeline rank 1 is stuck before task B of stage 1 and microbatch 0}}
  // expected-note @+2 {{pipeline rank 0 is stuck before task B of stage 0 and microbatch 0}}
  // expected-error @+1 {{'hocket.pipeline' op has orders that cannot be run: the schedule cannot run: pipeline rank 0 waits forever before task B of stage 0 and microbatch 0}}
  hocket.pipeline microbatches(1) schedule("given") orders(["0F0 0B0", "1B0 1F0"]) {
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

func.func @orders_are_no_strings() {
  // expected-error @+1 {{the orders are strings, one for each pipeline rank}}
  hocket.pipeline microbatches(1) schedule("given") orders([1, 2]) {
    hocket.yield
  }
  return
}

// -----

// A stage may have no weight gradient, another one no gradient of inputs.
func.func @lacks_parts() {
  hocket.pipeline microbatches(2) schedule("given") orders(["0F0 0F1 0W0 0W1", "1F0 1F1 1I1 1B0"]) {
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

// A forward pass alone needs no backward.
func.func @forward_only() {
  hocket.pipeline microbatches(2) schedule("given") orders(["0F0 0F1", "1F0 1F1"]) {
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
