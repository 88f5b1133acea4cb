// What stages keep is chosen for the memory of the machine: some slices, where not all fit. With a host that is fast they wait there. What is given stays as it is.

// RUN: printf '%%s\n' 37 1 60 5 18 3 51 11 > %t.txt
// RUN: hocket-opt %fixtures/gpt-tiny/model.mlir --hocket-parallelize="slices=4 activations=auto chunks=6 schedule=gpipe" --hocket-outline \
// RUN:   --hocket-cut-attention --hocket-differentiate --hocket-add-attention-kernels -o %t.auto.mlir
// RUN: hocket-opt %t.auto.mlir --hocket-solve-activations="topology=%fixtures/../data/topology/laptop.yaml lengths=%t.txt" | FileCheck %s --check-prefix=ALL
// RUN: sed 's/memory_bytes: .*/memory_bytes: 2000000/' %fixtures/../data/topology/laptop.yaml > %t.small.yaml
// RUN: hocket-opt %t.auto.mlir --hocket-solve-activations="topology=%t.small.yaml lengths=%t.txt" \
// RUN:   --remarks-filter=solve --remark-format=emitRemark 2> %t.remarks -o %t.small.mlir
// RUN: FileCheck %s --check-prefix=SMALL < %t.small.mlir
// RUN: FileCheck %s --check-prefix=REMARKS < %t.remarks
// RUN: hocket-opt %t.small.mlir --hocket-solve-activations | diff - %t.small.mlir
// RUN: (cat %t.small.yaml; echo 'host: {memory_bytes: 100000000, bytes_per_second: 1.0e11}') > %t.host.yaml
// RUN: hocket-opt %t.auto.mlir --hocket-solve-activations="topology=%t.host.yaml lengths=%t.txt" | FileCheck %s --check-prefix=HOST

// ALL-NOT: activations =
// ALL: hocket.strategy = {{{.*}}slices = 4 : i64
// SMALL: activations = array<i64: {{([0-4], 0, )+[0-4], 0}}>
// REMARKS: Activations {{.*}}Status=optimal
// REMARKS: ActivationsStep {{.*}}HostBytes=0
// HOST: activations = array<i64: {{.*}}, {{[1-4]}},
