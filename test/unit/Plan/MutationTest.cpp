//===- MutationTest.cpp - Random damage is named or harmless --------------===//
//
// Changes good plans at random. The check must never crash, hang or allocate
// much, and whatever it accepts must be as good as the original: it has the
// same tasks, transfers and reductions, and no value is overwritten too early.
//
//===----------------------------------------------------------------------===//

#include "RandomStrategies.h"
#include "ShadowArena.h"
#include "SliceModel.h"
#include "SyntheticModel.h"

#include <algorithm>
#include <map>
#include <random>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

class Mutator {
public:
  Mutator(Plan &plan, unsigned seed) : plan(plan), random(seed) {}

  void mutate() {
    switch (random() % 10) {
    case 9:
      return mutateStrategy();
    case 0:
      return mutateRank();
    case 1:
      return mutateBuffer();
    case 2:
      return mutateRole();
    case 3:
      return mutatePlan();
    default:
      return mutateBody();
    }
  }

private:
  template <typename T>
  T &any(std::vector<T> &list) {
    return list[random() % list.size()];
  }
  /// A small change, or a value from the edge of the type.
  template <typename T>
  void nudge(T &value) {
    switch (random() % 6) {
    case 0:
      value = std::numeric_limits<T>::max();
      return;
    case 1:
      value = std::numeric_limits<T>::min();
      return;
    case 2:
      value = T(random());
      return;
    default:
      value = T(uint64_t(value) + uint64_t(random() % 2 ? 1 : -1));
    }
  }

  void mutateBody() {
    std::vector<Instruction> &body = any(plan.roles).body;
    if (body.empty())
      return;
    Instruction &instruction = any(body);
    switch (random() % 12) {
    case 0:
      body.erase(body.begin() + (&instruction - body.data()));
      return;
    case 1:
      std::swap(instruction, any(body));
      return;
    case 2: {
      Instruction copy = instruction;
      body.insert(body.begin() + random() % (body.size() + 1), copy);
      return;
    }
    case 3:
      instruction.op = Op(random() % 11);
      return;
    case 4:
      instruction.kind = TaskKind(random() % 7);
      return;
    case 5:
      return nudge(instruction.microbatch);
    case 6:
      return nudge(instruction.stage);
    case 7:
      return nudge(instruction.peer);
    case 8:
      return nudge(instruction.group);
    case 9:
      return nudge(instruction.index);
    case 10:
      return nudge(instruction.kernel);
    default:
      if (instruction.buffers.empty())
        instruction.buffers.push_back(0);
      return nudge(any(instruction.buffers));
    }
  }

  void mutateBuffer() {
    Buffer &buffer = any(any(plan.roles).buffers);
    switch (random() % 8) {
    case 6:
      return nudge(buffer.stage);
    case 7:
      return nudge(buffer.share.again);
    case 0:
      return nudge(buffer.bytes);
    case 1:
      return nudge(buffer.offset);
    case 2:
      return nudge(buffer.microbatch);
    case 3:
      return nudge(buffer.binding.index);
    case 4:
      buffer.binding.slot = Slot(random() % 13);
      return;
    default:
      buffer.type.element = ElementType(random() % 9);
    }
  }

  void mutateRole() {
    Role &role = any(plan.roles);
    switch (random() % 6) {
    case 0:
      return nudge(any(role.stages));
    case 1:
      return nudge(any(role.body).workspace.bytes);
    case 2:
      return nudge(any(role.body).workspace.offset);
    case 3:
      return nudge(role.arenaBytes);
    case 4:
      role.buffers.pop_back();
      return;
    default:
      std::swap(any(plan.roles), role);
    }
  }

  void mutateRank() {
    Rank &rank = any(plan.ranks);
    switch (random() % 6) {
    case 0:
      return nudge(rank.role);
    case 1:
      return nudge(rank.data);
    case 2:
      return nudge(rank.pipeline);
    case 3:
      if (!rank.peers.empty())
        nudge(any(rank.peers));
      return;
    case 4:
      if (!rank.groups.empty())
        nudge(any(rank.groups));
      return;
    default:
      std::swap(rank, any(plan.ranks));
    }
  }

  void mutatePlan() {
    switch (random() % 9) {
    case 0:
      return nudge(plan.strategy.data);
    case 1:
      return nudge(plan.strategy.microbatches);
    case 2:
      return nudge(plan.stages);
    case 3:
      return nudge(any(any(plan.groups)));
    case 4:
      return nudge(any(plan.shapes).tokens);
    case 5:
      return nudge(any(plan.lengths));
    case 6:
      if (!plan.firstSequence.empty())
        nudge(any(plan.firstSequence));
      return;
    case 7:
      if (!plan.chunks.empty())
        mutateChunk(any(plan.chunks));
      return;
    default:
      if (!plan.firstChunk.empty())
        nudge(any(plan.firstChunk));
    }
  }

  void mutateChunk(TokenChunk &chunk) {
    switch (random() % 4) {
    case 0:
      return nudge(chunk.sequence);
    case 1:
      return nudge(chunk.first);
    case 2:
      return nudge(chunk.count);
    default:
      nudge(chunk.stride);
    }
  }

  template <typename T>
  void nudgeAny(std::vector<std::vector<T>> &lists, auto nudgeEntry) {
    if (lists.empty())
      return;
    std::vector<T> &list = any(lists);
    switch (random() % 4) {
    case 0:
      if (!list.empty())
        list.pop_back();
      return;
    case 1:
      return std::swap(list, any(lists));
    default:
      if (!list.empty())
        nudgeEntry(any(list));
    }
  }

  void mutateStrategy() {
    Strategy &strategy = plan.strategy;
    switch (random() % 9) {
    case 7:
      return nudge(strategy.slices);
    case 8:
      if (!strategy.activations.empty())
        nudge(any(strategy.activations).kept);
      return;
    case 0:
      return nudge(strategy.pipelineRanks);
    case 5:
      if (!strategy.limits.inFlight.empty())
        nudge(any(strategy.limits.inFlight));
      return;
    case 1:
      if (!strategy.placement.empty())
        nudge(any(strategy.placement));
      return;
    case 2:
      return nudgeAny(strategy.nodes, [&](uint32_t &node) { nudge(node); });
    case 3:
      return nudgeAny(strategy.routes, [&](Visit &visit) {
        nudge(random() % 2 ? visit.stage : visit.rank);
      });
    case 4:
      return nudgeAny(strategy.orders, [&](ScheduledTask &task) {
        nudge(random() % 2 ? task.stage : task.microbatch);
      });
    default:
      nudge(strategy.chunks);
    }
  }

  Plan &plan;
  std::mt19937 random;
};

/// How often each kind of thing happens on all ranks.
std::map<std::string, size_t> census(const Plan &plan) {
  std::map<std::string, size_t> result;
  for (const Rank &rank : plan.ranks)
    for (const Instruction &instruction : plan.roles[rank.role].body) {
      std::string key = name(instruction.op);
      if (instruction.op == Op::Kernel)
        key += name(instruction.kind);
      if (instruction.op == Op::Kernel && instruction.kind != TaskKind::Update)
        key += " " + std::to_string(instruction.stage) + " " +
               std::to_string(instruction.microbatch);
      if (instruction.op == Op::AllReduce)
        key += std::to_string(instruction.buffers.size());
      // Loading an input that nobody reads does no harm, nor does computing
      // something again.
      bool isAgain =
          instruction.op == Op::Kernel && instruction.kind == TaskKind::R;
      if (instruction.op != Op::LoadBatch && !isAgain)
        ++result[key];
    }
  return result;
}

TEST(Mutation, IsNamedOrHarmless) {
  SyntheticOptions options;
  options.stages = 3;
  options.tied = true;
  options.outputs = 2;
  Model model = makeModel(options);
  std::map<std::string, size_t> found;
  std::mt19937 random(1);
  Strategy routed = randomSkip(2, 3, 3, 2, random);
  routed.limits.inFlight.assign(routed.pipelineRanks, 2);
  for (const Strategy &strategy :
       {Strategy{2, 3, "gpipe", 1}, Strategy{2, 3, "1f1b", 1},
        Strategy{2, 3, "interleaved", 3},
        givenStrategy(2, 3, {0, 1, 0}, false, random), routed}) {
    Plan good = makePlan(model, strategy);
    ASSERT_TRUE(check(good, model, 0));
    for (unsigned seed = 0; seed < 4000; ++seed) {
      Plan damaged = good;
      Mutator mutator(damaged, seed);
      for (unsigned i = 0; i <= seed % 3; ++i)
        mutator.mutate();
      std::optional<Violation> violation = findViolation(damaged, model, 0);
      if (violation) {
        ++found[violation->invariant];
        EXPECT_FALSE(violation->message.empty());
        EXPECT_EQ(violation->culprits.size(), violation->notes.size());
      } else {
        ++found["none"];
        EXPECT_EQ(census(damaged), census(good)) << "seed " << seed;
        EXPECT_EQ(findLostValue(damaged), "") << "seed " << seed;
      }
    }
  }
  // The damage reaches every invariant that needs no device.
  for (const char *invariant :
       {"structure", "P8", "P1", "P3", "P2", "P4", "P7"})
    EXPECT_GT(found[invariant], 0u) << invariant;
}

TEST(Mutation, OfSlicesIsNamedOrHarmless) {
  SliceOptions options;
  options.layers = 2;
  Model model = makeSliceModel(options);
  Strategy kept;
  kept.data = 2;
  kept.schedule = "gpipe";
  kept.segments = {2, 2, 1};
  kept.chunks = 3;
  kept.slices = 3;
  Strategy recomputed = kept;
  recomputed.activations = {{1, 0}, {0, 0}, {0, 0}};
  Strategy shared = recomputed;
  shared.data = 1;
  shared.sequence = 2;
  shared.sequenceMethod = "all_gather";
  for (const Strategy &strategy : {kept, recomputed, shared}) {
    Result<Plan> good =
        expand(model, strategy, {9, 14}, ScheduleRegistry::withBuiltins());
    ASSERT_TRUE(good) << good.error();
    ASSERT_TRUE(check(*good, model, 0));
    size_t numNamed = 0;
    for (unsigned seed = 0; seed < 1500; ++seed) {
      Plan damaged = *good;
      Mutator mutator(damaged, seed);
      for (unsigned i = 0; i <= seed % 3; ++i)
        mutator.mutate();
      if (findViolation(damaged, model, 0)) {
        ++numNamed;
      } else {
        EXPECT_EQ(census(damaged), census(*good)) << "seed " << seed;
        EXPECT_EQ(findLostValue(damaged), "") << "seed " << seed;
      }
    }
    EXPECT_GT(numNamed, 750u);
  }
}

/// Damaged models are named, too.
/// Buffers and workspaces elsewhere: the check names exactly what loses a
/// value.
TEST(Mutation, OfOffsetsIsNamedWhereAValueIsLost) {
  SyntheticOptions options;
  options.stages = 3;
  options.tied = true;
  Model model = makeModel(options);
  std::mt19937 random(7);
  size_t numNamed = 0, numHarmless = 0;
  for (const Strategy &strategy :
       {Strategy{2, 3, "gpipe", 1}, Strategy{1, 6, "1f1b", 1},
        givenStrategy(1, 4, {0, 1, 0}, false, random)}) {
    Plan good = makePlan(model, strategy);
    ASSERT_TRUE(check(good, model, 0));
    ASSERT_EQ(findLostValue(good), "");
    for (unsigned round = 0; round < 2000; ++round) {
      Plan moved = good;
      Role &role = moved.roles[random() % moved.roles.size()];
      role.arenaBytes += 1024; // there is room at the end
      Buffer &buffer = role.buffers[random() % role.buffers.size()];
      Instruction &run = role.body[random() % role.body.size()];
      bool isRun = run.op == Op::Kernel && run.workspace.bytes > 0;
      int64_t bytes = isRun ? run.workspace.bytes : buffer.bytes;
      (isRun ? run.workspace.offset : buffer.offset) =
          int64_t(random() % uint64_t((role.arenaBytes - bytes) / 64 + 1)) * 64;
      std::optional<Violation> violation = findViolation(moved, model, 0);
      std::string lost = findLostValue(moved);
      if (lost.empty()) {
        ++numHarmless;
        continue;
      }
      ++numNamed;
      ASSERT_TRUE(violation) << "round " << round << ": " << lost;
      EXPECT_EQ(violation->invariant, "P4") << violation->message;
    }
  }
  EXPECT_GT(numNamed, 1000u);
  EXPECT_GT(numHarmless, 100u);
}

TEST(Mutation, OfModels) {
  SyntheticOptions options;
  options.stages = 2;
  Model good = makeModel(options);
  Plan plan = makePlan(good, {2, 2, "1f1b"});
  size_t numNamed = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    std::mt19937 random(seed);
    Model model = good;
    Stage &stage = model.stages[random() % model.stages.size()];
    TaskTemplate &task = stage.tasks[random() % stage.tasks.size()];
    Operand &operand = task.operands[random() % task.operands.size()];
    Kernel &kernel = model.kernels[random() % model.kernels.size()];
    switch (random() % 9) {
    case 0:
      operand.slot = Slot(random() % 14);
      break;
    case 1:
      operand.index = uint32_t(random());
      break;
    case 2:
      operand.access = Access(random() % 4);
      break;
    case 3:
      task.kernel = uint32_t(random());
      break;
    case 4:
      task.kind = TaskKind(random() % 8);
      break;
    case 5:
      model.statesPerParameter = uint32_t(random());
      break;
    case 6:
      kernel.operands[0].element = ElementType(random() % 10);
      break;
    case 7:
      kernel.workspaceBytes = SizeExpr::constant(INT64_MIN + random() % 2);
      break;
    default:
      stage.residuals.pop_back();
    }
    numNamed += bool(findViolation(plan, model, 0));
    // Expanding it must not crash either.
    (void)expand(model, {2, 2, "1f1b"}, plan.lengths,
                 ScheduleRegistry::withBuiltins());
  }
  EXPECT_GT(numNamed, 1000u);
}

} // namespace
