//===- HocketRules.cpp - Differentiation of the hocket dialect ------------===//

#include "ScanRules.h"

#include "hocket/Dialects/Hocket.h"

using namespace mlir;
using namespace hocket;

namespace {

/// The backward reads the forward's output and log-sum-exp: the probabilities
/// are computed again, block by block.
struct AttentionModel
    : ReverseDifferentiableOpInterface::ExternalModel<AttentionModel,
                                                      AttentionOp> {
  LogicalResult buildAdjoints(Operation *op, OpBuilder &builder,
                              Adjoints &adjoints) const {
    auto attention = cast<AttentionOp>(op);
    Value outputGradient = adjoints.get(builder, attention.getOutput());
    if (!outputGradient)
      outputGradient = adjoints.zeros(builder, attention.getOutput());
    Value lseGradient = adjoints.get(builder, attention.getLse());
    Value inputs[] = {attention.getQuery(), attention.getKey(),
                      attention.getValue()};
    SmallVector<Type> types(ValueRange(inputs).getTypes());
    auto gradient = AttentionGradOp::create(
        builder, op->getLoc(), types, inputs[0], inputs[1], inputs[2],
        attention.getOffsets(), attention.getOutput(), attention.getLse(),
        outputGradient, lseGradient, attention.getScaleAttr(),
        attention.getCausalAttr());
    for (auto [input, result] : llvm::zip(inputs, gradient->getResults()))
      if (adjoints.isActive(input))
        adjoints.add(builder, input, result);
    return success();
  }
};

} // namespace

void hocket::registerHocketModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, HocketDialect *) {
    AttentionOp::attachInterface<AttentionModel>(*context);
    attachScanModels(context);
  });
}
