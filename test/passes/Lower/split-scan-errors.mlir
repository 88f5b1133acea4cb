// RUN: not hocket-opt %s --pass-pipeline='builtin.module(hocket-split-scan{parts=0})' 2>&1 | FileCheck %s

// CHECK: error: hocket-split-scan needs at least one part, not 0
module {}
