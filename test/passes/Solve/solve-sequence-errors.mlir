// RUN: hocket-opt %s --hocket-solve-sequence --split-input-file --verify-diagnostics

// expected-error @+1 {{has no function @loss}}
module {
}

// -----

// expected-error @+2 {{has 0 hocket.topology ops; method("auto") needs one machine}}
// expected-note @+1 {{name its file with the option `topology`}}
module {
  func.func private @loss(tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>)
      attributes {hocket.strategy = {chunks = 1 : i64, data = 1 : i64, method = "auto", microbatches = 1 : i64,
                                     schedule = "1f1b", segments = array<i64: 1>, sequence = 2 : i64}}
}
