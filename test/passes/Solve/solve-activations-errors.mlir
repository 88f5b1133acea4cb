// RUN: hocket-opt %s --hocket-solve-activations --split-input-file --verify-diagnostics

// expected-error @+1 {{has no function @loss}}
module {
}

// -----

// expected-error @+2 {{has 0 hocket.topology ops; activations(auto) needs one machine}}
// expected-note @+1 {{name its file with the option `topology`}}
module {
  func.func private @loss(tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>)
      attributes {hocket.strategy = {activations = "auto", chunks = 1 : i64, data = 1 : i64, microbatches = 1 : i64,
                                     schedule = "gpipe", segments = array<i64: 1>, slices = 2 : i64}}
}
