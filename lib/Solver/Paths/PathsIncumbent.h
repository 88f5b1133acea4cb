//===- PathsIncumbent.h - The best so far, between searches -----*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHS_PATHSINCUMBENT_H
#define HOCKET_LIB_SOLVER_PATHS_PATHSINCUMBENT_H

#include "PathsTimetable.h"

#include <atomic>
#include <mutex>

namespace hocket::paths {

using Stages = std::vector<std::vector<int>>;

/// The best timetable and the best bound that there are of a problem. Searches
/// and proofs on two threads meet here.
class Incumbent {
public:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

  int64_t value() const { return bestValue; }
  int64_t bound() const { return bestBound; }
  bool isOptimal() const { return value() <= bound(); }
  bool isSolved() const { return value() != kNone; }

  /// Whether there is nothing yet, or only what was made in haste.
  bool isMakeshift() const { return makeshift; }

  void offer(const Timetable &table, const Stages &stages) {
    std::lock_guard lock(mutex);
    if (table.makespan() >= bestValue)
      return;
    bestTable = table;
    bestStages = stages;
    bestValue = table.makespan();
    makeshift = table.isMakeshift();
  }
  void offerBound(int64_t bound) {
    std::lock_guard lock(mutex);
    if (bound > bestBound)
      bestBound = bound;
  }

  /// Both of one solution.
  std::pair<Timetable, Stages> best() const {
    std::lock_guard lock(mutex);
    return {*bestTable, bestStages};
  }
  Timetable table() const {
    std::lock_guard lock(mutex);
    return *bestTable;
  }
  Stages stages() const {
    std::lock_guard lock(mutex);
    return bestStages;
  }

private:
  mutable std::mutex mutex;
  std::atomic<int64_t> bestValue{kNone}, bestBound{0};
  std::atomic<bool> makeshift = true;
  std::optional<Timetable> bestTable;
  Stages bestStages;
};

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHS_PATHSINCUMBENT_H
