//===- LinalgRules.cpp - Differentiation of the linalg dialect ------------===//

#include "LinalgAdjoint.h"

using namespace mlir;
using namespace hocket;

namespace {

template <typename Op>
struct LinalgModel
    : ReverseDifferentiableOpInterface::ExternalModel<LinalgModel<Op>, Op> {
  LogicalResult buildAdjoints(Operation *op, OpBuilder &builder,
                              Adjoints &adjoints) const {
    return LinalgAdjoint(builder, adjoints, cast<linalg::LinalgOp>(op)).run();
  }
  /// Element-wise ops and gathers: they read and write each element once.
  bool isCheapToRecompute(Operation *op) const {
    return cast<linalg::LinalgOp>(op).getNumReductionLoops() == 0;
  }
};

template <typename... Ops>
void attachAll(MLIRContext *context) {
  (Ops::template attachInterface<LinalgModel<Ops>>(*context), ...);
}

} // namespace

void hocket::registerLinalgModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    attachAll<
#define GET_OP_LIST
#include "mlir/Dialect/Linalg/IR/LinalgStructuredOps.cpp.inc"
        >(context);
  });
}
