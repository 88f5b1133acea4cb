//===- PlanQueue.h - Plans of steps that are yet to come --------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_PLANQUEUE_H
#define HOCKET_RUNTIME_PLANQUEUE_H

#include "hocket/Plan/Plan.h"
#include "hocket/Support/Result.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace hocket::runtime {

/// A plan, when it was asked for and when it was made: seconds on the clock of
/// the queue.
struct PlannedStep {
  std::unique_ptr<const plan::Plan> plan;
  double asked = 0, made = 0;
};

/// Makes plans one at a time in a thread of its own, each while the step before
/// runs.
class PlanQueue {
public:
  /// Makes the plan of the step of that number (from 0), in the queue's thread.
  using Planner = std::function<Result<plan::Plan>(uint64_t step)>;

  /// Errors: Runtime where the system has no thread.
  static Result<std::unique_ptr<PlanQueue>> create(Planner planner,
                                                   std::function<double()> now);
  /// Waits for the plan that is being made.
  ~PlanQueue();

  /// Asks for the plan of `step`. The one before has been taken.
  void begin(uint64_t step);
  /// Waits for the plan that was asked for last. Errors: those of the planner.
  Result<PlannedStep> take();

  /// Seconds from when plans were asked for until they were made.
  double plannedSeconds() const { return planned; }
  /// Seconds in which take() had to wait.
  double waitedSeconds() const { return waited; }

private:
  PlanQueue(Planner planner, std::function<double()> now)
      : planner(std::move(planner)), now(std::move(now)) {}
  void work();

  Planner planner;
  std::function<double()> now;
  double asked = 0; // when the last plan was
  double planned = 0, waited = 0;

  std::mutex mutex; // of what follows
  std::condition_variable changed;
  std::optional<uint64_t> wanted;
  std::optional<Result<plan::Plan>> made;
  double madeAt = 0;
  bool stopping = false;
  std::thread thread;
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_PLANQUEUE_H
