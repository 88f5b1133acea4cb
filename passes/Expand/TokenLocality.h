//===- TokenLocality.h - What may be computed token by token ----*- C++ -*-===//
//
// A rank that shares sequences runs the code of a stage on some of the tokens.
// That gives what the whole code gives for these tokens if no operation mixes
// tokens, but for sums over tokens, which the ranks' parts add up to.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_EXPAND_TOKENLOCALITY_H
#define HOCKET_PASSES_EXPAND_TOKENLOCALITY_H

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace hocket {

class TokenLocality {
public:
  /// `sumInputs` are the inputs of the stage, by number, that are sums over
  /// tokens.
  TokenLocality(mlir::func::FuncOp stage,
                const llvm::DenseSet<unsigned> &sumInputs);

  /// Emits an error at the first operation that may mix tokens, or that reads
  /// the offsets of the sequences and is no attention.
  llvm::LogicalResult check();
  /// The outputs of the stage, by number, that are sums over tokens.
  llvm::DenseSet<unsigned> sumOutputs();

private:
  /// What the ranks have of a value. Zeros are the same everywhere and add up,
  /// too.
  enum class Kind { Same, Zero, Tokens, Sum };

  llvm::LogicalResult checkOffsets();
  llvm::LogicalResult checkResults();
  llvm::LogicalResult check(mlir::Operation *op);
  llvm::LogicalResult checkLinalg(mlir::linalg::LinalgOp op);
  llvm::LogicalResult checkReads(mlir::linalg::LinalgOp op,
                                 std::optional<unsigned> loop);
  llvm::LogicalResult checkAdditive(mlir::linalg::LinalgOp op);
  llvm::LogicalResult checkLinear(mlir::linalg::LinalgOp op);
  llvm::LogicalResult checkLinear(mlir::Operation *op);
  llvm::LogicalResult checkSlice(mlir::OffsetSizeAndStrideOpInterface op,
                                 mlir::Value whole);
  llvm::LogicalResult
  checkReshape(mlir::Operation *op, mlir::Value fine,
               llvm::ArrayRef<mlir::ReassociationIndices> groups);

  Kind kindOf(mlir::Value value);
  /// The dimension that counts tokens; none where there is no or no single one.
  std::optional<unsigned> tokenDimOf(mlir::Value value);
  bool countsTokens(mlir::Value value);
  llvm::LogicalResult fail(mlir::Operation *op, const llvm::Twine &what);

  mlir::func::FuncOp stage;
  SymbolicShapes shapes;
  llvm::DenseMap<mlir::Value, Kind> kinds;
};

} // namespace hocket

#endif // HOCKET_PASSES_EXPAND_TOKENLOCALITY_H
