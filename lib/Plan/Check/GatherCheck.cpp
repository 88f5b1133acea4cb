//===- GatherCheck.cpp - Whether the rows of a stage make sense -----------===//

#include "AttentionCheck.h"

#include "hocket/Plan/ModelCheck.h"

using namespace hocket;
using namespace hocket::plan;

static Error fail(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

Result<void> plan::checkGather(const Stage &stage, const std::string &where) {
  const RowGather &gather = *stage.gather;
  if (gather.row >= stage.inputs.size())
    return fail(where + " gathers its input #" + std::to_string(gather.row) +
                " of " + std::to_string(stage.inputs.size()));
  const TensorType &row = stage.inputs[gather.row];
  SizeExpr sequences = SizeExpr::symbol(1) + SizeExpr::constant(-1);
  bool isRow = row.element == ElementType::F32 && row.shape.size() == 2 &&
               row.shape[0] == sequences && row.shape[1].isConstant();
  if (!isRow)
    return fail(where + " gathers rows of type " + row.str() +
                "; a row is of f32 numbers for each sequence");
  if (gather.slots == 0 ||
      stage.attended != std::vector<TensorType>(gather.slots, row))
    return fail(where + " gathers rows of " + std::to_string(gather.slots) +
                " members and is given " +
                std::to_string(stage.attended.size()) +
                " values, or values of other types than " + row.str());
  if (binds(stage, Slot::Input, gather.row) ||
      binds(stage, Slot::InputGradient, gather.row))
    return fail("a task of " + where + " accesses input #" +
                std::to_string(gather.row) + ", which it gathers");
  for (uint32_t slot = 0; slot < gather.slots; ++slot)
    if (gather.isTrained && !binds(stage, Slot::AttendedGradient, slot))
      return fail(where + " does not give the gradient of the row in slot " +
                  std::to_string(slot));
  return {};
}
