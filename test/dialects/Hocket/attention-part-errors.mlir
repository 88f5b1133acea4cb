// RUN: hocket-opt %s --split-input-file --verify-diagnostics

// expected-note @+1 {{query of type 'tensor<?x16xf32>' comes from here}}
func.func @query_rank(%q: tensor<?x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs a query [tokens, heads, head size] of a floating-point type}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x4x16xf32>, tensor<?x4xf32>)
  return
}

// -----

// expected-note @+1 {{value of type 'tensor<?x2x16xf64>' comes from here}}
func.func @value_element(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf64>, %t: tensor<?xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs the query and the value to have one element type, not 'f32' and 'f64'}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf64>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x4x16xf32>, tensor<?x4xf32>)
  return
}

// -----

// expected-note @+1 {{value of type 'tensor<9x2x16xf32>' comes from here}}
func.func @value_tokens(%q: tensor<?x4x16xf32>, %k: tensor<8x2x16xf32>, %v: tensor<9x2x16xf32>, %t: tensor<?xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op has 8 tokens in its key and 9 in its value}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<8x2x16xf32>, tensor<9x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x4x16xf32>, tensor<?x4xf32>)
  return
}

// -----

// expected-note @+1 {{value of type 'tensor<?x1x16xf32>' comes from here}}
func.func @value_heads(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x1x16xf32>, %t: tensor<?xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op has 2 key heads and 1 value heads}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x1x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x4x16xf32>, tensor<?x4xf32>)
  return
}

// -----

// expected-note @+1 {{table of type 'tensor<?xi64>' comes from here}}
func.func @table_element(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi64>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs a table [4 + 8 * rows] of type i32}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi64>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x4x16xf32>, tensor<?x4xf32>)
  return
}

// -----

// expected-note @+1 {{table of type 'tensor<?x8xi32>' comes from here}}
func.func @table_rank(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?x8xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs a table [4 + 8 * rows] of type i32}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?x8xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x4x16xf32>, tensor<?x4xf32>)
  return
}

// -----

// expected-note @+1 {{table of type 'tensor<3xi32>' comes from here}}
func.func @no_header(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<3xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs a table of 4 numbers and 8 more for each row, not of 3}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<3xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x4x16xf32>, tensor<?x4xf32>)
  return
}

// -----

// expected-note @+1 {{table of type 'tensor<16xi32>' comes from here}}
func.func @half_a_row(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<16xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs a table of 4 numbers and 8 more for each row, not of 16}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<16xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x4x16xf32>, tensor<?x4xf32>)
  return
}

// -----

func.func @scale(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs a finite scale}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0x7FC00000)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x4x16xf32>, tensor<?x4xf32>)
  return
}

// -----

// expected-note @+2 {{running output comes from here}}
// expected-note @+1 {{the query comes from here}}
func.func @running_output(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %o0: tensor<?x2x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs its running output to be of type 'tensor<?x4x16xf32>', not 'tensor<?x2x16xf32>'}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x2x16xf32>, tensor<?x4xf32>) -> (tensor<?x2x16xf32>, tensor<?x4xf32>)
  return
}

// -----

// expected-note @+2 {{running lse comes from here}}
// expected-note @+1 {{the query comes from here}}
func.func @running_lse(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x2xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs its running lse to be of type 'tensor<?x4xf32>', not 'tensor<?x2xf32>'}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x2xf32>) -> (tensor<?x4x16xf32>, tensor<?x2xf32>)
  return
}

// -----

// expected-note @+1 {{the query comes from here}}
func.func @output(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs its output to be of type 'tensor<?x4x16xf32>', not 'tensor<?x2x16xf32>'}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x2x16xf32>, tensor<?x4xf32>)
  return
}

// -----

// expected-note @+1 {{the query comes from here}}
func.func @lse(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %o0: tensor<?x4x16xf32>, %l0: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.attention_part' op needs its lse to be of type 'tensor<?x4xf32>', not 'tensor<?x4xf64>'}}
  %o, %lse = hocket.attention_part %q, %k, %v table(%t) running(%o0, %l0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>) -> (tensor<?x4x16xf32>, tensor<?x4xf64>)
  return
}

// -----

// expected-note @+1 {{key of type 'tensor<?x2x8xf32>' comes from here}}
func.func @grad_inputs(%q: tensor<?x4x16xf32>, %k: tensor<?x2x8xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>, %delta: tensor<?x4xf32>, %dq0: tensor<?x4x16xf32>, %dk0: tensor<?x2x16xf32>, %dv0: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op has heads of size 16 in its query and 8 in its key}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x8xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+1 {{table of type 'tensor<?xf32>' comes from here}}
func.func @grad_table(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xf32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>, %delta: tensor<?x4xf32>, %dq0: tensor<?x4x16xf32>, %dk0: tensor<?x2x16xf32>, %dv0: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op needs a table [4 + 8 * rows] of type i32}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+2 {{lse comes from here}}
// expected-note @+1 {{the query comes from here}}
func.func @grad_lse(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x3xf32>, %do: tensor<?x4x16xf32>, %delta: tensor<?x4xf32>, %dq0: tensor<?x4x16xf32>, %dk0: tensor<?x2x16xf32>, %dv0: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op needs its lse to be of type 'tensor<?x4xf32>', not 'tensor<?x3xf32>'}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x3xf32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+2 {{output gradient comes from here}}
// expected-note @+1 {{the query comes from here}}
func.func @grad_output_gradient(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x4xf32>, %do: tensor<?x3x16xf32>, %delta: tensor<?x4xf32>, %dq0: tensor<?x4x16xf32>, %dk0: tensor<?x2x16xf32>, %dv0: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op needs its output gradient to be of type 'tensor<?x4x16xf32>', not 'tensor<?x3x16xf32>'}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x3x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+2 {{delta comes from here}}
// expected-note @+1 {{the query comes from here}}
func.func @grad_delta(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>, %delta: tensor<?x3xf32>, %dq0: tensor<?x4x16xf32>, %dk0: tensor<?x2x16xf32>, %dv0: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op needs its delta to be of type 'tensor<?x4xf32>', not 'tensor<?x3xf32>'}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x3xf32>, tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+2 {{running query gradient comes from here}}
// expected-note @+1 {{the query comes from here}}
func.func @grad_running_query(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>, %delta: tensor<?x4xf32>, %dq0: tensor<?x3x16xf32>, %dk0: tensor<?x2x16xf32>, %dv0: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op needs its running query gradient to be of type 'tensor<?x4x16xf32>', not 'tensor<?x3x16xf32>'}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x3x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) -> (tensor<?x3x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+2 {{running key gradient comes from here}}
// expected-note @+1 {{the key comes from here}}
func.func @grad_running_key(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>, %delta: tensor<?x4xf32>, %dq0: tensor<?x4x16xf32>, %dk0: tensor<?x3x16xf32>, %dv0: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op needs its running key gradient to be of type 'tensor<?x2x16xf32>', not 'tensor<?x3x16xf32>'}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x3x16xf32>, tensor<?x2x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x3x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+2 {{running value gradient comes from here}}
// expected-note @+1 {{the value comes from here}}
func.func @grad_running_value(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>, %delta: tensor<?x4xf32>, %dq0: tensor<?x4x16xf32>, %dk0: tensor<?x2x16xf32>, %dv0: tensor<?x3x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op needs its running value gradient to be of type 'tensor<?x2x16xf32>', not 'tensor<?x3x16xf32>'}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x3x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x3x16xf32>)
  return
}

// -----

// expected-note @+1 {{the query comes from here}}
func.func @grad_query(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>, %delta: tensor<?x4xf32>, %dq0: tensor<?x4x16xf32>, %dk0: tensor<?x2x16xf32>, %dv0: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op needs its query gradient to be of type 'tensor<?x4x16xf32>', not 'tensor<?x3x16xf32>'}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) -> (tensor<?x3x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+1 {{the key comes from here}}
func.func @grad_key(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>, %delta: tensor<?x4xf32>, %dq0: tensor<?x4x16xf32>, %dk0: tensor<?x2x16xf32>, %dv0: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op needs its key gradient to be of type 'tensor<?x2x16xf32>', not 'tensor<?x3x16xf32>'}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x3x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+1 {{the value comes from here}}
func.func @grad_value(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %t: tensor<?xi32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>, %delta: tensor<?x4xf32>, %dq0: tensor<?x4x16xf32>, %dk0: tensor<?x2x16xf32>, %dv0: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_part_grad' op needs its value gradient to be of type 'tensor<?x2x16xf32>', not 'tensor<?x3x16xf32>'}}
  %g:3 = hocket.attention_part_grad %q, %k, %v table(%t) forward(%lse) gradient(%do, %delta) running(%dq0, %dk0, %dv0) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x3x16xf32>)
  return
}
