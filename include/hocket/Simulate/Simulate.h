//===- Simulate.h - A step of a plan as discrete events ---------*- C++ -*-===//

#ifndef HOCKET_SIMULATE_SIMULATE_H
#define HOCKET_SIMULATE_SIMULATE_H

#include "hocket/Cost/Cost.h"
#include "hocket/Plan/Plan.h"
#include "hocket/Support/Result.h"

#include <cstdint>
#include <vector>

namespace hocket::simulate {

/// When a rank was at an instruction.
struct Span {
  uint32_t instruction = 0;  // of its role's body
  double begin = 0, end = 0; // seconds
};

/// What a step takes.
struct Simulation {
  double seconds = 0;                       // until the last rank is done
  std::vector<double> busySeconds;          // by rank: kernels, fills and loads
  int64_t peakArenaBytes = 0;               // of the hungriest rank
  std::vector<int64_t> peakBytes;           // by rank: live at the same time
  double modelFlops = 0;                    // of all ranks, see modelFlops()
  std::vector<std::vector<Span>> timelines; // by rank, if asked for

  /// The share of all ranks' time that is not busy: waiting for others and
  /// for data on its way.
  double bubbleRate() const;
  /// Model FLOPs utilisation: the share of `peak` (flop/s of one device) that
  /// the model needs. 0 where there is no peak or no time.
  double utilization(double peak) const;
};

struct SimulationOptions {
  /// So many cores compute for all ranks: where more ranks have work, each gets
  /// an equal share of them. Messages and all-reduces are work, too: their
  /// ranks copy. 0: each rank has a device of its own.
  uint32_t cores = 0;
  /// With cores: until a thread goes on that had to wait, in seconds.
  double wakeSeconds = 0;
  bool recordTimelines = false;
};

/// Runs one step of `plan`, which has passed plan::check with `model`, as
/// discrete events. A transfer begins when both sides have come to it and,
/// where links are shared, when both have an adapter (Adapters.h); an
/// all-reduce when its last member has come. Errors: Runtime where ranks wait
/// forever.
Result<Simulation> simulate(const plan::Plan &plan, const plan::Model &model,
                            const CostModel &cost,
                            const SimulationOptions &options = {});

/// By rank: the largest sum of bytes of values that are in use at the same
/// time, workspaces of kernels included. At least this much memory is needed
/// for the rank's order of instructions; Role::arenaBytes is what placement
/// makes of it.
std::vector<int64_t> peakBytes(const plan::Plan &plan,
                               const plan::Model &model);

/// Operations that the model needs, on all ranks: those of the forwards, their
/// attentions included, and twice as many for the backwards where the plan has
/// any. What is recomputed does not count, nor do updates.
double modelFlops(const plan::Plan &plan, const plan::Model &model);

} // namespace hocket::simulate

#endif // HOCKET_SIMULATE_SIMULATE_H
