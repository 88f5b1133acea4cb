//===- PathsModel.cpp - Paths as decision queries -------------------------===//

#include "PathsModel.h"

#include <algorithm>
#include <cassert>
#include <map>

using namespace hocket;
using namespace hocket::paths;

Model::Model(const PathsProblem &problem, DecisionEngine &engine,
             std::vector<size_t> subset,
             const std::vector<std::vector<RoutePtr>> &candidates,
             int64_t latest)
    : problem(problem), engine(engine), microbatches(std::move(subset)),
      candidates(candidates), latest(latest), chosen(microbatches.size()) {
  zero = engine.addInteger(0, 0);
  always = engine.addBoolean();
  engine.addClause({always});
  for (size_t i = 0; i < microbatches.size(); ++i)
    addMicrobatch(i, candidates[i]);
  for (size_t node = 0; node < problem.nodeCount(); ++node)
    addNode(node);
  if (problem.stages.empty())
    addStages();
}

bool Model::supports(const PathsProblem &problem) {
  return problem.convergence.startAtHead ||
         problem.gapAfterInjection == problem.gapAfterTask;
}

Model::Task Model::addTask(int64_t low, int64_t high, int64_t busy,
                           int change) {
  // A task of no route that can be taken has no time; its window is any.
  high = std::max(low, high);
  return {engine.addInteger(low, high), low, high, busy, change};
}

/// One of the routes is chosen, and the times follow it. What a route implies
/// is implied one way only: more hops than those of a route forbid more.
void Model::addMicrobatch(size_t index, const std::vector<RoutePtr> &routes) {
  Chosen &own = chosen[index];
  const auto &microbatch = problem.microbatches[microbatches[index]];
  own.visits.resize(problem.nodeCount());
  // The windows of the starts over all routes that are in time.
  constexpr int64_t never = std::numeric_limits<int64_t>::max();
  struct Window {
    int64_t low = never, remaining = never;
    int64_t busy = 0;
    size_t count = 0;
  };
  std::map<int, Window> forward, backward;
  Window loss;
  size_t count = 0;
  int64_t shortestForward = never, shortestBackward = never,
          shortestTrip = never;
  for (const RoutePtr &pointer : routes) {
    const Route &route = *pointer;
    own.literals.push_back(engine.addBoolean());
    if (microbatch.release + route.trip > latest) {
      engine.addClause({!own.literals.back()});
      continue;
    }
    ++count;
    const Step &middle = route.steps[route.path.size()];
    shortestForward = std::min(shortestForward, route.trip - middle.remaining);
    shortestBackward = std::min(shortestBackward, middle.remaining);
    shortestTrip = std::min(shortestTrip, route.trip);
    for (const Step &step : route.steps) {
      Window &window = step.change == 0  ? loss
                       : step.change > 0 ? forward[step.node]
                                         : backward[step.node];
      window.low = std::min(window.low,
                            microbatch.release + route.trip - step.remaining);
      window.remaining = std::min(window.remaining, step.remaining);
      window.busy = std::max(window.busy, step.busy);
      ++window.count;
    }
  }
  engine.addClause(own.literals);
  if (count == 0)
    return;
  own.loss = addTask(loss.low, latest - loss.remaining, loss.busy, 0);
  for (const auto &[node, window] : forward) {
    Visit &visit = own.visits[size_t(node)];
    visit.isCertain = window.count == count;
    visit.isMade = visit.isCertain ? always : engine.addBoolean();
    const Window &back = backward[node];
    visit.tasks = {
        addTask(window.low, latest - window.remaining, window.busy, +1),
        addTask(back.low, latest - back.remaining, back.busy, -1)};
  }
  Visit &atHead = own.visits[size_t(microbatch.head)];
  // Hops: from the end of a task to the start of the next over a link.
  std::map<std::pair<int, int>, Literal> hops; // to -1: to the loss
  auto after = [&](const Task &a, const Task &b, int64_t distance,
                   Literal ifHolds) {
    engine.addDifference(a.start, b.start, -distance, {!ifHolds});
  };
  auto hop = [&](int from, int to) {
    auto [entry, isNew] = hops.emplace(std::pair(from, to), Literal());
    if (!isNew)
      return entry->second;
    Literal taken = entry->second = engine.addBoolean();
    const Visit &a = own.visits[size_t(from)];
    if (to >= 0) {
      const Visit &b = own.visits[size_t(to)];
      after(a.tasks[0], b.tasks[0],
            problem.forward[size_t(from)] +
                problem.link[size_t(from)][size_t(to)],
            taken);
      after(b.tasks[1], a.tasks[1],
            problem.backward[size_t(to)] +
                problem.link[size_t(to)][size_t(from)],
            taken);
      return taken;
    }
    size_t head = size_t(microbatch.head);
    after(a.tasks[0], own.loss,
          problem.forward[size_t(from)] + problem.link[size_t(from)][head],
          taken);
    after(own.loss, a.tasks[1],
          problem.lossOnHead[head] + problem.link[head][size_t(from)], taken);
    return taken;
  };
  for (size_t i = 0; i < routes.size(); ++i) {
    const std::vector<int> &path = routes[i]->path;
    if (microbatch.release + routes[i]->trip > latest)
      continue;
    for (size_t j = 0; j < path.size(); ++j) {
      int to = j + 1 < path.size() ? path[j + 1] : -1;
      engine.addClause({!own.literals[i], hop(path[j], to)});
      if (!own.visits[size_t(path[j])].isCertain)
        engine.addClause(
            {!own.literals[i], own.visits[size_t(path[j])].isMade});
    }
  }
  if (problem.convergence.startAtHead) {
    // Implied by the hops, and much of what there is to know.
    int64_t last = problem.backward[size_t(microbatch.head)];
    after(atHead.tasks[0], own.loss, shortestForward, always);
    after(own.loss, atHead.tasks[1], shortestBackward - last, always);
    after(atHead.tasks[0], atHead.tasks[1], shortestTrip - last, always);
  }
  if (!atHead.tasks.empty()) {
    after(atHead.tasks[0], own.loss, atHead.tasks[0].busy, atHead.isMade);
    after(own.loss, atHead.tasks[1], own.loss.busy, atHead.isMade);
  } else { // on no route
    atHead.isCertain = true;
    atHead.isMade = always;
  }
  atHead.tasks.push_back(own.loss);
}

/// Whether `a` comes before `b` on their node, unless one of `unless` holds.
Literal Model::addOrder(const Task &a, const Task &b,
                        const std::vector<Literal> &unless) {
  bool canBeFirst = a.low + a.busy <= b.high;
  bool canBeLast = b.low + b.busy <= a.high;
  Literal isFirst = engine.addBoolean();
  std::vector<Literal> literals = unless;
  literals.push_back(!isFirst);
  if (canBeFirst)
    engine.addDifference(a.start, b.start, -a.busy, literals);
  else
    engine.addClause(literals);
  literals.back() = isFirst;
  if (canBeLast)
    engine.addDifference(b.start, a.start, -b.busy, literals);
  else
    engine.addClause(literals);
  return isFirst;
}

void Model::addNode(size_t node) {
  std::vector<size_t> visitors;
  for (size_t i = 0; i < chosen.size(); ++i)
    if (!chosen[i].visits.empty() && !chosen[i].visits[node].tasks.empty())
      visitors.push_back(i);
  // before[i][j]: F of visitor i before F of visitor j.
  // alive[i][j]: F of visitor i before B of visitor j.
  size_t count = visitors.size();
  std::vector<std::vector<Literal>> before(count, std::vector<Literal>(count)),
      alive = before;
  std::vector<size_t> classes = routeClasses(problem);
  for (size_t i = 0; i < count; ++i)
    for (size_t j = i + 1; j < count; ++j) {
      const Visit &a = chosen[visitors[i]].visits[node];
      const Visit &b = chosen[visitors[j]].visits[node];
      for (const Task &x : a.tasks)
        for (const Task &y : b.tasks) {
          // The loss is on the head, on whatever route.
          std::vector<Literal> unless;
          if (!a.isCertain && x.change != 0)
            unless.push_back(!a.isMade);
          if (!b.isCertain && y.change != 0)
            unless.push_back(!b.isMade);
          Literal isFirst = addOrder(x, y, unless);
          if (x.change > 0 && y.change > 0) {
            before[i][j] = isFirst;
            before[j][i] = !isFirst;
          } else if (x.change > 0 && y.change < 0) {
            alive[i][j] = isFirst;
          } else if (x.change < 0 && y.change > 0) {
            alive[j][i] = !isFirst;
          }
        }
      // Microbatches with the same routes may swap all they do: the one that
      // is released first starts first.
      size_t m = microbatches[visitors[i]], n = microbatches[visitors[j]];
      if (classes[m] == classes[n] && problem.convergence.startAtHead &&
          int(node) == problem.microbatches[m].head)
        engine.addClause(
            {problem.microbatches[m].release <= problem.microbatches[n].release
                 ? before[i][j]
                 : before[j][i]});
    }
  size_t capacity = size_t(problem.memory[node]);
  if (count <= capacity)
    return;
  for (size_t i = 0; i < count; ++i) {
    // At the start of F of visitor i, those are in flight which started before
    // and have not ended.
    const Visit &own = chosen[visitors[i]].visits[node];
    if (own.tasks[0].change <= 0) // a loss alone
      continue;
    std::vector<std::pair<int64_t, Literal>> inFlight;
    for (size_t j = 0; j < count; ++j) {
      const Visit &other = chosen[visitors[j]].visits[node];
      if (i == j || other.tasks[0].change <= 0)
        continue;
      Literal isIn = engine.addBoolean();
      std::vector<Literal> clause = {isIn, !before[j][i], !alive[i][j]};
      if (!own.isCertain)
        clause.push_back(!own.isMade);
      if (!other.isCertain)
        clause.push_back(!other.isMade);
      engine.addClause(clause);
      inFlight.emplace_back(1, isIn);
    }
    engine.addAtMost(inFlight, int64_t(capacity) - 1);
  }
}

namespace {

/// All sequences of stages that convergence allows.
void findPatterns(const PathsProblem &problem, std::vector<int> &pattern,
                  std::vector<std::vector<int>> &patterns) {
  if (int(pattern.size()) == problem.pathLength) {
    patterns.push_back(pattern);
    return;
  }
  for (int stage = 0; stage < problem.stageCount; ++stage) {
    bool isAllowed =
        !problem.convergence.startAtHead || !pattern.empty() || stage == 0;
    if (!pattern.empty()) {
      Frontier frontier(pattern[0]);
      for (size_t i = 1; i < pattern.size(); ++i)
        frontier.advance(problem.convergence, pattern[i]);
      isAllowed &=
          std::find(pattern.begin(), pattern.end(), stage) == pattern.end() &&
          frontier.advance(problem.convergence, stage);
    }
    if (!isAllowed)
      continue;
    pattern.push_back(stage);
    findPatterns(problem, pattern, patterns);
    pattern.pop_back();
  }
}

} // namespace

/// Every node is in one stage, no stage is empty, heads are in stage 0, and the
/// stages along each route form a pattern that is allowed.
void Model::addStages() {
  std::vector<char> isHead(problem.nodeCount(), 0);
  for (const auto &microbatch : problem.microbatches)
    isHead[size_t(microbatch.head)] = 1;
  for (size_t node = 0; node < problem.nodeCount(); ++node) {
    std::vector<std::pair<int64_t, Literal>> weighted;
    inStage.emplace_back();
    for (int stage = 0; stage < problem.stageCount; ++stage) {
      inStage.back().push_back(engine.addBoolean());
      weighted.emplace_back(1, inStage.back().back());
    }
    engine.addClause(inStage.back());
    engine.addAtMost(weighted, 1);
    if (isHead[node])
      engine.addClause({inStage.back()[0]});
  }
  for (size_t stage = 0; stage < size_t(problem.stageCount); ++stage) {
    std::vector<Literal> members;
    for (const auto &ofNode : inStage)
      members.push_back(ofNode[stage]);
    engine.addClause(members);
  }
  std::vector<std::vector<int>> patterns;
  std::vector<int> pattern;
  findPatterns(problem, pattern, patterns);
  for (size_t i = 0; i < chosen.size(); ++i)
    addPattern(i, patterns);
}

void Model::addPattern(size_t index,
                       const std::vector<std::vector<int>> &patterns) {
  // at[k][n]: the route visits n as its k-th.
  std::vector<std::map<int, Literal>> at(size_t(problem.pathLength));
  for (size_t i = 0; i < candidates[index].size(); ++i)
    for (size_t k = 0; k < at.size(); ++k) {
      auto [entry, isNew] =
          at[k].emplace(candidates[index][i]->path[k], Literal());
      if (isNew)
        entry->second = engine.addBoolean();
      engine.addClause({!chosen[index].literals[i], entry->second});
    }
  std::vector<Literal> literals;
  for (const std::vector<int> &pattern : patterns) {
    literals.push_back(engine.addBoolean());
    for (size_t k = 0; k < at.size(); ++k)
      for (const auto &[node, isHere] : at[k])
        engine.addClause({!literals.back(), !isHere,
                          inStage[size_t(node)][size_t(pattern[k])]});
  }
  engine.addClause(literals);
}

Answer Model::decide(int64_t deadline, Budget &budget) {
  assert(deadline <= latest && "routes and windows are those up to `latest`");
  for (const Chosen &own : chosen)
    if (own.visits.empty() || own.loss.busy == 0)
      return Answer::No; // without a route in time
  std::vector<Literal> assumptions;
  if (deadline < latest) {
    Literal inTime = engine.addBoolean();
    for (const Chosen &own : chosen)
      for (size_t node = 0; node < own.visits.size(); ++node)
        for (const Task &task : own.visits[node].tasks)
          if (task.change < 0)
            engine.addDifference(task.start, zero,
                                 deadline - problem.backward[node],
                                 {!inTime, !own.visits[node].isMade});
    assumptions.push_back(inTime);
  }
  Answer answer = engine.check(assumptions, budget);
  if (answer == Answer::Yes)
    readRoutes();
  return answer;
}

void Model::readRoutes() {
  found.clear();
  for (size_t i = 0; i < chosen.size(); ++i) {
    const Chosen &own = chosen[i];
    size_t taken = 0;
    while (!engine.valueOf(own.literals[taken]))
      ++taken;
    PathsSolution::Route route;
    route.path = candidates[i][taken]->path;
    for (int node : route.path) {
      const Visit &visit = own.visits[size_t(node)];
      route.forward.push_back(engine.valueOf(visit.tasks[0].start));
      route.backward.push_back(engine.valueOf(visit.tasks[1].start));
    }
    route.loss = engine.valueOf(own.loss.start);
    found.push_back(std::move(route));
  }
  foundStages = problem.stages;
  if (inStage.empty())
    return;
  foundStages.assign(size_t(problem.stageCount), {});
  for (size_t node = 0; node < inStage.size(); ++node)
    for (size_t stage = 0; stage < foundStages.size(); ++stage)
      if (engine.valueOf(inStage[node][stage]))
        foundStages[stage].push_back(int(node));
}
