// RUN: hocket-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{'func.func' op argument #0: 'hocket.role' must be a role such as #hocket.role<param>, not "param"}}
func.func @role(%x: tensor<?xf32> {hocket.role = "param"}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #1: 'hocket.role' is offsets, which takes a one-dimensional tensor of i32, not 'tensor<?xi64>'}}
func.func @offsets(%x: tensor<?xf32>, %o: tensor<?xi64> {hocket.role = #hocket.role<offsets>}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.role' is batch, which takes a tensor whose first dimension is the tokens, not 'tensor<f32>'}}
func.func @batch(%x: tensor<f32> {hocket.role = #hocket.role<batch>}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.role' is step, which takes a tensor<f32>, not 'f32'}}
func.func @step(%x: f32 {hocket.role = #hocket.role<step>}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.role' is param, which takes a ranked tensor, not 'index'}}
func.func @param(%x: index {hocket.role = #hocket.role<param>}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.name' must be a string that is not empty, not ""}}
func.func @empty_name(%x: tensor<?xf32> {hocket.name = ""}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.name' must be a string that is not empty, not 3 : i64}}
func.func @name(%x: tensor<?xf32> {hocket.name = 3}) {
  return
}

// -----

// expected-error @+2 {{'func.func' op argument #2: 'hocket.name' is "w", as is that of argument #1 of the same role}}
// expected-note @+1 {{argument #1 is here}}
func.func @equal_names(%g: tensor<?xf32> {hocket.role = #hocket.role<grad>, hocket.name = "w"}, %x: tensor<?xf32> {hocket.role = #hocket.role<param>, hocket.name = "w"}, %y: tensor<?xf32> {hocket.role = #hocket.role<param>, hocket.name = "w"}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.init' must be "zeros", "ones" or "normal(STDDEV)" with a positive number, not "uniform"}}
func.func @init(%x: tensor<?xf32> {hocket.init = "uniform"}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.init' must be "zeros", "ones" or "normal(STDDEV)" with a positive number, not "normal(-1)"}}
func.func @init_negative(%x: tensor<?xf32> {hocket.init = "normal(-1)"}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.init' must be "zeros", "ones" or "normal(STDDEV)" with a positive number, not "normal(inf)"}}
func.func @init_infinite(%x: tensor<?xf32> {hocket.init = "normal(inf)"}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.init' must be "zeros", "ones" or "normal(STDDEV)" with a positive number, not "normal(1) "}}
func.func @init_trailing(%x: tensor<?xf32> {hocket.init = "normal(1) "}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.init' says how a parameter or a state starts, but the role is batch}}
func.func @init_of_batch(%x: tensor<?xf32> {hocket.init = "zeros", hocket.role = #hocket.role<batch>}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.operand' must be a binding such as #hocket.operand<parameter, 0>, not "input"}}
func.func @operand(%x: tensor<?xf32> {hocket.operand = "input"}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op result #0: 'hocket.operand' must be a binding such as #hocket.operand<parameter, 0>, not 0 : i64}}
func.func private @result_operand() -> (tensor<?xf32> {hocket.operand = 0})

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.shape' must be an affine map without symbols from (tokens, offsets) to the extents, not [4, 4]}}
func.func @shape(%x: tensor<?x4xf32> {hocket.shape = [4, 4]}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.shape' must be an affine map without symbols}}
func.func @shape_symbols(%x: tensor<?xf32> {hocket.shape = affine_map<()[s0] -> (s0)>}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.shape' gives 1 extents to a value of type 'tensor<?x4xf32>'}}
func.func @shape_rank(%x: tensor<?x4xf32> {hocket.shape = affine_map<(d0, d1) -> (d0)>}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op argument #0: 'hocket.shape' gives 1 extents to a value of type 'index'}}
func.func @shape_of_scalar(%x: index {hocket.shape = affine_map<(d0, d1) -> (d0)>}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op result #0: 'hocket.shape' must give dimension 1 the extent of the type, 4}}
func.func private @shape_static() -> (tensor<?x4xf32> {hocket.shape = affine_map<(d0, d1) -> (d0, 5)>})

// -----

// expected-error @+1 {{'func.func' op 'hocket.kernel' names the kind of task of a function, such as "F"; it is 1 : i64}}
func.func private @kernel() attributes {hocket.kernel = 1}

// -----

// expected-error @+1 {{'func.func' op 'hocket.stage' must be an integer that is not negative, not -1 : i64}}
func.func private @stage() attributes {hocket.stage = -1}
