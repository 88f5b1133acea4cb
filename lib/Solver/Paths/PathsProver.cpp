//===- PathsProver.cpp - Bounds by decision queries -----------------------===//

#include "PathsProver.h"

#include "PathsBound.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::paths;

/// More candidates than this in a group make a model that answers nothing.
static constexpr size_t kMostCandidates = 4000;

Prover::Prover(const PathsProblem &problem, const std::vector<RouteSet> &sets,
               const DecisionEngineFactory &engine, uint64_t seed)
    : problem(problem), sets(sets), classes(routeClasses(problem)),
      engine(engine), seed(seed) {}

void Prover::raise(int64_t bound) {
  if (bound <= lowerBound)
    return;
  lowerBound = bound;
  onBound(bound);
}

/// No microbatch of a head has a longer trip when all of them end by the
/// deadline: the head has `memory` places, of which the others, with shortest
/// trips and gaps between them, take what they need.
int64_t Prover::longestTrip(const std::vector<size_t> &ofHead,
                            int64_t deadline) const {
  int64_t release = std::numeric_limits<int64_t>::max(), trip = release;
  for (size_t i : ofHead) {
    release = std::min(release, problem.microbatches[i].release);
    trip = std::min(trip, sets[classes[i]].shortestTrip);
  }
  int64_t time = deadline - release;
  if (!problem.convergence.startAtHead)
    return time;
  int64_t places = problem.memory[size_t(problem.microbatches[ofHead[0]].head)];
  int64_t each = trip + problem.gapAfterTask;
  int64_t inOthers = (places - 1) * ((time + problem.gapAfterTask) / each);
  int64_t beside = std::max<int64_t>(0, int64_t(ofHead.size()) - 1 - inOthers);
  return time - beside * each;
}

bool Prover::build(const std::vector<size_t> &group, int64_t latest,
                   Query &query) {
  query.latest = latest;
  query.candidates.assign(group.size(), {});
  size_t count = 0;
  for (const std::vector<size_t> &ofHead : headGroups(problem)) {
    int64_t longest = longestTrip(ofHead, latest);
    for (size_t i = 0; i < group.size(); ++i) {
      if (problem.microbatches[group[i]].head !=
          problem.microbatches[ofHead[0]].head)
        continue;
      const RouteSet &set = sets[classes[group[i]]];
      if (longest >= set.completeBelow)
        return false;
      for (const RoutePtr &route : set.routes)
        if (route->trip <= longest &&
            problem.microbatches[group[i]].release + route->trip <= latest)
          query.candidates[i].push_back(route);
      count += query.candidates[i].size();
    }
  }
  if (count > kMostCandidates)
    return false;
  query.model.reset();
  query.engine = engine.create(EngineLogic::Differences, seed);
  query.model = std::make_unique<Model>(problem, *query.engine, group,
                                        query.candidates, latest);
  return true;
}

/// Asks in slices that grow, so that a stop is seen.
Answer Prover::ask(Query &query, int64_t deadline, Budget &budget,
                   double seconds) {
  double slice = 0.5, spent = 0;
  while (spent < seconds && !budget.exhausted() && !shouldStop()) {
    double before = budget.seconds();
    Answer answer;
    if (budget.countsWork()) {
      Budget part(budget, 0.3);
      return query.model->decide(deadline, part);
    }
    {
      double left = budget.remainingSeconds();
      Budget part(budget, std::min(1.0, slice / std::max(left, slice)));
      answer = query.model->decide(deadline, part);
    }
    if (answer != Answer::Unknown)
      return answer;
    spent += budget.seconds() - before;
    slice = std::min(2 * slice, 2.0);
  }
  return Answer::Unknown;
}

void Prover::proveGroup(const std::vector<size_t> &group, Budget &budget) {
  // The group alone can end by `upper`, or nobody knows better.
  int64_t upper = upperBound();
  Query query;
  // At once what would end the search, then halves of what is left.
  int64_t deadline = upper - 1;
  double seconds = 8;
  while (lowerBound < upper && !budget.exhausted() && !shouldStop()) {
    // A model knows nothing of a later deadline than its own, and less of one
    // that is much earlier.
    if (!query.model || deadline > query.latest ||
        deadline < query.latest - (query.latest >> 6))
      if (!build(group, deadline, query))
        return;
    Answer answer = ask(query, deadline, budget, seconds);
    if (answer == Answer::No) {
      raise(deadline + 1);
    } else if (answer == Answer::Yes) {
      onGroup(group, query.model->routes());
      upper = 0;
      for (const auto &route : query.model->routes())
        upper = std::max(upper, route.backward[0] +
                                    problem.backward[size_t(route.path[0])]);
    } else {
      // What is easier may still be proven, in less time each.
      upper = deadline;
      seconds = std::max(1.0, seconds / 2);
      if (upper - lowerBound <= (lowerBound >> 10))
        return;
    }
    deadline = lowerBound + (upper - lowerBound) / 2;
  }
}

void Prover::run(Budget &budget, int64_t bound) {
  lowerBound = bound;
  if (!Model::supports(problem))
    return;
  std::vector<std::vector<size_t>> groups = headGroups(problem);
  std::vector<std::pair<int64_t, size_t>> order;
  for (size_t i = 0; i < groups.size(); ++i)
    order.emplace_back(-headBound(problem, sets, groups[i]), i);
  std::sort(order.begin(), order.end());
  for (auto [negated, index] : order) {
    if (budget.exhausted() || shouldStop() || lowerBound >= upperBound())
      return;
    proveGroup(groups[index], budget);
  }
  // Then of several heads: they share the nodes of the other stages.
  std::vector<size_t> together = groups[order[0].second];
  for (size_t i = 1; i < order.size(); ++i) {
    const std::vector<size_t> &more = groups[order[i].second];
    together.insert(together.end(), more.begin(), more.end());
    std::sort(together.begin(), together.end());
    if (budget.exhausted() || shouldStop() || lowerBound >= upperBound())
      return;
    proveGroup(together, budget);
  }
}
