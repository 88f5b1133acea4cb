//===- Platform.cpp - What the ranks of a world run on --------------------===//

#include "hocket/Runtime/Platform.h"

#include "hocket/Runtime/InProcessTransport.h"
#include "hocket/Runtime/PacedTransport.h"

using namespace hocket;
using namespace hocket::runtime;

namespace {

class SharedPlatform final : public Platform {
public:
  explicit SharedPlatform(Device &device) : shared(device) {}

  Device &device(uint32_t) override { return shared; }
  std::unique_ptr<Transport>
  connect(const plan::Plan &plan, const Routes &routes, Waker &waker) override {
    return std::make_unique<InProcessTransport>(plan, routes, shared, waker);
  }

private:
  Device &shared;
};

class PacedPlatform final : public Platform {
public:
  PacedPlatform(const plan::Model &model, const CostModel &cost, Pacer pacer,
                size_t numRanks)
      : cost(cost), pacer(pacer), machine(model, cost),
        clocks(numRanks, VirtualDevice(machine)) {
    for (VirtualDevice &clock : clocks)
      devices.emplace_back(clock, this->pacer);
  }

  Device &device(uint32_t rank) override { return devices[rank]; }
  std::unique_ptr<Transport>
  connect(const plan::Plan &plan, const Routes &routes, Waker &waker) override {
    return std::make_unique<PacedTransport>(plan, routes, cost, clocks, devices,
                                            waker);
  }
  /// All ranks begin now: time between the steps is nobody's slack.
  void beginStep() override {
    double now = pacer.now();
    for (VirtualDevice &clock : clocks)
      clock.waitUntil(now);
  }

private:
  const CostModel &cost;
  const Pacer pacer;
  VirtualMachine machine;
  std::vector<VirtualDevice> clocks; // by rank
  std::vector<PacedDevice> devices;
};

} // namespace

std::unique_ptr<Platform> runtime::shareDevice(Device &device) {
  return std::make_unique<SharedPlatform>(device);
}

Result<std::unique_ptr<Platform>> runtime::paceDevices(const plan::Plan &plan,
                                                       const plan::Model &model,
                                                       const CostModel &cost,
                                                       double slowdown) {
  Result<Pacer> pacer = Pacer::create(slowdown);
  if (!pacer)
    return pacer.error();
  return std::unique_ptr<Platform>(
      std::make_unique<PacedPlatform>(model, cost, *pacer, plan.ranks.size()));
}
