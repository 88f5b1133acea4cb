// RUN: hocket-opt %s --hocket-parallelize="pipeline=3 microbatches=2" --split-input-file --verify-diagnostics
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="pipeline=0" 2>&1 | FileCheck %s --check-prefix=ZERO
// ZERO: error: hocket-parallelize: pipeline=0 must be at least 1
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="pipeline=4611686018427387904 chunks=4" 2>&1 | FileCheck %s --check-prefix=MANY
// MANY: error: hocket-parallelize: pipeline=4611686018427387904 x chunks=4 is more than 65535 stages
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="pipeline=2 schedule=zbv" 2>&1 | FileCheck %s --check-prefix=SCHEDULE
// SCHEDULE: error: hocket-parallelize: there is no schedule 'zbv'
// SCHEDULE: note: the schedules are 1f1b, dualpipe_v,
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="pipeline=2 schedule=zb_v" 2>&1 | FileCheck %s --check-prefix=CHUNKS
// CHUNKS: error: hocket-parallelize: schedule 'zb_v' needs 2 chunks per pipeline rank, not 1
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="sequence=0" 2>&1 | FileCheck %s --check-prefix=NOBODY
// NOBODY: error: hocket-parallelize: sequence=0 must be at least 1
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="sequence=2 method=rings" 2>&1 | FileCheck %s --check-prefix=METHOD
// METHOD: error: hocket-parallelize: sequence=2 has no method "rings"; write one of ring, zigzag, striped, all_gather, ulysses, usp, token_ring, auto
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="sequence=4 method=usp ulysses=3" 2>&1 | FileCheck %s --check-prefix=USP
// USP: error: hocket-parallelize: sequence=4 has a Ulysses degree of 3, which does not divide the degree, 4
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="sequence=2 method=ring skip_stages=4 path_length=2" 2>&1 | FileCheck %s --check-prefix=SKIP
// SKIP: error: hocket-parallelize: sequence=2 goes without skip_stages
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="slices=0" 2>&1 | FileCheck %s --check-prefix=SLICES
// SLICES: error: hocket-parallelize: slices=0 must be at least 1
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="slices=2 activations=some" 2>&1 | FileCheck %s --check-prefix=ACTIVATIONS
// ACTIVATIONS: error: hocket-parallelize: there are no activations 'some'; write one of keep, recompute, auto
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="slices=4 activations=recompute kept=3 offloaded=2" 2>&1 | FileCheck %s --check-prefix=KEPT
// KEPT: error: hocket-parallelize: kept=3 and offloaded=2 must be at least 0, and together at most slices=4
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="slices=4 kept=3" 2>&1 | FileCheck %s --check-prefix=KEEPS
// KEEPS: error: hocket-parallelize: kept and offloaded go with activations=recompute
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="slices=4 skip_stages=4 path_length=2" 2>&1 | FileCheck %s --check-prefix=SKIPS
// SKIPS: error: hocket-parallelize: slices and activations go without skip_stages
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="pipeline=2 path_length=2" 2>&1 | FileCheck %s --check-prefix=PATHS
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="pipeline=2 nodes=4" 2>&1 | FileCheck %s --check-prefix=PATHS
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="limits=1,1,1,1" 2>&1 | FileCheck %s --check-prefix=PATHS
// PATHS: error: hocket-parallelize: path_length, nodes, paths and limits go with skip_stages
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="data=2 method=ring" 2>&1 | FileCheck %s --check-prefix=ALONE
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="ulysses=2" 2>&1 | FileCheck %s --check-prefix=ALONE
// ALONE: error: hocket-parallelize: method and ulysses go with sequence
// RUN: echo "module {}" | not hocket-opt --hocket-parallelize="sequence=4 method=usp" 2>&1 | FileCheck %s --check-prefix=DIVISOR
// DIVISOR: error: hocket-parallelize: sequence=4 has the method "usp" and no Ulysses degree; say by "ulysses" how many ranks exchange heads, a divisor of the degree

// expected-error @+1 {{there is no function @loss with a body; name the model's loss function with the option `function`}}
module {
}

// -----

// expected-error @+1 {{argument #1 has no 'hocket.role'; say whether it is a param, batch, or offsets}}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}, %w: tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
  %c = arith.constant dense<0.0> : tensor<f32>
  return %c, %c : tensor<f32>, tensor<f32>
}

// -----

// expected-error @+1 {{has two arguments of the role offsets, #1 and #2; a batch has one set of boundaries}}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}, %a: tensor<?xi32> {hocket.role = #hocket.role<offsets>},
                %b: tensor<?xi32> {hocket.role = #hocket.role<offsets>}) -> (tensor<f32>, tensor<f32>) {
  %c = arith.constant dense<0.0> : tensor<f32>
  return %c, %c : tensor<f32>, tensor<f32>
}

// -----

// expected-error @+1 {{has no argument of the role batch that could be cut into parts}}
func.func @loss(%x: tensor<4xf32> {hocket.role = #hocket.role<param>}) -> (tensor<f32>, tensor<f32>) {
  %c = arith.constant dense<0.0> : tensor<f32>
  return %c, %c : tensor<f32>, tensor<f32>
}

// -----

// expected-error @+1 {{must return the sum of the loss and its weight, two values of type 'tensor<f32>'}}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

func.func private @block(tensor<?xf32>) -> tensor<?xf32>
func.func private @head(tensor<?xf32>) -> (tensor<f32>, tensor<f32>)
// expected-error @+1 {{calls 2 layers, fewer than the 3 stages asked for (pipeline x chunks); make every layer a function that it calls, or ask for fewer stages}}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %0 = call @block(%x) : (tensor<?xf32>) -> tensor<?xf32>
  %1:2 = call @head(%0) : (tensor<?xf32>) -> (tensor<f32>, tensor<f32>)
  return %1#0, %1#1 : tensor<f32>, tensor<f32>
}

// -----

// A skip connection over a stage.
func.func private @block(tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
func.func private @head(tensor<?xf32>) -> (tensor<f32>, tensor<f32>)
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  // expected-note @+1 {{it is computed here}}
  %0 = call @block(%x, %x) : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %1 = call @block(%0, %x) : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  // expected-error @+1 {{'func.call' op in stage 2 reads a value of stage 0; a stage hands its values to the next one only. Let the layers between take and return it, or compute it where it is read}}
  %2 = call @block(%1, %0) : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %3:2 = call @head(%2) : (tensor<?xf32>) -> (tensor<f32>, tensor<f32>)
  return %3#0, %3#1 : tensor<f32>, tensor<f32>
}

// -----

func.func private @block(tensor<?xf32>) -> tensor<?xf32>
func.func private @sum(tensor<?xf32>) -> tensor<f32>
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  %0 = call @block(%x) : (tensor<?xf32>) -> tensor<?xf32>
  // expected-note @+1 {{the value is defined here}}
  %w = call @sum(%0) : (tensor<?xf32>) -> tensor<f32>
  %1 = call @block(%0) : (tensor<?xf32>) -> tensor<?xf32>
  %2 = call @block(%1) : (tensor<?xf32>) -> tensor<?xf32>
  %3 = call @sum(%2) : (tensor<?xf32>) -> tensor<f32>
  // expected-error @+1 {{'func.return' op returns a value that the last stage does not compute; the loss and its weight must both come from it}}
  return %3, %w : tensor<f32>, tensor<f32>
}

// -----

func.func private @block(tensor<?xf32>) -> tensor<?xf32>
// expected-error @+1 {{has a strategy already; erase it first (hocket-erase)}}
func.func @loss(%x: tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>) {
  // expected-note @+1 {{it is here}}
  %r:2 = hocket.data degree(2) tokens(%y = %x : tensor<?xf32>) -> (tensor<f32>, tensor<f32>) {
    %c = arith.constant dense<0.0> : tensor<f32>
    hocket.yield %c, %c : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}
