//===- KernelWorkTest.cpp - Operations of a kernel ------------------------===//

#include "hocket/Passes/KernelWork.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace hocket;

namespace {

/// An op of a dialect that hocket does not know, as a plugin may bring one. Its
/// region is a part of what it counts.
struct TransformOp : Op<TransformOp, OpTrait::OneOperand, OpTrait::OneResult,
                        OpTrait::OneTypedResult<RankedTensorType>::Impl,
                        OpTrait::ZeroSuccessors, OpTrait::VariadicRegions,
                        OpTrait::NoTerminator, WorkOpInterface::Trait> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TransformOp)
  using Op::Op;
  static llvm::StringRef getOperationName() { return "signal.transform"; }
  static llvm::ArrayRef<llvm::StringRef> getAttributeNames() { return {}; }

  /// 5 operations for each element.
  SizeExpr countFlops(SymbolicShapes &shapes) {
    FailureOr<SymbolicShape> shape = shapes.shapeOf(getOperand());
    if (failed(shape))
      return {};
    return SizeExpr::constant(5) * (*shape)[0] * (*shape)[1];
  }
};

struct SignalDialect : Dialect {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(SignalDialect)
  static llvm::StringRef getDialectNamespace() { return "signal"; }
  explicit SignalDialect(MLIRContext *context)
      : Dialect("signal", context, TypeID::get<SignalDialect>()) {
    addOperations<TransformOp>();
  }
};

class KernelWork : public ::testing::Test {
protected:
  KernelWork() : context(MLIRContext::Threading::DISABLED) {
    DialectRegistry registry;
    registry.insert<HocketDialect, SignalDialect, arith::ArithDialect,
                    func::FuncDialect, linalg::LinalgDialect, math::MathDialect,
                    tensor::TensorDialect>();
    registerWorkModels(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Of a function with the arguments that the text of its head says.
  SizeExpr flopsOf(const std::string &body) {
    std::string source =
        "func.func @kernel(%x: tensor<?x8xf32> {hocket.shape = "
        "affine_map<(d0, d1) -> (d0, 8)>}, %w: tensor<8x4xf32>, "
        "%q: tensor<?x2x16xf32> {hocket.shape = "
        "affine_map<(d0, d1) -> (d0, 2, 16)>}, %o: tensor<?xi32> "
        "{hocket.shape = affine_map<(d0, d1) -> (d1)>}, "
        "%p: tensor<?x?x16xf32> {hocket.shape = "
        "affine_map<(d0, d1, d2) -> (d0, d2, 16)>}, "
        "%k: tensor<?x?x16xf32> {hocket.shape = "
        "affine_map<(d0, d1, d2, d3) -> (d1, d3, 16)>}, "
        "%l: tensor<?x?xf32> {hocket.shape = "
        "affine_map<(d0, d1, d2) -> (d0, d2)>}) {\n" +
        body + "\nreturn\n}";
    module = parseSourceString<ModuleOp>(source, &context);
    EXPECT_TRUE(module) << source;
    if (!module)
      return {};
    return countFlops(*module->getOps<func::FuncOp>().begin());
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  const SizeExpr tokens = SizeExpr::symbol(0);
};

const char *const kProduct = R"(
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x8xf32>
  %empty = tensor.empty(%rows) : tensor<?x4xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x4xf32>) outs(%init : tensor<?x4xf32>) -> tensor<?x4xf32>
)";

TEST_F(KernelWork, CountsProducts) {
  EXPECT_EQ(flopsOf(kProduct), SizeExpr::constant(2 * 8 * 4) * tokens);
}

TEST_F(KernelWork, CountsBodies) {
  // Of exp(x) * 2 + 1 three of the ops compute floating-point numbers.
  EXPECT_EQ(flopsOf(R"(
    %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        outs(%x : tensor<?x8xf32>) {
    ^bb0(%a: f32):
      %one = arith.constant 1.0 : f32
      %two = arith.constant 2.0 : f32
      %row = linalg.index 0 : index
      %next = arith.addi %row, %row : index
      %e = math.exp %a : f32
      %m = arith.mulf %e, %two : f32
      %s = arith.addf %m, %one : f32
      linalg.yield %s : f32
    } -> tensor<?x8xf32>)"),
            SizeExpr::constant(3 * 8) * tokens);
}

TEST_F(KernelWork, CountsAttention) {
  auto attention = [](const std::string &causal) {
    return "%a, %lse = hocket.attention %q, %q, %q offsets(%o) scale(0.25) " +
           causal +
           " : tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, "
           "tensor<?xi32> -> tensor<?x2x16xf32>, tensor<?x2xf32>\n";
  };
  SizeExpr products = tokens * tokens * SizeExpr::constant(2 * 16);
  EXPECT_EQ(flopsOf(attention("")), SizeExpr::constant(4) * products);
  EXPECT_EQ(flopsOf(attention("causal")), SizeExpr::constant(2) * products);
  // The forward and, of its five products, the half that is not masked.
  EXPECT_EQ(
      flopsOf(attention("causal") +
              "%dq, %dk, %dv = hocket.attention_grad %q, %q, %q offsets(%o) "
              "forward(%a, %lse) gradient(%a) scale(0.25) causal : "
              "(tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, "
              "tensor<?xi32>, tensor<?x2x16xf32>, tensor<?x2xf32>, "
              "tensor<?x2x16xf32>) -> (tensor<?x2x16xf32>, "
              "tensor<?x2x16xf32>, tensor<?x2x16xf32>)"),
      SizeExpr::constant(2 + 5) * products);
}

/// What a table asks for is known only when it is there, so it does not matter
/// whether the attention is causal: a pair of query and key costs the same.
TEST_F(KernelWork, CountsPartsOfAttention) {
  SizeExpr pairs = tokens * SizeExpr::symbol(1);
  SizeExpr product = pairs * SizeExpr::symbol(2) * SizeExpr::constant(2 * 16);
  for (const std::string causal : {"", "causal"}) {
    std::string part =
        "%a, %lse = hocket.attention_part %p, %k, %k table(%o) running(%p, %l) "
        "scale(0.25) " +
        causal +
        " : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, "
        "tensor<?xi32>, tensor<?x?x16xf32>, tensor<?x?xf32>) -> "
        "(tensor<?x?x16xf32>, tensor<?x?xf32>)\n";
    EXPECT_EQ(flopsOf(part), SizeExpr::constant(2) * product);
    // The shapes of results are known, too.
    EXPECT_EQ(
        flopsOf(part +
                "%dq, %dk, %dv = hocket.attention_part_grad %a, %k, %k "
                "table(%o) forward(%lse) gradient(%a, %lse) "
                "running(%p, %k, %k) scale(0.25) " +
                causal +
                " : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, "
                "tensor<?x?x16xf32>, tensor<?xi32>, tensor<?x?xf32>, "
                "tensor<?x?x16xf32>, tensor<?x?xf32>, tensor<?x?x16xf32>, "
                "tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> "
                "(tensor<?x?x16xf32>, tensor<?x?x16xf32>, "
                "tensor<?x?x16xf32>)"),
        SizeExpr::constant(2 + 5) * product);
  }
}

TEST_F(KernelWork, OpsFromElsewhereSayTheirOwn) {
  EXPECT_EQ(flopsOf(R"(
    %y = "signal.transform"(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32>)"),
            SizeExpr::constant(5 * 8) * tokens);
  // What is in its region is not counted twice.
  EXPECT_EQ(flopsOf(std::string(R"(
    %t = "signal.transform"(%x) ({)") +
                    kProduct + R"(
    }) : (tensor<?x8xf32>) -> tensor<?x8xf32>)"),
            SizeExpr::constant(5 * 8) * tokens);
}

TEST_F(KernelWork, OtherOpsAreSearched) {
  // tensor.generate has no work of its own; what its body has is found.
  EXPECT_EQ(flopsOf(R"(
    %c2 = arith.constant 2 : index
    %g = tensor.generate %c2 {
    ^bb0(%i: index):
      %y = "signal.transform"(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32>
      %e = tensor.extract %y[%i, %i] : tensor<?x8xf32>
      tensor.yield %e : f32
    } : tensor<?xf32>)"),
            SizeExpr::constant(5 * 8) * tokens);
}

} // namespace
