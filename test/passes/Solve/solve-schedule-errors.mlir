// RUN: split-file %s %t
// RUN: not hocket-opt %t/memory.mlir --hocket-outline --hocket-differentiate --hocket-solve-schedule 2>&1 | FileCheck %s --check-prefix=MEMORY
// RUN: sed 's/memory_bytes(12000)/memory_bytes(500)/' %t/memory.mlir > %t/parameters.mlir
// RUN: not hocket-opt %t/parameters.mlir --hocket-outline --hocket-differentiate --hocket-solve-schedule 2>&1 | FileCheck %s --check-prefix=PARAMETERS
// RUN: not hocket-opt %t/memory.mlir --hocket-outline --hocket-differentiate --hocket-solve-schedule=lengths=%t/lengths.txt 2>&1 | FileCheck %s --check-prefix=FEW
// RUN: not hocket-opt %t/memory.mlir --hocket-outline --hocket-differentiate --hocket-solve-schedule=topology=%t/none.yaml 2>&1 | FileCheck %s --check-prefix=FILE
// RUN: not hocket-opt %t/memory.mlir --hocket-outline --hocket-differentiate --hocket-solve-schedule=time-limit=-1 2>&1 | FileCheck %s --check-prefix=LIMIT
// RUN: not hocket-opt %t/memory.mlir --hocket-outline --hocket-differentiate --hocket-solve-schedule=work-limit=-1 2>&1 | FileCheck %s --check-prefix=LIMIT
// RUN: not hocket-opt %t/machine.mlir --hocket-outline --hocket-differentiate --hocket-solve-schedule 2>&1 | FileCheck %s --check-prefix=MACHINE
// RUN: not hocket-opt %t/machine.mlir --hocket-solve-schedule 2>&1 | FileCheck %s --check-prefix=OUTLINE
// RUN: not hocket-opt %t/memory.mlir --hocket-outline --hocket-differentiate --hocket-expand="lengths=3,5,7" 2>&1 | FileCheck %s --check-prefix=UNSOLVED
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="sequence=2 method=auto pipeline=2 microbatches=4 schedule=auto" -inline --hocket-outline \
// RUN:   --hocket-cut-attention --hocket-differentiate --hocket-add-attention-kernels -o %t/method.mlir
// RUN: not hocket-opt %t/method.mlir --hocket-solve-schedule=topology=%fixtures/../data/topology/laptop.yaml 2>&1 | FileCheck %s --check-prefix=METHOD
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="slices=2 activations=auto pipeline=2 microbatches=4 schedule=auto" -inline --hocket-outline \
// RUN:   --hocket-cut-attention --hocket-differentiate --hocket-add-attention-kernels -o %t/activations.mlir
// RUN: not hocket-opt %t/activations.mlir --hocket-solve-schedule=topology=%fixtures/../data/topology/laptop.yaml 2>&1 | FileCheck %s --check-prefix=ACTIVATIONS

// METHOD: leaves the sequence method open, and how long the tasks of the schedule take depends on that
// METHOD: note: solve that first (hocket-solve-sequence)
// ACTIVATIONS: leaves the activations open, and how long the tasks of the schedule take depends on that
// ACTIVATIONS: note: solve that first (hocket-solve-activations)
// MEMORY: memory.mlir:{{[0-9:]+}} error: the schedule cannot be solved: no schedule fits in memory
// MEMORY: note: pipeline rank {{[01]}} has {{[0-9]+}} bytes for activations; one microbatch takes {{[0-9]+}}
// MEMORY: note: a device needs at least {{[0-9]+}} bytes more than it has
// MEMORY: note: use more pipeline ranks, or smaller microbatches
// PARAMETERS: error: the schedule cannot be solved: pipeline rank 0 keeps {{[0-9]+}} bytes through the step and a device has 500
// PARAMETERS: note: a device needs at least {{[0-9]+}} bytes more than it has
// FEW: error: the schedule cannot be solved: there are 2 sequences for 3 microbatches
// FILE: error: cannot load a topology: {{.*}}none.yaml
// LIMIT: error: the time limit of schedule(auto) must be a number of seconds of at least 0, its work limit a whole number of at least 0
// MACHINE: error: 'builtin.module' op has 0 hocket.topology ops; schedule(auto) needs one machine
// MACHINE: note: name its file with the option `topology`
// OUTLINE: has no `hocket.strategy`; run hocket-outline first
// UNSOLVED: the schedule is still 'auto'
// UNSOLVED: note: solve it first (hocket-solve-schedule)

//--- lengths.txt
64
64
//--- machine.mlir
func.func @loss(%a: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "a"},
                %b: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "b"},
                %x: tensor<?x8xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %p:2 = hocket.pipeline microbatches(3) schedule(auto) tokens(%x1 = %x : tensor<?x8xf32>)
      shared(%a1 = %a : tensor<8x8xf32>, %b1 = %b : tensor<8x8xf32>) -> (tensor<f32>, tensor<f32>) {
    %h = hocket.stage(%x2 = %x1 : tensor<?x8xf32>, %a2 = %a1 : tensor<8x8xf32>) -> (tensor<?x8xf32>) {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %tokens = tensor.dim %x2, %c0 : tensor<?x8xf32>
      %empty = tensor.empty(%tokens) : tensor<?x8xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
      %y = linalg.matmul ins(%x2, %a2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %l:2 = hocket.stage(%x2 = %h : tensor<?x8xf32>, %b2 = %b1 : tensor<8x8xf32>) -> (tensor<f32>, tensor<f32>) {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %zeros = arith.constant dense<0.0> : tensor<f32>
      %one = arith.constant dense<1.0> : tensor<f32>
      %tokens = tensor.dim %x2, %c0 : tensor<?x8xf32>
      %empty = tensor.empty(%tokens) : tensor<?x8xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
      %y = linalg.matmul ins(%x2, %b2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
      %sum = linalg.generic {
        indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> ()>],
        iterator_types = ["reduction", "reduction"]}
        ins(%y : tensor<?x8xf32>) outs(%zeros : tensor<f32>) {
      ^bb0(%v: f32, %acc: f32):
        %q = arith.mulf %v, %v : f32
        %s = arith.addf %acc, %q : f32
        linalg.yield %s : f32
      } -> tensor<f32>
      hocket.yield %sum, %one : tensor<f32>, tensor<f32>
    }
    hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
  }
  return %p#0, %p#1 : tensor<f32>, tensor<f32>
}
//--- memory.mlir
hocket.topology @machine nodes(1) devices_per_node(2) memory_bytes(12000) flops_per_second(1.0e9)
    memory_bytes_per_second(1.0e9) launch_seconds(1.0e-6) intra_node(latency_seconds = 1.0e-6, bytes_per_second = 1.0e9)
    inter_node(latency_seconds = 1.0e-5, bytes_per_second = 1.0e8)
func.func @loss(%a: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "a"},
                %b: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "b"},
                %x: tensor<?x8xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %p:2 = hocket.pipeline microbatches(3) schedule(auto) tokens(%x1 = %x : tensor<?x8xf32>)
      shared(%a1 = %a : tensor<8x8xf32>, %b1 = %b : tensor<8x8xf32>) -> (tensor<f32>, tensor<f32>) {
    %h = hocket.stage(%x2 = %x1 : tensor<?x8xf32>, %a2 = %a1 : tensor<8x8xf32>) -> (tensor<?x8xf32>) {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %tokens = tensor.dim %x2, %c0 : tensor<?x8xf32>
      %empty = tensor.empty(%tokens) : tensor<?x8xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
      %y = linalg.matmul ins(%x2, %a2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %l:2 = hocket.stage(%x2 = %h : tensor<?x8xf32>, %b2 = %b1 : tensor<8x8xf32>) -> (tensor<f32>, tensor<f32>) {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %zeros = arith.constant dense<0.0> : tensor<f32>
      %one = arith.constant dense<1.0> : tensor<f32>
      %tokens = tensor.dim %x2, %c0 : tensor<?x8xf32>
      %empty = tensor.empty(%tokens) : tensor<?x8xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
      %y = linalg.matmul ins(%x2, %b2 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
      %sum = linalg.generic {
        indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> ()>],
        iterator_types = ["reduction", "reduction"]}
        ins(%y : tensor<?x8xf32>) outs(%zeros : tensor<f32>) {
      ^bb0(%v: f32, %acc: f32):
        %q = arith.mulf %v, %v : f32
        %s = arith.addf %acc, %q : f32
        linalg.yield %s : f32
      } -> tensor<f32>
      hocket.yield %sum, %one : tensor<f32>, tensor<f32>
    }
    hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
  }
  return %p#0, %p#1 : tensor<f32>, tensor<f32>
}
