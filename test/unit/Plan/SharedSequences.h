//===- SharedSequences.h - A plan whose ranks share sequences ---*- C++ -*-===//
//
// Written down by hand: two ranks and two sequences, of 6 and 3 tokens. Rank 0
// has the first half of each (3 and 2 tokens), rank 1 the second half. With
// causal attention rank 1 needs the keys and values of rank 0, and sends it the
// gradients of those. Header only; used by several tests.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_TEST_UNIT_PLAN_SHAREDSEQUENCES_H
#define HOCKET_TEST_UNIT_PLAN_SHAREDSEQUENCES_H

#include "hocket/Plan/ModelCheck.h"
#include "hocket/Plan/Plan.h"
#include "hocket/Plan/Shares.h"

#include <algorithm>

namespace hocket::plan::test {

/// A stage that makes queries (4 heads of 8), keys and values (2 heads), and
/// one that begins with their attention.
inline Model makeSharedModel() {
  SizeExpr tokens = SizeExpr::symbol(0), keyTokens = SizeExpr::symbol(1);
  SizeExpr heads = SizeExpr::symbol(2), keyHeads = SizeExpr::symbol(3);
  auto number = [](int64_t value) { return SizeExpr::constant(value); };
  auto real = [](std::vector<SizeExpr> shape) {
    return TensorType{ElementType::F32, std::move(shape)};
  };
  auto ids = [](SizeExpr extent) {
    return TensorType{ElementType::I32, {std::move(extent)}};
  };
  TensorType query = real({tokens, number(4), number(8)});
  TensorType key = real({tokens, number(2), number(8)});
  TensorType lse = real({tokens, number(4)});
  TensorType weights = real({number(4)}), scalar = real({});

  Model model;
  model.name = "shared";
  model.parameters = {{"w", weights, Init::Ones, 0}};
  model.batch = {{"tokens", ids(tokens), false},
                 {"cu_seqlens", ids(keyTokens), true}};
  auto kernel = [&](std::string symbol, std::vector<TensorType> operands,
                    SizeExpr flops) {
    model.kernels.push_back(
        {std::move(symbol), std::move(operands), {}, std::move(flops), {}});
    return uint32_t(model.kernels.size() - 1);
  };
  using O = Operand;
  Stage embed;
  embed.name = "embed";
  embed.outputs = {query, key, key};
  embed.tasks = {
      {TaskKind::F,
       kernel("embed.F", {ids(tokens), weights, query, key, key},
              number(100) * tokens),
       {O{Slot::Batch, 0, Access::Read}, O{Slot::Parameter, 0, Access::Read},
        O{Slot::Output, 0, Access::Write}, O{Slot::Output, 1, Access::Write},
        O{Slot::Output, 2, Access::Write}}},
      {TaskKind::B,
       kernel("embed.B", {ids(tokens), query, key, key, weights},
              number(200) * tokens),
       {O{Slot::Batch, 0, Access::Read}, O{Slot::OutputGradient, 0},
        O{Slot::OutputGradient, 1}, O{Slot::OutputGradient, 2},
        O{Slot::Gradient, 0, Access::ReadWrite}}}};
  Stage head;
  head.name = "head";
  head.inputs = embed.outputs;
  head.attended = {query, lse, lse};
  head.tasks = {
      {TaskKind::F,
       kernel("head.F", {query, scalar, scalar}, number(10) * tokens),
       {O{Slot::Attended, 0, Access::Read}, O{Slot::Loss, 0, Access::ReadWrite},
        O{Slot::Weight, 0, Access::ReadWrite}}},
      {TaskKind::B,
       kernel("head.B", {query, query}, number(20) * tokens),
       {O{Slot::Attended, 0, Access::Read},
        O{Slot::AttendedGradient, 0, Access::Write}}}};

  TensorType queries = real({tokens, heads, number(8)});
  TensorType keys = real({keyTokens, keyHeads, number(8)});
  TensorType sums = real({tokens, heads}), table = ids(SizeExpr::symbol(4));
  SizeExpr products = tokens * keyTokens * heads;
  Attention attention{0, 1, 2, 4, 2, 8, true};
  attention.part =
      kernel("attention.part", {queries, keys, keys, table, queries, sums},
             number(32) * products);
  attention.merge = kernel("attention.merge", {queries, sums, queries, sums},
                           number(2) * tokens * heads);
  attention.delta = kernel("attention.delta", {queries, queries, sums},
                           number(16) * tokens * heads);
  attention.partGrad = kernel(
      "attention.part_grad",
      {queries, keys, keys, table, sums, queries, sums, queries, keys, keys},
      number(80) * products);
  model.kernels[attention.partGrad].workspaceBytes = number(64) * tokens;
  attention.isTrained = true;
  head.attention = attention;
  model.stages = {std::move(embed), std::move(head)};
  return model;
}

/// Writes the buffers and the body of a role.
class SharedRole {
public:
  SharedRole(const Plan &plan, const Model &model, uint32_t coordinate)
      : plan(plan), model(model), coordinate(coordinate) {
    role.name = coordinate == 0 ? "first" : "second";
    role.stages = {0, 1};
  }

  /// The number of the buffer of a value or a share of one.
  uint32_t operator()(Slot slot, uint32_t index = 0, Share share = {}) {
    for (uint32_t i = 0; i < role.buffers.size(); ++i)
      if (const Buffer &known = role.buffers[i]; known.binding.slot == slot &&
                                                 known.binding.index == index &&
                                                 known.share == share)
        return i;
    Buffer made;
    made.binding = {slot, index, Access::Read};
    made.name = name(slot) + std::to_string(index);
    if (share != Share())
      made.name += "." + std::to_string(role.buffers.size());
    bool isEmbed = slot == Slot::Output || slot == Slot::OutputGradient;
    if (isPerStage(slot))
      made.stage = isEmbed ? 0 : 1;
    made.share = share;
    made.type = shareType(
        *typeOf(model, model.stages[isEmbed ? 0 : 1], made.binding), share);
    Symbols symbols = {};
    if (isPerMicrobatch(slot)) {
      made.microbatch = 0;
      symbols = plan.shape(ownerOf(made, coordinate), 0).symbols();
    }
    made.bytes = made.type.bytes().evaluate(symbols);
    made.offset = role.arenaBytes;
    role.arenaBytes += (made.bytes + 63) / 64 * 64;
    role.buffers.push_back(std::move(made));
    return uint32_t(role.buffers.size() - 1);
  }

  Instruction &add(Op op, int32_t stage, std::vector<uint32_t> buffers) {
    Instruction made;
    made.op = op;
    made.stage = stage;
    made.microbatch = stage < 0 ? -1 : 0;
    made.buffers = std::move(buffers);
    role.body.push_back(std::move(made));
    return role.body.back();
  }
  void task(TaskKind kind, int32_t stage, std::vector<uint32_t> buffers) {
    Instruction &made = add(Op::Kernel, stage, std::move(buffers));
    made.kind = kind;
    made.kernel = model.stages[size_t(stage)].find(kind)->kernel;
  }
  void attend(uint32_t kernel, uint32_t table, std::vector<uint32_t> buffers) {
    Instruction &made = add(Op::Attend, 1, std::move(buffers));
    made.kernel = kernel;
    bool hasTable = kernel != model.stages[1].attention->delta &&
                    kernel != model.stages[1].attention->merge;
    made.index = hasTable ? table : kNoTable;
  }
  void message(Op op, uint32_t buffer) { add(op, 1, {buffer}).peer = 0; }

  Role role;

private:
  const Plan &plan;
  const Model &model;
  uint32_t coordinate;
};

/// The rank of `coordinate` runs this.
inline Role makeSharedRole(const Plan &plan, const Model &model,
                           uint32_t coordinate) {
  SharedRole b(plan, model, coordinate);
  const Attention &attention = *model.stages[1].attention;
  bool isSecond = coordinate == 1;
  Share other{0, 0, 2, -1}, term{0, 0, 2, 1};
  uint32_t q = b(Slot::Output, 0), k = b(Slot::Output, 1),
           v = b(Slot::Output, 2);
  uint32_t output = b(Slot::Attended, 0), lse = b(Slot::Attended, 1),
           delta = b(Slot::Attended, 2);
  // Rows: queries, keys, their positions and strides.
  b.role.tables =
      isSecond
          ? std::vector<std::vector<int32_t>>{{2, 1, 2, 0, 0, 3, 0, 3, 3, 1,
                                               3, 1, 3, 1, 3, 1, 2, 1, 2, 1},
                                              {2, 0, 2, 0, 0, 3, 0, 3, 3, 1,
                                               0, 1, 3, 1, 3, 2, 2, 1, 0, 1}}
          : std::vector<std::vector<int32_t>>{
                {2, 1, 2, 0, 0, 3, 0, 3, 0, 1, 0, 1, 3, 2, 3, 2, 0, 1, 0, 1}};

  b.add(Op::Zero, -1, {b(Slot::Gradient), b(Slot::Loss), b(Slot::Weight)});
  b.add(Op::LoadBatch, 0, {b(Slot::Batch)});
  b.task(TaskKind::F, 0, {b(Slot::Batch), b(Slot::Parameter), q, k, v});
  if (!isSecond) {
    b.message(Op::Send, k);
    b.message(Op::Send, v);
  }
  b.attend(attention.part, 0, {q, k, v, output, lse});
  if (isSecond) {
    uint32_t otherKey = b(Slot::Input, 1, other),
             otherValue = b(Slot::Input, 2, other);
    b.message(Op::Recv, otherKey);
    b.message(Op::Recv, otherValue);
    b.attend(attention.part, 1, {q, otherKey, otherValue, output, lse});
  }
  b.task(TaskKind::F, 1, {output, b(Slot::Loss), b(Slot::Weight)});

  uint32_t gradient = b(Slot::AttendedGradient);
  b.task(TaskKind::B, 1, {output, gradient});
  b.attend(attention.delta, 0, {output, gradient, delta});
  uint32_t dq = b(Slot::OutputGradient, 0), dk = b(Slot::OutputGradient, 1),
           dv = b(Slot::OutputGradient, 2);
  b.attend(attention.partGrad, 0, {q, k, v, lse, gradient, delta, dq, dk, dv});
  uint32_t keyTerm = b(Slot::InputGradient, 1, term),
           valueTerm = b(Slot::InputGradient, 2, term);
  if (isSecond) {
    b.attend(attention.partGrad, 1,
             {q, b(Slot::Input, 1, other), b(Slot::Input, 2, other), lse,
              gradient, delta, dq, keyTerm, valueTerm});
    b.message(Op::Send, keyTerm);
    b.message(Op::Send, valueTerm);
  } else {
    b.message(Op::Recv, keyTerm);
    b.message(Op::Recv, valueTerm);
    b.add(Op::Add, 1, {dk, keyTerm});
    b.add(Op::Add, 1, {dv, valueTerm});
  }
  b.task(TaskKind::B, 0, {b(Slot::Batch), dq, dk, dv, b(Slot::Gradient)});
  b.add(Op::WaitSend, 1, {}).index = 0;
  b.add(Op::WaitSend, 1, {}).index = 1;
  // Of no use but that a plan may say it: one of the query's four heads.
  b.add(Op::CopyHeads, 1, {b(Slot::Input, 0, {-1, 2, 1, -1}), q});
  b.add(Op::AllReduce, -1, {b(Slot::Gradient), b(Slot::Loss), b(Slot::Weight)})
      .group = 0;
  Workspace behind = {64 * plan.shape(coordinate, 0).tokens, b.role.arenaBytes};
  for (Instruction &run : b.role.body)
    if (run.op == Op::Attend && run.kernel == attention.partGrad)
      run.workspace = behind;
  b.role.arenaBytes += behind.bytes;
  return std::move(b.role);
}

inline Plan makeSharedPlan(const Model &model) {
  Plan plan;
  plan.strategy.sequence = 2;
  plan.strategy.sequenceMethod = "ring";
  plan.strategy.segments = {2};
  plan.strategy.schedule = "gpipe";
  plan.stages = 2;
  plan.lengths = {6, 3};
  plan.sequenceGroups = {{{{0, 1}, {0, 1}, "ring"}}};
  plan.firstChunk = {0, 2, 4};
  plan.chunks = {{0, 0, 3, 1}, {1, 0, 2, 1}, {0, 3, 3, 1}, {1, 2, 1, 1}};
  plan.shapes = {{5, 2}, {4, 2}};
  plan.groups = {{0, 1}};
  plan.roles = {makeSharedRole(plan, model, 0), makeSharedRole(plan, model, 1)};
  plan.ranks = {{0, 0, 0, {1}, {0}}, {1, 1, 0, {0}, {0}}};
  return plan;
}

} // namespace hocket::plan::test

#endif // HOCKET_TEST_UNIT_PLAN_SHAREDSEQUENCES_H
