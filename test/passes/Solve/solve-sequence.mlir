// The method of a group of four is chosen among all that the heads allow; one
// head leaves no Ulysses. A method that is given stays as it is.

// RUN: %python %S/../../end-to-end/Inputs/attention_model.py %t 4 4 causal 256 256 128
// RUN: hocket-opt %t/model.mlir --hocket-parallelize="sequence=4 method=auto" --hocket-outline --hocket-cut-attention \
// RUN:   --hocket-differentiate --hocket-add-attention-kernels -o %t/auto.mlir
// RUN: hocket-opt %t/auto.mlir --hocket-solve-sequence="topology=%fixtures/../data/topology/laptop.yaml lengths=%t/lengths.txt" \
// RUN:   --remarks-filter=solve --remark-format=emitRemark 2>%t/remarks.txt -o %t/solved.mlir
// RUN: FileCheck %s --check-prefix=SOLVED < %t/solved.mlir
// RUN: FileCheck %s --check-prefix=REMARKS < %t/remarks.txt
// RUN: hocket-opt %t/solved.mlir --hocket-solve-sequence | diff - %t/solved.mlir

// SOLVED: hocket.strategy = {{{.*}}method = "[[METHOD:[a-z_:0-9]+]]"
// SOLVED-NOT: method = "auto"
// REMARKS-COUNT-7: SequenceMethod
// REMARKS-NOT: SequenceMethod

// RUN: %python %S/../../end-to-end/Inputs/attention_model.py %t/one 1 1 causal 256 256 128
// RUN: hocket-opt %t/one/model.mlir --hocket-parallelize="sequence=4 method=auto" --hocket-outline --hocket-cut-attention \
// RUN:   --hocket-differentiate --hocket-add-attention-kernels \
// RUN:   --hocket-solve-sequence="topology=%fixtures/../data/topology/laptop.yaml lengths=%t/one/lengths.txt" \
// RUN:   --remarks-filter=solve --remark-format=emitRemark 2>%t/one/remarks.txt -o %t/one/solved.mlir
// RUN: FileCheck %s --check-prefix=ONE < %t/one/remarks.txt

// ONE-COUNT-5: SequenceMethod
// ONE-NOT: Method={{ulysses|usp}}
