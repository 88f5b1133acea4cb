// RUN: split-file %s %t
// RUN: hocket-opt %t/empty.mlir --hocket-load-topology=file=%t/pair.yaml | FileCheck %s
// The number of devices of the cluster in a file that is checked in.
// RUN: hocket-opt %t/empty.mlir --hocket-load-topology=file=%fixtures/../data/topology/h100-1250x8.yaml | FileCheck %s --check-prefix=CLUSTER

// What a file may leave out is kept, too.
// RUN: hocket-opt %t/empty.mlir --hocket-load-topology=file=%fixtures/../data/topology/a100-1536x8.yaml | hocket-opt | FileCheck %s --check-prefix=OPTIONAL

// So are latencies between nodes, to the last bit.
// RUN: hocket-opt %t/empty.mlir --hocket-load-topology=file=%t/places.yaml | hocket-opt | FileCheck %s --check-prefix=PLACES
// RUN: hocket-opt %t/empty.mlir --hocket-load-topology=file=%t/places.yaml --mlir-print-op-generic | hocket-opt | FileCheck %s --check-prefix=PLACES

// PLACES: inter_node(latency_seconds = 7.000000e+00, bytes_per_second = 1.000000e+09) host(memory_bytes = 4096, bytes_per_second = 3.000000e+10) node_latency_seconds({{\[\[}}0.000000e+00, 0.30000000000000004{{\]}}, [7.000000e+00, 0.000000e+00]])

// CHECK: module {
// CHECK-NEXT: hocket.topology @_2_nodes__ nodes(2) devices_per_node(4) memory_bytes(1000) flops_per_second(2.000000e+10) memory_bytes_per_second(1.000000e+10) launch_seconds(0.000000e+00) intra_node(latency_seconds = 5.000000e-01, bytes_per_second = 5.000000e+09) inter_node(latency_seconds = 2.500000e-01, bytes_per_second = 1.000000e+09)
// CHECK-NEXT: func.func private @f()

// OPTIONAL: nodes(1536) devices_per_node(8)
// OPTIONAL-SAME: inter_node(latency_seconds = 1.000000e-05, bytes_per_second = 2.000000e+10) peak_flops_per_second(3.120000e+14) matrix(flops_per_second = 2.500000e+14, processors = 108, tile_rows = 256, tile_columns = 128, ramp_depth = 6.400000e+01) collective_bytes_per_second(intra_node = 2.300000e+11, inter_node = 1.270000e+10) adapters_per_node(intra_node = 0, inter_node = 8)

// CLUSTER: nodes(1250) devices_per_node(8)

//--- empty.mlir
func.func private @f()

//--- pair.yaml
name: 2 nodes()
nodes: 2
devices_per_node: 4
device:
  memory_bytes: 1000
  flops_per_second: 2.0e10
  memory_bytes_per_second: 1.0e10
  launch_seconds: 0
links:
  intra_node: {latency_seconds: 0.5, bytes_per_second: 5.0e9}
  inter_node: {latency_seconds: 0.25, bytes_per_second: 1.0e9}

//--- places.yaml
name: places
nodes: 2
devices_per_node: 1
device:
  memory_bytes: 1000
  flops_per_second: 2.0e10
  memory_bytes_per_second: 1.0e10
  launch_seconds: 0
links:
  intra_node: {latency_seconds: 0.5, bytes_per_second: 5.0e9}
  inter_node:
    latency_seconds:
      - [0, 0.30000000000000004]
      - [7, 0]
    bytes_per_second: 1.0e9
host: {memory_bytes: 4096, bytes_per_second: 3.0e10}
