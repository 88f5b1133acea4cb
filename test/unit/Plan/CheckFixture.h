//===- CheckFixture.h - A good plan to break --------------------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_PLAN_CHECKFIXTURE_H
#define HOCKET_TEST_UNIT_PLAN_CHECKFIXTURE_H

#include "SyntheticModel.h"

#include <algorithm>
#include <functional>

namespace hocket::plan::test {

/// Three stages, two-way data parallelism, four microbatches, 1F1B, and an
/// embedding that the last stage shares: a plan that passes the check.
class CheckTest : public ::testing::Test {
protected:
  CheckTest() {
    options.stages = 3;
    options.tied = true;
    model = makeModel(options);
    plan = makePlan(model, {2, 4, "1f1b"});
    auto checked = check(plan, model, 0);
    EXPECT_TRUE(checked) << checked.error();
  }

  /// Expects that the plan breaks `invariant`, with a message that contains
  /// `text` and at least `numCulprits` culprits with a note each.
  Violation expect(const std::string &invariant, const std::string &text,
                   size_t numCulprits = 1) {
    auto found = findViolation(plan, model, 0);
    if (!found) {
      ADD_FAILURE() << "nothing was found, expected " << invariant << ": "
                    << text;
      return {};
    }
    EXPECT_EQ(found->invariant, invariant) << found->message;
    EXPECT_NE(found->message.find(text), std::string::npos)
        << found->message << "\nexpected " << text;
    EXPECT_GE(found->culprits.size(), numCulprits);
    EXPECT_EQ(found->culprits.size(), found->notes.size());
    auto checked = check(plan, model, 0);
    EXPECT_FALSE(checked);
    EXPECT_EQ(checked.error().message,
              found->invariant + ": " + found->message);
    EXPECT_EQ(checked.error().code, ErrorCode::InvalidPlan);
    return *found;
  }

  std::vector<Instruction> &body(uint32_t role) {
    return plan.roles[role].body;
  }

  /// Position of the n-th instruction of `role` with this operation.
  size_t find(uint32_t role, Op op, size_t n = 0) {
    for (size_t i = 0; i < body(role).size(); ++i)
      if (body(role)[i].op == op && n-- == 0)
        return i;
    ADD_FAILURE() << "no such instruction";
    return 0;
  }

  size_t findTask(uint32_t role, TaskKind kind, int32_t microbatch) {
    for (size_t i = 0; i < body(role).size(); ++i)
      if (body(role)[i].op == Op::Kernel && body(role)[i].kind == kind &&
          body(role)[i].microbatch == microbatch)
        return i;
    ADD_FAILURE() << "no such task";
    return 0;
  }

  uint32_t findBuffer(uint32_t role, const std::string &name) {
    for (uint32_t i = 0; i < plan.roles[role].buffers.size(); ++i)
      if (plan.roles[role].buffers[i].name == name)
        return i;
    ADD_FAILURE() << "no buffer " << name;
    return 0;
  }

  void erase(uint32_t role, size_t position) {
    body(role).erase(body(role).begin() + position);
  }
  /// Moves an instruction before the one at `to`.
  void move(uint32_t role, size_t from, size_t to) {
    Instruction moved = body(role)[from];
    erase(role, from);
    body(role).insert(body(role).begin() + (to > from ? to - 1 : to), moved);
  }

  SyntheticOptions options;
  Model model;
  Plan plan;
};

} // namespace hocket::plan::test

#endif // HOCKET_TEST_UNIT_PLAN_CHECKFIXTURE_H
