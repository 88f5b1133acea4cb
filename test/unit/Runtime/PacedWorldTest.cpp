//===- PacedWorldTest.cpp - Modelled durations in real time ---------------===//
//
// How late a rank is depends on the machine, which may be busy: the tests ask
// for nothing but that no rank is early, and that late ones get there.
//
//===----------------------------------------------------------------------===//

#include "../Plan/SyntheticModel.h"

#include "hocket/Runtime/PacedTransport.h"
#include "hocket/Runtime/World.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <thread>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;
using namespace hocket::runtime;

namespace {

/// Kernels take as long as they have operations; what has none is free.
class ScaledCost : public CostModel {
public:
  explicit ScaledCost(double secondsPerFlop) : secondsPerFlop(secondsPerFlop) {}
  double transfer = 0, allReduce = 0; // seconds each

  double workSeconds(const Work &work) const override {
    return double(work.flops) * secondsPerFlop;
  }
  double transferSeconds(int64_t, int64_t, int64_t) const override {
    return transfer;
  }
  double allReduceSeconds(int64_t,
                          const std::vector<uint32_t> &) const override {
    return allReduce;
  }

private:
  double secondsPerFlop;
};

constexpr double kTask = 2 * 16 * 16 * 8; // operations of F, and of B

Model makeStages(uint32_t stages, int64_t width = 16) {
  SyntheticOptions options;
  options.stages = stages;
  options.width = width;
  options.updates = false;
  return makeModel(options);
}

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Runs steps and expects each to take as long as predicted, or longer.
void expectPaced(const Model &model, const Plan &plan, const CostModel &cost,
                 double slowdown, uint64_t steps) {
  Result<Prediction> prediction = predict(plan, model, cost, true);
  ASSERT_TRUE(prediction) << prediction.error();
  ASSERT_GT(prediction->seconds, 0);
  auto platform = paceDevices(plan, model, cost, slowdown);
  ASSERT_TRUE(platform) << platform.error();
  const Device &device = (*platform)->device(0);
  auto world =
      ThreadsWorld::create(plan, model, std::move(*platform), BatchFiller());
  ASSERT_TRUE(world) << world.error();
  (*world)->record(true);
  double before = device.now();
  for (uint64_t step = 0; step < steps; ++step) {
    Clock::time_point start = Clock::now();
    Result<void> ran = (*world)->run(step);
    double seconds = secondsSince(start);
    ASSERT_TRUE(ran) << ran.error();
    EXPECT_GE(seconds, prediction->seconds * slowdown * (1 - 1e-9));
    EXPECT_LT(seconds, prediction->seconds * slowdown + 30);
  }

  // Within the first step, too: no instruction ends before its time.
  const std::vector<std::vector<Span>> &measured = (*world)->timelines();
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
    const std::vector<Span> &expected = prediction->timelines[rank];
    ASSERT_EQ(measured[rank].size(), steps * expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(measured[rank][i].instruction, expected[i].instruction);
      // As exact as a nanosecond of real time is.
      EXPECT_GE(measured[rank][i].end - before,
                expected[i].end - 2e-9 / slowdown)
          << "rank " << rank << ", instruction " << i;
      EXPECT_GE(measured[rank][i].end, measured[rank][i].begin);
    }
  }
}

} // namespace

TEST(PacedWorld, IsNeverAheadOfThePrediction) {
  ScaledCost cost(0.5e-3 / kTask);
  for (const char *schedule : {"gpipe", "1f1b"})
    for (uint32_t stages : {1u, 2u, 4u}) {
      Model model = makeStages(stages);
      expectPaced(model, makeEvenPlan(model, {2, 4, schedule}), cost, 1, 3);
    }
}

TEST(PacedWorld, CommunicationTakesTime) {
  ScaledCost cost(0);
  cost.transfer = 4e-3;
  cost.allReduce = 16e-3;
  Model model = makeStages(2);
  Plan plan = makeEvenPlan(model, {1, 2, "1f1b"});
  Result<Prediction> prediction = predict(plan, model, cost, false);
  ASSERT_TRUE(prediction) << prediction.error();
  // There and back, twice, and the sum of losses and weights.
  EXPECT_GE(prediction->seconds, 2 * 4e-3 + 16e-3);
  expectPaced(model, plan, cost, 1, 2);
}

TEST(PacedWorld, TimeIsScaled) {
  Model model = makeStages(2);
  Plan plan = makeEvenPlan(model, {1, 2, "1f1b"});
  expectPaced(model, plan, ScaledCost(1e-6 / kTask), 2000, 1);
  expectPaced(model, plan, ScaledCost(10 / kTask), 1e-4, 1);
}

/// What passes between two steps is not time that ranks could catch up with.
TEST(PacedWorld, TimeBetweenStepsDoesNotCount) {
  ScaledCost cost(2e-3 / kTask);
  Model model = makeStages(2);
  Plan plan = makeEvenPlan(model, {1, 2, "1f1b"});
  Result<Prediction> prediction = predict(plan, model, cost, false);
  ASSERT_TRUE(prediction) << prediction.error();
  auto world = ThreadsWorld::create(
      plan, model, std::move(*paceDevices(plan, model, cost, 1)),
      BatchFiller());
  ASSERT_TRUE(world) << world.error();
  ASSERT_TRUE((*world)->run(0));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  Clock::time_point start = Clock::now();
  ASSERT_TRUE((*world)->run(1));
  EXPECT_GE(secondsSince(start), prediction->seconds * (1 - 1e-9));
}

/// 128 ranks whose arenas no machine holds.
TEST(PacedWorld, PlansLargerThanTheMachine) {
  constexpr int64_t width = 1 << 19;
  Model model = makeStages(8, width);
  Plan plan = makeEvenPlan(model, {16, 4, "1f1b"});
  int64_t arena = 0;
  for (const Role &role : plan.roles)
    arena = std::max(arena, role.arenaBytes);
  ASSERT_GT(arena, int64_t(1) << 40);
  double flops = 2.0 * width * width * 8;
  expectPaced(model, plan, ScaledCost(2e-3 / flops), 1, 2);
}

TEST(PacedWorld, RejectsFactorsThatAreNone) {
  Model model = makeStages(1);
  Plan plan = makeEvenPlan(model, {1, 1, "1f1b"});
  ScaledCost cost(1);
  for (double factor : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                        std::numeric_limits<double>::quiet_NaN()}) {
    auto platform = paceDevices(plan, model, cost, factor);
    ASSERT_FALSE(platform) << factor;
    EXPECT_EQ(platform.error().code, ErrorCode::InvalidArgument);
  }
}

/// A plan that was not checked: the message does not fit its receiver.
TEST(PacedWorld, FailingRankStopsAll) {
  Model model = makeStages(2);
  Plan plan = makeEvenPlan(model, {1, 2, "1f1b"});
  for (const Instruction &instruction : plan.roles[1].body)
    if (instruction.op == Op::Recv)
      plan.roles[1].buffers[instruction.buffers[0]].type.shape = {
          SizeExpr::constant(1)};
  ScaledCost cost(1e-3 / kTask);
  auto world = ThreadsWorld::create(
      plan, model, std::move(*paceDevices(plan, model, cost, 1)),
      BatchFiller());
  ASSERT_TRUE(world) << world.error();
  Result<void> ran = (*world)->run(0);
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, ErrorCode::Runtime);
  EXPECT_NE(ran.error().message.find("rank 1, instruction "), std::string::npos)
      << ran.error();
  EXPECT_NE(ran.error().message.find("the message has"), std::string::npos)
      << ran.error();
}

namespace {

class PacedDeviceTest : public testing::Test {
protected:
  PacedDeviceTest() : machine(model, cost), clock(machine) {}

  void work() { ASSERT_TRUE(device.launch(0, nullptr, {8, 2}, nullptr)); }

  static constexpr double kSeconds = 4e-3; // of one kernel
  ScaledCost cost{kSeconds / kTask};
  Model model = makeStages(1);
  VirtualMachine machine;
  VirtualDevice clock;
  Pacer pacer = *Pacer::create(1);
  PacedDevice device{clock, pacer};
};

} // namespace

/// Deadlines follow from the clock and not from when the last sleep ended.
TEST_F(PacedDeviceTest, LatenessDoesNotAddUp) {
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  work();
  work();
  EXPECT_DOUBLE_EQ(clock.now(), 2 * kSeconds);
  EXPECT_GE(device.now(), 20e-3);
  for (int i = 0; i < 8; ++i)
    work();
  EXPECT_DOUBLE_EQ(clock.now(), 10 * kSeconds);
  EXPECT_GE(device.now(), 10 * kSeconds);
}

/// After a wait, the clock is not behind; without one, it stays.
TEST_F(PacedDeviceTest, WaitingTakesRealTime) {
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  device.resume();
  EXPECT_EQ(clock.now(), 0);
  device.stall();
  device.resume();
  EXPECT_GE(clock.now(), 20e-3);
  double late = clock.now();
  device.resume();
  EXPECT_EQ(clock.now(), late);
}

/// A receiver that had to wait goes on when it woke up, although the message
/// was sent earlier by the sender's clock; one that was late itself does not.
TEST(PacedTransport, WhoWaitedIsLate) {
  Model model = makeStages(2);
  Plan plan = makeEvenPlan(model, {1, 2, "1f1b"});
  ScaledCost cost(0);
  cost.transfer = 1e-3;
  VirtualMachine machine(model, cost);
  std::vector<VirtualDevice> clocks(2, VirtualDevice(machine));
  Pacer pacer = *Pacer::create(1);
  std::vector<PacedDevice> devices{{clocks[0], pacer}, {clocks[1], pacer}};
  Routes routes(plan);
  struct : Waker {
    void wake(uint32_t) override {}
  } nobody;
  PacedTransport transport(plan, routes, cost, clocks, devices, nobody);
  uint32_t route = routes.to(0, 0);
  ASSERT_EQ(routes.routes()[route].to, 1u);

  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ASSERT_TRUE(transport.send(route, nullptr, 8));
  Result<Poll> poll = transport.receive(route, nullptr, 8);
  ASSERT_TRUE(poll && *poll == Poll::Ready);
  EXPECT_DOUBLE_EQ(clocks[1].now(), 1e-3);

  poll = transport.receive(route, nullptr, 8);
  ASSERT_TRUE(poll && *poll == Poll::Pending);
  ASSERT_TRUE(transport.send(route, nullptr, 8));
  poll = transport.receive(route, nullptr, 8);
  ASSERT_TRUE(poll && *poll == Poll::Ready);
  EXPECT_GE(clocks[1].now(), 20e-3);
  EXPECT_EQ(clocks[0].now(), 0);
  ASSERT_EQ(transport.isReceived(route, 0), Poll::Ready);
  EXPECT_DOUBLE_EQ(clocks[0].now(), 1e-3);
}

TEST_F(PacedDeviceTest, HasNoMemory) {
  EXPECT_FALSE(device.hasMemory());
  Result<std::byte *> memory = device.allocate(int64_t(1) << 60);
  ASSERT_TRUE(memory) << memory.error();
  EXPECT_EQ(*memory, nullptr);
  EXPECT_EQ(clock.allocatedBytes(), int64_t(1) << 60);
}

TEST(Pacer, DeadlinesAreRoundedUp) {
  Pacer pacer = *Pacer::create(1e-3);
  for (double seconds : {1.0, 1.5, 2.000001}) {
    pacer.sleepUntil(seconds);
    EXPECT_GE(pacer.now(), seconds * (1 - 1e-9));
  }
}
