// RUN: hocket-opt %s --split-input-file --verify-diagnostics

// expected-note @+1 {{query of type 'tensor<?x16xf32>' comes from here}}
func.func @query_rank(%q: tensor<?x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs a query [tokens, heads, head size] of a floating-point type}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<?x16xf32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{query of type 'tensor<?x4x16xi32>' comes from here}}
func.func @query_element(%q: tensor<?x4x16xi32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs a query [tokens, heads, head size] of a floating-point type}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xi32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<?x4x16xi32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{key of type 'tensor<?x16xf32>' comes from here}}
func.func @key_rank(%q: tensor<?x4x16xf32>, %k: tensor<?x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs a key [tokens, key heads, head size]}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{value of type 'tensor<?x2x16xf64>' comes from here}}
func.func @value_element(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf64>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs the query and the value to have one element type, not 'f32' and 'f64'}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf64>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{key of type 'tensor<9x2x16xf32>' comes from here}}
func.func @tokens(%q: tensor<8x4x16xf32>, %k: tensor<9x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op has 8 tokens in its query and 9 in its key}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<8x4x16xf32>, tensor<9x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<8x4x16xf32>, tensor<8x4xf32>
  return
}

// -----

// expected-note @+1 {{value of type 'tensor<?x2x8xf32>' comes from here}}
func.func @head_size(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x8xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op has heads of size 16 in its query and 8 in its value}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x8xf32>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{value of type 'tensor<?x1x16xf32>' comes from here}}
func.func @value_heads(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x1x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op has 2 key heads and 1 value heads}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x1x16xf32>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{key of type 'tensor<?x3x16xf32>' comes from here}}
func.func @head_groups(%q: tensor<?x4x16xf32>, %k: tensor<?x3x16xf32>, %v: tensor<?x3x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs the number of query heads (4) to be a multiple of the number of key heads (3)}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x3x16xf32>, tensor<?x3x16xf32>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{key of type 'tensor<?x0x16xf32>' comes from here}}
func.func @no_heads(%q: tensor<?x4x16xf32>, %k: tensor<?x0x16xf32>, %v: tensor<?x0x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs the number of query heads (4) to be a multiple of the number of key heads (0)}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x0x16xf32>, tensor<?x0x16xf32>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{offsets of type 'tensor<?xi64>' comes from here}}
func.func @offsets(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi64>) {
  // expected-error @+1 {{'hocket.attention' op needs offsets [sequences + 1] of type i32}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi64> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{offsets of type 'tensor<1xi32>' comes from here}}
func.func @no_sequence(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<1xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs the offsets of at least one sequence: two elements or more}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<1xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return
}

// -----

func.func @scale(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs a finite scale}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0x7FC00000)
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{the query comes from here}}
func.func @output(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs its output to be of type 'tensor<?x4x16xf32>', not 'tensor<?x2x16xf32>'}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<?x2x16xf32>, tensor<?x4xf32>
  return
}

// -----

// expected-note @+1 {{the query comes from here}}
func.func @lse(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs its lse to be of type 'tensor<?x4xf32>', not 'tensor<?x4xf64>'}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?x4xf64>
  return
}

// -----

// expected-note @+1 {{the query comes from here}}
func.func @lse_rank(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.attention' op needs its lse to be of type 'tensor<?x4xf32>', not 'tensor<?xf32>'}}
  %out, %lse = hocket.attention %q, %k, %v offsets(%o) scale(0.25)
      : tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32> -> tensor<?x4x16xf32>, tensor<?xf32>
  return
}

// -----

// expected-note @+1 {{key of type 'tensor<?x2x8xf32>' comes from here}}
func.func @grad_inputs(%q: tensor<?x4x16xf32>, %k: tensor<?x2x8xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>, %out: tensor<?x4x16xf32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>) {
  // expected-error @+1 {{'hocket.attention_grad' op has heads of size 16 in its query and 8 in its key}}
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%o) forward(%out, %lse) gradient(%do) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x8xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+2 {{output comes from here}}
// expected-note @+1 {{the query comes from here}}
func.func @grad_output(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>, %out: tensor<?x4x8xf32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>) {
  // expected-error @+1 {{'hocket.attention_grad' op needs its output to be of type 'tensor<?x4x16xf32>', not 'tensor<?x4x8xf32>'}}
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%o) forward(%out, %lse) gradient(%do) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x8xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+2 {{lse comes from here}}
// expected-note @+1 {{the query comes from here}}
func.func @grad_lse(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>, %out: tensor<?x4x16xf32>, %lse: tensor<?x2xf32>, %do: tensor<?x4x16xf32>) {
  // expected-error @+1 {{'hocket.attention_grad' op needs its lse to be of type 'tensor<?x4xf32>', not 'tensor<?x2xf32>'}}
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%o) forward(%out, %lse) gradient(%do) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x2xf32>, tensor<?x4x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+2 {{output gradient comes from here}}
// expected-note @+1 {{the query comes from here}}
func.func @grad_output_gradient(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>, %out: tensor<?x4x16xf32>, %lse: tensor<?x4xf32>, %do: tensor<?x2x16xf32>) {
  // expected-error @+1 {{'hocket.attention_grad' op needs its output gradient to be of type 'tensor<?x4x16xf32>', not 'tensor<?x2x16xf32>'}}
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%o) forward(%out, %lse) gradient(%do) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x2x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+2 {{lse gradient comes from here}}
// expected-note @+1 {{the query comes from here}}
func.func @grad_lse_gradient(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>, %out: tensor<?x4x16xf32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>, %dlse: tensor<?x4xf64>) {
  // expected-error @+1 {{'hocket.attention_grad' op needs its lse gradient to be of type 'tensor<?x4xf32>', not 'tensor<?x4xf64>'}}
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%o) forward(%out, %lse) gradient(%do, %dlse) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>, tensor<?x4xf64>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+1 {{the query comes from here}}
func.func @grad_query(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>, %out: tensor<?x4x16xf32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>) {
  // expected-error @+1 {{'hocket.attention_grad' op needs its query gradient to be of type 'tensor<?x4x16xf32>', not 'tensor<?x2x16xf32>'}}
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%o) forward(%out, %lse) gradient(%do) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>) -> (tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+1 {{the key comes from here}}
func.func @grad_key(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>, %out: tensor<?x4x16xf32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>) {
  // expected-error @+1 {{'hocket.attention_grad' op needs its key gradient to be of type 'tensor<?x2x16xf32>', not 'tensor<?x4x16xf32>'}}
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%o) forward(%out, %lse) gradient(%do) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x4x16xf32>, tensor<?x2x16xf32>)
  return
}

// -----

// expected-note @+1 {{the value comes from here}}
func.func @grad_value(%q: tensor<?x4x16xf32>, %k: tensor<?x2x16xf32>, %v: tensor<?x2x16xf32>, %o: tensor<?xi32>, %out: tensor<?x4x16xf32>, %lse: tensor<?x4xf32>, %do: tensor<?x4x16xf32>) {
  // expected-error @+1 {{'hocket.attention_grad' op needs its value gradient to be of type 'tensor<?x2x16xf32>', not 'tensor<?x4x16xf32>'}}
  %g:3 = hocket.attention_grad %q, %k, %v offsets(%o) forward(%out, %lse) gradient(%do) scale(0.25)
      : (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?x4x16xf32>, tensor<?x4xf32>, tensor<?x4x16xf32>) -> (tensor<?x4x16xf32>, tensor<?x2x16xf32>, tensor<?x4x16xf32>)
  return
}
