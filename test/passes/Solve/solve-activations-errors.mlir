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

// -----

hocket.topology @machine nodes(1) devices_per_node(2) memory_bytes(1073741824) flops_per_second(1.0e9)
    memory_bytes_per_second(1.0e9) launch_seconds(1.0e-6) intra_node(latency_seconds = 1.0e-6, bytes_per_second = 1.0e9)
    inter_node(latency_seconds = 1.0e-5, bytes_per_second = 1.0e8)
// expected-error @+2 {{leaves the schedule and the activations open; the schedule of stages that compute activations again is not solved yet}}
// expected-note @+1 {{name a schedule, such as gpipe or 1f1b}}
func.func private @loss(tensor<?xf32> {hocket.role = #hocket.role<batch>}) -> (tensor<f32>, tensor<f32>)
    attributes {hocket.strategy = {activations = "auto", chunks = 1 : i64, data = 1 : i64, microbatches = 1 : i64,
                                   schedule = "auto", segments = array<i64: 1>, slices = 2 : i64}}
