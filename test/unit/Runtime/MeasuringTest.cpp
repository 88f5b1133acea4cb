//===- MeasuringTest.cpp - Steps that are timed ---------------------------===//

#include "../Plan/SharedSequences.h"
#include "../Plan/SyntheticModel.h"

#include "hocket/Runtime/PacedDevice.h"
#include "hocket/Runtime/Profiling.h"
#include "hocket/Runtime/World.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;
using namespace hocket::runtime;

namespace {

/// Sleeps in every call, and counts how many threads are inside at once.
class SleepingDevice final : public Device {
public:
  static constexpr double kKernel = 4e-3, kMove = 1e-3; // seconds
  std::atomic<int> inside{0}, most{0};

  Result<std::byte *> allocate(int64_t) override { return nullptr; }
  bool hasMemory() const override { return false; }
  int64_t maxElements() const override { return INT64_MAX; }
  Result<void> launch(uint32_t, void *const *, const Symbols &,
                      void *) override {
    return sleep(kKernel);
  }
  Result<void> zero(void *, int64_t) override { return sleep(kMove); }
  Result<void> upload(void *, const void *, int64_t) override { return {}; }
  Result<void> download(void *, const void *, int64_t) override { return {}; }
  Result<void> copy(void *, const void *, int64_t) override {
    return sleep(kMove);
  }
  Result<void> add(void *, const void *, int64_t) override {
    return sleep(kMove);
  }
  double now() const override { return pacer.now(); }

private:
  Result<void> sleep(double seconds) {
    int here = ++inside;
    for (int seen = most;
         seen < here && !most.compare_exchange_weak(seen, here);)
      ;
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    --inside;
    return {};
  }
  Pacer pacer = *Pacer::create(1);
};

} // namespace

/// How late sleeps end depends on the machine; none ends early.
TEST(MeasuringDevice, TimesWhatPassesThrough) {
  Model model;
  model.kernels.resize(2);
  model.kernels[1].symbol = "k";
  SleepingDevice device;
  MeasuringDevice measuring(device, 1);
  measuring.enable(false);
  ASSERT_TRUE(measuring.launch(1, nullptr, {9, 9}, nullptr));
  ASSERT_TRUE(measuring.zero(nullptr, 50));
  measuring.enable(true);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(measuring.launch(1, nullptr, {8, 2}, nullptr));
  ASSERT_TRUE(measuring.zero(nullptr, 1000));
  ASSERT_TRUE(measuring.copy(nullptr, nullptr, 2000));
  ASSERT_TRUE(measuring.add(nullptr, nullptr, 500));
  Profile profile;
  measuring.write(model, profile);
  ASSERT_EQ(profile.kernels.size(), 1u);
  ASSERT_EQ(profile.kernels.at("k").size(), 1u)
      << "what only passes is not timed";
  const KernelSample &sample = profile.kernels.at("k")[0];
  EXPECT_EQ(sample.symbols, (Symbols{8, 2}));
  EXPECT_EQ(sample.calls, 3);
  EXPECT_GE(sample.seconds, SleepingDevice::kKernel * (1 - 1e-6));
  EXPECT_GE(profile.fill.seconds(1000), SleepingDevice::kMove);
  EXPECT_GE(profile.copy.seconds(2000), SleepingDevice::kMove);
  EXPECT_GE(profile.sum.seconds(2000), SleepingDevice::kMove);
  EXPECT_EQ(measuring.launches().second, 3);
}

/// Calls of an attention with equal shapes and other masks are others.
TEST(MeasuringDevice, TellsOperationsApart) {
  Model model;
  model.kernels.resize(1);
  model.kernels[0].symbol = "part";
  model.kernels[0].flops = SizeExpr::symbol(0) * SizeExpr::symbol(1);
  SleepingDevice device;
  MeasuringDevice measuring(device, 1);
  Symbols symbols = {8, 8, 2, 2, 16};
  for (int64_t pairs : {64, 36, 36})
    ASSERT_TRUE(
        measuring.attend(0, nullptr, symbols, {pairs, 1, 2, 2, 16}, nullptr));
  Profile profile;
  measuring.write(model, profile);
  const std::vector<KernelSample> &samples = profile.kernels.at("part");
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[0].symbols, symbols);
  EXPECT_EQ(samples[0].flops, 36);
  EXPECT_EQ(samples[0].calls, 2);
  EXPECT_EQ(samples[1].symbols, symbols);
  EXPECT_EQ(samples[1].flops, 64);
}

TEST(MeasuringDevice, LetsNoMoreInThanThereAreCores) {
  SleepingDevice device;
  MeasuringDevice measuring(device, 2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 3; ++k)
        EXPECT_TRUE(measuring.launch(0, nullptr, {1, 1}, nullptr));
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_LE(device.most, 2);
}

TEST(MeasuringDevice, StepsMakeAProfile) {
  SyntheticOptions options;
  options.stages = 2;
  Model model = makeModel(options);
  Result<Plan> plan =
      expand(model, {1, 2, "1f1b"}, {8, 5}, ScheduleRegistry::withBuiltins());
  ASSERT_TRUE(plan) << plan.error();
  SleepingDevice device;
  MeasuringDevice measuring(device, 2);
  auto world = ThreadsWorld::create(*plan, model, measuring, BatchFiller());
  ASSERT_TRUE(world) << world.error();
  (*world)->record(true);
  ASSERT_TRUE((*world)->run(0));
  Profile profile = makeProfile(measuring, *plan, model, (*world)->timelines());
  // Every kernel of the plan, at both shapes where it depends on the batch.
  for (const Role &role : plan->roles)
    for (const Instruction &instruction : role.body)
      if (instruction.op == Op::Kernel) {
        const std::string &symbol = model.kernels[instruction.kernel].symbol;
        ASSERT_TRUE(profile.kernels.count(symbol)) << symbol;
        EXPECT_EQ(profile.kernels.at(symbol).size(),
                  instruction.kind == TaskKind::Update ? 1u : 2u);
      }
  EXPECT_GE(profile.instructionSeconds, 0);
  EXPECT_TRUE(parseProfile(profile.str(), "p"));
  EXPECT_GT(measureWake(), 0);
}

/// The time beside the kernels is that of all kernels, attentions included.
TEST(MeasuringDevice, AttentionsAreMeasuredAsKernelsAre) {
  Model model = makeSharedModel();
  Plan plan = makeSharedPlan(model);
  SleepingDevice device;
  MeasuringDevice measuring(device, 2);
  std::vector<std::vector<simulate::Span>> timelines(plan.ranks.size());
  int64_t calls = 0;
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
    const std::vector<Instruction> &body = plan.roles[rank].body;
    for (uint32_t i = 0; i < body.size(); ++i) {
      bool runsKernel = body[i].op == Op::Kernel || body[i].op == Op::Attend;
      if (runsKernel)
        ASSERT_TRUE(measuring.launch(body[i].kernel, nullptr, {}, nullptr));
      calls += runsKernel;
      timelines[rank].push_back({i, double(i), i + (runsKernel ? 0.5 : 9.0)});
    }
  }
  auto [inside, launched] = measuring.launches();
  ASSERT_EQ(launched, calls);
  Profile profile = makeProfile(measuring, plan, model, timelines);
  EXPECT_NEAR(profile.instructionSeconds, 0.5 - inside / double(calls), 1e-9);
  EXPECT_TRUE(checkProfile(profile, "p", plan, model));
  profile.kernels.erase("attention.delta");
  Result<void> lacks = checkProfile(profile, "p", plan, model);
  ASSERT_FALSE(lacks);
  EXPECT_EQ(lacks.error().message,
            "the profile 'p' has no kernel 'attention.delta'");
}
