//===- RouteOrder.cpp - Orders for microbatches on routes -----------------===//

#include "RouteOrder.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <set>

using namespace hocket;
using namespace hocket::plan;

namespace {

class ListScheduler {
public:
  explicit ListScheduler(const Strategy &strategy);

  std::vector<std::vector<ScheduledTask>> run();

private:
  /// What a microbatch runs next: its visits there, then back.
  struct Step {
    TaskKind kind = TaskKind::F;
    Visit visit;
  };
  /// Backwards first, then the oldest microbatch.
  using Priority = std::pair<bool, uint32_t>;

  Step stepOf(uint32_t microbatch) const;
  void admit();
  bool hasRoom(const std::vector<uint32_t> &ranks) const;
  void makeReady(uint32_t microbatch);
  void start(uint32_t rank);
  void finish(uint32_t microbatch);

  const Strategy &strategy;
  /// By microbatch: the ranks of its route, sorted, and its next step.
  std::vector<std::vector<uint32_t>> ranksOf;
  std::vector<size_t> next;
  /// By rank.
  std::vector<uint32_t> room;
  std::vector<bool> isBusy;
  std::vector<std::set<Priority>> ready;
  std::set<uint32_t> touched; // ranks that may have something to start
  std::map<uint32_t, std::deque<uint32_t>> waiting; // microbatches, by head
  std::multimap<uint64_t, uint32_t> running;        // microbatches, by end
  uint64_t time = 0;
  std::vector<std::vector<ScheduledTask>> orders;
};

ListScheduler::ListScheduler(const Strategy &strategy)
    : strategy(strategy), ranksOf(strategy.microbatches),
      next(strategy.microbatches), room(strategy.limits.inFlight),
      isBusy(strategy.pipelineRanks), ready(strategy.pipelineRanks),
      orders(strategy.pipelineRanks) {
  size_t longest = 0;
  for (uint32_t i = 0; i < strategy.microbatches; ++i) {
    const std::vector<Visit> &route = strategy.routes[i];
    longest = std::max(longest, route.size());
    for (const Visit &visit : route)
      ranksOf[i].push_back(visit.rank);
    std::sort(ranksOf[i].begin(), ranksOf[i].end());
    ranksOf[i].erase(std::unique(ranksOf[i].begin(), ranksOf[i].end()),
                     ranksOf[i].end());
    waiting[route.front().rank].push_back(i);
  }
  if (!room.empty())
    return;
  room.assign(strategy.pipelineRanks, std::numeric_limits<uint32_t>::max());
  for (const auto &[head, microbatches] : waiting)
    room[head] = uint32_t(longest);
}

ListScheduler::Step ListScheduler::stepOf(uint32_t microbatch) const {
  const std::vector<Visit> &route = strategy.routes[microbatch];
  size_t step = next[microbatch];
  if (step < route.size())
    return {TaskKind::F, route[step]};
  return {TaskKind::B, route[2 * route.size() - 1 - step]};
}

bool ListScheduler::hasRoom(const std::vector<uint32_t> &ranks) const {
  return std::all_of(ranks.begin(), ranks.end(),
                     [&](uint32_t rank) { return room[rank] > 0; });
}

/// Starts the microbatches that there is room for, those of a head in order.
void ListScheduler::admit() {
  for (auto &[head, microbatches] : waiting)
    while (!microbatches.empty() && hasRoom(ranksOf[microbatches.front()])) {
      uint32_t microbatch = microbatches.front();
      microbatches.pop_front();
      for (uint32_t rank : ranksOf[microbatch])
        --room[rank];
      makeReady(microbatch);
    }
}

void ListScheduler::makeReady(uint32_t microbatch) {
  Step step = stepOf(microbatch);
  ready[step.visit.rank].emplace(step.kind == TaskKind::F, microbatch);
  touched.insert(step.visit.rank);
}

void ListScheduler::start(uint32_t rank) {
  if (isBusy[rank] || ready[rank].empty())
    return;
  uint32_t microbatch = ready[rank].begin()->second;
  ready[rank].erase(ready[rank].begin());
  Step step = stepOf(microbatch);
  orders[rank].push_back({step.kind, step.visit.stage, microbatch});
  isBusy[rank] = true;
  running.emplace(time + (step.kind == TaskKind::F ? 1 : 2), microbatch);
}

void ListScheduler::finish(uint32_t microbatch) {
  const std::vector<Visit> &route = strategy.routes[microbatch];
  uint32_t rank = stepOf(microbatch).visit.rank;
  isBusy[rank] = false;
  touched.insert(rank);
  size_t step = next[microbatch]++;
  if (step >= route.size()) {
    // Room for it is there until it never comes back.
    size_t left = 2 * route.size() - 1 - step;
    auto isHere = [&](const Visit &visit) { return visit.rank == rank; };
    if (std::none_of(route.begin(), route.begin() + ptrdiff_t(left), isHere))
      ++room[rank];
  }
  if (next[microbatch] < 2 * route.size())
    makeReady(microbatch);
}

std::vector<std::vector<ScheduledTask>> ListScheduler::run() {
  admit();
  while (true) {
    for (uint32_t rank : touched)
      start(rank);
    touched.clear();
    if (running.empty())
      return std::move(orders);
    time = running.begin()->first;
    while (!running.empty() && running.begin()->first == time) {
      finish(running.begin()->second);
      running.erase(running.begin());
    }
    admit();
  }
}

} // namespace

std::vector<std::vector<ScheduledTask>>
plan::orderByList(const Strategy &strategy) {
  return ListScheduler(strategy).run();
}
