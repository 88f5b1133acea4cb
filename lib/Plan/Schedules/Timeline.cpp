//===- Timeline.cpp - When the tasks of a schedule run --------------------===//

#include "hocket/Plan/Timeline.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

using namespace hocket;
using namespace hocket::plan;

double TaskDurations::of(const ScheduledTask &task) const {
  auto at = [&](const std::vector<double> &list) {
    return task.stage < list.size() ? list[task.stage] : 1.0;
  };
  switch (task.kind) {
  case TaskKind::Bi:
    return at(inputGradient);
  case TaskKind::W:
    return at(weightGradient);
  case TaskKind::B:
    if (task.stage < backward.size())
      return backward[task.stage];
    return at(inputGradient) + at(weightGradient);
  default:
    return at(forward);
  }
}

namespace {

/// What a task produces: an activation, its gradient, or a weight gradient.
enum class Product : uint8_t { Activation, Gradient, WeightGradient };

class Player {
public:
  Player(const TaskOrders &orders, const TaskDurations &durations)
      : orders(orders), durations(durations), itinerary(orders.itinerary()),
        next(orders.ofRank.size()), free(orders.ofRank.size()),
        spans(orders.ofRank.size()) {}

  Result<std::vector<std::vector<TaskSpan>>> run();

private:
  using Key = uint64_t;

  Key keyOf(Product product, uint32_t stage, uint32_t microbatch) const {
    return ((Key(microbatch) << 24 | stage) << 2) | Key(product);
  }
  static Product productOf(TaskKind kind) {
    return kind == TaskKind::F   ? Product::Activation
           : kind == TaskKind::W ? Product::WeightGradient
                                 : Product::Gradient;
  }
  /// When what the task reads is there; nothing while it is not. `missing` is
  /// then what it waits for.
  std::optional<double> ready(uint32_t rank, const ScheduledTask &task,
                              Key &missing) const;
  void finish(const ScheduledTask &task, double time);
  bool overlapsNext(uint32_t rank) const;
  void advance(uint32_t rank);
  Error stuck(uint32_t rank) const;

  const TaskOrders &orders;
  const TaskDurations &durations;
  Itinerary itinerary;
  std::vector<size_t> next; // by rank
  std::vector<double> free; // by rank: when its last task ended
  std::vector<std::vector<TaskSpan>> spans;
  /// What some rank makes, and when, from when it has been made.
  std::unordered_map<Key, std::optional<double>> produced;
  std::unordered_map<Key, std::vector<uint32_t>> waiting; // ranks
  std::vector<uint32_t> runnable;
};

std::optional<double> Player::ready(uint32_t rank, const ScheduledTask &task,
                                    Key &missing) const {
  double time = free[rank];
  auto need = [&](Product product, std::optional<Visit> visit) {
    if (!visit)
      return true;
    missing = keyOf(product, visit->stage, task.microbatch);
    auto found = produced.find(missing);
    if (found == produced.end())
      return true; // nobody makes it
    if (!found->second)
      return false;
    double hop = visit->rank == rank ? 0 : durations.hop;
    time = std::max(time, *found->second + hop);
    return true;
  };
  auto before = itinerary.before(task.stage, task.microbatch);
  auto after = itinerary.after(task.stage, task.microbatch);
  Visit own{task.stage, rank};
  bool there = true;
  if (task.kind == TaskKind::F || task.kind == TaskKind::R)
    there = need(Product::Activation, before);
  else if (task.kind == TaskKind::W &&
           produced.count(
               keyOf(Product::Gradient, task.stage, task.microbatch)))
    there = need(Product::Gradient, own);
  else
    there = need(Product::Activation, own) && need(Product::Gradient, after);
  if (!there)
    return std::nullopt;
  return time;
}

void Player::finish(const ScheduledTask &task, double time) {
  if (task.kind == TaskKind::R)
    return; // nobody waits for what is computed again
  Key made = keyOf(productOf(task.kind), task.stage, task.microbatch);
  produced[made] = time;
  if (auto found = waiting.find(made); found != waiting.end()) {
    runnable.insert(runnable.end(), found->second.begin(), found->second.end());
    waiting.erase(found);
  }
}

bool Player::overlapsNext(uint32_t rank) const {
  if (rank >= orders.overlaps.size() ||
      next[rank] + 1 >= orders.ofRank[rank].size())
    return false;
  const std::vector<size_t> &positions = orders.overlaps[rank];
  return std::binary_search(positions.begin(), positions.end(), next[rank]);
}

void Player::advance(uint32_t rank) {
  const std::vector<ScheduledTask> &tasks = orders.ofRank[rank];
  while (next[rank] < tasks.size()) {
    size_t count = overlapsNext(rank) ? 2 : 1;
    double begin = 0, duration = 0;
    for (size_t i = next[rank]; i < next[rank] + count; ++i) {
      Key missing = 0;
      std::optional<double> time = ready(rank, tasks[i], missing);
      if (!time) {
        waiting[missing].push_back(rank);
        return;
      }
      begin = std::max(begin, *time);
      duration += durations.of(tasks[i]);
    }
    if (count == 2 && durations.overlapped)
      duration = *durations.overlapped;
    free[rank] = begin + duration;
    for (; count > 0; --count, ++next[rank]) {
      spans[rank].push_back({begin, free[rank]});
      finish(tasks[next[rank]], free[rank]);
    }
  }
}

Error Player::stuck(uint32_t rank) const {
  auto text = [](const ScheduledTask &task) {
    return "task " + std::string(name(task.kind)) + " of stage " +
           std::to_string(task.stage) + " and microbatch " +
           std::to_string(task.microbatch);
  };
  constexpr size_t maxNotes = 8;
  std::vector<std::string> notes;
  for (uint32_t other = 0; other < orders.ofRank.size(); ++other)
    if (notes.size() < maxNotes && next[other] < orders.ofRank[other].size())
      notes.push_back("pipeline rank " + std::to_string(other) +
                      " is stuck before " +
                      text(orders.ofRank[other][next[other]]));
  return Error(ErrorCode::InvalidArgument,
               "the schedule cannot run: pipeline rank " +
                   std::to_string(rank) + " waits forever before " +
                   text(orders.ofRank[rank][next[rank]]),
               std::move(notes));
}

Result<std::vector<std::vector<TaskSpan>>> Player::run() {
  for (const std::vector<ScheduledTask> &tasks : orders.ofRank)
    for (const ScheduledTask &task : tasks)
      if (task.kind != TaskKind::R)
        produced[keyOf(productOf(task.kind), task.stage, task.microbatch)] = {};
  for (uint32_t rank = 0; rank < orders.ofRank.size(); ++rank)
    runnable.push_back(rank);
  // Times do not depend on the order in which ranks are tried.
  while (!runnable.empty()) {
    uint32_t rank = runnable.back();
    runnable.pop_back();
    advance(rank);
  }
  for (uint32_t rank = 0; rank < orders.ofRank.size(); ++rank)
    if (next[rank] < orders.ofRank[rank].size())
      return stuck(rank);
  return std::move(spans);
}

} // namespace

Result<std::vector<std::vector<TaskSpan>>>
plan::playTasks(const TaskOrders &orders, const TaskDurations &durations) {
  return Player(orders, durations).run();
}
