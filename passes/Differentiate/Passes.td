//===- Passes.td - Passes of the folder Differentiate ------*- tablegen -*-===//

#ifndef HOCKET_PASSES_DIFFERENTIATE_PASSES_TD
#define HOCKET_PASSES_DIFFERENTIATE_PASSES_TD

include "mlir/Pass/PassBase.td"

def Differentiate : Pass<"hocket-differentiate", "::mlir::ModuleOp"> {
  let summary = "make a forward and a backward kernel of every stage";
  let description = [{
    Replaces every stage function (`hocket.stage`, as hocket-outline makes them)
    by two kernel functions. `@NAME.forward` computes the stage's outputs, adds
    the loss and its weight to their sums, and keeps the residuals, the values
    that the backward reads. `@NAME.backward` computes the gradients of the
    stage's floating-point inputs and adds those of its parameters to their
    sums; every gradient is a result of its own. In the last stage the gradient
    of the loss is 1, and its weight is a constant.

    How to differentiate an op is known to its
    `ReverseDifferentiableOpInterface`, and how to differentiate the scalar ops
    within the body of a linalg op to their `ScalarDifferentiableOpInterface`.
    An op on the way of a gradient that has no such rule is an error. Calls must
    have been inlined.

    With `split` the backward is two kernels: `@NAME.backward_input` (task Bi)
    computes the gradients of the inputs, and `@NAME.backward_weight` (task W)
    adds to those of the parameters. An op is part of W if it adds to the
    gradient of a parameter or does nothing but help one such op. What Bi
    computes and W reads becomes a residual, too, which Bi keeps. A stage without
    parameters has no W; one of a single parameter and no inputs has no Bi.

    The residuals are those of fewest bytes: arguments are bound again, and what
    is cheap (constants, shapes, views, element-wise ops) is computed again
    where that saves a residual. See docs/differentiate.md.

    Before:

    ```mlir
    func.func private @stage0(
        %w: tensor<4x4xf32> {hocket.operand = #hocket.operand<parameter, 0>},
        %x: tensor<8x4xf32> {hocket.operand = #hocket.operand<input, 0>})
        -> (tensor<8x4xf32> {hocket.operand = #hocket.operand<output, 0>})
        attributes {hocket.stage = 0 : i64} {
      %y = linalg.matmul ins(%x, %w : ...) outs(%zero : ...)
      return %y : tensor<8x4xf32>
    }
    ```

    After:

    ```mlir
    func.func private @stage0.forward(%w: ..., %x: ...) -> (tensor<8x4xf32>
        {hocket.operand = #hocket.operand<output, 0>})
        attributes {hocket.kernel = "F", hocket.stage = 0 : i64} { ... }
    func.func private @stage0.backward(%w: ..., %x: ...,
        %dy: tensor<8x4xf32> {hocket.operand = #hocket.operand<output_gradient, 0>},
        %dw: tensor<4x4xf32> {hocket.operand = #hocket.operand<gradient, 0>})
        -> (tensor<4x4xf32> {hocket.operand = #hocket.operand<gradient, 0>},
            tensor<8x4xf32> {hocket.operand = #hocket.operand<input_gradient, 0>})
        attributes {hocket.kernel = "B", hocket.stage = 0 : i64} {
      %dx = linalg.matmul indexing_maps = [...] ins(%dy, %w : ...) outs(%zero : ...)
      %0 = linalg.matmul indexing_maps = [...] ins(%x, %dy : ...) outs(%dw : ...)
      return %0, %dx : tensor<4x4xf32>, tensor<8x4xf32>
    }
    ```
  }];
  let options = [
    Option<"forwardOnly", "forward-only", "bool", "false",
           "Make the forward kernels alone, which keep no residuals.">,
    Option<"split", "split", "bool", "false",
           "Make two backward kernels: for the inputs and for the parameters.">
  ];
  let dependentDialects = [
    "::hocket::HocketDialect", "::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
  let statistics = [
    Statistic<"numStages", "num-stages", "Number of stages differentiated">,
    Statistic<"numResiduals", "num-residuals", "Number of residuals kept">
  ];
}

def NewtonRecurrences : Pass<"hocket-newton-recurrences"> {
  let summary = "expand recurrences that Newton's method solves";
  let description = [{
    Replaces every `hocket.recurrence` with `newton(n)` by n iterations over all
    tokens at once. The start is h[t] = f(f(0, x[t - 1], w), x[t], w). An
    iteration evaluates the cell and its Jacobian J, which the scalar rules of differentiation make of
    the cell, at the states before each token (`hocket.shift`), solves
    d[t] = J[t] d[t - 1] + f(h[t - 1]) - h[t] by a `hocket.scan` over pairs
    (J, d), diagonal or of n x n blocks, and adds d to h. Recurrences without
    `newton` stay. An op of the cell that has no rule is an error.

    To be run after hocket-differentiate, which takes the gradient at the
    solution and not through the iterations.

    Before:

    ```mlir
    %h = hocket.recurrence inputs(%x : tensor<?x64xf32>)
        parameters(%u : tensor<64xf32>) offsets(%cu_seqlens : tensor<?xi32>)
        newton(1) -> tensor<?x64xf32> {...}
    ```

    After:

    ```mlir
    %first = linalg.generic ... ins(%x, %u : ...)
    %shifted = hocket.shift %first offsets(%cu_seqlens) : tensor<?x64xf32>, tensor<?xi32>
    %h0 = linalg.generic ... ins(%x, %shifted, %u : ...)
    %before = hocket.shift %h0 offsets(%cu_seqlens) : tensor<?x64xf32>, tensor<?xi32>
    %r:2 = linalg.generic ... ins(%x, %before, %h0, %u : ...)
    %s:2 = hocket.scan inputs(%r#1, %r#0 : tensor<?x64xf32>, tensor<?x64xf32>)
        offsets(%cu_seqlens : tensor<?xi32>)
        identity([dense<1.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {...}
    %h = linalg.generic ... ins(%h0, %s#1 : ...)
    ```
  }];
  let dependentDialects = [
    "::hocket::HocketDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // HOCKET_PASSES_DIFFERENTIATE_PASSES_TD
