//===- LinalgAdjoint.h - The gradients of a linalg op -----------*- C++ -*-===//
//
// Every structured op is differentiated by one rule, which knows its maps, its
// iterators and its body, and not which op it is.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PASSES_DIFFERENTIATE_LINALGADJOINT_H
#define HOCKET_PASSES_DIFFERENTIATE_LINALGADJOINT_H

#include "Utils.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"

namespace hocket {

/// How a result is made of what the body computes at each point.
enum class Combination {
  Elementwise, ///< no reduction: what the body yields
  Sum,         ///< added to the element so far
  Extremum,    ///< the maximum or minimum with the element so far
};

struct LinalgResult {
  unsigned index = 0;
  Combination combination = Combination::Elementwise;
  mlir::AffineMap map;   // from the loops to its elements
  mlir::Value gradient;  // of an extremum: divided among equal candidates
  mlir::Value primal;    // of an extremum: which candidate was chosen
  mlir::Value candidate; // of an extremum: in the op's body
};

/// What a gradient is computed for: an operand, or what the body captures.
struct LinalgLeaf {
  mlir::Value target;  // outside of the body
  mlir::AffineMap map; // from the loops to the target's elements
  mlir::Value inBody;  // the scalar in the op's body
  mlir::Operation *extract =
      nullptr;         // the tensor.extract that reads it, if any
  unsigned number = 0; // among the leaves of the op
};

/// One result of an op under construction.
struct LinalgDestination {
  LinalgLeaf leaf;
  mlir::Value contribution; // in the body
  mlir::Value init;         // what the op writes to
  bool accumulates = false; // reads the init
  mlir::Value existing;     // an argument of the body to be added
  mlir::Value rest;         // of the gradient, where the op writes to a part
};

/// A body over the loops of the op under construction: a copy of the op's body,
/// with the gradients of its results at hand.
struct LinalgBody {
  mlir::Region region;
  mlir::IRMapping mapping; // from the op's body
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::SmallVector<mlir::Value> inputs; // one for each argument of the block
  llvm::SmallVector<mlir::AffineMap> maps;
  llvm::DenseMap<unsigned, mlir::Value> gradientOf; // result -> argument
  llvm::DenseMap<unsigned, mlir::Value> primalOf;   // result -> argument

  mlir::Block &block() { return region.front(); }
};

class LinalgAdjoint {
public:
  LinalgAdjoint(mlir::OpBuilder &builder, Adjoints &adjoints,
                mlir::linalg::LinalgOp op)
      : rewriter(builder), adjoints(adjoints), original(op) {}

  llvm::LogicalResult run();

private:
  llvm::LogicalResult makeGeneric();
  llvm::LogicalResult classifyResults();
  llvm::LogicalResult classify(LinalgResult &result);
  llvm::LogicalResult findLeaves();
  llvm::LogicalResult addLeaf(const LinalgLeaf &leaf);
  void findLoops();
  llvm::LogicalResult shareAmongTies(LinalgResult &result);
  /// Finds leaves whose contributions are the sum of another leaf's.
  llvm::LogicalResult findSums();
  /// Adds the contributions to all leaves that are read through `map`.
  llvm::LogicalResult emit(mlir::AffineMap map,
                           llvm::ArrayRef<LinalgLeaf> group);
  /// The same for leaves whose contributions are sums of others'.
  llvm::LogicalResult emitSums(mlir::AffineMap map,
                               llvm::ArrayRef<LinalgLeaf> group);
  llvm::LogicalResult
  write(LinalgBody &body, mlir::AffineMap map,
        llvm::MutableArrayRef<LinalgDestination> destinations);
  void scatter(const LinalgLeaf &leaf, mlir::Value gradient);

  /// Seeds the body and sweeps over it; gradients of the leaves by value.
  mlir::FailureOr<llvm::DenseMap<mlir::Value, mlir::Value>>
  sweep(LinalgBody &body, llvm::ArrayRef<LinalgLeaf> group);

  bool isFull(mlir::AffineMap map) const;
  std::unique_ptr<LinalgBody> copyBody();
  /// Closes the body over the destinations and makes an op of it; drops the
  /// inputs that are not read. Fails after an error at the op where a gradient
  /// depends on the partial results of a reduction.
  mlir::FailureOr<mlir::linalg::GenericOp>
  finish(LinalgBody &body, mlir::ValueRange inits, mlir::AffineMap initMap,
         llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::OpBuilder &,
                                                           mlir::ValueRange)>
             yield);

  mlir::IRRewriter rewriter;
  Adjoints &adjoints;
  mlir::linalg::LinalgOp original;
  mlir::linalg::GenericOp op; // a copy of `original`, erased at the end
  llvm::SmallVector<LinalgResult> results;
  llvm::SmallVector<LinalgLeaf> leaves;
  llvm::SmallVector<mlir::OpFoldResult> loops; // extents
  llvm::DenseMap<unsigned, unsigned> sumOf;    // leaf -> leaf over all loops
  llvm::DenseMap<unsigned, mlir::Value> own;   // leaf -> its contribution alone
  /// What extracts under a condition were told to read.
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>> indices;
};

} // namespace hocket

#endif // HOCKET_PASSES_DIFFERENTIATE_LINALGADJOINT_H
