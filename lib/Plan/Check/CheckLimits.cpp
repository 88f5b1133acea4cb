//===- CheckLimits.cpp - P7: declared limits hold -------------------------===//

#include "Checker.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

namespace {

class LimitsChecker {
public:
  explicit LimitsChecker(const CheckContext &context)
      : context(context), limits(context.plan.strategy.limits) {}

  Found run();

private:
  Found checkRoute(uint32_t microbatch);
  Found checkInFlight(uint32_t role);

  Found fail(std::string message, std::vector<Culprit> culprits = {}) {
    return context.violation("P7", std::move(message), std::move(culprits));
  }

  const CheckContext &context;
  const RouteLimits &limits;
};

Found LimitsChecker::checkRoute(uint32_t microbatch) {
  const std::vector<Visit> &route = context.plan.strategy.routes[microbatch];
  std::string where = "the route of microbatch " + std::to_string(microbatch);
  auto exceeds = [&](const std::string &what, uint32_t value,
                     std::optional<uint32_t> limit) -> Found {
    if (!limit || value <= *limit)
      return std::nullopt;
    return fail(where + what + std::to_string(value) + ", and the limit is " +
                std::to_string(*limit));
  };
  uint32_t length = uint32_t(route.size()) - 1;
  if (limits.pathLength && length != *limits.pathLength)
    return fail(where + " visits " + std::to_string(length) +
                " stages, and the path length is " +
                std::to_string(*limits.pathLength));
  uint32_t frontier = 0, sum = 0, moves = 0;
  for (size_t i = 1; i + 1 < route.size(); ++i) {
    uint32_t stage = route[i].stage, last = route[i - 1].stage;
    std::string step = " goes to stage " + std::to_string(stage);
    if (stage > frontier)
      if (Found found = exceeds(step + ", beyond the highest one by ",
                                stage - frontier, limits.maxForwardJump))
        return found;
    frontier = std::max(frontier, stage);
    if (stage > last)
      continue;
    if (Found found =
            exceeds(step + ", back by ", last - stage, limits.maxBackwardStep))
      return found;
    sum += last - stage;
    ++moves;
  }
  if (Found found =
          exceeds(" goes back by a sum of ", sum, limits.maxBackwardSum))
    return found;
  return exceeds(" goes back this many times: ", moves,
                 limits.maxBackwardMoves);
}

/// Microbatches between their first and their last task of a role.
Found LimitsChecker::checkInFlight(uint32_t index) {
  const Plan &plan = context.plan;
  const std::vector<Instruction> &body = plan.roles[index].body;
  auto isTask = [](const Instruction &instruction) {
    return instruction.op == Op::Kernel && instruction.microbatch >= 0;
  };
  auto microbatchOf = [&](const Instruction &instruction) {
    return plan.strategy.microbatchOf(uint32_t(instruction.microbatch));
  };
  std::map<uint32_t, uint32_t> last; // task of each microbatch
  for (uint32_t i = 0; i < body.size(); ++i)
    if (isTask(body[i]))
      last[microbatchOf(body[i])] = i;
  uint32_t limit =
      limits.inFlight[plan.ranks[context.ranksOfRole[index].front()].pipeline];
  // The ranks of a role may have different places: the tightest one counts.
  for (uint32_t rank : context.ranksOfRole[index])
    limit = std::min(limit, limits.inFlight[plan.ranks[rank].pipeline]);
  std::map<uint32_t, bool> inFlight;
  for (uint32_t i = 0; i < body.size(); ++i) {
    if (!isTask(body[i]))
      continue;
    inFlight[microbatchOf(body[i])] = true;
    if (inFlight.size() > limit)
      return fail("more microbatches are in flight on a rank than its limit "
                  "of " +
                      std::to_string(limit),
                  {context.at(index, i)});
    if (last[microbatchOf(body[i])] == i)
      inFlight.erase(microbatchOf(body[i]));
  }
  return std::nullopt;
}

Found LimitsChecker::run() {
  for (uint32_t i = 0; i < context.plan.strategy.routes.size(); ++i)
    if (Found found = checkRoute(i))
      return found;
  if (limits.inFlight.empty())
    return std::nullopt;
  for (uint32_t role = 0; role < context.plan.roles.size(); ++role)
    if (Found found = checkInFlight(role))
      return found;
  return std::nullopt;
}

} // namespace

Found plan::checkLimits(const CheckContext &context) {
  return LimitsChecker(context).run();
}
