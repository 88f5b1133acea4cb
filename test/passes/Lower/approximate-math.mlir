// RUN: hocket-opt --hocket-approximate-math %s | FileCheck %s

// No function is left that would be called lane by lane.

// CHECK-LABEL: func.func @vectors(
// CHECK-NOT: math.{{exp|log|tanh|erf|powf|rsqrt|sin|cos}}
// CHECK: math.fma %{{.*}} : vector<16xf32>
// CHECK-NOT: math.{{exp|log|tanh|erf|powf|rsqrt|sin|cos}}
// CHECK: return
func.func @vectors(%x: vector<16xf32>, %y: vector<16xf32>) -> vector<16xf32> {
  %0 = math.exp %x : vector<16xf32>
  %1 = math.log %0 : vector<16xf32>
  %2 = math.tanh %1 : vector<16xf32>
  %3 = math.erf %2 : vector<16xf32>
  %4 = math.powf %3, %y : vector<16xf32>
  %5 = math.rsqrt %4 : vector<16xf32>
  %6 = math.sin %5 : vector<16xf32>
  %7 = math.cos %6 : vector<16xf32>
  %8 = math.log1p %7 : vector<16xf32>
  %9 = math.expm1 %8 : vector<16xf32>
  return %9 : vector<16xf32>
}

// Single numbers are left to the C library where that is more exact.

// CHECK-LABEL: func.func @scalar(
// CHECK: math.powf
func.func @scalar(%x: f32, %y: f32) -> f32 {
  %0 = math.powf %x, %y : f32
  return %0 : f32
}
