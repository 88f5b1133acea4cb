//===- ExecutorCostTest.cpp - What an instruction costs -------------------===//

#include "ExecutorFixture.h"

#include <chrono>
#include <iostream>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;
using namespace hocket::runtime::test;

namespace {

/// Microbatches of one token: next to nothing but the executor's own work.
TEST(Executor, InstructionsCostLittle) {
  Model model = makeModel(false);
  constexpr uint32_t microbatches = 1000;
  Result<Plan> plan = expand(model, {1, microbatches, "1f1b"},
                             std::vector<int64_t>(microbatches, 1),
                             ScheduleRegistry::withBuiltins());
  ASSERT_TRUE(plan) << plan.error();
  auto device = CpuDevice::create(testImage(), model.kernels);
  ASSERT_TRUE(device) << device.error();
  auto world = ThreadsWorld::create(*plan, model, **device, makeFiller(*plan));
  ASSERT_TRUE(world) << world.error();
  ASSERT_TRUE((*world)->run(0));

  constexpr int steps = 20;
  auto start = std::chrono::steady_clock::now();
  for (int step = 1; step <= steps; ++step)
    ASSERT_TRUE((*world)->run(uint64_t(step)));
  double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  double each = seconds / (steps * double(plan->roles[0].body.size()));
  std::cout << each * 1e9 << " ns per instruction, kernels included\n";
  // Ten times the aim, for busy machines and sanitizers.
  EXPECT_LT(each, 20e-6);
}

} // namespace
