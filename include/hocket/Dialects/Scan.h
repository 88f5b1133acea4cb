//===- Scan.h - What the scan ops and their lowerings share -----*- C++ -*-===//

#ifndef HOCKET_DIALECTS_SCAN_H
#define HOCKET_DIALECTS_SCAN_H

#include "hocket/Dialects/Hocket.h"

#include "llvm/ADT/SmallBitVector.h"

namespace hocket {

/// `type` [T, ...] without its tokens.
mlir::RankedTensorType sliceType(mlir::Type type);

/// The arguments of `block` that each operand of its terminator depends on.
llvm::SmallVector<llvm::SmallBitVector> argumentsOfYield(mlir::Block &block);

/// Which tuple of a combine region counts.
enum class Tuples { First, Both };

/// The elements of a tuple that the elements `wanted` of a combined tuple
/// depend on when tuples are combined again and again: `wanted`, and what
/// combining these reads of the first tuple or of both.
llvm::SmallBitVector closeOverCombine(mlir::Block &combine,
                                      llvm::SmallBitVector wanted,
                                      Tuples tuples);

/// Copies the ops of a region that the elements `wanted` of its yield need to
/// the insertion point, and returns these elements, null for others. Arguments
/// that are not read may be null.
llvm::SmallVector<mlir::Value> inlineRegion(mlir::OpBuilder &builder,
                                            mlir::Region &region,
                                            mlir::ValueRange arguments,
                                            const llvm::SmallBitVector &wanted);

/// The constant of type `type` that `identity` stands for.
mlir::Value materializeIdentity(mlir::OpBuilder &builder, mlir::Location loc,
                                mlir::Attribute identity,
                                mlir::RankedTensorType type);

} // namespace hocket

#endif // HOCKET_DIALECTS_SCAN_H
