//===- FormatTest.cpp - .hkt files ----------------------------------------===//

#include "../Plan/GatherModel.h"
#include "../Plan/RandomStrategies.h"
#include "FormatExecutables.h"

#include "hocket/Support/File.h"
#include "runtime/Format/Container.h"
#include "runtime/Format/Decode.h"

#include <chrono>

using namespace hocket;
using namespace hocket::plan::test;
using namespace hocket::runtime;
using namespace hocket::runtime::test;

namespace {

void expectEqual(const plan::Model &a, const plan::Model &b) {
  EXPECT_EQ(a.name, b.name);
  ASSERT_EQ(a.parameters.size(), b.parameters.size());
  for (size_t i = 0; i < a.parameters.size(); ++i) {
    EXPECT_EQ(a.parameters[i].name, b.parameters[i].name);
    EXPECT_EQ(a.parameters[i].type, b.parameters[i].type);
    EXPECT_EQ(a.parameters[i].init, b.parameters[i].init);
    EXPECT_EQ(a.parameters[i].stddev, b.parameters[i].stddev);
  }
  ASSERT_EQ(a.batch.size(), b.batch.size());
  for (size_t i = 0; i < a.batch.size(); ++i) {
    EXPECT_EQ(a.batch[i].name, b.batch[i].name);
    EXPECT_EQ(a.batch[i].type, b.batch[i].type);
    EXPECT_EQ(a.batch[i].isOffsets, b.batch[i].isOffsets);
  }
  auto equalTasks = [](const std::vector<plan::TaskTemplate> &x,
                       const std::vector<plan::TaskTemplate> &y) {
    ASSERT_EQ(x.size(), y.size());
    for (size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(x[i].kind, y[i].kind);
      EXPECT_EQ(x[i].kernel, y[i].kernel);
      EXPECT_EQ(x[i].operands, y[i].operands);
    }
  };
  ASSERT_EQ(a.stages.size(), b.stages.size());
  for (size_t i = 0; i < a.stages.size(); ++i) {
    EXPECT_EQ(a.stages[i].name, b.stages[i].name);
    EXPECT_EQ(a.stages[i].inputs, b.stages[i].inputs);
    EXPECT_EQ(a.stages[i].outputs, b.stages[i].outputs);
    EXPECT_EQ(a.stages[i].residuals, b.stages[i].residuals);
    equalTasks(a.stages[i].tasks, b.stages[i].tasks);
    EXPECT_EQ(a.stages[i].attention, b.stages[i].attention);
    EXPECT_EQ(a.stages[i].gather, b.stages[i].gather);
    EXPECT_EQ(a.stages[i].attended, b.stages[i].attended);
  }
  ASSERT_EQ(a.kernels.size(), b.kernels.size());
  for (size_t i = 0; i < a.kernels.size(); ++i) {
    EXPECT_EQ(a.kernels[i].symbol, b.kernels[i].symbol);
    EXPECT_EQ(a.kernels[i].operands, b.kernels[i].operands);
    EXPECT_EQ(a.kernels[i].workspaceBytes, b.kernels[i].workspaceBytes);
    EXPECT_EQ(a.kernels[i].flops, b.kernels[i].flops);
    EXPECT_EQ(a.kernels[i].bytes, b.kernels[i].bytes);
  }
  equalTasks(a.updates, b.updates);
  EXPECT_EQ(a.statesPerParameter, b.statesPerParameter);
  EXPECT_EQ(a.stateNames, b.stateNames);
}

void expectEqual(const plan::Role &a, const plan::Role &b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.stages, b.stages);
  EXPECT_EQ(a.arenaBytes, b.arenaBytes);
  EXPECT_EQ(a.hostBytes, b.hostBytes);
  EXPECT_EQ(a.tables, b.tables);
  ASSERT_EQ(a.buffers.size(), b.buffers.size());
  for (size_t i = 0; i < a.buffers.size(); ++i) {
    EXPECT_EQ(a.buffers[i].name, b.buffers[i].name);
    EXPECT_EQ(a.buffers[i].binding, b.buffers[i].binding);
    EXPECT_EQ(a.buffers[i].type, b.buffers[i].type);
    EXPECT_EQ(a.buffers[i].share, b.buffers[i].share);
    EXPECT_EQ(a.buffers[i].stage, b.buffers[i].stage);
    EXPECT_EQ(a.buffers[i].microbatch, b.buffers[i].microbatch);
    EXPECT_EQ(a.buffers[i].bytes, b.buffers[i].bytes);
    EXPECT_EQ(a.buffers[i].offset, b.buffers[i].offset);
    EXPECT_EQ(a.buffers[i].onHost, b.buffers[i].onHost);
  }
  ASSERT_EQ(a.body.size(), b.body.size());
  for (size_t i = 0; i < a.body.size(); ++i) {
    EXPECT_EQ(a.body[i].op, b.body[i].op);
    EXPECT_EQ(a.body[i].kind, b.body[i].kind);
    EXPECT_EQ(a.body[i].stage, b.body[i].stage);
    EXPECT_EQ(a.body[i].microbatch, b.body[i].microbatch);
    EXPECT_EQ(a.body[i].kernel, b.body[i].kernel);
    EXPECT_EQ(a.body[i].index, b.body[i].index);
    EXPECT_EQ(a.body[i].peer, b.body[i].peer);
    EXPECT_EQ(a.body[i].group, b.body[i].group);
    EXPECT_EQ(a.body[i].buffers, b.body[i].buffers);
    EXPECT_EQ(a.body[i].workspace, b.body[i].workspace);
  }
}

void expectEqual(const plan::Plan &a, const plan::Plan &b) {
  EXPECT_EQ(a.strategy, b.strategy);
  EXPECT_EQ(a.stages, b.stages);
  ASSERT_EQ(a.roles.size(), b.roles.size());
  for (size_t i = 0; i < a.roles.size(); ++i)
    expectEqual(a.roles[i], b.roles[i]);
  ASSERT_EQ(a.ranks.size(), b.ranks.size());
  for (size_t i = 0; i < a.ranks.size(); ++i) {
    EXPECT_EQ(a.ranks[i].role, b.ranks[i].role);
    EXPECT_EQ(a.ranks[i].data, b.ranks[i].data);
    EXPECT_EQ(a.ranks[i].pipeline, b.ranks[i].pipeline);
    EXPECT_EQ(a.ranks[i].peers, b.ranks[i].peers);
    EXPECT_EQ(a.ranks[i].groups, b.ranks[i].groups);
  }
  EXPECT_EQ(a.groups, b.groups);
  EXPECT_EQ(a.lengths, b.lengths);
  EXPECT_EQ(a.firstSequence, b.firstSequence);
  EXPECT_EQ(a.sequenceGroups, b.sequenceGroups);
  EXPECT_EQ(a.firstChunk, b.firstChunk);
  EXPECT_EQ(a.chunks, b.chunks);
  ASSERT_EQ(a.shapes.size(), b.shapes.size());
  for (size_t i = 0; i < a.shapes.size(); ++i) {
    EXPECT_EQ(a.shapes[i].tokens, b.shapes[i].tokens);
    EXPECT_EQ(a.shapes[i].sequences, b.shapes[i].sequences);
  }
}

TEST(Format, RoundTripKeepsEverything) {
  SyntheticOptions options;
  options.tied = true;
  Executable before = makeExecutable(options, {2, 3, "gpipe"});
  before.model.parameters[0].init = plan::Init::Ones;
  before.model.parameters[1].stddev = 0.125;
  before.topology.device.peakFlopsPerSecond = 3e10;
  before.topology.device.matrix = {2.5e10, 7, 64, 32, 16};
  before.topology.host = {int64_t(1) << 36, 3e10};
  before.topology.interNode.collectiveBytesPerSecond = 3e9;
  before.topology.interNode.adaptersPerNode = 2;
  std::string bytes = serialize(before);
  Result<Executable> after = deserialize(bytes);
  ASSERT_TRUE(after) << after.error();

  expectEqual(before.model, after->model);
  expectEqual(before.plan, after->plan);
  EXPECT_EQ(after->topology.name, "eight");
  EXPECT_EQ(after->topology.nodes, 2);
  EXPECT_EQ(after->topology.devicesPerNode, 4);
  EXPECT_EQ(after->topology.device.memoryBytes, int64_t(1) << 32);
  EXPECT_EQ(after->topology.device.flopsPerSecond, 2e10);
  EXPECT_EQ(after->topology.device.memoryBytesPerSecond, 1e10);
  EXPECT_EQ(after->topology.device.launchSeconds, 1e-6);
  EXPECT_EQ(after->topology.intraNode.latencySeconds, 1e-6);
  EXPECT_EQ(after->topology.intraNode.bytesPerSecond, 5e9);
  EXPECT_EQ(after->topology.interNode.latencySeconds, 2e-6);
  EXPECT_EQ(after->topology.interNode.bytesPerSecond, 4e9);
  EXPECT_EQ(after->topology.device.peakFlopsPerSecond, 3e10);
  const MatrixUnits &matrix = after->topology.device.matrix;
  EXPECT_EQ(matrix.flopsPerSecond, 2.5e10);
  EXPECT_EQ(matrix.processors, 7);
  EXPECT_EQ(matrix.tileRows, 64);
  EXPECT_EQ(matrix.tileColumns, 32);
  EXPECT_EQ(matrix.rampDepth, 16);
  EXPECT_EQ(after->topology.host.memoryBytes, int64_t(1) << 36);
  EXPECT_EQ(after->topology.host.bytesPerSecond, 3e10);
  EXPECT_EQ(after->topology.intraNode.collectiveBytesPerSecond, 0);
  EXPECT_EQ(after->topology.intraNode.adaptersPerNode, 0);
  EXPECT_EQ(after->topology.interNode.collectiveBytesPerSecond, 3e9);
  EXPECT_EQ(after->topology.interNode.adaptersPerNode, 2);
  EXPECT_TRUE(after->topology.nodeLatencySeconds.empty());
  EXPECT_EQ(after->code.triple, before.code.triple);
  EXPECT_EQ(after->code.cpu, before.code.cpu);
  EXPECT_EQ(after->code.features, before.code.features);
  EXPECT_EQ(after->code.bytes, before.code.bytes);
  EXPECT_EQ(serialize(*after), bytes) << "equal executables, equal bytes";
}

TEST(Format, RoundTripKeepsWhatWaitsOnTheHost) {
  plan::Strategy strategy{1, 8, "gpipe"};
  strategy.activations.assign(4, {0, 1});
  Executable before = makeExecutable({}, strategy);
  ASSERT_GT(before.plan.roles[0].hostBytes, 0);
  Result<Executable> after = deserialize(serialize(before));
  ASSERT_TRUE(after) << after.error();
  expectEqual(before.plan, after->plan);
}

TEST(Format, RoundTripKeepsLatenciesBetweenNodes) {
  Executable before = smallExecutable();
  int64_t nodes = before.topology.nodes;
  for (int64_t i = 0; i < nodes * nodes; ++i)
    before.topology.nodeLatencySeconds.push_back(0.1 * double(i));
  Result<Executable> after = deserialize(serialize(before));
  ASSERT_TRUE(after) << after.error();
  EXPECT_EQ(after->topology.nodeLatencySeconds,
            before.topology.nodeLatencySeconds);
}

TEST(Format, AlignmentOfTheBytesDoesNotMatter) {
  std::string bytes = "x" + serialize(smallExecutable());
  EXPECT_TRUE(deserialize(std::string_view(bytes).substr(1)));
}

TEST(Format, RoundTripKeepsSeveralStagesPerRank) {
  SyntheticOptions options;
  options.split = true;
  Executable before = makeExecutable(options, {2, 3, "interleaved", 2});
  Result<Executable> after = deserialize(serialize(before));
  ASSERT_TRUE(after) << after.error();
  expectEqual(before.model, after->model);
  expectEqual(before.plan, after->plan);
}

TEST(Format, RoundTripKeepsPlacementsAndRoutes) {
  SyntheticOptions options;
  options.split = true;
  std::mt19937 random(1);
  plan::Strategy skip = plan::test::randomSkip(1, 4, 4, 2, random);
  skip.limits.maxBackwardStep = 3;
  skip.limits.maxForwardJump = 0xFFFFFFFFu;
  skip.limits.inFlight.assign(skip.pipelineRanks, 2);
  ASSERT_LE(skip.pipelineRanks, 8u);
  for (const plan::Strategy &strategy :
       {plan::test::givenStrategy(2, 3, {1, 0, 0, 1}, true, random), skip}) {
    Executable before = makeExecutable(options, strategy);
    Result<Executable> after = deserialize(serialize(before));
    ASSERT_TRUE(after) << after.error();
    expectEqual(before.plan, after->plan);
  }
}

TEST(Format, RoundTripKeepsSharedSequences) {
  Executable before = sharedExecutable();
  before.plan.strategy.sequenceMethod = "usp:2";
  before.plan.chunks[3].stride = 5;
  std::string bytes = serialize(before);
  Result<Executable> after = decode(bytes);
  ASSERT_TRUE(after) << after.error();
  expectEqual(before.model, after->model);
  expectEqual(before.plan, after->plan);
  EXPECT_EQ(serialize(*after), bytes);
}

/// Rows of other ranks, and members that have no token of a sequence.
TEST(Format, RoundTripKeepsRows) {
  Executable before = sharedExecutable();
  before.model = makeGatherModel();
  plan::Strategy strategy;
  strategy.sequence = 4;
  strategy.segments = {3};
  strategy.schedule = "gpipe";
  Result<plan::Plan> plan =
      plan::expand(before.model, strategy, {48, 2, 21, 1},
                   plan::ScheduleRegistry::withBuiltins());
  ASSERT_TRUE(plan) << plan.error();
  before.plan = *plan;
  Result<Executable> after = decode(serialize(before));
  ASSERT_TRUE(after) << after.error();
  expectEqual(before.model, after->model);
  expectEqual(before.plan, after->plan);
}

TEST(Format, RoundTripKeepsWhatSlicesKeep) {
  Executable before = smallExecutable();
  before.plan.strategy.activations = {{0, 1}, {0xFFFFFFFFu, 0}};
  std::string bytes = serialize(before);
  Result<Executable> after = decode(bytes);
  ASSERT_TRUE(after) << after.error();
  expectEqual(before.plan, after->plan);
  EXPECT_EQ(serialize(*after), bytes);
}

/// Microbatches without groups, coordinates without tokens.
TEST(Format, RoundTripKeepsGroupsOfEveryKind) {
  Executable before = sharedExecutable();
  plan::Plan &plan = before.plan;
  plan.strategy.microbatches = 3;
  plan.sequenceGroups = {{}, {{{1}, {1}, ""}, {{0}, {0}, "ring"}}, {}};
  plan.firstChunk = {0, 0, 1, 1, 1, 2, 2};
  plan.chunks = {{0, 1, 3, 2}, {1, 0, 3, 1}};
  plan.shapes = {{0, 0}, {3, 1}, {0, 0}, {0, 0}, {3, 1}, {0, 0}};
  plan.roles[0].tables.push_back({});
  Result<Executable> after = decode(serialize(before));
  ASSERT_TRUE(after) << after.error();
  expectEqual(plan, after->plan);
}

TEST(Format, SavesAndLoadsWithTheNameInErrors) {
  TestFolder folder;
  std::string path = folder / "model.hkt";
  ASSERT_TRUE(save(smallExecutable(), path));
  EXPECT_TRUE(load(path));
  EXPECT_EQ(folder.list(), std::vector<std::string>{"model.hkt"});
  std::string bytes = *readFile(path);
  ASSERT_TRUE(writeFile(path, bytes.substr(0, bytes.size() / 2)));
  Result<Executable> read = load(path);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message.rfind(path + ": ", 0), 0u) << read.error();
  Result<void> saved = save(smallExecutable(), folder / "no/such/model.hkt");
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::Io);
}

TEST(Format, TenThousandRanksStaySmall) {
  SyntheticOptions options;
  options.stages = 16;
  options.parameters = 12;
  options.residuals = 30;
  Executable executable;
  executable.model = makeModel(options);
  executable.plan = makePlan(executable.model, {625, 32, "1f1b"}, 625 * 32 * 2);
  executable.topology = smallExecutable().topology;
  executable.topology.nodes = 2500;
  std::string bytes = serialize(executable);
  EXPECT_LT(bytes.size(), size_t(8) << 20);
  auto start = std::chrono::steady_clock::now();
  Result<Executable> read = deserialize(bytes);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->plan.ranks.size(), 10000u);
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  std::cout << bytes.size() << " bytes, read and checked in " << seconds.count()
            << " s\n";
}

} // namespace
