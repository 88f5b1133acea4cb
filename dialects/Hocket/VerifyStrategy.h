//===- VerifyStrategy.h - What verifiers of strategy ops share --*- C++ -*-===//
//
// Each of these emits an error at the op, with a note at what else is at fault.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_DIALECTS_HOCKET_VERIFYSTRATEGY_H
#define HOCKET_DIALECTS_HOCKET_VERIFYSTRATEGY_H

#include "hocket/Dialects/Hocket.h"

namespace hocket {

/// Block arguments match the operands one to one.
llvm::LogicalResult verifyBlockArguments(mlir::Operation *op);

/// The body ends with a yield of values that match the results.
llvm::LogicalResult verifyYield(mlir::Operation *op);

/// The body is a chain of stages, each of which reads values of the one just
/// before it only, and yields what the last one returns. It ends with a yield.
llvm::LogicalResult verifyChain(mlir::Operation *op);

/// How an op cuts the batch into `parts`, the number in its clause `partsName`.
struct CutBatch {
  mlir::Operation *op;
  int64_t parts;
  llvm::StringRef partsName;
  mlir::ValueRange tokens;
  mlir::Value offsets;
  mlir::ValueRange shared;
};

/// What is cut can be cut, and into tensors of the types of the block
/// arguments; results can be summed.
llvm::LogicalResult verifyCutting(const CutBatch &batch);
template <typename OpT>
llvm::LogicalResult verifyCutting(OpT op, llvm::StringRef partsName) {
  return verifyCutting(CutBatch{op, op.getParts(), partsName, op.getTokens(),
                                op.getOffsets(), op.getShared()});
}

/// No op of type `InnerT` is within `op`; the outermost one gets a note.
template <typename InnerT>
llvm::LogicalResult verifyHasNo(mlir::Operation *op, llvm::StringRef advice) {
  mlir::WalkResult result =
      op->getRegion(0).walk<mlir::WalkOrder::PreOrder>([&](InnerT inner) {
        mlir::InFlightDiagnostic diagnostic =
            op->emitOpError()
            << "cannot contain a '" << inner->getName() << "': " << advice;
        diagnostic.attachNote(inner->getLoc()) << "it is here";
        return mlir::WalkResult::interrupt();
      });
  return llvm::failure(result.wasInterrupted());
}

} // namespace hocket

#endif // HOCKET_DIALECTS_HOCKET_VERIFYSTRATEGY_H
