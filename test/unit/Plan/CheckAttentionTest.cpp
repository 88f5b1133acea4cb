//===- CheckAttentionTest.cpp - Broken attentions are found ---------------===//

#include "AttentionModel.h"

#include "hocket/Plan/Check.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

class CheckAttentionTest : public ::testing::Test {
protected:
  void make(const std::string &method, uint32_t keyHeads = 8) {
    AttentionOptions options;
    options.layers = 1;
    options.keyHeads = keyHeads;
    model = makeAttentionModel(options);
    Strategy strategy;
    strategy.sequence = 4;
    strategy.sequenceMethod = method;
    strategy.segments = {2};
    strategy.schedule = "gpipe";
    Result<Plan> made =
        expand(model, strategy, {48, 21, 7}, ScheduleRegistry::withBuiltins());
    ASSERT_TRUE(made) << made.error();
    plan = *made;
    ASSERT_TRUE(check(plan, model, 0));
  }

  std::vector<Instruction> &body(uint32_t role) {
    return plan.roles[role].body;
  }
  /// The n-th Attend of a role with this kernel.
  Instruction &attend(uint32_t role, uint32_t kernel, size_t n = 0) {
    for (Instruction &instruction : body(role))
      if (instruction.op == Op::Attend && instruction.kernel == kernel &&
          n-- == 0)
        return instruction;
    ADD_FAILURE() << "no such call";
    return body(role)[0];
  }
  const Attention &attention() { return *model.stages[1].attention; }
  std::vector<int32_t> &tableOf(uint32_t role, Instruction &instruction) {
    plan.roles[role].tables.push_back(
        plan.roles[role].tables[instruction.index]);
    instruction.index = uint32_t(plan.roles[role].tables.size()) - 1;
    return plan.roles[role].tables.back();
  }

  void expect(const std::string &invariant, const std::string &text) {
    std::optional<Violation> found = findViolation(plan, model, 0);
    ASSERT_TRUE(found) << "expected " << text;
    EXPECT_EQ(found->invariant, invariant) << found->message;
    EXPECT_NE(found->message.find(text), std::string::npos) << found->message;
  }

  Model model;
  Plan plan;
};

/// What an attention's kernel needs depends on the tokens of another rank.
TEST_F(CheckAttentionTest, FindsSmallWorkspaces) {
  make("ring");
  SizeExpr keyTokens = SizeExpr::symbol(1);
  model.kernels[attention().part].workspaceBytes =
      SizeExpr::constant(128) * keyTokens;
  expect("P4", "a kernel needs a workspace of ");
  Result<Plan> again = expand(model, plan.strategy, plan.lengths,
                              ScheduleRegistry::withBuiltins());
  ASSERT_TRUE(again) << again.error();
  plan = *again;
  ASSERT_TRUE(check(plan, model, 0));
  Instruction &run = attend(1, attention().part, 1);
  ASSERT_GT(run.workspace.bytes, 0);
  --run.workspace.bytes;
  expect("P4", "a kernel needs a workspace of " +
                   std::to_string(run.workspace.bytes + 1) + " bytes");
}

TEST_F(CheckAttentionTest, FindsMissingRows) {
  make("zigzag");
  std::vector<int32_t> &table = tableOf(2, attend(2, attention().part, 1));
  table.resize(table.size() - 8);
  --table[0];
  expect("P8", "lacks a row for tokens that see others");
}

TEST_F(CheckAttentionTest, FindsRowsAtOtherPositions) {
  make("zigzag");
  ++tableOf(1, attend(1, attention().part))[4 + 4];
  expect("P8", "has a row that is not one of two chunks of a sequence");
}

TEST_F(CheckAttentionTest, FindsRowsTwice) {
  make("ring");
  std::vector<int32_t> &table = tableOf(3, attend(3, attention().partGrad));
  std::vector<int32_t> row(table.end() - 8, table.end());
  table.insert(table.end(), row.begin(), row.end());
  ++table[0];
  expect("P8", "has a row twice");
}

TEST_F(CheckAttentionTest, FindsTablesThatEndEarly) {
  make("ring");
  tableOf(0, attend(0, attention().part)).pop_back();
  expect("structure", "of a role is malformed");
}

TEST_F(CheckAttentionTest, FindsOtherHeads) {
  make("ulysses", 2);
  tableOf(1, attend(1, attention().part))[3] ^= 1;
  expect("P8", "has a wrong head");
}

TEST_F(CheckAttentionTest, FindsKeysThatNobodyMeets) {
  make("zigzag");
  Instruction &call = attend(1, attention().part, 2);
  call = attend(1, attention().delta);
  std::optional<Violation> found = findViolation(plan, model, 0);
  ASSERT_TRUE(found);

  make("zigzag");
  std::vector<Instruction> &steps = body(1);
  auto isThird = [&, n = 0](const Instruction &step) mutable {
    return step.op == Op::Attend && step.kernel == attention().part && n++ == 2;
  };
  steps.erase(std::find_if(steps.begin(), steps.end(), isThird));
  expect("P8", "of a sum lacks the term of coordinate");
}

TEST_F(CheckAttentionTest, FindsTermsThatAreAddedTwice) {
  make("all_gather");
  std::vector<Instruction> &steps = body(2);
  auto add = std::find_if(steps.begin(), steps.end(),
                          [](const auto &step) { return step.op == Op::Add; });
  Instruction again = *add;
  steps.insert(add, again);
  expect("P8", "twice");
}

TEST_F(CheckAttentionTest, FindsTermsThatAreNotAdded) {
  for (const char *method : {"zigzag", "all_gather", "token_ring"}) {
    make(method);
    std::vector<Instruction> &steps = body(1);
    steps.erase(std::find_if(steps.begin(), steps.end(), [](const auto &step) {
      return step.op == Op::Add;
    }));
    expect("P8", "of a sum lacks the term of coordinate");
  }
}

TEST_F(CheckAttentionTest, FindsMergesThatAreLeftOut) {
  make("token_ring");
  std::vector<Instruction> &steps = body(0);
  steps.erase(std::find_if(steps.begin(), steps.end(), [&](const auto &step) {
    return step.op == Op::Attend && step.kernel == attention().merge;
  }));
  expect("P8", "of a sum lacks the term of coordinate");
}

TEST_F(CheckAttentionTest, FindsOperandsOfOthers) {
  make("zigzag");
  // The keys of the second step with the values of the third.
  Instruction &second = attend(1, attention().part, 1);
  second.buffers[2] = attend(1, attention().part, 2).buffers[2];
  std::optional<Violation> found = findViolation(plan, model, 0);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->invariant == "P8" || found->invariant == "P3")
      << found->message;
}

TEST_F(CheckAttentionTest, FindsResultsThatAreNotInitialised) {
  make("ring");
  tableOf(0, attend(0, attention().part))[1] = 0;
  expect("P3", "a buffer is added to before it is zeroed");
  make("ring");
  tableOf(3, attend(3, attention().part, 1))[1] = 1;
  expect("P3", "a value is overwritten");
}

/// The stages' own kernels take all heads, not those that a rank has for the
/// others.
TEST_F(CheckAttentionTest, FindsKernelsOfSomeHeads) {
  for (Slot slot : {Slot::Attended, Slot::InputGradient}) {
    make("ulysses");
    int numFound = 0;
    for (Instruction &step : body(1))
      for (uint32_t &number : step.buffers) {
        std::vector<Buffer> &buffers = plan.roles[1].buffers;
        const Buffer &whole = buffers[number];
        if (step.op != Op::Kernel || whole.binding.slot != slot ||
            whole.binding.index != 0)
          continue;
        auto part = std::find_if(
            buffers.begin(), buffers.end(), [&](const Buffer &buffer) {
              return buffer.binding.slot == slot && buffer.binding.index == 0 &&
                     buffer.share.owner == 1;
            });
        ASSERT_NE(part, buffers.end());
        number = uint32_t(part - buffers.begin());
        ++numFound;
      }
    ASSERT_GT(numFound, 0);
    expect("P3", "must be");
  }
}

TEST_F(CheckAttentionTest, FindsHeadsThatAreNotCopied) {
  make("ulysses");
  std::vector<Instruction> &steps = body(0);
  auto last = std::find_if(steps.rbegin(), steps.rend(), [](const auto &step) {
    return step.op == Op::CopyHeads;
  });
  steps.erase(std::next(last).base());
  std::optional<Violation> found = findViolation(plan, model, 0);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->invariant == "P8" || found->invariant == "P3")
      << found->message;
}

/// A slice of the keys out of the values, of other heads, or of other tokens.
TEST_F(CheckAttentionTest, FindsHeadsOfOtherValues) {
  const std::string text = "heads are taken from another value";
  auto copyTo = [&](uint32_t input) -> Instruction & {
    for (Instruction &step : body(1)) {
      if (step.op != Op::CopyHeads)
        continue;
      const Operand &to = plan.roles[1].buffers[step.buffers[0]].binding;
      if (to.slot == Slot::Input && to.index == input)
        return step;
    }
    ADD_FAILURE() << "no such copy";
    return body(1)[0];
  };
  make("ulysses");
  copyTo(1).buffers[1] = copyTo(2).buffers[1];
  expect("P3", text);
  make("ulysses");
  for (Instruction &step : body(1))
    if (step.op == Op::CopyHeads &&
        plan.roles[1].buffers[step.buffers[0]].binding.slot == Slot::Attended) {
      Buffer &source = plan.roles[1].buffers[step.buffers[1]];
      source.share.owner = source.share.owner == 1 ? 2 : 1;
      break;
    }
  std::optional<Violation> found = findViolation(plan, model, 0);
  ASSERT_TRUE(found);
  make("all_gather");
  auto add = std::find_if(body(2).begin(), body(2).end(),
                          [](const auto &step) { return step.op == Op::Add; });
  auto next = std::find_if(add + 1, body(2).end(),
                           [](const auto &step) { return step.op == Op::Add; });
  std::swap(add->buffers[1], next->buffers[1]); // key and value gradients
  expect("P3", text);
}

//===----------------------------------------------------------------------===//
// Who holds which tokens
//===----------------------------------------------------------------------===//

TEST_F(CheckAttentionTest, FindsTokensThatAreHeldTwiceOrNever) {
  make("ring");
  ++plan.chunks[0].count;
  ++plan.shapes[0].tokens;
  expect("P8", "are held twice");
  make("ring");
  --plan.chunks[0].count;
  --plan.shapes[0].tokens;
  expect("P8", "the ranks hold");
}

TEST_F(CheckAttentionTest, FindsShapesOfOtherTokens) {
  make("striped");
  ++plan.shapes[1].tokens;
  expect("structure", "is not that of its chunks");
}

TEST_F(CheckAttentionTest, FindsSequencesInNoGroup) {
  make("ring");
  plan.sequenceGroups[0][0].sequences.pop_back();
  expect("structure", "is in no sequence group");
}

TEST_F(CheckAttentionTest, FindsCoordinatesInTwoGroups) {
  make("ring");
  plan.sequenceGroups[0][0].coordinates.push_back(0);
  expect("structure", "is in two sequence groups");
}

TEST_F(CheckAttentionTest, FindsSharesOfNothing) {
  make("ulysses");
  for (Buffer &buffer : plan.roles[0].buffers)
    if (buffer.share.numHeads > 0) {
      buffer.share.firstHead = 7;
      buffer.share.numHeads = 2;
      break;
    }
  expect("structure", "share is not a part of its value");
}

} // namespace
