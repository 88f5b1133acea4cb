//===- GradientHarness.h - Kernels against finite differences ---*- C++ -*-===//
//
// Differentiates a stage, runs its kernels by the JIT compiler of MLIR and
// compares the gradients with central differences of the forward, in f64.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_TEST_UNIT_DIFFERENTIATE_GRADIENTHARNESS_H
#define HOCKET_TEST_UNIT_DIFFERENTIATE_GRADIENTHARNESS_H

#include "hocket/Passes/Differentiate.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"

#include <memory>
#include <string>

namespace hocket::test {

struct GradientCase {
  /// A module with a function @stage0 on f64 and integer tensors; a `?` is T.
  std::string source;
  /// What each argument is: p(arameter), i(nput), b(atch). The results are
  /// outputs, or with `isLast` the loss and its weight.
  std::string roles;
  bool isLast = false;
  /// Floating-point arguments are drawn from here, integers from 0 to
  /// `integers` - 1.
  double low = -1.0, high = 1.0;
  int integers = 3;
  int64_t tokens = 5;
  /// Passes that run on the stage before it is differentiated.
  std::string before;
};

/// A context with all that the kernels of the tests need.
std::unique_ptr<mlir::MLIRContext> makeContext();

/// Parses the case and annotates @stage0; null after a failed expectation.
mlir::OwningOpRef<mlir::ModuleOp> parseStage(const GradientCase &gradientCase,
                                             mlir::MLIRContext &context);

/// Checks every gradient of the case, with the backward as one kernel and in
/// two. Fails the running test where one is
/// wrong by more than 1e-6 of its size, and where all are zero.
void checkGradients(const GradientCase &gradientCase);

} // namespace hocket::test

#endif // HOCKET_TEST_UNIT_DIFFERENTIATE_GRADIENTHARNESS_H
