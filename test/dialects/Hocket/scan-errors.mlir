// RUN: hocket-opt %s --split-input-file --verify-diagnostics

func.func private @log(tensor<4xf32>)

func.func @effects(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan' op needs a combine region without side effects, but 'func.call' may have some; compute with the region's arguments only}}
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    // expected-note @+1 {{the op is here}}
    func.call @log(%a) : (tensor<4xf32>) -> ()
    %c = arith.addf %a, %b : tensor<4xf32>
    hocket.yield %c : tensor<4xf32>
  }
  return
}

// -----

func.func @writes(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan' op needs a combine region without side effects, but 'memref.store' may have some}}
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    %m = bufferization.to_buffer %a : tensor<4xf32> to memref<4xf32>
    %zero = arith.constant 0.0 : f32
    %i = arith.constant 0 : index
    // expected-note @+1 {{the op is here}}
    memref.store %zero, %m[%i] : memref<4xf32>
    hocket.yield %b : tensor<4xf32>
  }
  return
}

// -----

func.func @captures(%x: tensor<?x4xf32>, %o: tensor<?xi32>, %w: tensor<4xf32>) {
  // expected-note @+1 {{required by region isolation constraints}}
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    // expected-error @+1 {{'arith.addf' op using value defined outside the region}}
    %c = arith.addf %a, %w : tensor<4xf32>
    hocket.yield %c : tensor<4xf32>
  }
  return
}

// -----

// expected-note @+1 {{input #0 of type 'tensor<f32>' comes from here}}
func.func @rank(%x: tensor<f32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan' op needs tensors whose first dimension is the tokens}}
  %s = hocket.scan inputs(%x : tensor<f32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    hocket.yield %b : tensor<f32>
  }
  return
}

// -----

// expected-note @+1 {{input #0 of type 'tensor<?x?xf32>' comes from here}}
func.func @dynamic(%x: tensor<?x?xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan' op needs tensors that are static but for the tokens}}
  %s = hocket.scan inputs(%x : tensor<?x?xf32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<?xf32>, %b: tensor<?xf32>):
    hocket.yield %b : tensor<?xf32>
  }
  return
}

// -----

// expected-note @+1 {{input #1 of type 'tensor<7x4xf32>' comes from here}}
func.func @tokens(%x: tensor<8x4xf32>, %y: tensor<7x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan' op has 8 tokens in its input #0 and 7 in #1}}
  %s:2 = hocket.scan inputs(%x, %y : tensor<8x4xf32>, tensor<7x4xf32>) offsets(%o : tensor<?xi32>)
      identity([dense<0.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>, %d: tensor<4xf32>):
    hocket.yield %a, %b : tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// expected-note @+1 {{offsets of type 'tensor<?xi64>' come from here}}
func.func @offsets(%x: tensor<?x4xf32>, %o: tensor<?xi64>) {
  // expected-error @+1 {{'hocket.scan' op needs offsets [sequences + 1] of type i32}}
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi64>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    hocket.yield %b : tensor<4xf32>
  }
  return
}

// -----

// expected-note @+1 {{offsets of type 'tensor<1xi32>' come from here}}
func.func @no_sequence(%x: tensor<?x4xf32>, %o: tensor<1xi32>) {
  // expected-error @+1 {{'hocket.scan' op needs the offsets of at least one sequence: two elements or more}}
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<1xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    hocket.yield %b : tensor<4xf32>
  }
  return
}

// -----

func.func @identities(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan' op needs an identity for each of its 1 inputs, not 2}}
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>)
      identity([dense<0.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    hocket.yield %b : tensor<4xf32>
  }
  return
}

// -----

// expected-note @+1 {{input #0 comes from here}}
func.func @identity_element(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan' op needs identity #0 to be dense elements that broadcast to 'tensor<4xf32>', not dense<0> : tensor<i32>}}
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([dense<0> : tensor<i32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    hocket.yield %b : tensor<4xf32>
  }
  return
}

// -----

// expected-note @+1 {{input #0 comes from here}}
func.func @identity_shape(%x: tensor<?x2x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan' op needs identity #0 to be dense elements that broadcast to 'tensor<2x4xf32>', not dense<0.000000e+00> : tensor<2xf32>}}
  %s = hocket.scan inputs(%x : tensor<?x2x4xf32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<2xf32>]) {
  ^bb0(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>):
    hocket.yield %b : tensor<2x4xf32>
  }
  return
}

// -----

func.func @arguments(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan' op needs its combine region to take ('tensor<4xf32>', 'tensor<4xf32>'), not ('tensor<4xf32>')}}
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>):
    hocket.yield %a : tensor<4xf32>
  }
  return
}

// -----

func.func @yield(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan' op needs its combine region to yield ('tensor<4xf32>'), not ()}}
  %s = hocket.scan inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([dense<0.0> : tensor<f32>]) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    // expected-note @+1 {{yielded here}}
    hocket.yield
  }
  return
}

// -----

func.func @sources(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan_grad' op has 1 gradients, but source #0 is 1; a source is a gradient's number or -1}}
  %d = hocket.scan_grad gradients(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([]) sources([1])
      -> tensor<?x4xf32> combine {
    hocket.yield
  } pullback {
  ^bb0(%l: tensor<4xf32>):
    hocket.yield %l, %l : tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

func.func @pullback(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.scan_grad' op needs its pullback region to yield ('tensor<4xf32>', 'tensor<4xf32>'), not ('tensor<4xf32>')}}
  %d = hocket.scan_grad gradients(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) identity([]) sources([0])
      -> tensor<?x4xf32> combine {
    hocket.yield
  } pullback {
  ^bb0(%l: tensor<4xf32>):
    // expected-note @+1 {{yielded here}}
    hocket.yield %l : tensor<4xf32>
  }
  return
}

// -----

// expected-note @+1 {{input of type 'tensor<?x4xi32>' comes from here}}
func.func @shift(%x: tensor<?x4xi32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.shift' op needs a tensor of a floating-point type}}
  %y = hocket.shift %x offsets(%o) : tensor<?x4xi32>, tensor<?xi32>
  return
}

// -----

// expected-note @+1 {{parameter comes from here}}
func.func @parameter(%x: tensor<?x4xf32>, %u: tensor<3xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.recurrence' op needs parameter #0 to have the channels of input #0, 'tensor<4xf32>', not 'tensor<3xf32>'}}
  %h = hocket.recurrence inputs(%x : tensor<?x4xf32>) parameters(%u : tensor<3xf32>) offsets(%o : tensor<?xi32>)
      -> tensor<?x4xf32> {
  ^bb0(%h0: f32, %xt: f32, %ut: f32):
    hocket.yield %xt : f32
  }
  return
}

// -----

func.func @state(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.recurrence' op needs state #0 to be of the type of input #0, 'tensor<?x4xf32>', not 'tensor<?x3xf32>'}}
  %h = hocket.recurrence inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) -> tensor<?x3xf32> {
  ^bb0(%h0: f32, %xt: f32):
    hocket.yield %xt : f32
  }
  return
}

// -----

func.func @regions(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.recurrence' op needs a cell of scalar ops without regions, not 'scf.if'}}
  %h = hocket.recurrence inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) -> tensor<?x4xf32> {
  ^bb0(%h0: f32, %xt: f32):
    %less = arith.cmpf olt, %h0, %xt : f32
    // expected-note @+1 {{the op is here}}
    %h1 = scf.if %less -> f32 {
      scf.yield %h0 : f32
    } else {
      scf.yield %xt : f32
    }
    hocket.yield %h1 : f32
  }
  return
}

// -----

func.func @newton(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{attribute 'newton' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %h = hocket.recurrence inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) newton(0) -> tensor<?x4xf32> {
  ^bb0(%h0: f32, %xt: f32):
    hocket.yield %xt : f32
  }
  return
}

// -----

func.func @take(%x: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.take_end' op needs a slice for each sequence, 'tensor<?x4xf32>', not 'tensor<?x5xf32>'}}
  %y = hocket.take_end %x offsets(%o) last : tensor<?x4xf32>, tensor<?xi32> -> tensor<?x5xf32>
  return
}

// -----

func.func @put(%x: tensor<?x4xf32>, %y: tensor<?x4xf64>, %o: tensor<?xi32>) {
  // expected-error @+1 {{'hocket.put_end' op needs a slice for each sequence, 'tensor<?x4xf32>', not 'tensor<?x4xf64>'}}
  %z = hocket.put_end %y into %x offsets(%o) : tensor<?x4xf64>, tensor<?x4xf32>, tensor<?xi32>
  return
}

// -----

// expected-note @+1 {{offsets of type 'tensor<?xi64>' come from here}}
func.func @offsets_of_ends(%x: tensor<?x4xf32>, %o: tensor<?xi64>) {
  // expected-error @+1 {{'hocket.take_end' op needs offsets [sequences + 1] of type i32}}
  %y = hocket.take_end %x offsets(%o) : tensor<?x4xf32>, tensor<?xi64> -> tensor<?x4xf32>
  return
}

// -----

func.func @rows(%row: tensor<?x4x2xf32>) {
  // expected-error @+1 {{'hocket.rows_before' op needs a row of numbers of type f32 for each sequence, [S, W] with a known W, not 'tensor<?x4x2xf32>'}}
  %r = hocket.rows_before %row : tensor<?x4x2xf32> -> tensor<?x4x2xf32>
  return
}

// -----

func.func @other_rows(%row: tensor<?x4xf32>) {
  // expected-error @+1 {{'hocket.rows_before' op gives rows of 'tensor<?x5xf32>' where ranks have rows of 'tensor<?x4xf32>'}}
  %r:2 = hocket.rows_before %row : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x5xf32>
  return
}
