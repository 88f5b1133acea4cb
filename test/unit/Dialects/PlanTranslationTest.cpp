//===- PlanTranslationTest.cpp - Plans to IR and back ---------------------===//

#include "hocket/Dialects/PlanTranslation.h"

#include "../Plan/GatherModel.h"
#include "../Plan/RandomStrategies.h"
#include "../Plan/SharedSequences.h"
#include "../Plan/SyntheticModel.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace hocket;

namespace {

//===----------------------------------------------------------------------===//
// Comparing: every field but the access of a buffer's binding.
//===----------------------------------------------------------------------===//

template <typename T, typename CompareT>
void expectEach(const std::vector<T> &a, const std::vector<T> &b,
                CompareT compare) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i)
    compare(a[i], b[i]);
}

void expectEqual(const plan::TaskTemplate &a, const plan::TaskTemplate &b) {
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.kernel, b.kernel);
  EXPECT_EQ(a.operands, b.operands);
}

void expectEqual(const plan::Model &a, const plan::Model &b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.statesPerParameter, b.statesPerParameter);
  EXPECT_EQ(a.stateNames, b.stateNames);
  expectEach(a.parameters, b.parameters,
             [](const plan::Parameter &a, const plan::Parameter &b) {
               EXPECT_EQ(a.name, b.name);
               EXPECT_EQ(a.type, b.type);
               EXPECT_EQ(a.init, b.init);
               EXPECT_EQ(a.stddev, b.stddev);
             });
  expectEach(a.batch, b.batch,
             [](const plan::BatchInput &a, const plan::BatchInput &b) {
               EXPECT_EQ(a.name, b.name);
               EXPECT_EQ(a.type, b.type);
               EXPECT_EQ(a.isOffsets, b.isOffsets);
             });
  expectEach(a.kernels, b.kernels,
             [](const plan::Kernel &a, const plan::Kernel &b) {
               EXPECT_EQ(a.symbol, b.symbol);
               EXPECT_EQ(a.operands, b.operands);
               EXPECT_EQ(a.workspaceBytes, b.workspaceBytes);
               EXPECT_EQ(a.flops, b.flops);
               EXPECT_EQ(a.bytes, b.bytes);
             });
  auto compareTasks = [](const plan::TaskTemplate &a,
                         const plan::TaskTemplate &b) { expectEqual(a, b); };
  expectEach(a.stages, b.stages,
             [&](const plan::Stage &a, const plan::Stage &b) {
               EXPECT_EQ(a.name, b.name);
               EXPECT_EQ(a.inputs, b.inputs);
               EXPECT_EQ(a.outputs, b.outputs);
               EXPECT_EQ(a.residuals, b.residuals);
               expectEach(a.tasks, b.tasks, compareTasks);
               EXPECT_EQ(a.attention, b.attention);
               EXPECT_EQ(a.gather, b.gather);
               EXPECT_EQ(a.attended, b.attended);
             });
  expectEach(a.updates, b.updates, compareTasks);
}

void expectEqual(const plan::Role &a, const plan::Role &b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.stages, b.stages);
  EXPECT_EQ(a.arenaBytes, b.arenaBytes);
  EXPECT_EQ(a.hostBytes, b.hostBytes);
  EXPECT_EQ(a.tables, b.tables);
  expectEach(a.buffers, b.buffers,
             [](const plan::Buffer &a, const plan::Buffer &b) {
               EXPECT_EQ(a.name, b.name);
               EXPECT_EQ(a.binding.slot, b.binding.slot);
               EXPECT_EQ(a.binding.index, b.binding.index);
               EXPECT_EQ(a.type, b.type);
               EXPECT_EQ(a.share, b.share);
               EXPECT_EQ(a.stage, b.stage);
               EXPECT_EQ(a.microbatch, b.microbatch);
               EXPECT_EQ(a.bytes, b.bytes);
               EXPECT_EQ(a.offset, b.offset);
               EXPECT_EQ(a.onHost, b.onHost);
             });
  expectEach(a.body, b.body,
             [](const plan::Instruction &a, const plan::Instruction &b) {
               EXPECT_EQ(a.op, b.op);
               EXPECT_EQ(a.kind, b.kind);
               EXPECT_EQ(a.stage, b.stage);
               EXPECT_EQ(a.microbatch, b.microbatch);
               EXPECT_EQ(a.kernel, b.kernel);
               EXPECT_EQ(a.index, b.index);
               EXPECT_EQ(a.peer, b.peer);
               EXPECT_EQ(a.group, b.group);
               EXPECT_EQ(a.buffers, b.buffers);
               EXPECT_EQ(a.workspace, b.workspace);
             });
}

void expectEqual(const plan::Plan &a, const plan::Plan &b) {
  EXPECT_EQ(a.strategy, b.strategy);
  EXPECT_EQ(a.stages, b.stages);
  EXPECT_EQ(a.groups, b.groups);
  EXPECT_EQ(a.lengths, b.lengths);
  EXPECT_EQ(a.firstSequence, b.firstSequence);
  EXPECT_EQ(a.sequenceGroups, b.sequenceGroups);
  EXPECT_EQ(a.firstChunk, b.firstChunk);
  EXPECT_EQ(a.chunks, b.chunks);
  expectEach(a.roles, b.roles, [](const plan::Role &a, const plan::Role &b) {
    expectEqual(a, b);
  });
  expectEach(a.ranks, b.ranks, [](const plan::Rank &a, const plan::Rank &b) {
    EXPECT_EQ(a.role, b.role);
    EXPECT_EQ(a.data, b.data);
    EXPECT_EQ(a.pipeline, b.pipeline);
    EXPECT_EQ(a.peers, b.peers);
    EXPECT_EQ(a.groups, b.groups);
  });
  expectEach(
      a.shapes, b.shapes,
      [](const plan::MicrobatchShape &a, const plan::MicrobatchShape &b) {
        EXPECT_EQ(a.tokens, b.tokens);
        EXPECT_EQ(a.sequences, b.sequences);
      });
}

//===----------------------------------------------------------------------===//
// The tests
//===----------------------------------------------------------------------===//

class PlanTranslation : public ::testing::Test {
protected:
  PlanTranslation() : builder(&context) {
    context.loadDialect<planir::PlanDialect>();
    module = ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToEnd(module->getBody());
  }

  void expand(const plan::test::SyntheticOptions &options,
              const plan::Strategy &strategy,
              const std::vector<int64_t> &lengths) {
    model = plan::test::makeModel(options);
    Result<plan::Plan> expanded = plan::expand(
        model, strategy, lengths, plan::ScheduleRegistry::withBuiltins());
    ASSERT_TRUE(bool(expanded)) << expanded.error();
    original = std::move(*expanded);
  }

  /// Exports, prints, parses and imports.
  void roundTrip() {
    FailureOr<planir::ProgramOp> program = planir::exportProgram(
        model, original, builder, builder.getUnknownLoc());
    ASSERT_TRUE(succeeded(program));
    ASSERT_TRUE(succeeded(verify(*module)));
    std::string text;
    llvm::raw_string_ostream stream(text);
    module->print(stream);
    OwningOpRef<ModuleOp> parsed =
        parseSourceString<ModuleOp>(text, ParserConfig(&context));
    ASSERT_TRUE(bool(parsed)) << text;
    auto op = *parsed->getOps<planir::ProgramOp>().begin();
    planir::ImportedProgram imported = planir::importProgram(op);
    expectEqual(model, imported.model);
    expectEqual(original, imported.plan);
    expectPlaces(imported);
    (*program)->erase();
  }

  /// The ops are those that the indices mean.
  static void expectPlaces(planir::ImportedProgram &imported) {
    ASSERT_EQ(imported.ops.ranks.size(), imported.plan.ranks.size());
    for (size_t i = 0; i < imported.ops.ranks.size(); ++i)
      EXPECT_EQ(imported.ops.ranks[i].getNumber(), i);
    ASSERT_EQ(imported.ops.roles.size(), imported.plan.roles.size());
    for (size_t r = 0; r < imported.plan.roles.size(); ++r) {
      const plan::Role &role = imported.plan.roles[r];
      EXPECT_EQ(imported.ops.roles[r].getSymName(), role.name);
      ASSERT_EQ(imported.ops.buffers[r].size(), role.buffers.size());
      for (size_t i = 0; i < role.buffers.size(); ++i)
        EXPECT_EQ(imported.ops.buffers[r][i].getOffset(),
                  uint64_t(role.buffers[i].offset));
      ASSERT_EQ(imported.ops.instructions[r].size(), role.body.size());
      for (size_t i = 0; i < role.body.size(); ++i)
        if (role.body[i].op == plan::Op::Kernel)
          EXPECT_EQ(
              cast<planir::TaskOp>(imported.ops.instructions[r][i]).getKernel(),
              imported.model.kernels[role.body[i].kernel].symbol);
    }
  }

  /// Exports and expects an error that contains `message`, and nothing else.
  void expectError(StringRef message) {
    std::string text;
    ScopedDiagnosticHandler handler(
        &context, [&](Diagnostic &diagnostic) { text += diagnostic.str(); });
    EXPECT_TRUE(failed(planir::exportProgram(model, original, builder,
                                             builder.getUnknownLoc())));
    EXPECT_NE(text.find(message.str()), std::string::npos) << text;
    EXPECT_TRUE(module->getBody()->empty());
  }

  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
  plan::Model model;
  plan::Plan original;
};

TEST_F(PlanTranslation, RoundTripsATrainedModel) {
  plan::test::SyntheticOptions options;
  options.stages = 3;
  options.outputs = 2;
  options.tied = true;
  expand(options, {2, 3, "1f1b"}, {5, 1, 7, 2, 2, 9, 4, 3});
  roundTrip();
}

TEST_F(PlanTranslation, RoundTripsSeveralStagesPerRank) {
  plan::test::SyntheticOptions options;
  options.stages = 4;
  options.split = true;
  expand(options, {2, 3, "interleaved", 2}, {5, 1, 7, 2, 2, 9, 4, 3});
  roundTrip();
}

TEST_F(PlanTranslation, RoundTripsAllStagesOnOneRank) {
  expand({}, {1, 2, "interleaved", 4}, {5, 1});
  roundTrip();
}

TEST_F(PlanTranslation, RoundTripsWhatWaitsOnTheHost) {
  plan::Strategy strategy{1, 6, "gpipe", 4};
  strategy.activations.assign(4, {0, 1});
  expand({}, strategy, {5, 1, 2, 7, 3, 4});
  EXPECT_GT(original.roles[0].hostBytes, 0);
  roundTrip();
}

TEST_F(PlanTranslation, RoundTripsPlacementsAndOrders) {
  plan::test::SyntheticOptions options;
  options.split = true;
  std::mt19937 random(1);
  expand(options, plan::test::givenStrategy(2, 3, {0, 1, 1, 0}, true, random),
         {5, 1, 7, 2, 2, 9, 4, 3});
  roundTrip();
}

TEST_F(PlanTranslation, RoundTripsRoutes) {
  plan::test::SyntheticOptions options;
  options.stages = 5;
  std::mt19937 random(2);
  plan::Strategy strategy = plan::test::randomSkip(2, 3, 5, 2, random);
  expand(options, strategy, {5, 1, 7, 2, 2, 9, 4, 3});
  roundTrip();
  plan::RouteLimits &limits = original.strategy.limits;
  limits.pathLength = 3;
  limits.maxBackwardSum = 0;
  roundTrip();
  limits = {4, 1, 2, 2, 4, std::vector<uint32_t>(strategy.pipelineRanks, 3)};
  roundTrip();
  // Lists that are empty are not the same as no lists.
  original.strategy.routes[1].clear();
  original.strategy.nodes[0].clear();
  roundTrip();
}

TEST_F(PlanTranslation, RoundTripsSharedSequences) {
  model = plan::test::makeSharedModel();
  original = plan::test::makeSharedPlan(model);
  roundTrip();
  original.strategy.sequenceMethod = "usp:2";
  original.strategy.segments = {1, 1};
  original.roles[0].tables.push_back({0, 2, 3, 1});
  plan::Buffer share = original.roles[1].buffers[0];
  share.share = {1, 1, 3, 0};
  share.type = plan::shareType(share.type, share.share);
  original.roles[1].buffers.push_back(share);
  model.stages[1].attention->causal = false;
  roundTrip();
  model.stages[1].attention->isTrained = false;
  model.stages[1].attention->delta = model.stages[1].attention->partGrad = 0;
  roundTrip();
}

/// Rows of other ranks, and members that have no token of a sequence.
TEST_F(PlanTranslation, RoundTripsRows) {
  model = plan::test::makeGatherModel();
  plan::Strategy strategy;
  strategy.sequence = 4;
  strategy.segments = {3};
  strategy.schedule = "gpipe";
  Result<plan::Plan> plan = plan::expand(
      model, strategy, {48, 2, 21, 1}, plan::ScheduleRegistry::withBuiltins());
  ASSERT_TRUE(plan) << plan.error();
  original = *plan;
  roundTrip();
}

/// Microbatches without groups, coordinates without tokens, strides.
TEST_F(PlanTranslation, RoundTripsSequenceGroupsOfEveryKind) {
  model = plan::test::makeSharedModel();
  original = plan::test::makeSharedPlan(model);
  original.strategy.microbatches = 3;
  original.sequenceGroups = {{}, {{{1}, {1}, ""}, {{0}, {0}, "ring"}}, {}};
  original.firstChunk = {0, 0, 1, 1, 1, 3, 3};
  original.chunks = {{0, 1, 3, 2}, {1, 0, 2, 2}, {1, 1, 1, 1}};
  original.shapes = {{0, 0}, {3, 1}, {0, 0}, {0, 0}, {3, 2}, {0, 0}};
  roundTrip();
  // Ranks may share no sequence and be many all the same.
  original.sequenceGroups.clear();
  original.firstChunk.clear();
  original.chunks.clear();
  original.strategy.microbatches = 1;
  original.firstSequence = {0, 1, 2};
  original.shapes = {{6, 1}, {3, 1}};
  roundTrip();
}

TEST_F(PlanTranslation, RoundTripsWhatSlicesKeep) {
  model = plan::test::makeSharedModel();
  original = plan::test::makeSharedPlan(model);
  original.strategy.activations = {{0, 1}, {1, 0}};
  roundTrip();
}

TEST_F(PlanTranslation, RefusesSharedSequencesThatIRCannotSay) {
  model = plan::test::makeSharedModel();
  original = plan::test::makeSharedPlan(model);
  const plan::Plan plan = original;
  const plan::Model good = model;
  auto find = [&](plan::Op op) {
    std::vector<plan::Instruction> &body = original.roles[0].body;
    return std::find_if(body.begin(), body.end(),
                        [&](const plan::Instruction &i) { return i.op == op; });
  };
  original.roles[0].tables[0].pop_back();
  expectError("table #0 of role \"first\" is malformed");
  original = plan;
  original.roles[1].buffers[2].share.owner = -2;
  expectError("buffer #2 of role \"second\" is of a negative coordinate");
  original = plan;
  find(plan::Op::Attend)->index = 1;
  expectError("of role \"first\" is out of range");
  original = plan;
  find(plan::Op::Attend)->kernel = 99;
  expectError("of role \"first\" is out of range");
  original = plan;
  find(plan::Op::Add)->buffers.pop_back();
  expectError("of role \"first\" is out of range");
  original = plan;
  find(plan::Op::CopyHeads)->buffers.clear();
  expectError("of role \"first\" is out of range");
  original = plan;
  original.firstSequence = {0, 1, 2};
  expectError("the chunks and sequence groups are not those of its 2");
  original = plan;
  original.sequenceGroups.emplace_back();
  expectError("the chunks and sequence groups are not those of its 2");
  original = plan;
  original.sequenceGroups.clear();
  expectError("it has token chunks and no sequence groups");
  original = plan;
  original.firstChunk[1] = 3;
  expectError("the shape of microbatch #0 is not that of its chunks");
  original = plan;
  model.stages[1].attention->part = 99;
  expectError("the attention of stage \"head\" names a kernel that is out of");
  model = good;
  model.stages[1].attention.reset();
  expectError("stage \"head\" has values of an attention and no attention");
}

TEST_F(PlanTranslation, RoundTripsOneRankWithoutUpdates) {
  plan::test::SyntheticOptions options;
  options.stages = 1;
  options.updates = false;
  options.backward = false;
  expand(options, {1, 2, "gpipe"}, {5, 1});
  roundTrip();
}

TEST_F(PlanTranslation, RoundTripsWhatTheCompilerDoesNotMake) {
  expand({}, {1, 2, "gpipe"}, {5, 1});
  model.name = "a \"quoted\" name";
  model.parameters[0].init = plan::Init::Normal;
  model.parameters[0].stddev = 0.1;
  model.parameters[1].init = plan::Init::Ones;
  model.parameters[1].stddev = 0.0;
  model.batch[0].name = "";
  model.kernels[0].symbol = "no identifier!";
  model.kernels[0].flops =
      SizeExpr::symbol(0) * SizeExpr::symbol(0) * SizeExpr::symbol(1) +
      SizeExpr::constant(-7);
  original.roles[0].name = "also, not one";
  original.roles[0].buffers[0].name = "";
  original.roles[0].body[0].stage = 1;
  original.roles[0].body[1].stage = -1;
  roundTrip();
}

TEST_F(PlanTranslation, RefusesWhatIRCannotSay) {
  expand({}, {1, 1, "1f1b"}, {4});
  const plan::Plan plan = original;
  const plan::Model good = model;
  auto find = [&](plan::Op op) {
    std::vector<plan::Instruction> &body = original.roles[0].body;
    return std::find_if(body.begin(), body.end(),
                        [&](const plan::Instruction &i) { return i.op == op; });
  };

  original.roles[1].name = original.roles[0].name;
  expectError("a role or a kernel has the name \"stage0\"");
  original = plan;
  original.roles[0].name = "";
  expectError("a role or a kernel has the name \"\"");
  original = plan;
  original.shapes[0].tokens = 5;
  expectError("the shape of microbatch #0 is not that of its sequences");
  original = plan;
  original.lengths.push_back(3);
  expectError("do not cover the batch");
  original = plan;
  original.stages = 9;
  expectError("the plan has 9 stages and the model 4");
  original = plan;
  original.ranks[0].role = 4;
  expectError("a rank names role #4 of 4");
  original = plan;
  original.strategy.orders = {{{plan::TaskKind::R, 0, 0}}};
  expectError("an order has a task that is none of F, Bi, W and B");
  original = plan;
  find(plan::Op::WaitSend)->index = 1;
  expectError("of role \"stage0\" is out of range");
  original = plan;
  find(plan::Op::Kernel)->kernel = 99;
  expectError("of role \"stage0\" is out of range");
  original = plan;
  find(plan::Op::Zero)->buffers[0] = 999;
  expectError("instruction #0 of role \"stage0\" is out of range");
  original = plan;
  find(plan::Op::Send)->buffers.clear();
  expectError("of role \"stage0\" is out of range");
  original = plan;
  find(plan::Op::Recv)->peer = -1;
  expectError("of role \"stage0\" is out of range");
  original = plan;
  model.updates[0].kernel = 99;
  expectError("a task names kernel #99 of");
  model = good;
  model.stateNames.clear();
  expectError("2 states per parameter have 0 names");
}

TEST_F(PlanTranslation, FindsAFreeName) {
  expand({}, {1, 1, "1f1b"}, {4});
  for (StringRef name : {"step", "step_0", "step_1"}) {
    FailureOr<planir::ProgramOp> program = planir::exportProgram(
        model, original, builder, builder.getUnknownLoc());
    ASSERT_TRUE(succeeded(program));
    EXPECT_EQ(program->getSymName(), name);
  }
  EXPECT_TRUE(succeeded(verify(*module)));
}

/// Ten thousand ranks are a list of short lines beside a few roles.
TEST_F(PlanTranslation, RoundTripsManyRanks) {
  plan::test::SyntheticOptions options;
  options.stages = 16;
  expand(options, {625, 32, "1f1b"}, std::vector<int64_t>(625 * 32, 128));
  roundTrip();
}

} // namespace
