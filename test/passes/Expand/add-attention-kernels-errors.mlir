// RUN: hocket-opt --hocket-add-attention-kernels --split-input-file --verify-diagnostics %s

// expected-error @below {{has a malformed `hocket.attends`: it needs an element type, a head_size, a scale and causal; hocket-cut-attention writes it}}
func.func private @stage1.forward() attributes {hocket.kernel = "F", hocket.attends = {heads = 4 : i64, element = f32, scale = 0.5 : f32, causal = true}} {
  return
}

// -----

// expected-error @below {{has a malformed `hocket.attends`}}
func.func private @stage1.forward() attributes {hocket.kernel = "F", hocket.attends = {head_size = 8 : i64, element = i32, scale = 0.5 : f32, causal = true}} {
  return
}

// -----

func.func private @stage1.forward() attributes {hocket.kernel = "F", hocket.attends = {head_size = 8 : i64, element = f32, scale = 0.5 : f32, causal = true}} {
  return
}
// expected-error @below {{has the name of a kernel of distributed attention}}
func.func private @attention_part_f32_d8_scale0.5_causal()
