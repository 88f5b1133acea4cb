//===- PathsRoutes.cpp - The paths that a microbatch may take -------------===//

#include "PathsRoutes.h"

#include "PathsWalks.h"

#include <algorithm>
#include <limits>
#include <queue>
#include <set>
#include <tuple>

using namespace hocket;
using namespace hocket::paths;

Route paths::makeRoute(const PathsProblem &problem, int head,
                       std::vector<int> path) {
  Route route;
  auto add = [&](int node, int change, int64_t duration) {
    Step step;
    step.node = node;
    step.change = change;
    step.duration = duration;
    step.busy = duration + (route.steps.empty() ? problem.gapAfterInjection
                                                : problem.gapAfterTask);
    for (size_t i = 0; i < route.steps.size(); ++i)
      if (route.steps[i].node == node)
        step.previousHere = int(i);
    if (!route.steps.empty()) {
      Step &last = route.steps.back();
      last.lag = last.node == node
                     ? last.busy - last.duration
                     : problem.link[size_t(last.node)][size_t(node)];
    }
    route.steps.push_back(step);
  };
  for (int node : path)
    add(node, +1, problem.forward[size_t(node)]);
  add(head, 0, problem.lossOnHead[size_t(head)]);
  for (size_t i = path.size(); i-- > 0;)
    add(path[i], -1, problem.backward[size_t(path[i])]);
  int64_t remaining = 0;
  for (size_t i = route.steps.size(); i-- > 0;) {
    Step &step = route.steps[i];
    remaining += step.duration + (i + 1 < route.steps.size() ? step.lag : 0);
    step.remaining = remaining;
  }
  route.trip = remaining;
  route.path = std::move(path);
  return route;
}

std::vector<int>
paths::stagesByNode(const std::vector<std::vector<int>> &stages, size_t nodes) {
  std::vector<int> stageOf(nodes, -1);
  for (size_t stage = 0; stage < stages.size(); ++stage)
    for (int node : stages[stage])
      stageOf[size_t(node)] = int(stage);
  return stageOf;
}

bool Frontier::advance(const PathsProblem::Convergence &rules, int stage) {
  if (stage >= highest) {
    if (stage - highest > rules.maxForwardJump)
      return false;
    highest = stage;
    return true;
  }
  int step = highest - stage;
  if (step > rules.maxBackwardStep || sum + step > rules.maxBackwardSum ||
      moves + 1 > rules.maxBackwardMoves)
    return false;
  sum += step;
  ++moves;
  return true;
}

bool paths::isAllowed(const PathsProblem &problem,
                      const std::vector<int> &stageOf,
                      const PathsProblem::Microbatch &microbatch,
                      const std::vector<int> &path) {
  if (!microbatch.path.empty() && path != microbatch.path)
    return false;
  if (problem.convergence.startAtHead && path[0] != microbatch.head)
    return false;
  Frontier frontier(stageOf[size_t(path[0])]);
  for (size_t i = 0; i < path.size(); ++i) {
    if (problem.memory[size_t(path[i])] == 0)
      return false;
    int stage = stageOf[size_t(path[i])];
    for (size_t j = 0; j < i; ++j)
      if (stageOf[size_t(path[j])] == stage)
        return false;
    if (i > 0 && !frontier.advance(problem.convergence, stage))
      return false;
  }
  return true;
}

/// Of all routes, exactly.
static void findHalves(RouteSet &set) {
  set.shortestToLoss = set.shortestFromLoss = set.shortestTrip;
  for (const RoutePtr &route : set.routes) {
    int64_t back = route->steps[route->path.size()].remaining;
    set.shortestToLoss = std::min(set.shortestToLoss, route->trip - back);
    set.shortestFromLoss =
        std::min(set.shortestFromLoss, back - route->steps.back().remaining);
  }
}

namespace {

constexpr int64_t kNever = Walks::kNever;
/// Units of work to make and keep a path.
constexpr int64_t kWorkPerPath = 10;

/// A path that grows, and what is known of it.
struct Partial {
  int64_t bound = 0, cost = 0;
  uint64_t tie = 0;
  std::vector<int> path;
  bool operator<(const Partial &other) const { // the largest comes first
    if (bound != other.bound)
      return bound > other.bound;
    if (path.size() != other.path.size())
      return path.size() < other.path.size();
    return tie > other.tie;
  }
};

/// Enumerates by A*: what is left of a path is bounded by the shortest walk.
class RouteFinder {
public:
  RouteFinder(const PathsProblem &problem, const std::vector<int> &stageOf,
              const PathsProblem::Microbatch &microbatch, uint64_t seed,
              Budget &budget)
      : problem(problem), stageOf(stageOf), microbatch(microbatch),
        random(seed), budget(budget),
        walks(problem, stageOf, microbatch.head, budget),
        numStages(size_t(*std::max_element(stageOf.begin(), stageOf.end())) +
                  1) {}

  RouteSet find(size_t limit) {
    // Past `limit` shortest ones there is little use in more of their kind.
    constexpr size_t largestQueue = 50'000;
    RouteSet set;
    set.shortestTrip = kNever;
    for (size_t node = 0; node < problem.nodeCount(); ++node)
      if (walks.canBegin(int(node)))
        push({int(node)}, walks.visitCost(int(node)));
    while (!queue.empty() && set.routes.size() < limit) {
      if (queue.size() > largestQueue ||
          !budget.spend(int64_t(problem.nodeCount())))
        break;
      Partial partial = queue.top();
      queue.pop();
      if (int(partial.path.size()) == problem.pathLength) {
        add(set, std::move(partial.path));
        continue;
      }
      std::vector<int> nodes = continuations(partial.path);
      budget.spend(kWorkPerPath * int64_t(nodes.size()));
      for (int next : nodes)
        push(extend(partial.path, next),
             partial.cost + walks.hopCost(partial.path.back(), next));
    }
    set.completeBelow = std::numeric_limits<int64_t>::max();
    if (!queue.empty()) {
      set.completeBelow = queue.top().bound;
      set.shortestTrip = std::min(set.shortestTrip, set.completeBelow);
      sample(set, limit);
    }
    std::sort(set.routes.begin(), set.routes.end(),
              [](const RoutePtr &a, const RoutePtr &b) {
                return std::tie(a->trip, a->path) < std::tie(b->trip, b->path);
              });
    if (set.shortestTrip == kNever)
      set.shortestTrip = 0;
    if (set.isComplete()) {
      findHalves(set);
    } else {
      Walks::Halves halves = walks.halves(budget);
      set.shortestToLoss = halves.toLoss;
      set.shortestFromLoss = halves.fromLoss;
    }
    return set;
  }

private:
  int64_t walkAfter(const std::vector<int> &path) const {
    return walks.after(size_t(problem.pathLength) - path.size(), path.back());
  }

  void push(std::vector<int> path, int64_t cost) {
    int64_t rest = walkAfter(path);
    if (rest < kNever)
      queue.push({cost + rest, cost, random(), std::move(path)});
  }

  static std::vector<int> extend(const std::vector<int> &path, int next) {
    std::vector<int> longer;
    longer.reserve(path.size() + 1);
    longer = path;
    longer.push_back(next);
    return longer;
  }

  std::vector<int> continuations(const std::vector<int> &path) const {
    std::vector<char> isVisited(numStages, 0);
    Frontier frontier(stageOf[size_t(path[0])]);
    for (size_t i = 0; i < path.size(); ++i) {
      isVisited[size_t(stageOf[size_t(path[i])])] = 1;
      if (i > 0)
        frontier.advance(problem.convergence, stageOf[size_t(path[i])]);
    }
    std::vector<int> nodes;
    for (size_t n = 0; n < problem.nodeCount(); ++n) {
      Frontier next = frontier;
      if (walks.isUsable(int(n)) && !isVisited[size_t(stageOf[n])] &&
          next.advance(problem.convergence, stageOf[n]))
        nodes.push_back(int(n));
    }
    return nodes;
  }

  void add(RouteSet &set, std::vector<int> path) {
    set.routes.push_back(std::make_shared<const Route>(
        makeRoute(problem, microbatch.head, std::move(path))));
    set.shortestTrip = std::min(set.shortestTrip, set.routes.back()->trip);
  }

  /// As many routes again, by walks that prefer short ways home.
  void sample(RouteSet &set, size_t count) {
    std::set<std::vector<int>> known;
    for (const RoutePtr &route : set.routes)
      known.insert(route->path);
    std::vector<int> beginnings;
    for (size_t node = 0; node < problem.nodeCount(); ++node)
      if (walks.canBegin(int(node)))
        beginnings.push_back(int(node));
    for (size_t attempt = 0; attempt < 2 * count && !beginnings.empty();
         ++attempt) {
      int64_t steps =
          (int64_t(problem.nodeCount()) + kWorkPerPath) * problem.pathLength;
      if (!budget.spend(steps) && !set.routes.empty())
        return;
      int first = beginnings[random() % beginnings.size()];
      std::vector<int> path;
      if (!budget.exhausted())
        path = draw(first, false);
      if (path.empty() && (budget.spend(steps) || set.routes.empty()))
        path = draw(first, true);
      if (!path.empty() && known.insert(path).second)
        add(set, path);
    }
  }

  /// A path from `first`, or none where the way that it takes has no end.
  /// `straight`: only through nodes from which a path could go on with stages
  /// that ascend, where there are such.
  std::vector<int> draw(int first, bool straight) {
    std::vector<int> path = {first};
    int highest = stageOf[size_t(first)];
    while (int(path.size()) < problem.pathLength) {
      std::vector<int> nodes = continuations(path);
      if (straight)
        keepStraight(nodes, highest, size_t(problem.pathLength) - path.size());
      if (nodes.empty())
        return {};
      auto away = [&](int node) {
        return walks.hopCost(path.back(), node) + walkAfter(extend(path, node));
      };
      // The best of a few that are drawn.
      int best = nodes[random() % nodes.size()];
      for (uint64_t more = random() % 4; more > 0; --more) {
        int other = nodes[random() % nodes.size()];
        if (away(other) < away(best))
          best = other;
      }
      path.push_back(best);
      highest = std::max(highest, stageOf[size_t(best)]);
    }
    return path;
  }

  void keepStraight(std::vector<int> &nodes, int highest, size_t left) {
    if (ascents.empty())
      findAscents();
    std::vector<int> kept;
    for (int node : nodes)
      if (ascents[left - 1][size_t(std::max(highest, stageOf[size_t(node)]))])
        kept.push_back(node);
    if (!kept.empty())
      nodes = std::move(kept);
  }

  /// ascents[v][s]: whether v more visits may follow one in stage s, each in a
  /// higher stage than the one before.
  void findAscents() {
    std::vector<char> hasNode(numStages, 0);
    for (size_t n = 0; n < problem.nodeCount(); ++n)
      if (walks.isUsable(int(n)))
        hasNode[size_t(stageOf[n])] = 1;
    ascents.assign(size_t(problem.pathLength), std::vector<char>(numStages, 0));
    ascents[0].assign(numStages, 1);
    size_t jump = size_t(problem.convergence.maxForwardJump);
    for (size_t v = 1; v < ascents.size(); ++v)
      for (size_t s = numStages, next = numStages; s-- > 0;) {
        // The nearest stage that can go on.
        ascents[v][s] = next < numStages && next - s <= jump;
        if (hasNode[s] && ascents[v - 1][s])
          next = s;
      }
  }

  const PathsProblem &problem;
  const std::vector<int> &stageOf;
  const PathsProblem::Microbatch &microbatch;
  std::mt19937_64 random;
  Budget &budget;
  Walks walks;
  size_t numStages;
  std::vector<std::vector<char>> ascents; // empty until somebody asks
  std::priority_queue<Partial> queue;
};

} // namespace

RouteSet paths::findRoutes(const PathsProblem &problem,
                           const std::vector<int> &stageOf,
                           const PathsProblem::Microbatch &microbatch,
                           size_t limit, uint64_t seed, Budget &budget) {
  if (microbatch.path.empty())
    return RouteFinder(problem, stageOf, microbatch, seed, budget).find(limit);
  RouteSet set;
  set.completeBelow = std::numeric_limits<int64_t>::max();
  if (isAllowed(problem, stageOf, microbatch, microbatch.path)) {
    set.routes.push_back(std::make_shared<const Route>(
        makeRoute(problem, microbatch.head, microbatch.path)));
    set.shortestTrip = set.routes[0]->trip;
    findHalves(set);
  }
  return set;
}

std::vector<size_t> paths::routeClasses(const PathsProblem &problem) {
  std::vector<size_t> classes(problem.microbatches.size());
  for (size_t i = 0; i < classes.size(); ++i) {
    classes[i] = i;
    for (size_t j = 0; j < i; ++j)
      if (problem.microbatches[j].head == problem.microbatches[i].head &&
          problem.microbatches[j].path == problem.microbatches[i].path) {
        classes[i] = j;
        break;
      }
  }
  return classes;
}

PathsProblem paths::withoutStages(const PathsProblem &problem) {
  PathsProblem relaxed = problem;
  relaxed.stages = {{}};
  std::vector<char> isHead(problem.nodeCount(), 0);
  for (const auto &microbatch : problem.microbatches)
    isHead[size_t(microbatch.head)] = 1;
  for (size_t node = 0; node < problem.nodeCount(); ++node)
    if (isHead[node])
      relaxed.stages[0].push_back(int(node));
    else
      relaxed.stages.push_back({int(node)});
  relaxed.stageCount = int(relaxed.stages.size());
  int any = relaxed.stageCount * relaxed.stageCount;
  relaxed.convergence = {problem.convergence.startAtHead, any, any, any, any};
  return relaxed;
}
