//===- PathsBound.cpp - Lower bounds of makespans without search ----------===//

#include "PathsBound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

using namespace hocket;
using namespace hocket::paths;

std::vector<std::vector<size_t>>
paths::headGroups(const PathsProblem &problem) {
  std::map<int, std::vector<size_t>> byHead;
  for (size_t i = 0; i < problem.microbatches.size(); ++i)
    byHead[problem.microbatches[i].head].push_back(i);
  std::vector<std::vector<size_t>> groups;
  for (auto &entry : byHead)
    groups.push_back(std::move(entry.second));
  return groups;
}

int64_t paths::tripBound(const PathsProblem &problem,
                         const std::vector<RouteSet> &sets) {
  std::vector<size_t> classes = routeClasses(problem);
  int64_t bound = 0;
  for (size_t i = 0; i < classes.size(); ++i)
    bound = std::max(bound, problem.microbatches[i].release +
                                sets[classes[i]].shortestTrip);
  return bound;
}

/// Let S(j) be the j-th smallest start of an F on the head and E(j) the j-th
/// smallest end of a B, c the head's memory, and `trip` the shortest of any of
/// the group. Then
///   S(j) >= the j-th smallest release;
///   S(j) >= S(j-1) + F and its gap, as the node runs one task at a time;
///   S(j) >= E(j-c) + gap: of the j-1 that have started at most c-1 are still
///   in
///           flight, so that at least j-c have ended, and after the last of
///           their B the node rests;
///   E(j) >= S(j) + trip, as sorting keeps the order between starts and ends
///           that are at least a trip apart;
///   E(j) >= E(j-1) + gap + B.
/// The last E is a bound of the makespan.
int64_t paths::headBound(const PathsProblem &problem,
                         const std::vector<RouteSet> &sets,
                         const std::vector<size_t> &group) {
  if (!problem.convergence.startAtHead)
    return 0;
  std::vector<size_t> classes = routeClasses(problem);
  size_t head = size_t(problem.microbatches[group[0]].head);
  int64_t trip = std::numeric_limits<int64_t>::max();
  std::vector<int64_t> releases;
  for (size_t i : group) {
    trip = std::min(trip, sets[classes[i]].shortestTrip);
    releases.push_back(problem.microbatches[i].release);
  }
  std::sort(releases.begin(), releases.end());
  size_t capacity = size_t(problem.memory[head]);
  std::vector<int64_t> starts, ends;
  for (size_t j = 0; j < group.size(); ++j) {
    int64_t start = releases[j];
    if (j > 0)
      start = std::max(start, starts[j - 1] + problem.forward[head] +
                                  problem.gapAfterInjection);
    if (j >= capacity)
      start = std::max(start, ends[j - capacity] + problem.gapAfterTask);
    int64_t end = start + trip;
    if (j > 0)
      end = std::max(end, ends[j - 1] + problem.gapAfterTask +
                              problem.backward[head]);
    starts.push_back(start);
    ends.push_back(end);
  }
  return ends.back();
}

namespace {

/// Every node n offers, in a makespan T, the time from the earliest start a(n)
/// of an F to the latest end T - z(n) of a B, and a gap after it: once for its
/// tasks with the gaps after them, and memory(n) times for what is in flight,
/// from F to the gap after B, since in that gap no F starts either. Let u(n)
/// and v(n) be any non-negative weights of these two. Whatever the routes,
///   sum over microbatches of the least cost of a route
///     <= sum over n of (u(n) + v(n)) max(0, T - a(n) - z(n) + gap),
/// where a route costs u(n) times its tasks on n and v(n) / memory(n) times the
/// least it is in flight at n, for each n that it visits. (At a node that
/// nobody visits the right side is still not negative.) The least T that obeys
/// this is a bound. Weights that make it large are sought as prices are: up
/// where more is asked for than there is, down where there is room.
class LoadBound {
public:
  LoadBound(const PathsProblem &problem, const std::vector<RouteSet> &sets,
            Budget &budget)
      : problem(problem), sets(sets), budget(budget),
        nodes(problem.nodeCount()), offsets(nodes), task(nodes, 0),
        flight(nodes, 0) {
    std::vector<size_t> classes = routeClasses(problem);
    sizes.resize(sets.size());
    for (size_t index : classes)
      ++sizes[index];
    findOffsets();
    nearest.assign(nodes, std::vector<double>());
    for (size_t index = 0; index < sets.size(); ++index)
      if (sizes[index] > 0 && !sets[index].isComplete())
        findReturns(size_t(problem.microbatches[index].head));
  }

  int64_t run() {
    constexpr int numRounds = 300;
    constexpr int64_t largestWork = 20'000'000;
    int64_t routes = 1;
    for (const RouteSet &set : sets)
      routes += set.isComplete()
                    ? int64_t(set.routes.size()) * problem.pathLength
                    : int64_t(nodes);
    int rounds = int(std::clamp<int64_t>(largestWork / routes, 20, numRounds));
    double best = 0;
    for (size_t n = 0; n < nodes; ++n)
      if (offsets[n] < kNever)
        task[n] = flight[n] = 1;
    for (int round = 0; round < rounds && budget.spend(routes); ++round) {
      double cost = totalCost();
      double bound = leastMakespan(cost);
      best = std::max(best, bound);
      double rate = 2.0 / (1 + 0.1 * round);
      for (size_t n = 0; n < nodes; ++n) {
        double room = std::max(0.0, bound - offsets[n]);
        auto factor = [&](double use) {
          // Any weights will do, as long as they are finite.
          double change = rate * (use - room) / std::max(bound, 1.0);
          return std::exp(std::clamp(change, -300.0, 300.0));
        };
        task[n] *= factor(taskUse[n]);
        flight[n] *= factor(flightUse[n]);
      }
      rescale();
    }
    // Less than the rounding of the sums above.
    return int64_t(std::ceil(best * (1 - 1e-9)));
  }

private:
  static constexpr double kNever = 1e300;

  /// a(n) + z(n) - gap, by walks that may visit a stage twice. Where the budget
  /// ends, nodes that are further away count as near: less is a bound too.
  void findOffsets() {
    std::vector<double> early(nodes, kNever), late(nodes, kNever);
    std::vector<char> mayFollow(nodes);
    for (size_t n = 0; n < nodes; ++n)
      mayFollow[n] = problem.memory[n] > 0;
    if (problem.convergence.startAtHead) // and stage 0 is not visited again
      for (int n : problem.stages[0])
        mayFollow[size_t(n)] = 0;
    std::vector<double> releases(sets.size(), kNever);
    std::vector<size_t> classes = routeClasses(problem);
    for (size_t i = 0; i < classes.size(); ++i)
      releases[classes[i]] = std::min(releases[classes[i]],
                                      double(problem.microbatches[i].release));
    for (size_t index = 0; index < sets.size(); ++index) {
      if (sizes[index] == 0)
        continue;
      std::vector<double> reach(nodes, kNever), home(nodes, kNever);
      for (size_t n = 0; n < nodes; ++n)
        if (problem.memory[n] > 0 &&
            (!problem.convergence.startAtHead ||
             int(n) == problem.microbatches[index].head)) {
          reach[n] = releases[index];
          home[n] = 0;
        }
      for (int position = 0; position < problem.pathLength; ++position) {
        for (size_t n = 0; n < nodes; ++n) {
          early[n] = std::min(early[n], reach[n]);
          late[n] = std::min(late[n], home[n]);
        }
        if (position + 1 < problem.pathLength)
          findNext(mayFollow, reach, home);
      }
    }
    for (size_t n = 0; n < nodes; ++n)
      offsets[n] = early[n] >= kNever
                       ? kNever
                       : early[n] + late[n] - double(problem.gapAfterTask);
  }

  /// The earliest start of an F on each node that is the next of a walk, and
  /// the least time from the end of its B to that of the last B.
  void findNext(const std::vector<char> &mayFollow, std::vector<double> &reach,
                std::vector<double> &home) {
    std::vector<double> reachBefore(nodes, kNever), homeBefore(nodes, kNever);
    reachBefore.swap(reach);
    homeBefore.swap(home);
    constexpr int64_t hopsPerUnit = 4;
    if (budget.exhausted() ||
        !budget.spend(int64_t(nodes * nodes) / hopsPerUnit + 1)) {
      double soonest =
          *std::min_element(reachBefore.begin(), reachBefore.end());
      double shortest = *std::min_element(homeBefore.begin(), homeBefore.end());
      for (size_t n = 0; n < nodes; ++n)
        if (mayFollow[n]) {
          reach[n] = soonest;
          home[n] = shortest;
        }
      return;
    }
    for (size_t a = 0; a < nodes; ++a)
      for (size_t b = 0; reachBefore[a] < kNever && b < nodes; ++b)
        if (a != b && mayFollow[b])
          reach[b] =
              std::min(reach[b], reachBefore[a] + double(problem.forward[a]) +
                                     double(problem.link[a][b]));
    for (size_t b = 0; b < nodes; ++b)
      for (size_t a = 0; mayFollow[b] && a < nodes; ++a)
        if (a != b && homeBefore[a] < kNever)
          home[b] =
              std::min(home[b], homeBefore[a] + double(problem.backward[a]) +
                                    double(problem.link[b][a]));
  }

  /// What a route asks of the nodes, through `use(node, task, flight)`.
  template <typename Use>
  void forEachVisit(const Route &route, Use use) const {
    size_t length = route.path.size();
    const Step &loss = route.steps[length];
    for (size_t i = 0; i < length; ++i) {
      const Step &first = route.steps[i];
      const Step &last = route.steps[forwardOf(route, i)];
      int64_t busy = first.busy + last.busy;
      if (loss.node == first.node)
        busy += loss.busy;
      int64_t inFlight = first.remaining - last.remaining + last.busy;
      use(size_t(first.node), double(busy),
          double(inFlight) / problem.memory[size_t(first.node)]);
    }
  }

  double costOf(const Route &route) const {
    double cost = 0;
    forEachVisit(route, [&](size_t n, double busy, double inFlight) {
      cost += task[n] * busy + flight[n] * inFlight;
    });
    return cost;
  }

  /// The sum of the least costs; what the routes that cost least use is left in
  /// taskUse and flightUse.
  double totalCost() {
    taskUse.assign(nodes, 0);
    flightUse.assign(nodes, 0);
    double sum = 0;
    for (size_t index = 0; index < sets.size(); ++index) {
      if (sizes[index] == 0)
        continue;
      if (!sets[index].isComplete()) {
        sum += sizes[index] * cheapestVisits(index);
        continue;
      }
      const Route *best = nullptr;
      double least = kNever;
      for (const RoutePtr &route : sets[index].routes)
        if (double cost = costOf(*route); cost < least) {
          least = cost;
          best = route.get();
        }
      sum += sizes[index] * least;
      forEachVisit(*best, [&](size_t n, double busy, double inFlight) {
        taskUse[n] += sizes[index] * busy;
        flightUse[n] += sizes[index] * inFlight;
      });
    }
    return sum;
  }

  /// A bound of the cost of any route, where not all are known: the cheapest
  /// nodes of as many stages as a path visits, each in flight for no more than
  /// its own tasks, the loss, and the links to the head and back.
  double cheapestVisits(size_t index) {
    struct Visit {
      double cost, busy, inFlight;
      size_t node;
    };
    size_t head = size_t(problem.microbatches[index].head);
    bool startsAtHead = problem.convergence.startAtHead;
    auto visit = [&](size_t n) {
      double gap = double(problem.gapAfterTask);
      double gapFirst = startsAtHead
                            ? double(n == head ? problem.gapAfterInjection
                                               : problem.gapAfterTask)
                            : double(std::min(problem.gapAfterInjection,
                                              problem.gapAfterTask));
      double own = double(problem.forward[n] + problem.backward[n]);
      double loss = double(problem.lossOnHead[head]);
      double busy = own + gap + gapFirst;
      if (n == head)
        busy += loss + gap;
      double stay = startsAtHead && n == head ? double(sets[index].shortestTrip)
                                              : own + loss + nearest[head][n];
      double inFlight = (stay + gap) / problem.memory[n];
      return Visit{task[n] * busy + flight[n] * inFlight, busy, inFlight, n};
    };
    std::vector<Visit> stages;
    for (size_t s = startsAtHead ? 1 : 0; s < problem.stages.size(); ++s) {
      Visit best{kNever, 0, 0, 0};
      for (int n : problem.stages[s])
        if (problem.memory[size_t(n)] > 0)
          if (Visit other = visit(size_t(n)); other.cost < best.cost)
            best = other;
      if (best.cost < kNever)
        stages.push_back(best);
    }
    std::sort(stages.begin(), stages.end(),
              [](const Visit &a, const Visit &b) { return a.cost < b.cost; });
    stages.resize(std::min(stages.size(), size_t(problem.pathLength) -
                                              (startsAtHead ? 1 : 0)));
    if (startsAtHead)
      stages.push_back(visit(head));
    double sum = 0;
    for (const Visit &each : stages) {
      sum += each.cost;
      taskUse[each.node] += sizes[index] * each.busy;
      flightUse[each.node] += sizes[index] * each.inFlight;
    }
    return sum;
  }

  /// The least time of the links between the F and the B on each node: straight
  /// to the head and back, or over another.
  void findReturns(size_t head) {
    auto both = [&](size_t a, size_t b) {
      return double(problem.link[a][b] + problem.link[b][a]);
    };
    nearest[head].assign(nodes, 0);
    for (size_t node = 0; node < nodes; ++node) {
      double least = both(node, head);
      for (size_t n = 0; n < nodes; ++n)
        if (n != node && problem.memory[n] > 0)
          least = std::min(least, both(node, n));
      nearest[head][node] = least;
    }
  }

  /// The least T with sum of (u + v) max(0, T - offset) >= cost.
  double leastMakespan(double cost) const {
    std::vector<std::pair<double, double>> byOffset;
    for (size_t n = 0; n < nodes; ++n)
      if (offsets[n] < kNever)
        byOffset.emplace_back(offsets[n], task[n] + flight[n]);
    std::sort(byOffset.begin(), byOffset.end());
    double weight = 0, weighted = 0, least = 0;
    for (size_t i = 0; i < byOffset.size(); ++i) {
      weight += byOffset[i].second;
      weighted += byOffset[i].first * byOffset[i].second;
      if (weight <= 0)
        continue;
      least = (cost + weighted) / weight;
      if (i + 1 == byOffset.size() || least <= byOffset[i + 1].first)
        break;
    }
    return least;
  }

  void rescale() {
    double sum = 0;
    for (size_t n = 0; n < nodes; ++n)
      sum += task[n] + flight[n];
    for (size_t n = 0; n < nodes; ++n) {
      task[n] /= sum;
      flight[n] /= sum;
    }
  }

  const PathsProblem &problem;
  const std::vector<RouteSet> &sets;
  Budget &budget;
  size_t nodes;
  std::vector<int> sizes; // by class, its microbatches
  std::vector<double> offsets;
  std::vector<std::vector<double>> nearest; // by head and node
  std::vector<double> task, flight;         // the weights u and v
  std::vector<double> taskUse, flightUse;
};

} // namespace

int64_t paths::loadBound(const PathsProblem &problem,
                         const std::vector<RouteSet> &sets, Budget &budget) {
  return LoadBound(problem, sets, budget).run();
}

int64_t paths::lowerBound(const PathsProblem &problem,
                          const std::vector<RouteSet> &sets, Budget &budget) {
  return std::max(tripBound(problem, sets), loadBound(problem, sets, budget));
}
