// RUN: split-file %s %t
// RUN: not hocket-opt %t/empty.mlir --hocket-load-topology 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not hocket-opt %t/empty.mlir --hocket-load-topology=file=%t/missing.yaml 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not hocket-opt %t/empty.mlir --hocket-load-topology=file=%t/bad.yaml 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not hocket-opt %t/taken.mlir --hocket-load-topology=file=%fixtures/../data/topology/laptop.yaml 2>&1 | FileCheck %s --check-prefix=TAKEN

// NONE: error: 'builtin.module' op which topology? name its file with the option `file`
// MISSING: error: cannot load a topology: {{.*}}missing.yaml
// BAD: error: cannot load a topology: {{.*}}bad.yaml:2: field 'nodes' must be a whole number above 0
// TAKEN: error: 'builtin.module' op already has a symbol @laptop, the name of the topology in '{{.*}}laptop.yaml'
// TAKEN: note: it is here

//--- empty.mlir
module {}

//--- taken.mlir
func.func private @laptop()

//--- bad.yaml
name: bad
nodes: 0
devices_per_node: 1
device: {memory_bytes: 1, flops_per_second: 1, memory_bytes_per_second: 1, launch_seconds: 0}
links:
  intra_node: {latency_seconds: 0, bytes_per_second: 1}
  inter_node: {latency_seconds: 0, bytes_per_second: 1}
