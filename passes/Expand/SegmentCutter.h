//===- SegmentCutter.h - Stages cut at their attentions ---------*- C++ -*-===//

#ifndef HOCKET_PASSES_EXPAND_SEGMENTCUTTER_H
#define HOCKET_PASSES_EXPAND_SEGMENTCUTTER_H

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

namespace hocket {

/// Makes n + 1 functions of a stage function with n attentions: segment k
/// begins with what attention k gives, an argument bound to `attended`, and
/// segment k - 1 returns its query, key and value as outputs 0, 1 and 2. What
/// later segments need besides are further outputs and inputs; what is cheap to
/// compute from parameters and batch inputs each segment computes itself.
class SegmentCutter {
public:
  explicit SegmentCutter(mlir::func::FuncOp stage);

  /// Builds the functions before the stage's, as stages `firstNumber`, ... The
  /// stage's function stays as it is. Emits an error where it cannot be cut.
  mlir::FailureOr<llvm::SmallVector<mlir::func::FuncOp>>
  run(int64_t firstNumber);

private:
  /// The arguments of a new segment that stand for values of the stage.
  struct Segment {
    unsigned index;
    mlir::func::FuncOp function;
    mlir::OpBuilder builder;
    mlir::IRMapping mapping;
  };

  llvm::LogicalResult findAttentions();
  llvm::LogicalResult checkAttention(AttentionOp attention);
  void classify(mlir::Operation &op);
  void placeOperations();
  llvm::LogicalResult findCarried();
  void need(mlir::Value value, unsigned segment);

  mlir::FailureOr<mlir::func::FuncOp> build(unsigned index, int64_t number);
  void addArgument(Segment &segment, mlir::Value value, OperandAttr binding,
                   mlir::AffineMapAttr shape);
  mlir::Value materialize(Segment &segment, mlir::Value value);
  void copy(Segment &segment, mlir::Operation *op);
  mlir::Value extent(Segment &segment, const SizeExpr &expr,
                     mlir::Location loc);
  void setAttends(Segment &segment);
  mlir::AffineMapAttr shapeAttrOf(mlir::Value value);

  /// All values that `op` reads, those of its regions included.
  static llvm::SmallVector<mlir::Value> readBy(mlir::Operation *op);
  /// Whether `op` gives an extent that follows from the tokens.
  bool isExtent(mlir::Operation *op);
  Slot slotOf(mlir::BlockArgument argument);
  bool isAlwaysBound(mlir::Value value);
  unsigned definedIn(mlir::Value value);
  unsigned last() const { return attentions.size(); }

  mlir::func::FuncOp stage;
  SymbolicShapes shapes;
  llvm::SmallVector<AttentionOp> attentions;
  /// Ops that depend on nothing but parameters and batch inputs, those among
  /// them that depend on parameters, and those that are cheap.
  llvm::DenseSet<mlir::Operation *> ofArguments, ofParameters, cheap;
  llvm::DenseMap<mlir::Operation *, unsigned> segmentOf; // of the others
  /// The last segment that reads a value which an earlier one has.
  llvm::DenseMap<mlir::Value, unsigned> lastRead;
  /// By segment: what it is given besides query, key and value, in order.
  llvm::SmallVector<llvm::SmallVector<mlir::Value>> carried;
};

} // namespace hocket

#endif // HOCKET_PASSES_EXPAND_SEGMENTCUTTER_H
