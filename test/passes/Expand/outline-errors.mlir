// RUN: hocket-opt --hocket-outline --split-input-file --verify-diagnostics %s

// expected-error @below {{there is no function @loss; name the model's loss function}}
module {}

// -----

// expected-error @below {{argument #0 of @loss has no `hocket.role`}}
func.func @loss(%x: tensor<?x4xf32>) -> (tensor<f32>, tensor<f32>) {
  %one = arith.constant dense<1.0> : tensor<f32>
  return %one, %one : tensor<f32>, tensor<f32>
}

// -----

// expected-error @below {{parameter #0 of @loss has a dynamic shape: 'tensor<?xf32>'}}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<param>}) -> (tensor<f32>, tensor<f32>) {
  %one = arith.constant dense<1.0> : tensor<f32>
  return %one, %one : tensor<f32>, tensor<f32>
}

// -----

// expected-error @below {{batch argument #0 of @loss must be dynamic in its first dimension (the tokens) and static in the others}}
func.func @loss(%x: tensor<4x?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %one = arith.constant dense<1.0> : tensor<f32>
  return %one, %one : tensor<f32>, tensor<f32>
}

// -----

// expected-error @below {{argument #0 of @loss has the role 'grad'}}
func.func @loss(%x: tensor<4xf32> {hocket.role = #hocket.role<grad>}) -> (tensor<f32>, tensor<f32>) {
  %one = arith.constant dense<1.0> : tensor<f32>
  return %one, %one : tensor<f32>, tensor<f32>
}

// -----

// expected-error @below {{must return the sum of the loss and its weight}}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> tensor<f32> {
  %one = arith.constant dense<1.0> : tensor<f32>
  return %one : tensor<f32>
}

// -----

func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  // expected-error @below {{'arith.constant' op stands beside a strategy op; move it into a stage}}
  %one = arith.constant dense<1.0> : tensor<f32>
  // expected-note @below {{the strategy op is here}}
  %r:2 = hocket.data degree(2) tokens(%y = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %c = arith.constant dense<1.0> : tensor<f32>
    hocket.yield %c, %c : tensor<f32>, tensor<f32>
  }
  return %r#0, %one : tensor<f32>, tensor<f32>
}

// -----

func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  // expected-note @below {{the strategy op is here}}
  %r:2 = hocket.data degree(2) tokens(%y = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %c = arith.constant dense<1.0> : tensor<f32>
    hocket.yield %c, %c : tensor<f32>, tensor<f32>
  }
  // expected-error @below {{must return the results of the strategy op, in order}}
  return %r#1, %r#0 : tensor<f32>, tensor<f32>
}

// -----

// Of the same type, and twice as long.
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.skip_pipeline microbatches(1) nodes([[0], [1]]) path_length(2) paths([[0, 1]]) tokens(%t = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %0 = hocket.stage (%a = %t : tensor<?xf32>) -> tensor<?xf32> {
      hocket.yield %a : tensor<?xf32>
    }
    // expected-error @below {{stage 1 of a skip-pipeline changes the extents of the value that it takes as #0, but any other stage may follow it}}
    %1 = hocket.stage (%a = %0 : tensor<?xf32>) -> tensor<?xf32> {
      %b = tensor.concat dim(0) %a, %a : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
      hocket.yield %b : tensor<?xf32>
    }
    %2:2 = hocket.stage (%a = %1 : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
      %c = arith.constant dense<1.0> : tensor<f32>
      hocket.yield %c, %c : tensor<f32>, tensor<f32>
    }
    hocket.yield %2#0, %2#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  // expected-error @below {{'hocket.microbatches' op has more than one switch; a plan has one, whose cases tell apart all that microbatches do}}
  %r:2 = hocket.microbatches count(1) tokens(%t = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %c = arith.constant dense<1.0> : tensor<f32>
    // expected-note @below {{a switch is here}}
    hocket.switch_microbatch ()
    case([0]) () {
      hocket.yield
    }
    // expected-note @below {{a switch is here}}
    hocket.switch_microbatch ()
    case([0]) () {
      hocket.yield
    }
    hocket.yield %c, %c : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

// A rank of eight needs a head of its own.
func.func @loss(%x: tensor<?x4x2xf32> {hocket.role = #hocket.role<batch>}, %o: tensor<?xi32> {hocket.role = #hocket.role<offsets>}) -> (tensor<f32>, tensor<f32>) {
  // expected-error @below {{'hocket.sequence' op lets 8 ranks exchange the heads of an attention of 4 (method "ulysses"); a rank needs a head at least}}
  %r:2 = hocket.sequence degree(8) method("ulysses") tokens(%t = %x : tensor<?x4x2xf32>) offsets(%p = %o : tensor<?xi32>) -> (tensor<f32>, tensor<f32>) {
    // expected-note @below {{the attention is here}}
    %a, %lse = hocket.attention %t, %t, %t offsets(%p) scale(0.5) : tensor<?x4x2xf32>, tensor<?x4x2xf32>, tensor<?x4x2xf32>, tensor<?xi32> -> tensor<?x4x2xf32>, tensor<?x4xf32>
    %c = arith.constant dense<1.0> : tensor<f32>
    hocket.yield %c, %c : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// -----

func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  // expected-error @below {{'hocket.sequence' op has a skip-pipeline inside, whose ranks cannot share sequences yet; use a hocket.pipeline, or data parallelism}}
  %q:2 = hocket.sequence degree(2) method("ring") tokens(%y = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    // expected-note @below {{the skip-pipeline is here}}
    %r:2 = hocket.skip_pipeline microbatches(1) nodes([[0], [1]]) path_length(2) paths([[0, 1]]) tokens(%t = %y : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
      %0 = hocket.stage (%a = %t : tensor<?xf32>) -> tensor<?xf32> {
        hocket.yield %a : tensor<?xf32>
      }
      %1 = hocket.stage (%a = %0 : tensor<?xf32>) -> tensor<?xf32> {
        hocket.yield %a : tensor<?xf32>
      }
      %2:2 = hocket.stage (%a = %1 : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
        %c = arith.constant dense<1.0> : tensor<f32>
        hocket.yield %c, %c : tensor<f32>, tensor<f32>
      }
      hocket.yield %2#0, %2#1 : tensor<f32>, tensor<f32>
    }
    hocket.yield %r#0, %r#1 : tensor<f32>, tensor<f32>
  }
  return %q#0, %q#1 : tensor<f32>, tensor<f32>
}

// -----

func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  // expected-error @below {{'hocket.stream' op cannot contain a 'hocket.skip_pipeline', whose microbatches take different ways; use a hocket.pipeline}}
  %q:2 = hocket.stream slices(2) tokens(%y = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    // expected-note @below {{it is here}}
    %r:2 = hocket.skip_pipeline microbatches(1) nodes([[0], [1]]) path_length(2) paths([[0, 1]]) tokens(%t = %y : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
      %0 = hocket.stage (%a = %t : tensor<?xf32>) -> tensor<?xf32> {
        hocket.yield %a : tensor<?xf32>
      }
      %1 = hocket.stage (%a = %0 : tensor<?xf32>) -> tensor<?xf32> {
        hocket.yield %a : tensor<?xf32>
      }
      %2:2 = hocket.stage (%a = %1 : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
        %c = arith.constant dense<1.0> : tensor<f32>
        hocket.yield %c, %c : tensor<f32>, tensor<f32>
      }
      hocket.yield %2#0, %2#1 : tensor<f32>, tensor<f32>
    }
    hocket.yield %r#0, %r#1 : tensor<f32>, tensor<f32>
  }
  return %q#0, %q#1 : tensor<f32>, tensor<f32>
}
