//===- CheckpointTest.cpp - What training starts from and leaves ----------===//

#include "TestFiles.h"

#include "hocket/Runtime/Checkpoint.h"
#include "hocket/Runtime/Random.h"
#include "hocket/Support/File.h"

#include <cmath>
#include <cstring>

using namespace hocket;
using namespace hocket::plan::test;
using namespace hocket::runtime;
using namespace hocket::runtime::test;

namespace {

std::vector<float> floats(const Tensor &tensor) {
  std::vector<float> values(tensor.data.size() / sizeof(float));
  std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  return values;
}

plan::Model model() {
  SyntheticOptions options;
  options.stages = 2;
  options.parameters = 1;
  return makeModel(options);
}

std::map<std::string, TensorView> views(const Checkpoint &checkpoint) {
  std::map<std::string, TensorView> result;
  for (const auto &[name, tensor] : checkpoint.tensors)
    result.emplace(name, tensor.view());
  return result;
}

/// The generator of other programs, too: these are numbers of its reference.
TEST(Random, SplitMix64) {
  EXPECT_EQ(splitmix64(0), 0xE220A8397B1DCDAFu);
  EXPECT_EQ(splitmix64(0x9E3779B97F4A7C15), 0x6E789E6AA1B965F4u);
}

TEST(Checkpoint, InitializesByNameAndSeed) {
  plan::Model many = model(), one = model();
  one.parameters.erase(one.parameters.begin());
  one.updates.clear();
  Result<Checkpoint> a = initialize(many, 5), b = initialize(one, 5),
                     c = initialize(many, 6);
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ(a->steps, 0);
  EXPECT_EQ(a->tensors.size(), many.parameters.size() * 3);
  EXPECT_EQ(b->tensors.size(), one.parameters.size());
  EXPECT_EQ(a->tensors.at("stage1.w0").data, b->tensors.at("stage1.w0").data)
      << "other parameters do not matter";
  EXPECT_NE(a->tensors.at("stage1.w0").data, c->tensors.at("stage1.w0").data);
  EXPECT_NE(a->tensors.at("stage0.w0").data, a->tensors.at("stage1.w0").data);
  for (float value : floats(a->tensors.at("stage1.w0.v")))
    EXPECT_EQ(value, 0);
}

TEST(Checkpoint, NormalValuesHaveTheirMoments) {
  plan::Model large = model();
  large.parameters.resize(1);
  large.updates.clear();
  large.parameters[0].type.shape = {SizeExpr::constant(200),
                                    SizeExpr::constant(500)};
  large.parameters[0].stddev = 0.5;
  std::vector<float> values =
      floats(initialize(large, 1)->tensors.at("embedding"));
  ASSERT_EQ(values.size(), 100000u);
  double sum = 0, squares = 0, fourths = 0;
  for (double value : values) {
    ASSERT_TRUE(std::isfinite(value));
    sum += value;
    squares += value * value;
    fourths += value * value * value * value;
  }
  double n = double(values.size()), variance = squares / n;
  EXPECT_NEAR(sum / n, 0, 5 * 0.5 / std::sqrt(n));
  EXPECT_NEAR(variance, 0.25, 0.01);
  EXPECT_NEAR(fourths / n / (variance * variance), 3, 0.1) << "kurtosis";
}

TEST(Checkpoint, OnesAndZeros) {
  plan::Model small = model();
  small.parameters[0].init = plan::Init::Ones;
  small.parameters[1].init = plan::Init::Zeros;
  Result<Checkpoint> start = initialize(small, 0);
  ASSERT_TRUE(start);
  for (float value : floats(start->tensors.at(small.parameters[0].name)))
    EXPECT_EQ(value, 1);
  for (float value : floats(start->tensors.at(small.parameters[1].name)))
    EXPECT_EQ(value, 0);
}

TEST(Checkpoint, TypesThatCannotBeDrawnAreNamed) {
  plan::Model integers = model();
  integers.parameters[1].type.element = ElementType::BF16;
  Result<Checkpoint> start = initialize(integers, 0);
  ASSERT_FALSE(start);
  EXPECT_NE(start.error().message.find("'stage0.w0'"), std::string::npos);
}

TEST(Checkpoint, SavesAndLoads) {
  TestFolder folder;
  std::string path = folder / "c.safetensors";
  Checkpoint before = *initialize(model(), 3);
  before.steps = 41;
  ASSERT_TRUE(saveCheckpoint(before, path));
  Result<Checkpoint> after = loadCheckpoint(model(), path);
  ASSERT_TRUE(after) << after.error();
  EXPECT_EQ(after->steps, 41);
  ASSERT_EQ(after->tensors.size(), before.tensors.size());
  for (const auto &[name, tensor] : before.tensors) {
    EXPECT_EQ(after->tensors.at(name).data, tensor.data) << name;
    EXPECT_EQ(after->tensors.at(name).shape, tensor.shape) << name;
  }
}

TEST(Checkpoint, ParametersAloneAndMoreThanAskedForAreFine) {
  TestFolder folder;
  std::string path = folder / "c.safetensors";
  plan::Model untrained = model();
  untrained.updates.clear();
  Checkpoint parameters = *initialize(untrained, 3);
  parameters.tensors["tokens"] = Tensor{ElementType::I32, {0}, {}};
  ASSERT_TRUE(saveSafetensors(path, views(parameters)));
  Result<Checkpoint> read = loadCheckpoint(model(), path);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->steps, 0);
  EXPECT_EQ(read->tensors.count("tokens"), 0u);
  for (float value : floats(read->tensors.at("embedding.m")))
    EXPECT_EQ(value, 0);
}

TEST(Checkpoint, MissingAndMisshapenTensorsAreErrors) {
  TestFolder folder;
  std::string path = folder / "c.safetensors";
  Checkpoint good = *initialize(model(), 3);

  Checkpoint without = good;
  without.tensors.erase("stage0.w0");
  ASSERT_TRUE(saveCheckpoint(without, path));
  Result<Checkpoint> read = loadCheckpoint(model(), path);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            path + ": tensor 'stage0.w0' is missing; expected F32 [16, 16]");
  EXPECT_EQ(read.error().exitCode(), 2);

  Checkpoint noState = good;
  noState.tensors.erase("stage0.w0.v");
  ASSERT_TRUE(saveCheckpoint(noState, path));
  read = loadCheckpoint(model(), path);
  ASSERT_FALSE(read) << "some states and not others";
  EXPECT_NE(read.error().message.find("'stage0.w0.v' is missing"),
            std::string::npos);

  Checkpoint misshapen = good;
  misshapen.tensors["stage1.w0"].shape = {256};
  ASSERT_TRUE(saveCheckpoint(misshapen, path));
  read = loadCheckpoint(model(), path);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            path + ": tensor 'stage1.w0' is F32 [256]; expected F32 [16, 16]");
}

TEST(Checkpoint, ANumberOfStepsThatIsNoneIsAnError) {
  TestFolder folder;
  std::string path = folder / "c.safetensors";
  Checkpoint good = *initialize(model(), 3);
  for (const char *steps : {"", "-1", "12x", "99999999999999999999"}) {
    ASSERT_TRUE(saveSafetensors(path, views(good), {{"hocket.steps", steps}}));
    Result<Checkpoint> read = loadCheckpoint(model(), path);
    ASSERT_FALSE(read) << steps;
    EXPECT_EQ(read.error().code, ErrorCode::CorruptFile);
  }
}

} // namespace
