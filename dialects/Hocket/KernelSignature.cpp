//===- KernelSignature.cpp - The operands of a kernel function ------------===//

#include "hocket/Dialects/KernelSignature.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"

using namespace mlir;
using namespace hocket;

namespace {

/// `what` is "argument" or "result".
FailureOr<KernelOperand> readOperand(func::FuncOp kernel, StringRef what,
                                     unsigned number, Type type,
                                     DictionaryAttr attributes) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return kernel.emitOpError()
           << what << " #" << number << " of a kernel must be a ranked tensor, "
           << "not " << type;
  auto binding =
      attributes ? attributes.getAs<OperandAttr>(kOperandAttr) : OperandAttr();
  if (!binding)
    return kernel.emitOpError()
           << what << " #" << number << " has no `" << kOperandAttr << "`";
  SymbolicShape shape;
  if (auto map = attributes.getAs<AffineMapAttr>(kShapeAttr)) {
    FailureOr<SymbolicShape> extents = fromAffineMap(map.getValue());
    if (failed(extents) ||
        extents->size() != static_cast<size_t>(tensor.getRank()))
      return kernel.emitOpError()
             << what << " #" << number << " has a `" << kShapeAttr
             << "` that does not fit " << tensor;
    shape = *extents;
  } else if (tensor.hasStaticShape()) {
    for (int64_t extent : tensor.getShape())
      shape.push_back(SizeExpr::constant(extent));
  } else {
    return kernel.emitOpError()
           << what << " #" << number << " has dynamic extents and no `"
           << kShapeAttr << "`: " << tensor;
  }
  FailureOr<hocket::TensorType> converted = toTensorType(tensor, shape);
  if (failed(converted))
    return kernel.emitOpError() << what << " #" << number
                                << " has an element type that a plan cannot "
                                   "hold: "
                                << tensor.getElementType();
  // Slot and plan::Slot list the same cases in the same order.
  return KernelOperand{{static_cast<plan::Slot>(binding.getSlot()),
                        binding.getIndex(), plan::Access::Read},
                       *converted,
                       std::nullopt,
                       std::nullopt};
}

} // namespace

static_assert(static_cast<uint32_t>(Slot::Step) ==
                  static_cast<uint32_t>(plan::Slot::Step) &&
              static_cast<uint32_t>(Slot::Residual) ==
                  static_cast<uint32_t>(plan::Slot::Residual));

FailureOr<SmallVector<KernelOperand>>
hocket::kernelOperands(func::FuncOp kernel) {
  SmallVector<KernelOperand> operands;
  for (unsigned number = 0; number < kernel.getNumArguments(); ++number) {
    FailureOr<KernelOperand> operand = readOperand(
        kernel, "argument", number, kernel.getArgumentTypes()[number],
        kernel.getArgAttrDict(number));
    if (failed(operand))
      return failure();
    operand->argument = number;
    operands.push_back(*operand);
  }
  for (unsigned number = 0; number < kernel.getNumResults(); ++number) {
    FailureOr<KernelOperand> operand =
        readOperand(kernel, "result", number, kernel.getResultTypes()[number],
                    kernel.getResultAttrDict(number));
    if (failed(operand))
      return failure();
    auto *shared = llvm::find_if(operands, [&](const KernelOperand &other) {
      return other.binding.slot == operand->binding.slot &&
             other.binding.index == operand->binding.index;
    });
    if (shared == operands.end()) {
      operand->result = number;
      operand->binding.access = plan::Access::Write;
      operands.push_back(*operand);
      continue;
    }
    if (shared->result)
      return kernel.emitOpError("results #")
             << *shared->result << " and #" << number
             << " are bound to the same value";
    if (shared->type != operand->type)
      return kernel.emitOpError("argument #")
             << *shared->argument << " and result #" << number
             << " are one buffer of two types: " << shared->type.str()
             << " and " << operand->type.str();
    shared->result = number;
    shared->binding.access = plan::Access::ReadWrite;
  }
  return operands;
}
