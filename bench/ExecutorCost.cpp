//===- ExecutorCost.cpp - What an instruction costs -----------------------===//

#include "Bench.h"

#include "hocket/Plan/Expand.h"
#include "hocket/Runtime/Executable.h"
#include "hocket/Runtime/World.h"

#include <memory>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;

namespace {

/// Memory, but nothing that computes or copies.
class IdleDevice final : public Device {
public:
  Result<std::byte *> allocate(int64_t bytes) override {
    memory.push_back(std::make_unique<std::byte[]>(size_t(bytes) + 64));
    uintptr_t address = reinterpret_cast<uintptr_t>(memory.back().get());
    return memory.back().get() + (64 - address % 64) % 64;
  }
  bool hasMemory() const override { return true; }
  int64_t maxElements() const override { return INT32_MAX; }
  Result<void> launch(uint32_t, void *const *, const Symbols &,
                      void *) override {
    return {};
  }
  Result<void> zero(void *, int64_t) override { return {}; }
  Result<void> upload(void *, const void *, int64_t) override { return {}; }
  Result<void> download(void *, const void *, int64_t) override { return {}; }
  Result<void> copy(void *, const void *, int64_t) override { return {}; }
  Result<void> add(void *, const void *, int64_t) override { return {}; }
  double now() const override { return bench::now(); }

private:
  std::vector<std::unique_ptr<std::byte[]>> memory;
};

} // namespace

Result<nlohmann::json> bench::measureExecutor(const std::string &path,
                                              uint32_t microbatches) {
  Result<Executable> executable = load(path);
  if (!executable)
    return executable.error();
  Result<Plan> plan = expand(
      executable->model, {1, microbatches, "1f1b"},
      std::vector<int64_t>(microbatches, 1), ScheduleRegistry::withBuiltins());
  if (!plan)
    return plan.error();
  IdleDevice device;
  auto world = ThreadsWorld::create(
      *plan, executable->model, device,
      [](uint64_t, uint32_t, uint32_t, uint32_t, std::byte *) {});
  if (!world)
    return world.error();
  size_t instructions = plan->roles[0].body.size();
  nlohmann::json result = {{"instructions", instructions}};
  for (bool recorded : {false, true}) {
    (*world)->record(recorded);
    std::vector<double> each;
    for (uint64_t step = 0; step < 21; ++step) {
      double start = now();
      if (Result<void> ran = (*world)->run(step); !ran)
        return ran.error();
      each.push_back((now() - start) / double(instructions));
    }
    result[recorded ? "tracedSeconds" : "seconds"] = median(each);
  }
  return result;
}
