//===- AttentionOperands.h - Rules that attention ops share -----*- C++ -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_ATTENTIONOPERANDS_H
#define HOCKET_DIALECTS_HOCKET_ATTENTIONOPERANDS_H

#include "hocket/Dialects/Hocket.h"

namespace hocket {

/// What every attention op has.
struct AttentionOperands {
  mlir::Operation *op;
  mlir::Value query, key, value;
  llvm::APFloat scale;

  template <typename OpT>
  explicit AttentionOperands(OpT op)
      : op(op), query(op.getQuery()), key(op.getKey()), value(op.getValue()),
        scale(op.getScale()) {}

  /// Ranks, element types, head sizes, the heads of key and value, and the
  /// scale.
  llvm::LogicalResult verify() const;
  /// Where both numbers of tokens are known, they are the same.
  llvm::LogicalResult verifyTokens(llvm::StringRef name, mlir::Value tensor,
                                   llvm::StringRef otherName,
                                   mlir::Value other) const;
};

/// `value`, an operand or a result called `name`, is of the type `expected`,
/// which follows from that of `origin`, called `like`.
struct AttentionTypeRule {
  llvm::StringRef name;
  mlir::Value value;
  mlir::Type expected;
  llvm::StringRef like;
  mlir::Value origin;
};
llvm::LogicalResult verifyTypes(mlir::Operation *op,
                                llvm::ArrayRef<AttentionTypeRule> rules);

/// The type of `lse`: [tokens, heads] of the query, in f32.
mlir::RankedTensorType lseType(mlir::Value query);

/// Notes where `value` comes from.
mlir::InFlightDiagnostic noteOrigin(mlir::InFlightDiagnostic diagnostic,
                                    llvm::StringRef name, mlir::Value value);

} // namespace hocket

#endif // HOCKET_DIALECTS_HOCKET_ATTENTIONOPERANDS_H
