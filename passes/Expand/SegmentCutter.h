//===- SegmentCutter.h - Stages cut where ranks meet ------------*- C++ -*-===//

#ifndef HOCKET_PASSES_EXPAND_SEGMENTCUTTER_H
#define HOCKET_PASSES_EXPAND_SEGMENTCUTTER_H

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SequenceEnds.h"
#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

namespace hocket {

/// Makes n + 1 functions of a stage function with n ops that ranks compute
/// together, attentions and rows of other ranks (hocket.rows_before): segment k
/// begins with what the k-th gives, arguments bound to `attended`, and segment
/// k - 1 returns what it takes as its first outputs: query, key and value, or
/// the row. What later segments need besides are further outputs and inputs;
/// what is cheap to compute from parameters and batch inputs each segment
/// computes itself.
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

  llvm::LogicalResult findMeetings();
  llvm::LogicalResult checkAttention(AttentionOp attention);
  /// Whether ranks compute `op` together.
  static bool isMeeting(mlir::Operation *op) {
    return llvm::isa<AttentionOp, RowsBeforeOp>(op);
  }
  /// What such an op takes of a segment, and what it gives to the next one.
  static llvm::SmallVector<mlir::Value> takenBy(mlir::Operation *meeting);
  static llvm::SmallVector<mlir::Value> givenBy(mlir::Operation *meeting);
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
  mlir::Value symbol(Segment &segment, unsigned index, mlir::Location loc);
  void setAttends(Segment &segment, AttentionOp attention);
  void setGathers(Segment &segment, RowsBeforeOp rows);
  mlir::AffineMapAttr shapeAttrOf(mlir::Value value);

  /// All values that `op` reads, those of its regions included.
  static llvm::SmallVector<mlir::Value> readBy(mlir::Operation *op);
  /// Whether `op` gives an extent that follows from the tokens.
  bool isExtent(mlir::Operation *op);
  Slot slotOf(mlir::BlockArgument argument);
  bool isAlwaysBound(mlir::Value value);
  unsigned definedIn(mlir::Value value);
  unsigned last() const { return meetings.size(); }

  mlir::func::FuncOp stage;
  SymbolicShapes shapes;
  llvm::SmallVector<mlir::Operation *> meetings;
  /// Ops that depend on nothing but parameters and batch inputs, those among
  /// them that depend on parameters, and those that are cheap.
  llvm::DenseSet<mlir::Operation *> ofArguments, ofParameters, cheap;
  llvm::DenseMap<mlir::Operation *, unsigned> segmentOf; // of the others
  /// The last segment that reads a value which an earlier one has.
  llvm::DenseMap<mlir::Value, unsigned> lastRead;
  /// By segment: what it is given besides what the op before it takes, in
  /// order.
  llvm::SmallVector<llvm::SmallVector<mlir::Value>> carried;
};

} // namespace hocket

#endif // HOCKET_PASSES_EXPAND_SEGMENTCUTTER_H
