// RUN: split-file %s %t
// RUN: not hocket-opt %t/limits.mlir --hocket-solve-paths 2>&1 | FileCheck %s --check-prefix=LIMITS
// RUN: not hocket-opt %t/memory.mlir --hocket-solve-paths 2>&1 | FileCheck %s --check-prefix=MEMORY
// RUN: not hocket-opt %t/limits.mlir --hocket-solve-paths=lengths=%t/lengths.txt 2>&1 | FileCheck %s --check-prefix=FEW
// RUN: not hocket-opt %t/limits.mlir --hocket-solve-paths=topology=%t/none.yaml 2>&1 | FileCheck %s --check-prefix=FILE
// RUN: not hocket-opt %t/limits.mlir --hocket-solve-paths=costs=%t/none.json 2>&1 | FileCheck %s --check-prefix=COSTS
// RUN: not hocket-opt %t/machine.mlir --hocket-solve-paths 2>&1 | FileCheck %s --check-prefix=MACHINE
// RUN: not hocket-opt %t/machine.mlir --hocket-solve-paths=function=main 2>&1 | FileCheck %s --check-prefix=FUNCTION
// RUN: not hocket-opt %t/limits.mlir --inline --hocket-outline --hocket-differentiate --hocket-wrap-update --hocket-expand="lengths=3,5,7" 2>&1 | FileCheck %s --check-prefix=UNSOLVED

// LIMITS: limits.mlir:{{[0-9:]+}} error: the paths cannot be solved: no paths obey the limits
// MEMORY: memory.mlir:{{[0-9:]+}} error: the paths cannot be solved: no paths fit in memory
// MEMORY: note: node 0 of stage 0 has no room for a microbatch: its device needs at least {{[0-9]+}} bytes more than it has
// MEMORY: note: use more stages, or smaller microbatches
// FEW: error: the paths cannot be solved: there are 1 sequences for 2 microbatches
// FILE: error: cannot load a topology: {{.*}}none.yaml
// COSTS: error: cannot load the costs: {{.*}}none.json
// MACHINE: error: 'builtin.module' op has 0 hocket.topology ops; paths(auto) needs one machine
// MACHINE: note: name its file with the option `topology`
// FUNCTION: error: 'builtin.module' op has no function @main
// UNSOLVED: there are nodes of a skip-pipeline and no routes
// UNSOLVED: note: where the paths are auto, solve them first (hocket-solve-paths)

//--- lengths.txt
64
//--- limits.mlir
hocket.topology @machine nodes(1) devices_per_node(8) memory_bytes(1073741824) flops_per_second(1.0e9)
    memory_bytes_per_second(1.0e9) launch_seconds(1.0e-6) intra_node(latency_seconds = 1.0e-6, bytes_per_second = 1.0e9)
    inter_node(latency_seconds = 1.0e-5, bytes_per_second = 1.0e8)
func.func private @layer(%x: tensor<?x8xf32>, %w: tensor<8x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %tokens = tensor.dim %x, %c0 : tensor<?x8xf32>
  %empty = tensor.empty(%tokens) : tensor<?x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
func.func @loss(%a: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "a"},
                %b: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "b"},
                %x: tensor<?x8xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.skip_pipeline microbatches(2) nodes([[0], [1], [2]]) path_length(3) paths(auto) limits(max_forward_jump = 0)
      tokens(%t = %x : tensor<?x8xf32>) shared(%w0 = %a : tensor<8x8xf32>, %w1 = %a : tensor<8x8xf32>, %w2 = %b : tensor<8x8xf32>) -> (tensor<f32>, tensor<f32>) {
    %h0 = hocket.stage (%w = %w0 : tensor<8x8xf32>, %q = %t : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %h1 = hocket.stage (%w = %w1 : tensor<8x8xf32>, %q = %h0 : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %h2 = hocket.stage (%w = %w2 : tensor<8x8xf32>, %q = %h1 : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %l:2 = hocket.stage (%q = %h2 : tensor<?x8xf32>) -> (tensor<f32>, tensor<f32>) {
      %zero = arith.constant dense<0.0> : tensor<f32>
      %one = arith.constant dense<1.0> : tensor<f32>
      %sum = linalg.generic {indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> ()>], iterator_types = ["reduction", "reduction"]}
          ins(%q : tensor<?x8xf32>) outs(%zero : tensor<f32>) {
      ^bb0(%in: f32, %out: f32):
        %s = arith.addf %in, %out : f32
        linalg.yield %s : f32
      } -> tensor<f32>
      hocket.yield %sum, %one : tensor<f32>, tensor<f32>
    }
    hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}
func.func @update(%param: tensor<?xf32> {hocket.role = #hocket.role<param>}, %grad: tensor<?xf32> {hocket.role = #hocket.role<grad>}) -> tensor<?xf32> {
  %next = linalg.sub ins(%param, %grad : tensor<?xf32>, tensor<?xf32>) outs(%param : tensor<?xf32>) -> tensor<?xf32>
  return %next : tensor<?xf32>
}
//--- memory.mlir
hocket.topology @machine nodes(1) devices_per_node(8) memory_bytes(100) flops_per_second(1.0e9)
    memory_bytes_per_second(1.0e9) launch_seconds(1.0e-6) intra_node(latency_seconds = 1.0e-6, bytes_per_second = 1.0e9)
    inter_node(latency_seconds = 1.0e-5, bytes_per_second = 1.0e8)
func.func private @layer(%x: tensor<?x8xf32>, %w: tensor<8x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %tokens = tensor.dim %x, %c0 : tensor<?x8xf32>
  %empty = tensor.empty(%tokens) : tensor<?x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
func.func @loss(%a: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "a"},
                %b: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "b"},
                %x: tensor<?x8xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.skip_pipeline microbatches(2) nodes([[0], [1], [2]]) path_length(2) paths(auto)
      tokens(%t = %x : tensor<?x8xf32>) shared(%w0 = %a : tensor<8x8xf32>, %w1 = %a : tensor<8x8xf32>, %w2 = %b : tensor<8x8xf32>) -> (tensor<f32>, tensor<f32>) {
    %h0 = hocket.stage (%w = %w0 : tensor<8x8xf32>, %q = %t : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %h1 = hocket.stage (%w = %w1 : tensor<8x8xf32>, %q = %h0 : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %h2 = hocket.stage (%w = %w2 : tensor<8x8xf32>, %q = %h1 : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %l:2 = hocket.stage (%q = %h2 : tensor<?x8xf32>) -> (tensor<f32>, tensor<f32>) {
      %zero = arith.constant dense<0.0> : tensor<f32>
      %one = arith.constant dense<1.0> : tensor<f32>
      %sum = linalg.generic {indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> ()>], iterator_types = ["reduction", "reduction"]}
          ins(%q : tensor<?x8xf32>) outs(%zero : tensor<f32>) {
      ^bb0(%in: f32, %out: f32):
        %s = arith.addf %in, %out : f32
        linalg.yield %s : f32
      } -> tensor<f32>
      hocket.yield %sum, %one : tensor<f32>, tensor<f32>
    }
    hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}
func.func @update(%param: tensor<?xf32> {hocket.role = #hocket.role<param>}, %grad: tensor<?xf32> {hocket.role = #hocket.role<grad>}) -> tensor<?xf32> {
  %next = linalg.sub ins(%param, %grad : tensor<?xf32>, tensor<?xf32>) outs(%param : tensor<?xf32>) -> tensor<?xf32>
  return %next : tensor<?xf32>
}
//--- machine.mlir
func.func private @layer(%x: tensor<?x8xf32>, %w: tensor<8x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %tokens = tensor.dim %x, %c0 : tensor<?x8xf32>
  %empty = tensor.empty(%tokens) : tensor<?x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
func.func @loss(%a: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "a"},
                %b: tensor<8x8xf32> {hocket.role = #hocket.role<param>, hocket.name = "b"},
                %x: tensor<?x8xf32> {hocket.role = #hocket.role<batch>, hocket.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %r:2 = hocket.skip_pipeline microbatches(2) nodes([[0], [1], [2]]) path_length(2) paths(auto)
      tokens(%t = %x : tensor<?x8xf32>) shared(%w0 = %a : tensor<8x8xf32>, %w1 = %a : tensor<8x8xf32>, %w2 = %b : tensor<8x8xf32>) -> (tensor<f32>, tensor<f32>) {
    %h0 = hocket.stage (%w = %w0 : tensor<8x8xf32>, %q = %t : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %h1 = hocket.stage (%w = %w1 : tensor<8x8xf32>, %q = %h0 : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %h2 = hocket.stage (%w = %w2 : tensor<8x8xf32>, %q = %h1 : tensor<?x8xf32>) -> tensor<?x8xf32> {
      %y = func.call @layer(%q, %w) : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
      hocket.yield %y : tensor<?x8xf32>
    }
    %l:2 = hocket.stage (%q = %h2 : tensor<?x8xf32>) -> (tensor<f32>, tensor<f32>) {
      %zero = arith.constant dense<0.0> : tensor<f32>
      %one = arith.constant dense<1.0> : tensor<f32>
      %sum = linalg.generic {indexing_maps = [affine_map<(t, i) -> (t, i)>, affine_map<(t, i) -> ()>], iterator_types = ["reduction", "reduction"]}
          ins(%q : tensor<?x8xf32>) outs(%zero : tensor<f32>) {
      ^bb0(%in: f32, %out: f32):
        %s = arith.addf %in, %out : f32
        linalg.yield %s : f32
      } -> tensor<f32>
      hocket.yield %sum, %one : tensor<f32>, tensor<f32>
    }
    hocket.yield %l#0, %l#1 : tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}
func.func @update(%param: tensor<?xf32> {hocket.role = #hocket.role<param>}, %grad: tensor<?xf32> {hocket.role = #hocket.role<grad>}) -> tensor<?xf32> {
  %next = linalg.sub ins(%param, %grad : tensor<?xf32>, tensor<?xf32>) outs(%param : tensor<?xf32>) -> tensor<?xf32>
  return %next : tensor<?xf32>
}
