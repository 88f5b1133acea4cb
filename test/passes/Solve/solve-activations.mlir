// What stages keep is chosen for the memory of the machine: one of four slices, where not all fit. What is given stays as it is.

// RUN: %python %S/../../end-to-end/Inputs/attention_model.py %t 4 4 causal 256 256 128
// RUN: hocket-opt %t/model.mlir --hocket-parallelize="slices=4 activations=auto schedule=gpipe" --hocket-outline --hocket-cut-attention \
// RUN:   --hocket-differentiate --hocket-add-attention-kernels -o %t/auto.mlir
// RUN: hocket-opt %t/auto.mlir --hocket-solve-activations="topology=%fixtures/../data/topology/laptop.yaml lengths=%t/lengths.txt" \
// RUN:   --remarks-filter=solve --remark-format=emitRemark 2>%t/all.txt | FileCheck %s --check-prefix=ALL
// RUN: FileCheck %s --check-prefix=FITS < %t/all.txt
// RUN: sed 's/memory_bytes: .*/memory_bytes: 400000/' %fixtures/../data/topology/laptop.yaml > %t/small.yaml
// RUN: hocket-opt %t/auto.mlir --hocket-solve-activations="topology=%t/small.yaml lengths=%t/lengths.txt" \
// RUN:   --remarks-filter=solve --remark-format=emitRemark 2>%t/small.txt -o %t/small.mlir
// RUN: FileCheck %s --check-prefix=SMALL < %t/small.mlir
// RUN: FileCheck %s --check-prefix=REMARKS < %t/small.txt
// RUN: hocket-opt %t/small.mlir --hocket-solve-activations | diff - %t/small.mlir

// ALL: hocket.strategy = {chunks = 1 : i64
// ALL-SAME: slices = 4 : i64
// FITS-NOT: Status
// FITS: ActivationsStep {{.*}}HostBytes=0
// SMALL: hocket.strategy = {activations = array<i64: 1, 0>
// REMARKS: Activations {{.*}}Status=optimal
// REMARKS: ActivationsStep {{.*}}HostBytes=0

// What does not fit whatever is computed again is an error.

// RUN: sed 's/memory_bytes: .*/memory_bytes: 100000/' %fixtures/../data/topology/laptop.yaml > %t/tiny.yaml
// RUN: not hocket-opt %t/auto.mlir --hocket-solve-activations="topology=%t/tiny.yaml lengths=%t/lengths.txt" 2>&1 | FileCheck %s --check-prefix=TINY
// TINY: error: the activations cannot be chosen: P5: a rank needs {{[0-9]+}} bytes where all activations are computed again, and its device has 100000
// TINY: note: use more slices, shorter sequences or more stages
