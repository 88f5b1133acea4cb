//===- VirtualWorld.cpp - Ten thousand ranks on virtual clocks ------------===//

#include "hocket/Runtime/VirtualTransport.h"
#include "hocket/Runtime/World.h"

#include <algorithm>
#include <deque>

using namespace hocket;
using namespace hocket::runtime;

namespace {

/// The ranks that may be able to go on, each at most once.
class ReadyQueue : public Waker {
public:
  explicit ReadyQueue(size_t numRanks) : isQueued(numRanks) {}

  void wake(uint32_t rank) override {
    if (isQueued[rank])
      return;
    isQueued[rank] = true;
    queue.push_back(rank);
  }
  bool empty() const { return queue.empty(); }
  uint32_t pop() {
    uint32_t rank = queue.front();
    queue.pop_front();
    isQueued[rank] = false;
    return rank;
  }

private:
  std::deque<uint32_t> queue;
  std::vector<bool> isQueued;
};

} // namespace

Result<Prediction> runtime::predict(const plan::Plan &plan,
                                    const plan::Model &model,
                                    const CostModel &cost,
                                    bool recordTimelines) {
  size_t numRanks = plan.ranks.size();
  VirtualMachine machine(model, cost);
  std::vector<VirtualDevice> devices(numRanks, VirtualDevice(machine));
  Routes routes(plan);
  ReadyQueue ready(numRanks);
  VirtualTransport transport(plan, routes, cost, devices, ready,
                             VirtualTransport::Queueing::ByTime);
  BatchFiller noBatches;
  ExecutorContext context{plan, model, routes, transport, noBatches};
  std::vector<RoleProgram> programs;
  for (uint32_t role = 0; role < plan.roles.size(); ++role)
    programs.emplace_back(plan, role);

  Prediction prediction;
  if (recordTimelines)
    prediction.timelines.resize(numRanks);
  std::vector<Arena> arenas(devices.begin(), devices.end());
  std::vector<Executor> executors;
  executors.reserve(numRanks);
  for (uint32_t rank = 0; rank < numRanks; ++rank) {
    Result<Executor> made =
        Executor::create(context, programs[plan.ranks[rank].role], rank,
                         devices[rank], arenas[rank]);
    if (!made)
      return made.error();
    executors.push_back(std::move(*made));
    if (recordTimelines)
      executors[rank].record(&prediction.timelines[rank]);
    if (Result<void> begun = executors[rank].begin(0); !begun)
      return begun.error();
    ready.wake(rank);
  }

  std::vector<bool> isDone(numRanks);
  while (!ready.empty() || transport.beginNext()) {
    uint32_t rank = ready.pop();
    if (isDone[rank])
      continue;
    Result<Poll> done = executors[rank].step();
    if (!done)
      return done.error();
    isDone[rank] = *done == Poll::Ready;
  }
  for (uint32_t rank = 0; rank < numRanks; ++rank) {
    if (!isDone[rank])
      return Error(ErrorCode::Runtime,
                   executors[rank].where() + ": waits forever");
    prediction.seconds = std::max(prediction.seconds, devices[rank].now());
    prediction.busySeconds.push_back(devices[rank].busySeconds());
    prediction.peakArenaBytes =
        std::max(prediction.peakArenaBytes, devices[rank].allocatedBytes());
  }
  prediction.peakBytes = simulate::peakBytes(plan, model);
  prediction.modelFlops = simulate::modelFlops(plan, model);
  return prediction;
}
