//===- KernelBuilder.cpp - Kernels out of the ops of a function -----------===//

#include "KernelBuilder.h"

#include "hocket/Dialects/Hocket.h"

#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace hocket;

KernelBuilder::KernelBuilder(func::FuncOp source, StringRef suffix,
                             StringRef kind, Operation *after)
    : source(source), builder(source.getContext()) {
  builder.setInsertionPointAfter(after);
  StringRef base = source.getName();
  base.consume_back(".joint");
  kernel = func::FuncOp::create(builder, source.getLoc(), (base + suffix).str(),
                                builder.getFunctionType({}, {}));
  kernel.setVisibility(source.getVisibility());
  for (NamedAttribute attribute : source->getDiscardableAttrs())
    kernel->setAttr(attribute.getName(), attribute.getValue());
  kernel->setAttr(kKernelAttr, builder.getStringAttr(kind));
  kernel.addEntryBlock();
}

Value KernelBuilder::addArgument(Type type, DictionaryAttr attrs,
                                 Location loc) {
  unsigned number = kernel.getNumArguments();
  (void)kernel.insertArgument(number, type, attrs, loc);
  return kernel.getArgument(number);
}

Value KernelBuilder::addArgument(Value like, DictionaryAttr attrs) {
  Value argument = addArgument(like.getType(), attrs, like.getLoc());
  mapping.map(like, argument);
  return argument;
}

void KernelBuilder::finish(ArrayRef<Value> results,
                           ArrayRef<DictionaryAttr> attrs) {
  end();
  func::ReturnOp::create(builder, kernel.getLoc(), results);
  kernel.setType(builder.getFunctionType(kernel.getArgumentTypes(),
                                         ValueRange(results).getTypes()));
  kernel.setAllResultAttrs(attrs);
  IRRewriter rewriter(builder);
  DominanceInfo dominance(kernel);
  eliminateCommonSubExpressions(rewriter, dominance, kernel);
  (void)runRegionDCE(rewriter, kernel->getRegions());
}

DictionaryAttr hocket::bindResidual(SymbolicShapes &shapes, Value value,
                                    uint32_t index) {
  MLIRContext *context = value.getContext();
  NamedAttrList attrs;
  attrs.set(kOperandAttr, OperandAttr::get(context, Slot::Residual, index));
  // Nothing is kept whose shape is not known.
  if (!cast<RankedTensorType>(value.getType()).hasStaticShape())
    attrs.set(kShapeAttr, AffineMapAttr::get(
                              *toAffineMap(*shapes.shapeOf(value), context)));
  return attrs.getDictionary(context);
}
