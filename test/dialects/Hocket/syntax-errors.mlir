// RUN: hocket-opt %s --split-input-file --verify-diagnostics

func.func @no_degree() {
  // expected-error @+1 {{expected 'degree'}}
  hocket.data {
    hocket.yield
  }
  return
}

// -----

func.func @degree_is_no_integer() {
  // expected-error @+1 {{invalid kind of attribute specified}}
  hocket.data degree("two") {
    hocket.yield
  }
  return
}

// -----

func.func @two_offsets(%x: tensor<?xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.data' op takes one tensor of offsets, not 2}}
  hocket.data degree(2) tokens(%y = %x : tensor<?xf32>) offsets(%a = %o : tensor<?xi32>, %b = %o : tensor<?xi32>) {
    hocket.yield
  }
  return
}

// -----

func.func @attribute_twice() {
  // expected-error @+1 {{'hocket.data' op has no place for attribute 'degree' in the dictionary: it has syntax of its own}}
  hocket.data degree(2) attributes {degree = 3 : i64} {
    hocket.yield
  }
  return
}

// -----

func.func @schedule_is_no_string() {
  // expected-error @+1 {{invalid kind of attribute specified}}
  hocket.pipeline microbatches(2) schedule(3) {
    hocket.yield
  }
  return
}

// -----

func.func @no_binding(%x: tensor<?xf32>) {
  // expected-error @+1 {{expected '='}}
  hocket.data degree(2) tokens(%x : tensor<?xf32>) {
    hocket.yield
  }
  return
}

// -----

// expected-note @+1 {{prior use here}}
func.func @wrong_type(%x: tensor<?xf32>) {
  // expected-error @+1 {{use of value '%x' expects different type than prior uses: 'tensor<?xf64>' vs 'tensor<?xf32>'}}
  hocket.data degree(2) tokens(%y = %x : tensor<?xf64>) {
    hocket.yield
  }
  return
}

// -----

func.func @no_region() {
  // expected-error @+1 {{expected '{' to begin a region}}
  hocket.data degree(2)
  return
}

// -----

func.func @memref(%x: memref<?xf32>) {
  // expected-error @+1 {{'hocket.data' op operand #0 must be variadic of ranked tensor of any type values, but got 'memref<?xf32>'}}
  hocket.data degree(2) tokens(%y = %x : memref<?xf32>) {
    hocket.yield
  }
  return
}

// -----

// expected-error @+2 {{failed to parse Hocket_RoleAttr parameter 'value'}}
// expected-error @+1 {{expected ::hocket::Role to be one of: param, state, batch, offsets, grad, step}}
func.func @unknown_role(%x: tensor<?xf32> {hocket.role = #hocket.role<weights>}) {
  return
}

// -----

// expected-error @+2 {{expected ::hocket::Slot to be one of: parameter, gradient, state, batch, input, output, input_gradient, output_gradient, residual, attended, attended_gradient, loss, weight, step}}
// expected-error @+1 {{failed to parse Hocket_OperandAttr parameter 'slot'}}
func.func @unknown_slot(%x: tensor<?xf32> {hocket.operand = #hocket.operand<weights, 0>}) {
  return
}
