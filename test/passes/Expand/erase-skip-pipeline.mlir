// RUN: hocket-opt %s --hocket-erase --allow-unregistered-dialect | FileCheck %s --implicit-check-not=hocket.data --implicit-check-not=hocket.stage --implicit-check-not=hocket.skip
// What is left is sequential: erasing keeps it.
// RUN: hocket-opt %s --hocket-erase --allow-unregistered-dialect | hocket-opt --hocket-erase --allow-unregistered-dialect | FileCheck %s

// A skip-pipeline becomes a loop over its microbatches with a case for each
// sequence of bodies, whatever nodes run them. A body that no path takes is
// gone.

func.func private @layer(tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
func.func private @sum(tensor<?x4xf32>, tensor<?xi32>) -> tensor<f32>

// CHECK-LABEL: func.func @skips
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>, %[[O:.*]]: tensor<?xi32>, %[[A:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>)
func.func @skips(%x: tensor<?x4xf32>, %o: tensor<?xi32>, %a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<f32> {
  // CHECK-NEXT: %[[R:.*]] = hocket.microbatches count(4)
  // CHECK-SAME: tokens(%[[X1:.*]] = %[[X]] : tensor<?x4xf32>) offsets(%[[O1:.*]] = %[[O]] : tensor<?xi32>)
  // CHECK-SAME: shared(%[[A1:.*]] = %[[A]] : tensor<4xf32>, %[[B1:.*]] = %[[B]] : tensor<4xf32>) -> tensor<f32> {
  // CHECK-NEXT: %[[H:.*]] = func.call @layer(%[[X1]], %[[A1]])
  // CHECK-NEXT: %[[G:.*]] = hocket.switch_microbatch (%[[H]]) : tensor<?x4xf32>
  // CHECK-NEXT: case([0, 2]) (%[[C:.*]]: tensor<?x4xf32>) {
  // CHECK-NEXT:   %[[C1:.*]] = func.call @layer(%[[C]], %[[A1]])
  // CHECK-NEXT:   %[[C2:.*]] = func.call @layer(%[[C1]], %[[B1]])
  // CHECK-NEXT:   hocket.yield %[[C2]]
  // CHECK-NEXT: }
  // CHECK-NEXT: case([1, 3]) (%[[D:.*]]: tensor<?x4xf32>) {
  // CHECK-NEXT:   %[[D1:.*]] = func.call @layer(%[[D]], %[[B1]])
  // CHECK-NEXT:   %[[D2:.*]] = func.call @layer(%[[D1]], %[[A1]])
  // CHECK-NEXT:   hocket.yield %[[D2]]
  // CHECK-NEXT: }
  // CHECK-NEXT: %[[L:.*]] = func.call @sum(%[[G]], %[[O1]])
  // CHECK-NEXT: hocket.yield %[[L]]
  // CHECK: return %[[R]]
  %r = hocket.skip_pipeline microbatches(4) nodes([[0], [1, 4], [2], [3]]) path_length(3) paths([[0, 1, 2], [0, 2, 1], [0, 4, 2], [0, 2, 4]])
      tokens(%t = %x : tensor<?x4xf32>) offsets(%p = %o : tensor<?xi32>) shared(%u = %a : tensor<4xf32>, %v = %b : tensor<4xf32>) -> tensor<f32> {
    %0 = hocket.stage (%q = %t : tensor<?x4xf32>, %w = %u : tensor<4xf32>) -> tensor<?x4xf32> {
      %h = func.call @layer(%q, %w) : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
      hocket.yield %h : tensor<?x4xf32>
    }
    %1 = hocket.stage (%w = %u : tensor<4xf32>, %q = %0 : tensor<?x4xf32>) -> tensor<?x4xf32> {
      %h = func.call @layer(%q, %w) : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
      hocket.yield %h : tensor<?x4xf32>
    }
    %2 = hocket.stage (%q = %1 : tensor<?x4xf32>, %w = %v : tensor<4xf32>) -> tensor<?x4xf32> {
      %h = func.call @layer(%q, %w) : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
      hocket.yield %h : tensor<?x4xf32>
    }
    %3 = hocket.stage (%q = %2 : tensor<?x4xf32>, %w = %v : tensor<4xf32>) -> tensor<?x4xf32> {
      hocket.yield %q : tensor<?x4xf32>
    }
    %4 = hocket.stage (%q = %3 : tensor<?x4xf32>, %w = %p : tensor<?xi32>) -> tensor<f32> {
      %h = func.call @sum(%q, %w) : (tensor<?x4xf32>, tensor<?xi32>) -> tensor<f32>
      hocket.yield %h : tensor<f32>
    }
    hocket.yield %4 : tensor<f32>
  }
  return %r : tensor<f32>
}

// Under data parallelism each part of the batch has its own microbatches, which
// come after those of the part before it. Where all microbatches take the same
// way, and where a path has no body, there is no switch.

// CHECK-LABEL: func.func @parts_of_parts
func.func @parts_of_parts(%x: tensor<?x4xf32>, %a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
  // CHECK-NEXT: hocket.microbatches count(4)
  // CHECK-NEXT: hocket.switch_microbatch (%{{.*}}) : tensor<?x4xf32>
  // CHECK-NEXT: case([0, 2])
  // CHECK: case([1, 3])
  // CHECK: hocket.microbatches count(6)
  // CHECK-NEXT: "test.entry"
  // CHECK-NEXT: "test.exit"
  // CHECK-NEXT: hocket.yield
  %d:2 = hocket.data degree(2) tokens(%s = %x : tensor<?x4xf32>) shared(%m = %a : tensor<4xf32>) -> (tensor<f32>, tensor<f32>) {
    %r = hocket.skip_pipeline microbatches(2) nodes([[0], [1], [2]]) path_length(2) paths([[0, 2], [0, 1]])
        tokens(%t = %s : tensor<?x4xf32>) shared(%u = %m : tensor<4xf32>) -> tensor<f32> {
      %0 = hocket.stage (%q = %t : tensor<?x4xf32>) -> tensor<?x4xf32> {
        hocket.yield %q : tensor<?x4xf32>
      }
      %1 = hocket.stage (%q = %0 : tensor<?x4xf32>, %w = %u : tensor<4xf32>) -> tensor<?x4xf32> {
        %h = func.call @layer(%q, %w) : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
        hocket.yield %h : tensor<?x4xf32>
      }
      %2 = hocket.stage (%q = %1 : tensor<?x4xf32>) -> tensor<?x4xf32> {
        hocket.yield %q : tensor<?x4xf32>
      }
      %3 = hocket.stage (%q = %2 : tensor<?x4xf32>) -> tensor<f32> {
        %h = "test.exit"(%q) : (tensor<?x4xf32>) -> tensor<f32>
        hocket.yield %h : tensor<f32>
      }
      hocket.yield %3 : tensor<f32>
    }
    %k = hocket.skip_pipeline microbatches(3) nodes([[0, 2], [1]]) path_length(1) paths([[0], [2], [0]])
        tokens(%t = %s : tensor<?x4xf32>) -> tensor<f32> {
      %0 = hocket.stage (%q = %t : tensor<?x4xf32>) -> tensor<?x4xf32> {
        %h = "test.entry"(%q) : (tensor<?x4xf32>) -> tensor<?x4xf32>
        hocket.yield %h : tensor<?x4xf32>
      }
      %1 = hocket.stage (%q = %0 : tensor<?x4xf32>) -> tensor<?x4xf32> {
        %h = "test.body"(%q) : (tensor<?x4xf32>) -> tensor<?x4xf32>
        hocket.yield %h : tensor<?x4xf32>
      }
      %2 = hocket.stage (%q = %1 : tensor<?x4xf32>) -> tensor<f32> {
        %h = "test.exit"(%q) : (tensor<?x4xf32>) -> tensor<f32>
        hocket.yield %h : tensor<f32>
      }
      hocket.yield %2 : tensor<f32>
    }
    hocket.yield %r, %k : tensor<f32>, tensor<f32>
  }
  return %d#0, %d#1 : tensor<f32>, tensor<f32>
}
