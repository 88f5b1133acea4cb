//===- PathsStages.cpp - Searching for the stages too ---------------------===//

#include "PathsStages.h"

#include <algorithm>
#include <cmath>

using namespace hocket;
using namespace hocket::paths;

StageSearch::StageSearch(const PathsProblem &problem,
                         const PathsProblem &relaxed,
                         const std::vector<RouteSet> &sets,
                         const std::vector<Timetable::Floor> &plan,
                         uint64_t seed)
    : problem(problem), relaxed(relaxed), sets(sets), plan(plan),
      classes(routeClasses(problem)),
      relaxedStages(stagesByNode(relaxed.stages, problem.nodeCount())),
      random(seed) {
  for (size_t node = 0; node < problem.nodeCount(); ++node)
    if (relaxedStages[node] > 0)
      others.push_back(int(node));
}

Stages StageSearch::grouped(const std::vector<int> &stageOf) const {
  Stages stages(size_t(problem.stageCount));
  for (size_t node = 0; node < stageOf.size(); ++node)
    stages[size_t(stageOf[node])].push_back(int(node));
  return stages;
}

/// Nodes by their mean positions on paths, cut into stages of equal size.
Stages StageSearch::fromPaths(const Timetable &table) {
  size_t count = problem.nodeCount();
  std::vector<double> sum(count, 0), visits(count, 0);
  for (size_t i = 0; i < problem.microbatches.size(); ++i) {
    const std::vector<int> &path = table.routeOf(i)->path;
    for (size_t position = 0; position < path.size(); ++position) {
      sum[size_t(path[position])] += double(position);
      visits[size_t(path[position])] += 1;
    }
  }
  std::uniform_real_distribution<double> anywhere(1, problem.pathLength);
  std::vector<std::pair<double, int>> order;
  for (int node : others)
    order.emplace_back(visits[size_t(node)] > 0
                           ? sum[size_t(node)] / visits[size_t(node)]
                           : anywhere(random),
                       node);
  std::sort(order.begin(), order.end());
  std::vector<int> stageOf(count, 0);
  size_t later = size_t(problem.stageCount) - 1;
  for (size_t i = 0; i < order.size(); ++i)
    stageOf[size_t(order[i].second)] =
        later == 0 ? 0 : int(1 + i * later / order.size());
  return grouped(stageOf);
}

/// Makes a short route of some microbatch possible: its nodes go to ascending
/// stages.
void StageSearch::assignRoute(std::vector<int> &stageOf,
                              const Timetable &table) {
  size_t microbatch = random() % problem.microbatches.size();
  if (random() % 2)
    for (size_t i = 0; i < problem.microbatches.size(); ++i)
      if (table.end(i) > table.end(microbatch))
        microbatch = i;
  const std::vector<RoutePtr> &routes = sets[classes[microbatch]].routes;
  std::uniform_real_distribution<double> unit(0, 1);
  double draw = unit(random);
  const Route &route =
      *routes[size_t(draw * draw * draw * double(routes.size()))];
  int stage = 0;
  for (size_t i = 0; i < route.path.size(); ++i) {
    if (relaxedStages[size_t(route.path[i])] == 0)
      continue;
    int left = int(route.path.size() - i) - 1; // need a stage each
    int room = problem.stageCount - 1 - left - stage;
    int jump = std::min(room, std::max(1, problem.convergence.maxForwardJump));
    if (jump < 1)
      return;
    stage += 1 + int(random() % uint64_t(std::min(jump, 2)));
    stageOf[size_t(route.path[i])] = std::min(stage, problem.stageCount - 1);
  }
}

bool StageSearch::fillEmptyStages(std::vector<int> &stageOf) {
  std::vector<int> sizes(size_t(problem.stageCount), 0);
  for (int stage : stageOf)
    ++sizes[size_t(stage)];
  for (size_t stage = 1; stage < sizes.size(); ++stage)
    for (int attempt = 0; sizes[stage] == 0; ++attempt) {
      if (attempt > 1000)
        return false;
      int node = others[random() % others.size()];
      int &from = stageOf[size_t(node)];
      if (from != 0 && sizes[size_t(from)] == 1)
        continue;
      --sizes[size_t(from)];
      ++sizes[stage];
      from = int(stage);
    }
  return true;
}

Stages StageSearch::neighbour(const Stages &stages, const Timetable &table) {
  if (others.empty()) // every node is a head
    return stages;
  std::vector<int> stageOf = stagesByNode(stages, problem.nodeCount());
  if (random() % 3 == 0) {
    assignRoute(stageOf, table);
  } else {
    int &a = stageOf[size_t(others[random() % others.size()])];
    int &b = stageOf[size_t(others[random() % others.size()])];
    if (random() % 2)
      std::swap(a, b);
    else
      a = int(random() % uint64_t(problem.stageCount));
  }
  return fillEmptyStages(stageOf) ? grouped(stageOf) : stages;
}

StageSearch::Candidate StageSearch::evaluate(Stages stages,
                                             const Timetable *from,
                                             int64_t moves, Budget &budget) {
  constexpr size_t numRoutes = 100;
  Candidate candidate;
  candidate.stages = std::move(stages);
  std::vector<int> stageOf =
      stagesByNode(candidate.stages, problem.nodeCount());
  std::vector<RouteSet> routes(classes.size());
  for (size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] != i)
      continue;
    routes[i] = findRoutes(problem, stageOf, problem.microbatches[i], numRoutes,
                           random(), budget);
    if (routes[i].routes.empty())
      return candidate;
  }
  Search search(problem, routes, stageOf, random());
  search.shouldStop = shouldStop;
  search.plan = plan;
  if (from)
    search.adopt(*from, budget);
  else
    search.construct(budget);
  search.run(budget, moves);
  candidate.table = search.best();
  candidate.value = search.value();
  return candidate;
}

void StageSearch::run(Budget &budget, Incumbent &incumbent) {
  constexpr int64_t relaxedMoves = 2000, firstMoves = 500, moves = 100,
                    patience = 300;
  while (!budget.exhausted() && !shouldStop()) {
    Search search(relaxed, sets, relaxedStages, random());
    search.shouldStop = shouldStop;
    search.plan = plan;
    search.construct(budget);
    if (incumbent.isMakeshift()) { // anything, soon
      Candidate first = evaluate(fromPaths(search.best()), nullptr, 1, budget);
      if (first.table)
        incumbent.offer(*first.table, first.stages);
    }
    search.run(budget, relaxedMoves);
    if (budget.exhausted())
      return;
    Candidate current =
        evaluate(fromPaths(search.best()), &search.best(), firstMoves, budget);
    int64_t sinceBetter = 0;
    std::uniform_real_distribution<double> unit(0, 1);
    while (sinceBetter < patience && !budget.exhausted() && !shouldStop()) {
      if (current.table)
        incumbent.offer(*current.table, current.stages);
      const Timetable &table = current.table ? *current.table : search.best();
      Candidate next =
          evaluate(neighbour(current.stages, table), &table, moves, budget);
      if (!next.table) {
        if (!current.table) // any change may help
          current.stages = std::move(next.stages);
        ++sinceBetter;
        continue;
      }
      sinceBetter = next.value < current.value ? 0 : sinceBetter + 1;
      // Up to half a per cent worse, less as nothing better is found.
      double tolerance =
          0.005 * unit(random) * (1 - double(sinceBetter) / double(patience));
      if (!current.table ||
          double(next.value) <= double(current.value) * (1 + tolerance))
        current = std::move(next);
    }
  }
}
