// RUN: hocket-opt %s --hocket-erase --split-input-file --verify-diagnostics

func.func @begins_late(%x: tensor<?xf32>) {
  // expected-note @+1 {{the offsets are defined here}}
  %c = arith.constant dense<[2, 4]> : tensor<2xi32>
  // expected-error @+1 {{'hocket.data' op has offsets that begin at 2, not at 0, and nothing rebases them at one part}}
  hocket.data degree(1) tokens(%x = %x : tensor<?xf32>) offsets(%o = %c : tensor<2xi32>) {
    hocket.yield
  }
  return
}

// -----

func.func @decreases(%x: tensor<?xf32>) {
  // expected-note @+1 {{the offsets are defined here}}
  %c = arith.constant dense<[0, 4, 3, 8]> : tensor<4xi32>
  %o = tensor.cast %c : tensor<4xi32> to tensor<?xi32>
  // expected-error @+1 {{'hocket.pipeline' op has offsets that decrease from 4 to 3 at #2}}
  hocket.pipeline microbatches(2) tokens(%x = %x : tensor<?xf32>) offsets(%o = %o : tensor<?xi32>) {
    hocket.stage () {
      hocket.yield
    }
    hocket.yield
  }
  return
}

// -----

// The offsets of an inner strategy are looked at as the sequential program has
// them.
func.func @inner(%x: tensor<?xf32>) {
  hocket.data degree(2) tokens(%x = %x : tensor<?xf32>) {
    // expected-note @+1 {{the offsets are defined here}}
    %c = arith.constant dense<[1, 4]> : tensor<2xi32>
    %o = tensor.cast %c : tensor<2xi32> to tensor<?xi32>
    // expected-error @+1 {{'hocket.pipeline' op has offsets that begin at 1, not at 0}}
    hocket.pipeline microbatches(2) tokens(%x = %x : tensor<?xf32>) offsets(%o = %o : tensor<?xi32>) {
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

func.func @auto(%x: tensor<?xf32>) {
  // expected-error @+1 {{'hocket.skip_pipeline' op leaves its paths to the compiler, so there is no sequential program yet; solve them first (hocket-solve-paths), or give them}}
  hocket.skip_pipeline microbatches(2) nodes([[0], [1]]) path_length(2) paths(auto) tokens(%x = %x : tensor<?xf32>) {
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

func.func @too_many(%x: tensor<?xf32>) {
  hocket.data degree(4611686018427387904) tokens(%x = %x : tensor<?xf32>) {
    // expected-error @+1 {{'hocket.skip_pipeline' op stands for a sequential program of 4611686018427387904 x 1 microbatches; it can be written down for up to 1048576}}
    hocket.skip_pipeline microbatches(1) nodes([[0]]) path_length(1) paths([[0]]) tokens(%x = %x : tensor<?xf32>) {
      hocket.stage () {
        hocket.yield
      }
      hocket.stage () {
        hocket.yield
      }
      hocket.yield
    }
    hocket.yield
  }
  return
}
