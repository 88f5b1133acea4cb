//===- AttentionCheck.cpp - Whether a stage's attention makes sense -------===//

#include "AttentionCheck.h"

#include "hocket/Plan/ModelCheck.h"

#include <set>

using namespace hocket;
using namespace hocket::plan;

static Error fail(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

/// `what` names the kernel for messages.
static Result<void> checkKernel(const Model &model, uint32_t kernel,
                                const std::string &what,
                                const std::vector<TensorType> &expected) {
  if (kernel >= model.kernels.size())
    return fail(what + " is kernel #" + std::to_string(kernel) + " of " +
                std::to_string(model.kernels.size()));
  const std::vector<TensorType> &operands = model.kernels[kernel].operands;
  if (operands.size() != expected.size())
    return fail(what + " takes " + std::to_string(operands.size()) +
                " operands instead of " + std::to_string(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i)
    if (operands[i] != expected[i])
      return fail(what + " has operand #" + std::to_string(i) + " of type " +
                  operands[i].str() + " instead of " + expected[i].str());
  return {};
}

Result<void> plan::checkAttention(const Model &model, const Stage &stage,
                                  const std::string &where) {
  if (!stage.attention)
    return stage.attended.empty()
               ? Result<void>()
               : fail(where + " has no attention but what one gives");
  const Attention &attention = *stage.attention;
  if (attention.heads == 0 || attention.keyHeads == 0 ||
      attention.headSize == 0 || attention.heads % attention.keyHeads)
    return fail(where + "'s attention has " + std::to_string(attention.heads) +
                " query heads, " + std::to_string(attention.keyHeads) +
                " key heads and a head size of " +
                std::to_string(attention.headSize));
  if (stage.attended.empty())
    return fail(where + "'s attention gives nothing");
  ElementType element = stage.attended.front().element;
  auto heads = [&](SizeExpr tokens, SizeExpr count) {
    return TensorType{element,
                      {tokens, count, SizeExpr::constant(attention.headSize)}};
  };
  auto symbol = [](unsigned index) { return SizeExpr::symbol(index); };
  SizeExpr count = SizeExpr::constant(attention.heads),
           keyCount = SizeExpr::constant(attention.keyHeads);
  TensorType query = heads(symbol(0), count), key = heads(symbol(0), keyCount);
  TensorType sums{ElementType::F32, {symbol(0), count}};
  if (stage.attended != std::vector<TensorType>{query, sums, sums})
    return fail(where +
                "'s attention must give its output, the log-sum-exp and "
                "delta: " +
                query.str() + " and twice " + sums.str());

  std::set<uint32_t> inputs{attention.query, attention.key, attention.value};
  if (inputs.size() != 3 || *inputs.rbegin() >= stage.inputs.size())
    return fail(where + "'s attention does not read three inputs of the stage");
  if (stage.inputs[attention.query] != query ||
      stage.inputs[attention.key] != key ||
      stage.inputs[attention.value] != key)
    return fail(where + "'s attention reads inputs of other types than " +
                query.str() + " and " + key.str());
  for (uint32_t input : inputs)
    if (binds(stage, Slot::Input, input) ||
        binds(stage, Slot::InputGradient, input))
      return fail("a task of " + where + " accesses input #" +
                  std::to_string(input) + ", which its attention alone reads");
  for (const TaskTemplate &task : stage.tasks)
    for (const Operand &operand : task.operands)
      if (operand.slot == Slot::Attended && operand.index > 0)
        return fail("a task of " + where + " accesses " +
                    std::string(name(operand.slot)) + " #" +
                    std::to_string(operand.index) +
                    ", which is for the gradient of the attention alone");
  if (attention.isTrained && !binds(stage, Slot::AttendedGradient, 0))
    return fail(where + " does not give the gradient of what its attention "
                        "gives");

  TensorType queries = heads(symbol(0), symbol(2)),
             keys = heads(symbol(1), symbol(3)),
             table{ElementType::I32, {symbol(4)}},
             ofHeads{ElementType::F32, {symbol(0), symbol(2)}};
  std::string what = "the kernel of " + where + "'s attention";
  if (Result<void> checked =
          checkKernel(model, attention.part, what,
                      {queries, keys, keys, table, queries, ofHeads});
      !checked)
    return checked;
  if (Result<void> checked =
          checkKernel(model, attention.merge, what + " (merge)",
                      {queries, ofHeads, queries, ofHeads});
      !checked || !attention.isTrained)
    return checked;
  if (Result<void> checked =
          checkKernel(model, attention.delta, what + " (delta)",
                      {queries, queries, ofHeads});
      !checked)
    return checked;
  return checkKernel(model, attention.partGrad, what + " (gradient)",
                     {queries, keys, keys, table, ofHeads, queries, ofHeads,
                      queries, keys, keys});
}
