//===- ReplanTest.cpp - A plan takes another one's place ------------------===//

#include "ExecutorFixture.h"

#include "hocket/Runtime/PlanQueue.h"

#include <atomic>
#include <random>
#include <thread>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;
using namespace hocket::runtime::test;

namespace {

constexpr int kSteps = 100;
const Strategy kStrategy = {2, 2, "1f1b"};

std::vector<std::vector<int64_t>> lengthMixes() {
  std::mt19937 numbers(5);
  std::vector<std::vector<int64_t>> mixes(kSteps);
  for (std::vector<int64_t> &lengths : mixes)
    for (size_t count = 4 + numbers() % 8; count > 0; --count)
      lengths.push_back(1 + numbers() % 40);
  return mixes;
}

Plan planFor(const Model &model, const std::vector<int64_t> &lengths,
             const Strategy &strategy = kStrategy) {
  Result<Plan> plan =
      expand(model, strategy, lengths, ScheduleRegistry::withBuiltins());
  EXPECT_TRUE(plan) << plan.error();
  Result<void> checked = check(*plan, model, 0);
  EXPECT_TRUE(checked) << checked.error();
  return *plan;
}

/// Counts what it has given and not got back.
class CountingDevice : public Device {
public:
  explicit CountingDevice(CpuDevice &device) : device(device) {}

  Result<std::byte *> allocate(int64_t bytes) override {
    ++live;
    liveBytes += bytes;
    mostBytes = std::max(mostBytes, liveBytes);
    return device.allocate(bytes);
  }
  void release(std::byte *memory, int64_t bytes) override {
    --live;
    liveBytes -= bytes;
    device.release(memory, bytes);
  }
  bool hasMemory() const override { return true; }
  int64_t maxElements() const override { return device.maxElements(); }
  Result<void> launch(uint32_t kernel, void *const *operands,
                      const Symbols &symbols, void *workspace) override {
    return device.launch(kernel, operands, symbols, workspace);
  }
  Result<void> zero(void *data, int64_t bytes) override {
    return device.zero(data, bytes);
  }
  Result<void> upload(void *to, const void *from, int64_t bytes) override {
    return device.upload(to, from, bytes);
  }
  Result<void> download(void *to, const void *from, int64_t bytes) override {
    return device.download(to, from, bytes);
  }
  Result<void> copy(void *to, const void *from, int64_t bytes) override {
    return device.copy(to, from, bytes);
  }
  Result<void> add(void *sum, const void *values, int64_t count) override {
    return device.add(sum, values, count);
  }
  double now() const override { return device.now(); }

  int64_t live = 0, liveBytes = 0, mostBytes = 0;

private:
  CpuDevice &device;
};

/// Counts the transports that are alive.
class CountingPlatform : public Platform {
public:
  CountingPlatform(Device &device, int &live)
      : shared(shareDevice(device)), live(live) {}

  Device &device(uint32_t rank) override { return shared->device(rank); }
  std::unique_ptr<Transport> connect(const Plan &plan, const Routes &routes,
                                     Waker &waker) override {
    return std::make_unique<Counted>(shared->connect(plan, routes, waker),
                                     live);
  }

private:
  class Counted : public Transport {
  public:
    Counted(std::unique_ptr<Transport> transport, int &live)
        : transport(std::move(transport)), live(live) {
      ++live;
    }
    ~Counted() override { --live; }
    Result<void> send(uint32_t route, const void *data,
                      int64_t bytes) override {
      return transport->send(route, data, bytes);
    }
    Result<Poll> receive(uint32_t route, void *data, int64_t bytes) override {
      return transport->receive(route, data, bytes);
    }
    Poll isReceived(uint32_t route, uint64_t number) override {
      return transport->isReceived(route, number);
    }
    Result<Poll> allReduce(uint32_t group, uint32_t member,
                           const ReduceBuffers &buffers) override {
      return transport->allReduce(group, member, buffers);
    }

  private:
    std::unique_ptr<Transport> transport;
    int &live;
  };

  std::unique_ptr<Platform> shared;
  int &live;
};

using Values = std::map<std::pair<uint32_t, std::string>, std::vector<float>>;

/// Parameters and states of all ranks.
Values trained(ThreadsWorld &world) {
  Values values;
  for (uint32_t rank = 0; rank < world.size(); ++rank)
    for (uint32_t i = 0; i < 2; ++i)
      for (auto [slot, name] :
           {std::pair(Slot::Parameter, "w"), {Slot::State, "m"}})
        if (world.rank(rank).findBuffer(slot, i) >= 0)
          values[{rank, name + std::to_string(i)}] =
              valuesOf(world, rank, slot, i, kWidth);
  return values;
}

void restore(ThreadsWorld &world, const Values &values) {
  for (const auto &[key, value] : values) {
    const auto &[rank, name] = key;
    Slot slot = name[0] == 'w' ? Slot::Parameter : Slot::State;
    int64_t at = world.rank(rank).findBuffer(slot, uint32_t(name[1] - '0'));
    ASSERT_GE(at, 0);
    ASSERT_TRUE(world.rank(rank).write(uint32_t(at), value.data()));
  }
}

TEST(Replan, StepsAreThoseOfWorldsOfTheirOwn) {
  Model model = makeModel(true);
  auto cpu = CpuDevice::create(testImage(), model.kernels);
  ASSERT_TRUE(cpu) << cpu.error();
  CountingDevice device(**cpu);
  int transports = 0;
  auto mixes = lengthMixes();

  auto current = std::make_unique<Plan>(planFor(model, mixes[0]));
  const Plan *reads = current.get();
  BatchFiller filler = [&](uint64_t step, uint32_t data, uint32_t microbatch,
                           uint32_t input, std::byte *destination) {
    makeFiller (*reads)(step, data, microbatch, input, destination);
  };
  auto world = ThreadsWorld::create(
      *current, model, std::make_unique<CountingPlatform>(device, transports),
      filler);
  ASSERT_TRUE(world) << world.error();
  Values start;
  for (uint32_t rank = 0; rank < 4; ++rank)
    start[{rank, rank < 2 ? "w0" : "w1"}] = {0.5f, -1, 2, 0.25f};
  restore(**world, start);

  int64_t largest = 0; // sum of the arenas of all ranks, each at its largest
  std::vector<int64_t> largestOf(4);
  for (int step = 0; step < kSteps; ++step) {
    if (step > 0) {
      auto next = std::make_unique<Plan>(planFor(model, mixes[step]));
      Result<void> replanned = (*world)->replan(*next);
      ASSERT_TRUE(replanned) << replanned.error();
      current = std::move(next); // the plan before is gone
      reads = current.get();
    }
    Values before = trained(**world);
    Result<void> ran = (*world)->run(uint64_t(step));
    ASSERT_TRUE(ran) << ran.error();

    auto alone = ThreadsWorld::create(*current, model, **cpu, filler);
    ASSERT_TRUE(alone) << alone.error();
    restore(**alone, before);
    ASSERT_TRUE((*alone)->run(uint64_t(step)));
    EXPECT_EQ(trained(**world), trained(**alone)) << "step " << step;
    EXPECT_EQ(valuesOf(**world, 0, Slot::Loss, 0, 1),
              valuesOf(**alone, 0, Slot::Loss, 0, 1));
    EXPECT_NE(trained(**world), before) << "nothing was trained";

    // Nothing of earlier plans is left.
    EXPECT_EQ(transports, 1);
    EXPECT_EQ(device.live, 4);
    largest = 0;
    for (uint32_t rank = 0; rank < 4; ++rank) {
      largestOf[rank] =
          std::max(largestOf[rank],
                   current->roles[current->ranks[rank].role].arenaBytes);
      largest += largestOf[rank];
    }
    EXPECT_EQ(device.liveBytes, largest);
    EXPECT_EQ((*world)->arenaBytes(), largest);
  }
  // A rank's memory is there twice while it moves, that of the others is not.
  EXPECT_LE(device.mostBytes,
            largest + *std::max_element(largestOf.begin(), largestOf.end()));
  world->reset();
  EXPECT_EQ(transports, 0);
  EXPECT_EQ(device.live, 0);
}

TEST(Replan, SpansAreOfTheStepsSinceTheyWereTaken) {
  Model model = makeModel(true);
  auto device = CpuDevice::create(testImage(), model.kernels);
  ASSERT_TRUE(device) << device.error();
  Plan first = planFor(model, {3, 1, 4, 1, 5});
  Plan second = planFor(model, {2, 6, 5, 3, 5, 8, 9, 7});
  const Plan *reads = &first;
  auto world = ThreadsWorld::create(
      first, model, **device,
      [&](uint64_t step, uint32_t data, uint32_t microbatch, uint32_t input,
          std::byte *destination) {
        makeFiller (*reads)(step, data, microbatch, input, destination);
      });
  ASSERT_TRUE(world) << world.error();
  (*world)->record(true);
  ASSERT_TRUE((*world)->run(0));
  auto before = (*world)->takeTimelines();
  reads = &second;
  ASSERT_TRUE((*world)->replan(second));
  ASSERT_TRUE((*world)->run(1));
  auto after = (*world)->takeTimelines();
  for (uint32_t rank = 0; rank < 4; ++rank) {
    EXPECT_EQ(before[rank].size(),
              first.roles[first.ranks[rank].role].body.size());
    EXPECT_EQ(after[rank].size(),
              second.roles[second.ranks[rank].role].body.size());
    EXPECT_LE(before[rank].back().end, after[rank].front().begin);
    EXPECT_TRUE((*world)->timelines()[rank].empty());
  }
}

TEST(Replan, WhatCannotTakeThePlace) {
  Model model = makeModel(true);
  auto device = CpuDevice::create(testImage(), model.kernels);
  ASSERT_TRUE(device) << device.error();
  Plan plan = planFor(model, {3, 1, 4, 1});
  auto world = ThreadsWorld::create(plan, model, **device, makeFiller(plan));
  ASSERT_TRUE(world) << world.error();

  Plan larger = planFor(model, {3, 1, 4, 1, 5, 9}, {3, 2, "1f1b"});
  Result<void> replanned = (*world)->replan(larger);
  ASSERT_FALSE(replanned);
  EXPECT_EQ(replanned.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(replanned.error().message,
            "a plan of 6 ranks cannot take the place of one of 4");
  EXPECT_TRUE((*world)->run(0)) << "the plan before is as it was";

  // Ranks with other stages do not have the parameters.
  Plan swapped = plan;
  for (Rank &rank : swapped.ranks)
    rank.role = 1 - rank.role;
  replanned = (*world)->replan(swapped);
  ASSERT_FALSE(replanned);
  EXPECT_EQ(replanned.error().code, ErrorCode::Runtime);
  EXPECT_NE(replanned.error().message.find("that the rank did not have"),
            std::string::npos);
  EXPECT_FALSE((*world)->run(1));
}

TEST(PlanQueue, PlansWhileOthersWork) {
  Model model = makeModel(true);
  auto mixes = lengthMixes();
  double clock = 0;
  std::atomic<int> asked{0};
  auto queue = PlanQueue::create(
      [&](uint64_t step) -> Result<Plan> {
        ++asked;
        if (step == 7)
          return Error(ErrorCode::InvalidArgument, "no plan for step 7");
        return planFor(model, mixes[step]);
      },
      [&] { return clock; });
  ASSERT_TRUE(queue) << queue.error();
  (*queue)->begin(3);
  Result<PlannedStep> planned = (*queue)->take();
  ASSERT_TRUE(planned) << planned.error();
  EXPECT_EQ(planned->plan->lengths, mixes[3]);
  (*queue)->begin(7);
  planned = (*queue)->take();
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().message, "no plan for step 7");
  // It goes on after an error, and a plan that nobody takes is no trouble.
  (*queue)->begin(8);
  planned = (*queue)->take();
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->plan->lengths, mixes[8]);
  (*queue)->begin(9);
  while (asked < 4)
    std::this_thread::yield();
  queue->reset();
  EXPECT_EQ(asked, 4);
}

} // namespace
