//===- PathsHeadBound.cpp - What a head alone allows ----------------------===//

#include "PathsBound.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

using namespace hocket;
using namespace hocket::paths;

namespace {

/// The head as a machine that runs F, the loss and B of its n microbatches, and
/// everything else as the shortest times between them, equal for all:
///   loss >= F + `toLoss`, B >= loss + `toBackward`, end of B >= F + `trip`.
/// This relaxes the problem. Since the microbatches are equal but for their
/// releases, they may be taken to do everything in the order of their releases:
/// sorting the starts of all F, of all losses and of all B keeps each of these
/// inequalities, and memory only counts. So a timetable is a merge of three
/// sequences, and with the earliest starts of a merge it is the best of that
/// merge. States (number of F, losses and B that are done) are extended task by
/// task; of the partial timetables of a state those are kept of which no other
/// is earlier in all that matters later. That is exact, unless there are too
/// many: then some are replaced by one as early as each of them, which can only
/// lower the result.
class HeadMachine {
public:
  HeadMachine(const PathsProblem &problem, const std::vector<RouteSet> &sets,
              const std::vector<size_t> &group)
      : capacity(problem.memory[size_t(problem.microbatches[group[0]].head)]) {
    std::vector<size_t> classes = routeClasses(problem);
    size_t head = size_t(problem.microbatches[group[0]].head);
    constexpr int64_t never = std::numeric_limits<int64_t>::max();
    toLoss = toBackward = trip = never;
    forward = problem.forward[head] + problem.gapAfterInjection;
    backward = problem.backward[head];
    loss = problem.lossOnHead[head] + problem.gapAfterTask;
    gap = problem.gapAfterTask;
    for (size_t i : group) {
      const RouteSet &set = sets[classes[i]];
      trip = std::min(trip, set.shortestTrip);
      toLoss = std::min(toLoss, set.shortestToLoss);
      toBackward = std::min(toBackward, set.shortestFromLoss);
    }
    for (size_t i = 0; i < group.size(); ++i)
      order.emplace_back(problem.microbatches[group[i]].release, i);
    std::sort(order.begin(), order.end());
  }

  HeadPlan run(Budget &budget) {
    int count = int(order.size());
    std::map<State, std::vector<Partial>> layer;
    layer[{0, 0, 0}] = {Partial()};
    for (int done = 0; done < 3 * count; ++done) {
      std::map<State, std::vector<Partial>> next;
      for (const auto &[state, partials] : layer)
        for (const Partial &partial : partials) {
          auto [numForward, numLoss, numBackward] = state;
          if (numForward < count && numForward - numBackward < capacity)
            addForward(partial, state,
                       next[{numForward + 1, numLoss, numBackward}]);
          if (numLoss < numForward)
            addLoss(partial, next[{numForward, numLoss + 1, numBackward}]);
          if (numBackward < numLoss)
            addBackward(partial, next[{numForward, numLoss, numBackward + 1}]);
          if (!budget.spend(work))
            return {};
          work = 0;
        }
      layer = std::move(next);
    }
    const std::vector<Partial> &last = layer.begin()->second;
    auto best = std::min_element(
        last.begin(), last.end(),
        [](const Partial &a, const Partial &b) { return a.free < b.free; });
    return planOf(*best);
  }

private:
  using State = std::tuple<int, int, int>; // numbers of F, losses, B

  struct Partial {
    int64_t free = 0;              // when the machine is free
    int32_t history = -1;          // the last task, in `tasks`
    std::vector<int64_t> started;  // F whose losses are to come
    std::vector<int64_t> returned; // when B may start after losses
  };

  /// A task of a partial timetable and the one before it.
  struct Task {
    int32_t before;
    int8_t kind; // 0: F, 1: the loss, 2: B
    int64_t start;
  };

  HeadPlan planOf(const Partial &partial) const {
    HeadPlan plan;
    plan.bound = partial.free - gap;
    plan.starts.resize(order.size());
    size_t left[] = {order.size(), order.size(), order.size()};
    for (int32_t i = partial.history; i >= 0; i = tasks[size_t(i)].before) {
      const Task &task = tasks[size_t(i)];
      HeadPlan::Starts &starts = plan.starts[order[--left[task.kind]].second];
      (task.kind == 0   ? starts.forward
       : task.kind == 1 ? starts.loss
                        : starts.backward) = task.start;
    }
    return plan;
  }

  void addForward(const Partial &before, const State &state,
                  std::vector<Partial> &into) {
    int64_t start =
        std::max(before.free, order[size_t(std::get<0>(state))].first);
    Partial after = before;
    after.started.push_back(start);
    after.free = start + forward;
    keep(std::move(after), 0, start, into);
  }

  void addLoss(const Partial &before, std::vector<Partial> &into) {
    int64_t first = before.started.front();
    int64_t start = std::max(before.free, first + toLoss);
    Partial after = before;
    after.started.erase(after.started.begin());
    after.returned.push_back(
        std::max(start + toBackward, first + trip - backward));
    after.free = start + loss;
    keep(std::move(after), 1, start, into);
  }

  void addBackward(const Partial &before, std::vector<Partial> &into) {
    int64_t start = std::max(before.free, before.returned.front());
    Partial after = before;
    after.returned.erase(after.returned.begin());
    after.free = start + backward + gap;
    keep(std::move(after), 2, start, into);
  }

  static bool isNoLater(const Partial &a, const Partial &b) {
    if (a.free > b.free)
      return false;
    for (size_t i = 0; i < a.started.size(); ++i)
      if (a.started[i] > b.started[i])
        return false;
    for (size_t i = 0; i < a.returned.size(); ++i)
      if (a.returned[i] > b.returned[i])
        return false;
    return true;
  }

  void keep(Partial partial, int8_t kind, int64_t start,
            std::vector<Partial> &into) {
    constexpr size_t mostPartials = 1000;
    // What is earlier than it can be used is as good as in time.
    for (int64_t &time : partial.started)
      time = std::max(time, partial.free - (trip - backward - toBackward));
    for (int64_t &time : partial.returned)
      time = std::max(time, partial.free);
    work += int64_t(into.size()) + 10;
    for (const Partial &other : into)
      if (isNoLater(other, partial))
        return;
    std::erase_if(
        into, [&](const Partial &other) { return isNoLater(partial, other); });
    tasks.push_back({partial.history, kind, start});
    partial.history = int32_t(tasks.size()) - 1;
    if (into.size() < mostPartials) {
      into.push_back(std::move(partial));
      return;
    }
    Partial &merged = into.back();
    auto lower = [](int64_t &a, int64_t b) { a = std::min(a, b); };
    lower(merged.free, partial.free);
    for (size_t i = 0; i < merged.started.size(); ++i)
      lower(merged.started[i], partial.started[i]);
    for (size_t i = 0; i < merged.returned.size(); ++i)
      lower(merged.returned[i], partial.returned[i]);
  }

  int capacity;
  std::vector<std::pair<int64_t, size_t>> order; // releases, microbatches
  int64_t forward, loss, backward; // the first two with the gaps after them
  int64_t gap;
  int64_t toLoss, toBackward, trip;
  std::vector<Task> tasks;
  int64_t work = 0;
};

} // namespace

HeadPlan paths::planHead(const PathsProblem &problem,
                         const std::vector<RouteSet> &sets,
                         const std::vector<size_t> &group, Budget &budget) {
  if (!problem.convergence.startAtHead)
    return {};
  return HeadMachine(problem, sets, group).run(budget);
}
