//===- AttentionCheckTest.cpp - Stages that begin with an attention -------===//

#include "hocket/Plan/ModelCheck.h"

#include <gtest/gtest.h>

#include <functional>

using namespace hocket;
using namespace hocket::plan;

namespace {

SizeExpr symbol(unsigned index) { return SizeExpr::symbol(index); }
SizeExpr number(int64_t value) { return SizeExpr::constant(value); }
TensorType f32(std::vector<SizeExpr> shape) {
  return {ElementType::F32, std::move(shape)};
}

/// Two stages; the second one begins with an attention of 4 query heads, 2 key
/// heads and heads of size 8, of the outputs of the first one.
Model makeModel() {
  Model model;
  TensorType query = f32({symbol(0), number(4), number(8)}),
             key = f32({symbol(0), number(2), number(8)}),
             sums = f32({symbol(0), number(4)}), scalar = f32({});
  TensorType queries = f32({symbol(0), symbol(2), number(8)}),
             keys = f32({symbol(1), symbol(3), number(8)}),
             perQuery = f32({symbol(0), symbol(2)}),
             table{ElementType::I32, {symbol(4)}};
  auto add = [&](std::string name, std::vector<TensorType> operands) {
    model.kernels.push_back({std::move(name), std::move(operands), {}, {}, {}});
    return uint32_t(model.kernels.size() - 1);
  };
  model.batch.push_back({"x", query, false});

  Stage first{"stage0", {}, {query, key, key}, {}, {}};
  first.tasks.push_back({TaskKind::F,
                         add("F0", {query, query, key, key}),
                         {{Slot::Batch, 0, Access::Read},
                          {Slot::Output, 0, Access::Write},
                          {Slot::Output, 1, Access::Write},
                          {Slot::Output, 2, Access::Write}}});
  first.tasks.push_back({TaskKind::B,
                         add("B0", {query, key, key}),
                         {{Slot::OutputGradient, 0, Access::Read},
                          {Slot::OutputGradient, 1, Access::Read},
                          {Slot::OutputGradient, 2, Access::Read}}});
  Stage second{"stage1", first.outputs, {}, {}, {}};
  second.tasks.push_back({TaskKind::F,
                          add("F1", {query, scalar, scalar}),
                          {{Slot::Attended, 0, Access::Read},
                           {Slot::Loss, 0, Access::ReadWrite},
                           {Slot::Weight, 0, Access::ReadWrite}}});
  second.tasks.push_back({TaskKind::B,
                          add("B1", {query, query}),
                          {{Slot::Attended, 0, Access::Read},
                           {Slot::AttendedGradient, 0, Access::Write}}});
  Attention attention;
  attention.query = 0;
  attention.key = 1;
  attention.value = 2;
  attention.heads = 4;
  attention.keyHeads = 2;
  attention.headSize = 8;
  attention.part = add("part", {queries, keys, keys, table, queries, perQuery});
  attention.merge = add("merge", {queries, perQuery, queries, perQuery});
  attention.delta = add("delta", {queries, queries, perQuery});
  attention.partGrad =
      add("part_grad", {queries, keys, keys, table, perQuery, queries, perQuery,
                        queries, keys, keys});
  attention.isTrained = true;
  second.attention = attention;
  second.attended = {query, sums, sums};
  model.stages = {first, second};
  return model;
}

/// The error of the good model after `change`. The first stage, which is
/// checked before, needs no gradients unless `isNeeded`.
std::string broken(const std::function<void(Model &, Stage &)> &change,
                   bool isNeeded = false) {
  Model model = makeModel();
  if (!isNeeded)
    model.stages[0].tasks.pop_back();
  change(model, model.stages[1]);
  Result<void> checked = checkModel(model);
  return checked ? std::string("no error") : checked.error().message;
}

TEST(AttentionCheck, GoodModelsPass) {
  Result<void> checked = checkModel(makeModel());
  EXPECT_TRUE(checked) << checked.error();
  EXPECT_EQ(broken([](Model &, Stage &stage) {
              stage.attention->isTrained = false;
              stage.tasks.pop_back();
            }),
            "no error");
}

TEST(AttentionCheck, NamesWhatIsWrong) {
  EXPECT_EQ(broken([](Model &, Stage &stage) { stage.attention.reset(); }),
            "stage 1 has no attention but what one gives");
  EXPECT_EQ(broken([](Model &, Stage &stage) { stage.attended.clear(); }),
            "stage 1's attention gives nothing");
  EXPECT_EQ(broken([](Model &, Stage &stage) { stage.attended.pop_back(); }),
            "stage 1's attention must give its output, the log-sum-exp and "
            "delta: T x 4 x 8 x f32 and twice T x 4 x f32");
  EXPECT_EQ(
      broken([](Model &, Stage &stage) { stage.attention->keyHeads = 3; }),
      "stage 1's attention has 4 query heads, 3 key heads and a head size "
      "of 8");
  EXPECT_EQ(
      broken([](Model &, Stage &stage) { stage.attention->keyHeads = 0; }),
      "stage 1's attention has 4 query heads, 0 key heads and a head size "
      "of 8");
  EXPECT_EQ(broken([](Model &, Stage &stage) { stage.attention->value = 1; }),
            "stage 1's attention does not read three inputs of the stage");
  EXPECT_EQ(broken([](Model &, Stage &stage) { stage.attention->value = 3; }),
            "stage 1's attention does not read three inputs of the stage");
  EXPECT_EQ(broken([](Model &, Stage &stage) {
              std::swap(stage.attention->query, stage.attention->key);
            }),
            "stage 1's attention reads inputs of other types than T x 4 x 8 x "
            "f32 and T x 2 x 8 x f32");
  EXPECT_EQ(broken([](Model &, Stage &stage) {
              stage.tasks[0].operands[0] = {Slot::Input, 0, Access::Read};
            }),
            "a task of stage 1 accesses input #0, which its attention alone "
            "reads");
  EXPECT_EQ(broken([](Model &, Stage &stage) {
              stage.tasks[1].operands[1] = {Slot::InputGradient, 0,
                                            Access::Write};
            }),
            "a task of stage 1 accesses input #0, which its attention alone "
            "reads");
  EXPECT_EQ(broken([](Model &, Stage &stage) {
              stage.tasks[0].operands[0].index = 1;
            }),
            "a task of stage 1 accesses attended #1, which is for the gradient "
            "of the attention alone");
  EXPECT_EQ(broken([](Model &m, Stage &stage) {
              stage.tasks[1].operands.pop_back();
              m.kernels[stage.tasks[1].kernel].operands.pop_back();
            }),
            "stage 1 does not give the gradient of what its attention gives");
  EXPECT_EQ(
      broken([](Model &, Stage &stage) { stage.tasks[1].kind = TaskKind::W; }),
      "task W of stage 1 may not access attended_gradient #0 in this "
      "way");
  EXPECT_EQ(broken([](Model &, Stage &stage) { stage.attention->part = 99; }),
            "the kernel of stage 1's attention is kernel #99 of 8");
  EXPECT_EQ(broken([](Model &, Stage &stage) {
              stage.attention->delta = stage.attention->part;
            }),
            "the kernel of stage 1's attention (delta) takes 6 operands "
            "instead of 3");
  EXPECT_EQ(broken([](Model &m, Stage &stage) {
              m.kernels[stage.attention->partGrad].operands[3].element =
                  ElementType::I64;
            }),
            "the kernel of stage 1's attention (gradient) has operand #3 of "
            "type N x i64 instead of N x i32");
  EXPECT_EQ(broken(
                [](Model &, Stage &stage) {
                  stage.attention->isTrained = false;
                  stage.tasks.pop_back();
                },
                /*isNeeded=*/true),
            "stage 0 needs the gradient of its output #0 and the next stage "
            "does not give it");
}

} // namespace
