// RUN: hocket-opt %s --hocket-newton-recurrences --verify-diagnostics

func.func @no_rule(%x: tensor<?x4xf32>, %o: tensor<?xi32>) -> tensor<?x4xf32> {
  %h = hocket.recurrence inputs(%x : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) newton(3) -> tensor<?x4xf32> {
  ^cell(%h0: f32, %xt: f32):
    // expected-error @+1 {{'arith.remf' op has no differentiation rule, and a gradient must pass through it}}
    %h1 = arith.remf %h0, %xt : f32
    hocket.yield %h1 : f32
  }
  return %h : tensor<?x4xf32>
}
