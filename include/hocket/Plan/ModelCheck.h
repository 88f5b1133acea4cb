//===- ModelCheck.h - Whether a model makes sense ---------------*- C++ -*-===//

#ifndef HOCKET_PLAN_MODELCHECK_H
#define HOCKET_PLAN_MODELCHECK_H

#include "hocket/Plan/Model.h"
#include "hocket/Support/Result.h"

namespace hocket::plan {

/// Whether `slot` belongs to one microbatch; the others live through the step.
bool isPerMicrobatch(Slot slot);

/// Whether `slot` counts the values of one stage: inputs and outputs, their
/// gradients, residuals.
bool isPerStage(Slot slot);

/// Whether some task of `stage` is bound to value `index` of `slot`.
bool binds(const Stage &stage, Slot slot, uint32_t index);

/// The type of the value that `operand` names in stage `stage`, or null where
/// an index is out of range. The model's own types are returned by address.
const TensorType *typeOf(const Model &model, const Stage &stage,
                         const Operand &operand);

/// Whether some stage begins with rows of other ranks: then every member of a
/// sequence group has a chunk of each sequence, if only an empty one.
bool gathersRows(const Model &model);

/// Whether `task` is what the gradient of its stage's attention comes after.
bool writesAttendedGradient(const TaskTemplate &task);

/// Checks a model that may come from a damaged file: indices and enumerators
/// in range, types of bounded size, operands that fit their kernels and their
/// slots, stages that fit each other. Errors: InvalidArgument.
Result<void> checkModel(const Model &model);

/// The parameters that each stage holds, sorted: those that its tasks name and,
/// in the first stage of a trained model, those that no task names.
std::vector<std::vector<uint32_t>> heldParameters(const Model &model);

/// Symbols of an update of parameter `index`: its number of elements.
Symbols updateSymbols(const Model &model, uint32_t index);

} // namespace hocket::plan

#endif // HOCKET_PLAN_MODELCHECK_H
