//===- ExecutorTest.cpp - Ranks on threads --------------------------------===//

#include "ExecutorFixture.h"

#include <chrono>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;
using namespace hocket::runtime::test;

namespace {

/// What three steps leave behind: parameters, states, last gradients, losses.
struct Outcome {
  std::map<std::string, std::vector<float>> values;
};

Outcome train(bool split, const Strategy &strategy) {
  Model model = makeModel(split);
  Plan plan = makePlan(model, strategy);
  auto device = CpuDevice::create(testImage(), model.kernels);
  EXPECT_TRUE(device) << device.error();
  auto world = ThreadsWorld::create(plan, model, **device, makeFiller(plan));
  EXPECT_TRUE(world) << world.error();
  std::vector<float> start[] = {{0.5f, -1, 2, 0.25f}, {1, 0.75f, -0.5f, 3}};
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank)
    for (uint32_t i = 0; i < 2; ++i)
      if (int64_t at = (*world)->rank(rank).findBuffer(Slot::Parameter, i);
          at >= 0)
        EXPECT_TRUE((*world)->rank(rank).write(uint32_t(at), start[i].data()));

  Outcome outcome;
  for (uint64_t step = 0; step < 3; ++step) {
    Result<void> ran = (*world)->run(step);
    EXPECT_TRUE(ran) << ran.error();
    outcome.values["loss" + std::to_string(step)] =
        valuesOf(**world, 0, Slot::Loss, 0, 1);
  }
  outcome.values["weight"] = valuesOf(**world, 0, Slot::Weight, 0, 1);
  outcome.values["step"] = valuesOf(**world, 0, Slot::Step, 0, 1);
  for (uint32_t i = 0; i < 2; ++i) {
    uint32_t first = split ? i * strategy.data : 0;
    std::string number = std::to_string(i);
    outcome.values["w" + number] =
        valuesOf(**world, first, Slot::Parameter, i, kWidth);
    outcome.values["m" + number] =
        valuesOf(**world, first, Slot::State, i, kWidth);
    outcome.values["dw" + number] =
        valuesOf(**world, first, Slot::Gradient, i, kWidth);
    // Every holder has the same.
    for (uint32_t d = 1; d < strategy.data; ++d)
      EXPECT_EQ(outcome.values["w" + number],
                valuesOf(**world, first + d, Slot::Parameter, i, kWidth));
  }
  return outcome;
}

void expectNear(const Outcome &got, const Outcome &want) {
  ASSERT_EQ(got.values.size(), want.values.size());
  for (const auto &[name, values] : want.values)
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(got.values.at(name)[i], values[i],
                  1e-5f * (1 + std::abs(values[i])))
          << name << " " << i;
}

/// Forwards to a CpuDevice, except that one kernel fails at its n-th call.
class FailingDevice : public Device {
public:
  FailingDevice(CpuDevice &device, uint32_t kernel, int64_t calls)
      : device(device), kernel(kernel), calls(calls) {}

  Result<std::byte *> allocate(int64_t bytes) override {
    return device.allocate(bytes);
  }
  bool hasMemory() const override { return true; }
  int64_t maxElements() const override { return device.maxElements(); }
  Result<void> launch(uint32_t index, void *const *operands,
                      const Symbols &symbols, void *workspace) override {
    if (index == kernel && calls-- == 0)
      return Error(ErrorCode::Runtime, "the device is on fire");
    return device.launch(index, operands, symbols, workspace);
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

private:
  CpuDevice &device;
  uint32_t kernel;
  int64_t calls; // until it fails; only one rank runs the kernel
};

} // namespace

TEST(Executor, DegreesAndSchedulesAgree) {
  Outcome want = train(false, {1, 1, "gpipe"});
  EXPECT_EQ(want.values["weight"][0], 44);
  EXPECT_EQ(want.values["step"][0], 3);
  EXPECT_NE(want.values["loss0"], want.values["loss1"]);
  EXPECT_NE(want.values["dw0"], std::vector<float>(kWidth));
  expectNear(train(false, {1, 4, "1f1b"}), want);
  expectNear(train(false, {2, 2, "1f1b"}), want);
  expectNear(train(true, {1, 1, "1f1b"}), want);
  expectNear(train(true, {1, 8, "gpipe"}), want);
  expectNear(train(true, {1, 8, "1f1b"}), want);
  expectNear(train(true, {4, 2, "1f1b"}), want);
}

/// Schedules change the order over time but not that of any sum.
TEST(Executor, SchedulesAgreeBitForBit) {
  EXPECT_EQ(train(true, {2, 4, "gpipe"}).values,
            train(true, {2, 4, "1f1b"}).values);
}

/// What waits in the host's memory comes back as it was.
TEST(Executor, OffloadedActivationsAgreeBitForBit) {
  for (bool split : {false, true}) {
    Strategy strategy;
    strategy.microbatches = 8;
    strategy.schedule = "gpipe";
    Outcome plain = train(split, strategy);
    strategy.activations.assign(split ? 2 : 1, {0, 1});
    Role role = makePlan(makeModel(split), strategy).roles[0];
    EXPECT_GT(role.hostBytes, 0);
    EXPECT_EQ(train(split, strategy).values, plain.values);
  }
}

/// Slices only sum up in another order. What is computed again is the same, but
/// for the loss, which is summed from the last slice to the first then.
TEST(Executor, SlicesAndWhatIsComputedAgainAgree) {
  for (bool split : {false, true})
    for (uint32_t slices : {1u, 3u, 40u}) {
      Strategy strategy{2, 2, "1f1b"};
      strategy.slices = slices;
      Outcome kept = train(split, strategy);
      expectNear(kept, train(split, {2, 2, "1f1b"}));
      for (uint32_t stays : {0u, slices / 2, slices}) {
        strategy.activations.assign(split ? 2 : 1, {stays, 0});
        Outcome again = train(split, strategy);
        expectNear(again, kept);
        for (auto [name, values] : kept.values)
          if (slices == 1 || name.find("loss") == std::string::npos)
            EXPECT_EQ(again.values.at(name), values) << name;
      }
    }
}

TEST(Executor, RunsRepeatBitForBit) {
  Outcome first = train(true, {4, 2, "1f1b"});
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(train(true, {4, 2, "1f1b"}).values, first.values);
}

/// By hand: one step of one token each, worked out on paper.
TEST(Executor, LossAndGradientOfOneToken) {
  Model model = makeModel(true);
  Result<Plan> plan =
      expand(model, {1, 1, "1f1b"}, {1}, ScheduleRegistry::withBuiltins());
  ASSERT_TRUE(plan) << plan.error();
  auto device = CpuDevice::create(testImage(), model.kernels);
  ASSERT_TRUE(device) << device.error();
  auto world = ThreadsWorld::create(
      *plan, model, **device,
      [](uint64_t, uint32_t, uint32_t, uint32_t input, std::byte *to) {
        int32_t value = input == 0 ? 2 : 10; // token, target
        std::memcpy(to, &value, 4);
      });
  ASSERT_TRUE(world) << world.error();
  std::vector<float> twos(kWidth, 2);
  for (uint32_t rank : {0u, 1u}) {
    int64_t at = (*world)->rank(rank).findBuffer(Slot::Parameter, rank);
    ASSERT_TRUE((*world)->rank(rank).write(uint32_t(at), twos.data()));
  }
  ASSERT_TRUE((*world)->run(0));
  // x = 0.2 + 0.03 j; y = 4 x - 1; loss = sum y^2 / 2; dw1 = 2 x y.
  float loss = 0;
  std::vector<float> gradient = valuesOf(**world, 1, Slot::Gradient, 1, kWidth);
  std::vector<float> updated = valuesOf(**world, 1, Slot::Parameter, 1, kWidth);
  for (int j = 0; j < kWidth; ++j) {
    float x = 0.2f + 0.03f * float(j), y = 4 * x - 1;
    loss += y * y / 2;
    EXPECT_NEAR(gradient[j], 2 * x * y, 1e-6);
    EXPECT_NEAR(updated[j], 2 - 0.1f * 2 * x * y, 1e-6);
  }
  EXPECT_NEAR(valuesOf(**world, 1, Slot::Loss, 0, 1)[0], loss, 1e-6);
  EXPECT_EQ(valuesOf(**world, 0, Slot::Loss, 0, 1),
            valuesOf(**world, 1, Slot::Loss, 0, 1));
}

TEST(Executor, FailingRankStopsAll) {
  Model model = makeModel(true);
  Plan plan = makePlan(model, {1, 4, "1f1b"});
  auto device = CpuDevice::create(testImage(), model.kernels);
  ASSERT_TRUE(device) << device.error();
  uint32_t backward = model.stages[1].find(TaskKind::B)->kernel;
  FailingDevice failing(**device, backward, 6); // in the second step
  auto world = ThreadsWorld::create(plan, model, failing, makeFiller(plan));
  ASSERT_TRUE(world) << world.error();
  auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE((*world)->run(0));
  Result<void> ran = (*world)->run(1);
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, ErrorCode::Runtime);
  const std::string &message = ran.error().message;
  EXPECT_NE(message.find("rank 1, instruction "), std::string::npos) << message;
  EXPECT_NE(message.find("'last_backward', microbatch 2"), std::string::npos)
      << message;
  EXPECT_NE(message.find("on fire"), std::string::npos) << message;
  Result<void> again = (*world)->run(2);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("earlier step"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(CpuDevice, MatrixProductIsThatOfTheLibrary) {
  Model model;
  model.kernels.push_back({"product", {}, {}, {}, {}});
  auto device = CpuDevice::create(testImage(), model.kernels);
  ASSERT_TRUE(device) << device.error();
  alignas(64) float a[] = {1, 2, 3, 4, 5, 6}, b[] = {7, 8, 9, 10, 11, 12};
  alignas(64) float c[4] = {};
  void *operands[] = {a, b, c};
  ASSERT_TRUE((*device)->launch(0, operands, {0, 0}, nullptr));
  EXPECT_EQ(std::vector<float>(c, c + 4),
            (std::vector<float>{89, 98, 116, 128}));
}

/// Two images at once keep their own code.
TEST(CpuDevice, ImagesAreIndependent) {
  std::vector<Kernel> product = {{"product", {}, {}, {}, {}}};
  std::vector<Kernel> update = {{"update", {}, {}, {}, {}}};
  auto one = CpuDevice::create(testImage(), product);
  auto two = CpuDevice::create(testImage(), update);
  ASSERT_TRUE(one && two);
  one->reset();
  alignas(64) float w[] = {1}, dw[] = {4}, m[] = {0}, weight[] = {2},
                    step[] = {1};
  void *operands[] = {w, dw, m, weight, step};
  ASSERT_TRUE((*two)->launch(0, operands, {1, 0}, nullptr));
  EXPECT_FLOAT_EQ(w[0], 0.8f);
}

/// What is undefined otherwise shows under the sanitizers.
TEST(CpuDevice, NoBytesNeedNoMemory) {
  auto device = CpuDevice::create(testImage(), {});
  ASSERT_TRUE(device) << device.error();
  float value = 3;
  EXPECT_TRUE((*device)->upload(&value, nullptr, 0));
  EXPECT_TRUE((*device)->copy(&value, nullptr, 0));
  EXPECT_EQ(value, 3);
}

TEST(CpuDevice, RejectsWhatCannotRun) {
  std::vector<Kernel> kernels = {{"product", {}, {}, {}, {}}};
  KernelImage image = testImage();
  auto expectError = [&](const std::string &part, ErrorCode code) {
    auto device = CpuDevice::create(image, kernels);
    ASSERT_FALSE(device) << part;
    EXPECT_EQ(device.error().code, code);
    EXPECT_NE(device.error().message.find(part), std::string::npos)
        << device.error();
  };
  image.features.push_back("avx9000");
  expectError("avx9000", ErrorCode::InvalidArgument);
  image = testImage();
  image.triple = "riscv64-linux-gnu";
  expectError("riscv64", ErrorCode::InvalidArgument);
  image = testImage();
  image.bytes.resize(100);
  expectError("does not load", ErrorCode::CorruptFile);
  image = testImage();
  kernels.push_back({"absent", {}, {}, {}, {}});
  expectError("'absent'", ErrorCode::CorruptFile);
}
