//===- WrapUpdate.cpp - The optimizer becomes a kernel --------------------===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Expand.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/Pass.h"

namespace hocket {
#define GEN_PASS_DEF_WRAPUPDATE
#include "passes/Expand/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

namespace {

/// The arguments of @update by role; states in order.
struct UpdateArguments {
  unsigned numParams = 0, numGrads = 0, numStates = 0, numSteps = 0;
};

FailureOr<UpdateArguments> checkSignature(func::FuncOp update,
                                          RankedTensorType vector) {
  auto scalar = RankedTensorType::get({}, vector.getElementType());
  UpdateArguments counts;
  for (BlockArgument argument : update.getArguments()) {
    unsigned number = argument.getArgNumber();
    auto role = update.getArgAttrOfType<RoleAttr>(number, kRoleAttr);
    Type expected = vector;
    if (role && role.getValue() == Role::Param) {
      ++counts.numParams;
    } else if (role && role.getValue() == Role::Grad) {
      ++counts.numGrads;
    } else if (role && role.getValue() == Role::State) {
      ++counts.numStates;
    } else if (role && role.getValue() == Role::Step) {
      ++counts.numSteps;
      expected = scalar;
    } else {
      return update.emitOpError("argument #")
             << number << " needs a `" << kRoleAttr
             << "`: param, grad, state or step";
    }
    if (argument.getType() != expected)
      return update.emitOpError("argument #")
             << number << " of role '" << stringifyRole(role.getValue())
             << "' must be " << expected << ", not " << argument.getType();
  }
  if (counts.numParams != 1 || counts.numGrads != 1 || counts.numSteps > 1)
    return update.emitOpError("must take one param, one grad and at most one "
                              "step");
  if (update.getNumResults() != 1 + counts.numStates ||
      !llvm::all_of(update.getResultTypes(),
                    [&](Type type) { return type == vector; }))
    return update.emitOpError("must return the parameter and its ")
           << counts.numStates << " states, each " << vector;
  return counts;
}

/// gradient / weight: the gradient of the mean over the step's tokens.
Value divideByWeight(OpBuilder &builder, Location loc, Value gradient,
                     Value weight, Value like) {
  MLIRContext *context = builder.getContext();
  auto identity = builder.getMultiDimIdentityMap(1);
  auto constantMap = AffineMap::get(1, 0, context);
  Value size = tensor::DimOp::create(builder, loc, like, 0);
  Value empty = tensor::EmptyOp::create(
      builder, loc, {OpFoldResult(size)},
      cast<RankedTensorType>(gradient.getType()).getElementType());
  auto generic = linalg::GenericOp::create(
      builder, loc, gradient.getType(), ValueRange{gradient, weight}, empty,
      {identity, constantMap, identity}, {utils::IteratorType::parallel},
      [](OpBuilder &inner, Location innerLoc, ValueRange values) {
        Value mean =
            arith::DivFOp::create(inner, innerLoc, values[0], values[1]);
        linalg::YieldOp::create(inner, innerLoc, mean);
      });
  return generic.getResult(0);
}

struct WrapUpdatePass : hocket::impl::WrapUpdateBase<WrapUpdatePass> {
  using WrapUpdateBase::WrapUpdateBase;

  void runOnOperation() override {
    auto update = getOperation().lookupSymbol<func::FuncOp>(function);
    if (!update)
      return; // a model that is not trained
    if (failed(wrap(update)))
      signalPassFailure();
  }

  LogicalResult wrap(func::FuncOp update) {
    OpBuilder builder(update);
    MLIRContext *context = &getContext();
    auto vector =
        RankedTensorType::get({ShapedType::kDynamic}, builder.getF32Type());
    auto scalar = RankedTensorType::get({}, builder.getF32Type());
    if (update.isExternal())
      return update.emitOpError("has no body");
    FailureOr<UpdateArguments> counts = checkSignature(update, vector);
    if (failed(counts))
      return failure();

    // The kernel's arguments: those of @update, then the weight.
    auto shape =
        AffineMapAttr::get(AffineMap::get(2, 0, builder.getAffineDimExpr(0)));
    auto types = llvm::to_vector(update.getArgumentTypes());
    types.push_back(scalar);
    auto kernel = func::FuncOp::create(
        builder, update.getLoc(), (update.getName() + ".kernel").str(),
        builder.getFunctionType(types, update.getResultTypes()));
    kernel.setPrivate();
    kernel->setAttr(kKernelAttr, builder.getStringAttr("Update"));
    Block *entry = kernel.addEntryBlock();
    builder.setInsertionPointToStart(entry);

    auto bind = [&](Slot slot, uint32_t index) {
      return OperandAttr::get(context, slot, index);
    };
    IRMapping mapping;
    uint32_t state = 0;
    SmallVector<Attribute> stateNames;
    Value weight = entry->getArguments().back();
    kernel.setArgAttr(types.size() - 1, kOperandAttr, bind(Slot::Weight, 0));
    Value parameter;
    for (BlockArgument argument : update.getArguments())
      if (update.getArgAttrOfType<RoleAttr>(argument.getArgNumber(), kRoleAttr)
              .getValue() == Role::Param)
        parameter = entry->getArgument(argument.getArgNumber());
    for (BlockArgument argument : update.getArguments()) {
      unsigned number = argument.getArgNumber();
      Value operand = entry->getArgument(number);
      OperandAttr binding;
      switch (update.getArgAttrOfType<RoleAttr>(number, kRoleAttr).getValue()) {
      case Role::Param:
        binding = bind(Slot::Parameter, 0);
        break;
      case Role::Grad:
        binding = bind(Slot::Gradient, 0);
        operand = divideByWeight(builder, argument.getLoc(), operand, weight,
                                 parameter);
        break;
      case Role::State: {
        auto name = update.getArgAttrOfType<StringAttr>(number, kNameAttr);
        stateNames.push_back(
            name ? name : builder.getStringAttr("state" + Twine(state)));
        binding = bind(Slot::State, state++);
        break;
      }
      default:
        binding = bind(Slot::Step, 0);
        break;
      }
      kernel.setArgAttr(number, kOperandAttr, binding);
      if (binding.getSlot() != Slot::Step)
        kernel.setArgAttr(number, kShapeAttr, shape);
      mapping.map(argument, operand);
    }
    if (!llvm::hasSingleElement(update.getBody()))
      return update.emitOpError("must be straight-line code");
    for (Operation &op : update.getBody().front())
      builder.clone(op, mapping);
    for (unsigned result = 0; result < kernel.getNumResults(); ++result) {
      kernel.setResultAttr(result, kOperandAttr,
                           result == 0 ? bind(Slot::Parameter, 0)
                                       : bind(Slot::State, result - 1));
      kernel.setResultAttr(result, kShapeAttr, shape);
    }
    kernel->setAttr(kStateNamesAttr, builder.getArrayAttr(stateNames));
    update.erase();
    return success();
  }
};

} // namespace
