//===- Budget.h - What a scheduler may spend --------------------*- C++ -*-===//

#ifndef HOCKET_SOLVER_BUDGET_H
#define HOCKET_SOLVER_BUDGET_H

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>

namespace hocket {

class DecisionEngineFactory;

/// What is known while a scheduler runs, in the units of the problem.
struct Progress {
  double seconds = 0;
  std::optional<int64_t> value; // of the best solution so far
  int64_t lowerBound = 0;
};

struct SolverOptions {
  /// Seconds of wall-clock time; a scheduler ends within 10% of them.
  double timeLimit = 60;
  /// Counted work in place of seconds: the result then depends on the problem,
  /// this limit and the seed alone.
  std::optional<int64_t> workLimit;
  uint64_t seed = 0;
  /// Called on the thread of the scheduler whenever value or bound improve.
  std::function<void(const Progress &)> onProgress;
  /// Decides queries (Engine.h); null where there is no engine, and a scheduler
  /// does then what it can without.
  const DecisionEngineFactory *engine = nullptr;
};

/// Counts what a scheduler spends. A unit of work is an elementary step of a
/// search, of the order of ten nanoseconds.
class Budget {
public:
  explicit Budget(const SolverOptions &options);
  /// A budget of a part of what is left of `whole`, which is charged for it
  /// when it ends. `share` is in (0, 1].
  Budget(Budget &whole, double share);
  ~Budget();
  Budget(const Budget &) = delete;
  Budget &operator=(const Budget &) = delete;

  /// Takes `units` of work and tells whether there is anything left.
  bool spend(int64_t units);
  bool exhausted() const { return isExhausted; }
  /// Since the first budget began.
  double seconds() const;
  /// Infinite under a work limit.
  double remainingSeconds() const;
  /// The largest number there is under a time limit.
  int64_t remainingWork() const;
  bool countsWork() const { return limitsWork; }

private:
  using Clock = std::chrono::steady_clock;
  void readClock();

  Budget *whole = nullptr;
  Clock::time_point begin;
  Clock::time_point deadline;
  bool limitsWork = false;
  bool isExhausted = false;
  int64_t workLimit = std::numeric_limits<int64_t>::max();
  int64_t spent = 0;
  int64_t nextReading = 0; // of the clock, in spent work
};

/// Calls options.onProgress, if there is one.
void tellProgress(const SolverOptions &options, const Budget &budget,
                  std::optional<int64_t> value, int64_t lowerBound);

} // namespace hocket

#endif // HOCKET_SOLVER_BUDGET_H
