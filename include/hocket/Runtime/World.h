//===- World.h - All ranks of a plan together -------------------*- C++ -*-===//
//
// A world gives every rank an executor and waits where executors cannot.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_RUNTIME_WORLD_H
#define HOCKET_RUNTIME_WORLD_H

#include "hocket/Cost/Cost.h"
#include "hocket/Runtime/Executor.h"
#include "hocket/Runtime/Platform.h"
#include "hocket/Simulate/Simulate.h"

#include <memory>
#include <vector>

namespace hocket::runtime {

/// All ranks in this process: a thread each, which lives as long as the world.
/// Results do not depend on how threads are scheduled.
class ThreadsWorld {
public:
  /// `plan` has passed plan::check. It and `model` must outlive the world.
  /// Errors: as of Executor::create.
  static Result<std::unique_ptr<ThreadsWorld>>
  create(const plan::Plan &plan, const plan::Model &model,
         std::unique_ptr<Platform> platform, BatchFiller fillBatch);
  /// All ranks on `device`, which must outlive the world.
  static Result<std::unique_ptr<ThreadsWorld>> create(const plan::Plan &plan,
                                                      const plan::Model &model,
                                                      Device &device,
                                                      BatchFiller fillBatch);
  ~ThreadsWorld();

  /// Between two steps: from now on `plan`, of as many ranks and of the same
  /// model, which has passed plan::check and must outlive its use. Ranks keep
  /// what lives through a step; messages, groups and all else of the plan
  /// before is gone when this returns, and that plan may go. Arenas grow and
  /// do not shrink. Errors: InvalidArgument for another number of ranks; as of
  /// Executor::create, and the world cannot run a step after that.
  Result<void> replan(const plan::Plan &plan);
  const plan::Plan &currentPlan() const { return *wiring->plan; }

  /// Runs step `number` (from 0) on all ranks. An error of one rank stops the
  /// others where they next have to wait, and is returned; the world cannot run
  /// a step after that.
  Result<void> run(uint64_t number);

  size_t size() const { return arenas.size(); }
  Executor &rank(uint32_t rank) { return wiring->executors[rank]; }
  /// From now on, whether timelines() gets the spans of each rank.
  void record(bool enabled);
  const std::vector<std::vector<Span>> &timelines() const { return spans; }
  /// The spans up to now; timelines() starts afresh.
  std::vector<std::vector<Span>> takeTimelines();
  /// Bytes of the arenas of all ranks.
  int64_t arenaBytes() const;

private:
  class Threads;
  /// All that belongs to one plan.
  struct Wiring {
    explicit Wiring(const plan::Plan &plan) : plan(&plan), routes(plan) {}

    const plan::Plan *plan;
    Routes routes;
    std::unique_ptr<Transport> transport;
    std::vector<RoleProgram> programs; // by role
    std::vector<Executor> executors;   // by rank
  };
  explicit ThreadsWorld(const plan::Model &model);
  Result<void> wire(const plan::Plan &plan);

  const plan::Model &model;
  BatchFiller fillBatch;
  std::unique_ptr<Platform> platform;
  std::vector<Arena> arenas; // by rank
  std::unique_ptr<Threads> threads;
  std::unique_ptr<Wiring> wiring;
  bool isRecording = false;
  std::vector<std::vector<Span>> spans;
};

/// What a step takes according to a cost model.
using Prediction = simulate::Simulation;

/// Runs one step of `plan`, which has passed plan::check, on virtual clocks:
/// no memory, no kernels, no threads. It is the step of simulate::simulate,
/// each rank with a device of its own, as the ranks' executors run it. Errors:
/// Runtime where ranks wait forever.
Result<Prediction> predict(const plan::Plan &plan, const plan::Model &model,
                           const CostModel &cost, bool recordTimelines);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_WORLD_H
