//===- RouteCheck.cpp - Whether routes make sense -------------------------===//

#include "RouteCheck.h"

#include "hocket/Plan/ModelCheck.h"

#include <algorithm>
#include <functional>
#include <set>

using namespace hocket;
using namespace hocket::plan;

namespace {

class RouteChecker {
public:
  RouteChecker(const Strategy &strategy, const Model &model)
      : strategy(strategy), model(model),
        exit(uint32_t(model.stages.size()) - 1) {}

  Result<void> run();

private:
  Result<void> checkNodes();
  Result<void> checkRoute(uint32_t microbatch);
  Result<void> checkHop(uint32_t from, uint32_t to);

  bool holds(uint32_t rank, uint32_t stage) const {
    const std::vector<uint32_t> &nodes = strategy.nodes[stage];
    return std::binary_search(nodes.begin(), nodes.end(), rank);
  }
  static Error fail(std::string message, std::vector<std::string> notes = {}) {
    return Error(ErrorCode::InvalidArgument, std::move(message),
                 std::move(notes));
  }

  const Strategy &strategy;
  const Model &model;
  uint32_t exit;
  std::set<std::pair<uint32_t, uint32_t>> hops; // that are known to fit
};

Result<void> RouteChecker::checkNodes() {
  uint32_t ranks = strategy.pipelineRanks;
  if (ranks == 0)
    return fail("a strategy with routes must say how many pipeline ranks "
                "(nodes) it has");
  if (strategy.nodes.size() != model.stages.size())
    return fail("there are nodes for " + std::to_string(strategy.nodes.size()) +
                " stages and the model has " +
                std::to_string(model.stages.size()));
  size_t places = 0;
  for (const std::vector<uint32_t> &nodes : strategy.nodes)
    places += nodes.size();
  if (ranks > places)
    return fail("there are " + std::to_string(ranks) +
                " pipeline ranks (nodes) and the stages are held by " +
                std::to_string(places) + " in all");
  std::vector<bool> hasStage(ranks);
  for (uint32_t stage = 0; stage <= exit; ++stage) {
    const std::vector<uint32_t> &nodes = strategy.nodes[stage];
    if (nodes.empty() || nodes.back() >= ranks ||
        std::adjacent_find(nodes.begin(), nodes.end(),
                           std::greater_equal<>()) != nodes.end())
      return fail("the nodes of stage " + std::to_string(stage) +
                  " are not a sorted list of the " + std::to_string(ranks) +
                  " pipeline ranks");
    for (uint32_t node : nodes)
      hasStage[node] = true;
  }
  auto without = std::find(hasStage.begin(), hasStage.end(), false);
  if (without != hasStage.end())
    return fail("pipeline rank " + std::to_string(without - hasStage.begin()) +
                " holds no stage");
  if (strategy.nodes.back() != strategy.nodes.front())
    return fail("the last stage must be held by the nodes of the first: the "
                "loss of a microbatch is computed where it starts");
  return {};
}

/// What `from` gives is what `to` takes, and the gradient comes back.
Result<void> RouteChecker::checkHop(uint32_t from, uint32_t to) {
  if (from + 1 == to || !hops.emplace(from, to).second)
    return {}; // neighbours fit: checkModel()
  const Stage &giver = model.stages[from], &taker = model.stages[to];
  auto equal = [](const TensorType &a, const TensorType &b) {
    return a.element == b.element && a.elements() == b.elements();
  };
  std::string where = "stage " + std::to_string(to) + " cannot follow stage " +
                      std::to_string(from) + " on a route: ";
  if (!std::equal(giver.outputs.begin(), giver.outputs.end(),
                  taker.inputs.begin(), taker.inputs.end(), equal))
    return fail(where + "it takes in other values than that one gives");
  for (uint32_t k = 0; k < giver.outputs.size(); ++k)
    if (binds(giver, Slot::OutputGradient, k) &&
        !binds(taker, Slot::InputGradient, k))
      return fail(where + "it gives no gradient of value #" +
                  std::to_string(k));
  return {};
}

Result<void> RouteChecker::checkRoute(uint32_t microbatch) {
  const std::vector<Visit> &route = strategy.routes[microbatch];
  std::string where = "the route of microbatch " + std::to_string(microbatch);
  if (route.size() > model.stages.size())
    return fail(where + " has " + std::to_string(route.size()) +
                " visits and the model " + std::to_string(model.stages.size()) +
                " stages");
  std::set<uint32_t> seen;
  for (const Visit &visit : route) {
    std::string stop = where + " visits stage " + std::to_string(visit.stage);
    if (visit.stage > exit)
      return fail(stop + " of " + std::to_string(model.stages.size()));
    if (!seen.insert(visit.stage).second)
      return fail(stop + " twice");
    if (!holds(visit.rank, visit.stage))
      return fail(stop + " on pipeline rank " + std::to_string(visit.rank) +
                  ", which does not hold it");
  }
  bool fits = route.size() >= 2 && route.front().stage == 0 &&
              route.back().stage == exit;
  if (!fits)
    return fail(where + " does not go from the first stage to the last");
  if (route.front().rank != route.back().rank)
    return fail(where + " starts on pipeline rank " +
                std::to_string(route.front().rank) +
                ", its head, and ends on "
                "pipeline rank " +
                std::to_string(route.back().rank));
  for (size_t i = 1; i < route.size(); ++i)
    if (Result<void> checked = checkHop(route[i - 1].stage, route[i].stage);
        !checked)
      return checked;
  return {};
}

Result<void> RouteChecker::run() {
  if (strategy.routes.empty())
    return fail("there are nodes of a skip-pipeline and no routes",
                {"where the paths are auto, solve them first "
                 "(hocket-solve-paths)"});
  if (Result<void> checked = checkNodes(); !checked)
    return checked;
  if (strategy.routes.size() != strategy.microbatches)
    return fail("there are routes for " +
                std::to_string(strategy.routes.size()) + " microbatches of " +
                std::to_string(strategy.microbatches));
  for (uint32_t i = 0; i < strategy.microbatches; ++i)
    if (Result<void> checked = checkRoute(i); !checked)
      return checked;
  return {};
}

} // namespace

Result<void> plan::checkRoutes(const Strategy &strategy, const Model &model) {
  return RouteChecker(strategy, model).run();
}

Result<void> plan::checkLimits(const Strategy &strategy, uint32_t ranks) {
  const RouteLimits &limits = strategy.limits;
  auto fail = [](std::string message) {
    return Error(ErrorCode::InvalidArgument, std::move(message));
  };
  if (!limits.inFlight.empty() && limits.inFlight.size() != ranks)
    return fail("there are limits of the microbatches in flight for " +
                std::to_string(limits.inFlight.size()) + " pipeline ranks of " +
                std::to_string(ranks));
  auto none = std::find(limits.inFlight.begin(), limits.inFlight.end(), 0u);
  if (none != limits.inFlight.end())
    return fail("pipeline rank " +
                std::to_string(none - limits.inFlight.begin()) +
                " admits no microbatch: its limit of microbatches in flight "
                "is 0");
  return {};
}
