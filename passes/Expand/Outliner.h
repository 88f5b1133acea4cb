//===- Outliner.h - Stages become functions ---------------------*- C++ -*-===//

#ifndef HOCKET_PASSES_EXPAND_OUTLINER_H
#define HOCKET_PASSES_EXPAND_OUTLINER_H

#include "hocket/Dialects/Hocket.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace hocket {

/// The code of a stage: operations, in order; the values from outside that they
/// may read, which all have a binding; and what the stage returns.
struct StageCode {
  llvm::SmallVector<mlir::Operation *> operations;
  llvm::SmallVector<mlir::Value> arguments, results;
  mlir::Location loc;
};

/// Makes a function of every stage of a loss function, and writes down the
/// strategy at it (hocket-outline).
class Outliner {
public:
  explicit Outliner(mlir::func::FuncOp loss) : loss(loss), builder(loss) {}

  llvm::LogicalResult run();

private:
  llvm::LogicalResult classifyArguments();
  /// Follows the strategy ops inward; `block` is the innermost strategy body.
  llvm::LogicalResult enter(mlir::Block &block);
  llvm::LogicalResult bindArguments(mlir::Operation *strategy,
                                    mlir::Block &body);
  llvm::LogicalResult outlineSequence(SequenceOp sequence);
  llvm::LogicalResult outlineStream(StreamOp stream);
  llvm::LogicalResult outlinePipeline(PipelineOp pipeline);
  llvm::LogicalResult outlineSkipPipeline(SkipPipelineOp pipeline);
  llvm::LogicalResult outlineChain(llvm::ArrayRef<StageOp> stages);
  llvm::LogicalResult outlineMicrobatches(MicrobatchesOp op);
  llvm::LogicalResult outlineSwitch(MicrobatchesOp op,
                                    SwitchMicrobatchOp choice);
  mlir::FailureOr<mlir::func::FuncOp> outlineStage(const StageCode &code,
                                                   bool isLast);
  llvm::LogicalResult annotateShapes(mlir::func::FuncOp stage);
  llvm::LogicalResult checkResults(mlir::func::FuncOp stage);
  /// Binds `values`, which stand for the results of `stage` where the next one
  /// reads them.
  void bindActivations(mlir::ValueRange values, mlir::func::FuncOp stage);
  /// Checks that a body of a skip-pipeline keeps the extents of what it takes.
  llvm::LogicalResult checkExtents(mlir::func::FuncOp stage);
  void setRoutes(const Routes &routes,
                 llvm::ArrayRef<llvm::SmallVector<int64_t>> nodes);
  void setNodes(llvm::ArrayRef<llvm::SmallVector<int64_t>> nodes);
  void set(llvm::StringRef degree, int64_t value) {
    strategy.set(degree, builder.getI64IntegerAttr(value));
  }

  mlir::func::FuncOp loss;
  mlir::OpBuilder builder;
  /// The binding of every argument of @loss, and of the block arguments of
  /// strategy bodies that stand for one.
  llvm::DenseMap<mlir::Value, OperandAttr> bindingOf;
  llvm::DenseMap<OperandAttr, mlir::AffineMapAttr> shapeOf;
  int64_t numStages = 0;
  /// What is written down: data, microbatches, chunks, schedule, and where they
  /// are given sequence and method, slices and activations, placement, orders,
  /// routes, nodes.
  mlir::NamedAttrList strategy;
};

} // namespace hocket

#endif // HOCKET_PASSES_EXPAND_OUTLINER_H
