// RUN: hocket-opt --hocket-add-attention-kernels --split-input-file %s | FileCheck %s
// RUN: hocket-opt --hocket-add-attention-kernels --hocket-add-attention-kernels --split-input-file %s | FileCheck %s

// The second attention differs in its heads only, the third in its mask. A model
// without a backward needs none for gradients.

// CHECK-LABEL: func.func private @stage1.forward
// CHECK-SAME: hocket.attends = {causal = true, element = f32, head_size = 8 : i64, heads = 4 : i64, merge = @attention_merge_f32_d8, part = @attention_part_f32_d8_scale0.5_causal, scale = 5.000000e-01 : f32}
// CHECK-LABEL: func.func private @stage2.forward
// CHECK-SAME: part = @attention_part_f32_d8_scale0.5_causal,
// CHECK-LABEL: func.func private @stage3.forward
// CHECK-SAME: part = @attention_part_f32_d8_scale0.5,
// CHECK-LABEL: func.func private @attention_part_f32_d8_scale0.5_causal(
// CHECK-SAME: hocket.kernel = "Attend"
// CHECK-LABEL: func.func private @attention_merge_f32_d8(
// CHECK-LABEL: func.func private @attention_part_f32_d8_scale0.5(
// CHECK-SAME: hocket.kernel = "Attend"
// CHECK-NOT: func.func
func.func private @stage1.forward() attributes {hocket.kernel = "F", hocket.attends = {head_size = 8 : i64, heads = 4 : i64, element = f32, scale = 0.5 : f32, causal = true}} {
  return
}
func.func private @stage2.forward() attributes {hocket.kernel = "F", hocket.attends = {head_size = 8 : i64, heads = 2 : i64, element = f32, scale = 0.5 : f32, causal = true}} {
  return
}
func.func private @stage3.forward() attributes {hocket.kernel = "F", hocket.attends = {head_size = 8 : i64, heads = 4 : i64, element = f32, scale = 0.5 : f32, causal = false}} {
  return
}

// -----

// CHECK-LABEL: func.func private @stage1.forward
// CHECK-SAME: delta = @[[DELTA:[a-z0-9_.]+]],
// CHECK-SAME: part = @[[PART:[a-z0-9_.]+]], part_grad = @[[GRAD:[a-z0-9_.]+]],
// CHECK-LABEL: func.func private @stage1.backward
// CHECK-SAME: delta = @[[DELTA]],
// CHECK-SAME: part = @[[PART]], part_grad = @[[GRAD]],
// CHECK-DAG: func.func private @[[PART]](
// CHECK-DAG: func.func private @[[DELTA]](
// CHECK-DAG: func.func private @[[GRAD]](
func.func private @stage1.forward() attributes {hocket.kernel = "F", hocket.attends = {head_size = 8 : i64, heads = 4 : i64, element = f32, scale = 0.5 : f32, causal = true}} {
  return
}
func.func private @stage1.backward() attributes {hocket.kernel = "B", hocket.attends = {head_size = 8 : i64, heads = 4 : i64, element = f32, scale = 0.5 : f32, causal = true}} {
  return
}

// -----

// Nothing to do.

// CHECK-LABEL: func.func private @stage0.forward
// CHECK-NOT: func.func
func.func private @stage0.forward() attributes {hocket.kernel = "F"} {
  return
}
