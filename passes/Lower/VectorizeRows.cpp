//===- VectorizeRows.cpp - Linalg ops on buffers as vector code -----------===//

#include "RowVectorizer.h"

#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Remarks.h"

namespace hocket {
#define GEN_PASS_DEF_VECTORIZEROWS
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;
using linalg::LinalgOp;

namespace {

struct VectorizeRowsPass : hocket::impl::VectorizeRowsBase<VectorizeRowsPass> {
  using VectorizeRowsBase::VectorizeRowsBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<memref::CopyOp> copies;
    getOperation()->walk([&](memref::CopyOp copy) { copies.push_back(copy); });
    for (memref::CopyOp copy : copies)
      generalizeCopy(rewriter, copy);

    SmallVector<LinalgOp> ops;
    getOperation()->walk([&](LinalgOp op) { ops.push_back(op); });
    for (LinalgOp op : ops)
      if (failed(lower(rewriter, op)))
        return signalPassFailure();
  }

  /// Copies between dense buffers stay what they are: memcpy.
  static void generalizeCopy(RewriterBase &rewriter, memref::CopyOp copy) {
    auto isDense = [](Value buffer) {
      auto type = dyn_cast<MemRefType>(buffer.getType());
      return type && type.getLayout().isIdentity();
    };
    if (isDense(copy.getSource()) && isDense(copy.getTarget()))
      return;
    rewriter.setInsertionPoint(copy);
    rewriter.replaceOpWithNewOp<linalg::CopyOp>(copy, copy.getSource(),
                                                copy.getTarget());
  }

  LogicalResult lower(RewriterBase &rewriter, LinalgOp op) {
    if (!op.hasPureBufferSemantics())
      return op.emitOpError("must be on buffers to be vectorized");
    rewriter.setInsertionPoint(op);
    FailureOr<RowLoops> loops = RowLoops::create(rewriter, op);
    Operation *obstacle = op;
    if (succeeded(loops)) {
      RowVectorizer vectorizer(rewriter, op, *loops);
      obstacle = vectorizer.findObstacle();
      if (!obstacle) {
        vectorizer.run();
        rewriter.eraseOp(op);
        ++numVectorized;
        return success();
      }
    }
    if (op.getNumLoops() != 0) {
      remark::missed(op.getLoc(), remark::RemarkOpts::name("ScalarLoops")
                                      .category("hocket-vectorize-rows"))
          << remark::reason("'{0}' has no vector form here",
                            obstacle->getName());
      ++numScalar;
    }
    if (failed(linalg::linalgOpToLoops(rewriter, op)))
      return op.emitOpError("could not be lowered to loops");
    rewriter.eraseOp(op);
    return success();
  }
};

} // namespace
