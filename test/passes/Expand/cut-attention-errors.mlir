// RUN: hocket-opt --hocket-cut-attention --split-input-file --verify-diagnostics %s

// expected-error @below {{there is no function @loss with a `hocket.strategy`; run hocket-outline first}}
module {}

// -----

func.func private @loss(tensor<?xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
// expected-error @below {{has a `hocket.kernel` already; cut stages before they are merged and differentiated}}
func.func private @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>})
    -> (tensor<?xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64, hocket.kernel = "F"} {
  return %x : tensor<?xf32>
}

// -----

// The log-sum-exp is no value of the model's.

func.func private @loss(tensor<?x2x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?x2x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 2, 4)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 1>, hocket.shape = affine_map<(d0, d1) -> (d1)>})
    -> (tensor<?x2xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'hocket.attention' op has its second result, the log-sum-exp, read by another operation}}
  %a, %lse = hocket.attention %x, %x, %x offsets(%o) scale(0.5) : tensor<?x2x4xf32>, tensor<?x2x4xf32>, tensor<?x2x4xf32>, tensor<?xi32> -> tensor<?x2x4xf32>, tensor<?x2xf32>
  // expected-note @below {{it is read here}}
  %n = arith.negf %lse : tensor<?x2xf32>
  return %n : tensor<?x2xf32>
}

// -----

// Offsets are read by attention alone.

func.func private @loss(tensor<?xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 1>, hocket.shape = affine_map<(d0, d1) -> (d1)>})
    -> (tensor<?xi32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'arith.addi' op reads the offsets of the sequences}}
  %n = arith.addi %o, %o : tensor<?xi32>
  return %n : tensor<?xi32>
}

// -----

// Each token minus the first one.

func.func private @loss(tensor<?xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>})
    -> (tensor<?xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'linalg.generic' op reads or writes tokens otherwise than one by one; ranks or slices that share sequences have some of the tokens each, and only hocket.attention and scans bring them together}}
  %y = linalg.generic {indexing_maps = [affine_map<(t) -> (0)>, affine_map<(t) -> (t)>], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%x : tensor<?xf32>) {
  ^bb0(%first: f32, %own: f32):
    %d = arith.subf %own, %first : f32
    linalg.yield %d : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// The scores of every pair of tokens.

func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>})
    -> (tensor<?x?xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  // expected-error @below {{'tensor.empty' op gives a tensor for pairs of tokens}}
  %e = tensor.empty(%t, %t) : tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(t, s, i) -> (t, i)>, affine_map<(t, s, i) -> (s, i)>, affine_map<(t, s, i) -> (t, s)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %x : tensor<?x4xf32>, tensor<?x4xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// A mean over tokens, given back to them.

func.func private @loss(tensor<?xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>})
    -> (tensor<?xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %sum = linalg.reduce ins(%x : tensor<?xf32>) outs(%zero : tensor<f32>) dimensions = [0]
    (%a: f32, %b: f32) { %s = arith.addf %a, %b : f32 linalg.yield %s : f32 }
  // expected-error @below {{'linalg.broadcast' op gives a sum over tokens back to tokens}}
  %y = linalg.broadcast ins(%sum : tensor<f32>) outs(%x : tensor<?xf32>) dimensions = [0]
  return %y : tensor<?xf32>
}

// -----

func.func private @loss(tensor<?xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>})
    -> (tensor<f32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %zero = arith.constant dense<0.0> : tensor<f32>
  // expected-error @below {{'linalg.reduce' op reduces over the tokens otherwise than by a sum}}
  %max = linalg.reduce ins(%x : tensor<?xf32>) outs(%zero : tensor<f32>) dimensions = [0]
    (%a: f32, %b: f32) { %s = arith.maximumf %a, %b : f32 linalg.yield %s : f32 }
  return %max : tensor<f32>
}

// -----

// The logarithms of two parts do not add up to that of their sum.

func.func private @loss(tensor<?xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>})
    -> (tensor<f32> {hocket.operand = #hocket.operand<loss, 0>}) attributes {hocket.stage = 0 : i64} {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %sum = linalg.reduce ins(%x : tensor<?xf32>) outs(%zero : tensor<f32>) dimensions = [0]
    (%a: f32, %b: f32) { %s = arith.addf %a, %b : f32 linalg.yield %s : f32 }
  // expected-error @below {{'math.log' op computes of a sum over tokens what parts of the sum do not add up to}}
  %y = math.log %sum : tensor<f32>
  return %y : tensor<f32>
}

// -----

func.func private @loss(tensor<?xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>})
    -> (tensor<f32> {hocket.operand = #hocket.operand<loss, 0>}, tensor<f32> {hocket.operand = #hocket.operand<weight, 0>}) attributes {hocket.stage = 0 : i64} {
  %zero = arith.constant dense<0.0> : tensor<f32>
  // expected-note @below {{computed here}}
  %one = arith.constant dense<1.0> : tensor<f32>
  %sum = linalg.reduce ins(%x : tensor<?xf32>) outs(%zero : tensor<f32>) dimensions = [0]
    (%a: f32, %b: f32) { %s = arith.addf %a, %b : f32 linalg.yield %s : f32 }
  // expected-error @below {{result #1 of the loss is no sum over the tokens}}
  return %sum, %one : tensor<f32>, tensor<f32>
}

// -----

// The number of a token in the batch is not its number on a rank.

func.func private @loss(tensor<?xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>})
    -> (tensor<?xi32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%t) : tensor<?xi32>
  %y = linalg.generic {indexing_maps = [affine_map<(t) -> (t)>], iterator_types = ["parallel"]} outs(%e : tensor<?xi32>) {
  ^bb0(%o: i32):
    %i = linalg.index 0 : index
    // expected-error @below {{'arith.index_cast' op reads other tokens than its own, or their number}}
    %n = arith.index_cast %i : index to i32
    linalg.yield %n : i32
  } -> tensor<?xi32>
  return %y : tensor<?xi32>
}

// -----

func.func private @loss(tensor<?xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>})
    -> (tensor<?xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %t = tensor.dim %x, %c0 : tensor<?xf32>
  %n = arith.subi %t, %c1 : index
  // expected-error @below {{'tensor.extract_slice' op takes some of the tokens out of all of them}}
  %y = tensor.extract_slice %x[1] [%n] [1] : tensor<?xf32> to tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %e: tensor<4x?xf32> {hocket.operand = #hocket.operand<input, 0>, hocket.shape = affine_map<(d0, d1) -> (4, d0)>})
    -> (tensor<?xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'tensor.collapse_shape' op puts another dimension before the tokens, so that those of a rank are not together}}
  %y = tensor.collapse_shape %e [[0, 1]] : tensor<4x?xf32> into tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// Nothing is known of a loop.

func.func private @loss(tensor<?xf32>) attributes {hocket.strategy = {sequence = 2 : i64}}
func.func private @stage0(%x: tensor<?xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0)>})
    -> (tensor<f32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %t = tensor.dim %x, %c0 : tensor<?xf32>
  %zero = arith.constant 0.0 : f32
  // expected-error @below {{'scf.for' op may mix tokens: nothing is known of what it does}}
  %y = scf.for %i = %c0 to %t step %c1 iter_args(%s = %zero) -> (f32) {
    %e = tensor.extract %x[%i] : tensor<?xf32>
    %n = arith.addf %s, %e : f32
    scf.yield %n : f32
  }
  %z = tensor.from_elements %y : tensor<f32>
  return %z : tensor<f32>
}

// -----

// The tokens of a scan come in runs.

func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64, method = "zigzag"}}
func.func private @stage0(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 1>, hocket.shape = affine_map<(d0, d1) -> (d1)>})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'hocket.shift' op needs a run of each sequence on every rank, and the method "zigzag" deals the tokens in another way; use the method "ring" or "ulysses"}}
  %y = hocket.shift %x offsets(%o) : tensor<?x4xf32>, tensor<?xi32>
  return %y : tensor<?x4xf32>
}

// -----

func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64, method = "ring"}}
func.func private @stage0(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 1>, hocket.shape = affine_map<(d0, d1) -> (d1)>})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'hocket.recurrence' op is computed step by step, which ranks cannot share; give it `newton(3)`, so that its steps are solved for all at once}}
  %y = hocket.recurrence inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) -> tensor<?x4xf32> {
  ^cell(%h: f32, %xt: f32):
    %sum = arith.addf %h, %xt : f32
    hocket.yield %sum : f32
  }
  return %y : tensor<?x4xf32>
}

// -----

func.func private @loss(tensor<?x4xi32>) attributes {hocket.strategy = {sequence = 2 : i64, method = "ring"}}
// expected-note @below {{they come from here}}
func.func private @stage0(%x: tensor<?x4xi32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 1>, hocket.shape = affine_map<(d0, d1) -> (d1)>})
    -> (tensor<?x4xi32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'hocket.scan' op combines elements of type 'i32'; ranks share scans of f32 only}}
  %y = hocket.scan inputs(%x : tensor<?x4xi32>) offsets(%o : tensor<?xi32>) identity([dense<0> : tensor<i32>]) {
  ^combine(%a: tensor<4xi32>, %b: tensor<4xi32>):
    %m = arith.maxsi %a, %b : tensor<4xi32>
    hocket.yield %m : tensor<4xi32>
  }
  return %y : tensor<?x4xi32>
}

// -----

// An op of the cell without a rule.

func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64, method = "ring"}}
func.func private @stage0(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 1>, hocket.shape = affine_map<(d0, d1) -> (d1)>})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.stage = 0 : i64} {
  %y = hocket.recurrence inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) newton(1) -> tensor<?x4xf32> {
  ^cell(%h: f32, %xt: f32):
    // expected-error @below {{'arith.remf' op has no differentiation rule}}
    %root = arith.remf %h, %xt : f32
    %sum = arith.addf %root, %xt : f32
    hocket.yield %sum : f32
  }
  return %y : tensor<?x4xf32>
}

// -----

// Slices do not hand on where a scan got to.

func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {slices = 2 : i64}}
func.func private @stage0(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 1>, hocket.shape = affine_map<(d0, d1) -> (d1)>})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'hocket.shift' op goes on from one slice of the tokens to the next, which plans of slices do not do; use hocket.sequence for scans, or one slice}}
  %y = hocket.shift %x offsets(%o) : tensor<?x4xf32>, tensor<?xi32>
  return %y : tensor<?x4xf32>
}

// -----

// Offsets other than those of the batch.

func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64, method = "ring"}}
func.func private @stage0(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.stage = 0 : i64} {
  // expected-note @below {{they come from here}}
  %o = arith.constant dense<[0, 5]> : tensor<2xi32>
  // expected-error @below {{'hocket.shift' op has offsets that are computed; ranks that share sequences know those of the batch only}}
  %y = hocket.shift %x offsets(%o) : tensor<?x4xf32>, tensor<2xi32>
  return %y : tensor<?x4xf32>
}

// -----

func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64, method = "ulysses"}}
func.func private @stage0(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 1>, hocket.shape = affine_map<(d0, d1) -> (d1)>})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.stage = 0 : i64} {
  // expected-error @below {{'tensor.extract_slice' op reads the offsets of the sequences}}
  %begin = tensor.extract_slice %o[0] [2] [1] : tensor<?xi32> to tensor<2xi32>
  %y = hocket.shift %x offsets(%begin) : tensor<?x4xf32>, tensor<2xi32>
  return %y : tensor<?x4xf32>
}

// -----

// A stage is cut between its own ops, not within one of them.

func.func private @loss(tensor<5x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64, method = "ring"}}
func.func private @stage0(%w: tensor<5x4xf32> {hocket.operand = #hocket.operand<parameter, 0>},
                          %x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>})
    -> (tensor<5x4xf32> {hocket.operand = #hocket.operand<output, 0>}) attributes {hocket.stage = 0 : i64} {
  %o = arith.constant dense<[0, 5]> : tensor<2xi32>
  %yes = arith.constant true
  // expected-note @below {{the operation around it is here}}
  %y = scf.if %yes -> (tensor<5x4xf32>) {
    // expected-error @below {{'hocket.shift' op is inside of another operation, where its stage cannot be cut; ranks share the scans of a stage's own code only}}
    %s = hocket.shift %w offsets(%o) : tensor<5x4xf32>, tensor<2xi32>
    scf.yield %s : tensor<5x4xf32>
  } else {
    scf.yield %w : tensor<5x4xf32>
  }
  return %y : tensor<5x4xf32>
}

// -----

// Of one that gives tokens nothing is known.

func.func private @loss(tensor<?x4xf32>) attributes {hocket.strategy = {sequence = 2 : i64, method = "ring"}}
func.func private @stage0(%x: tensor<?x4xf32> {hocket.operand = #hocket.operand<batch, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>},
                          %o: tensor<?xi32> {hocket.operand = #hocket.operand<batch, 1>, hocket.shape = affine_map<(d0, d1) -> (d1)>},
                          %p: tensor<i1> {hocket.operand = #hocket.operand<parameter, 0>})
    -> (tensor<?x4xf32> {hocket.operand = #hocket.operand<output, 0>, hocket.shape = affine_map<(d0, d1) -> (d0, 4)>}) attributes {hocket.stage = 0 : i64} {
  %c = tensor.extract %p[] : tensor<i1>
  // expected-error @below {{'scf.if' op gives a tensor whose extents are not known in terms of the tokens}}
  %y = scf.if %c -> (tensor<?x4xf32>) {
    %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {
    ^combine(%a: tensor<4xf32>, %b: tensor<4xf32>):
      %sum = arith.addf %a, %b : tensor<4xf32>
      hocket.yield %sum : tensor<4xf32>
    }
    scf.yield %s : tensor<?x4xf32>
  } else {
    scf.yield %x : tensor<?x4xf32>
  }
  return %y : tensor<?x4xf32>
}
