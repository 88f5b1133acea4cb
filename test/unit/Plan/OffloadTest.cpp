//===- OffloadTest.cpp - Activations that wait in the host's memory -------===//

#include "SliceModel.h"

#include "hocket/Plan/Check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

/// Layers and the loss are stages of the pipeline, all on one rank, each with
/// the same activations.
Strategy layerwise(const Model &model, uint32_t slices,
                   SliceActivations activations) {
  Strategy strategy;
  for (size_t stage = 0; stage + 1 < model.stages.size(); stage += 2)
    strategy.segments.push_back(2);
  strategy.segments.push_back(1);
  strategy.chunks = uint32_t(strategy.segments.size());
  strategy.schedule = "gpipe";
  strategy.slices = slices;
  strategy.activations.assign(strategy.segments.size(), activations);
  return strategy;
}

Plan expanded(const Model &model, const Strategy &strategy,
              const std::vector<int64_t> &lengths = {1024}) {
  Result<Plan> plan =
      expand(model, strategy, lengths, ScheduleRegistry::withBuiltins());
  EXPECT_TRUE(plan) << plan.error();
  if (!plan)
    return {};
  Result<void> checked = check(*plan, model, 0);
  EXPECT_TRUE(checked) << checked.error();
  return *plan;
}

size_t count(const Role &role, Op op) {
  return size_t(
      std::count_if(role.body.begin(), role.body.end(),
                    [&](const Instruction &i) { return i.op == op; }));
}

TEST(Offload, TakesLessMemoryOfTheDevice) {
  Model model = makeSliceModel({});
  for (uint32_t slices : {1u, 4u}) {
    SCOPED_TRACE(slices);
    Role kept = expanded(model, layerwise(model, slices, {slices, 0})).roles[0];
    Role moved =
        expanded(model, layerwise(model, slices, {0, slices})).roles[0];
    EXPECT_EQ(count(kept, Op::Offload), 0u);
    EXPECT_EQ(kept.hostBytes, 0);
    EXPECT_GT(count(moved, Op::Offload), 0u);
    EXPECT_EQ(count(moved, Op::Offload), count(moved, Op::Fetch));
    EXPECT_EQ(count(moved, Op::WaitCopy), 2 * count(moved, Op::Fetch));
    EXPECT_LT(2 * moved.arenaBytes, kept.arenaBytes);
    // What is not on the device is on the host.
    EXPECT_GT(moved.hostBytes + moved.arenaBytes, kept.arenaBytes);
  }
}

/// The first slices are computed again, the last ones kept; those between are
/// the host's.
TEST(Offload, IsOfTheSlicesBetween) {
  Model model = makeSliceModel({});
  Role role = expanded(model, layerwise(model, 8, {2, 3})).roles[0];
  EXPECT_GT(count(role, Op::Offload), 0u);
  for (const Instruction &instruction : role.body) {
    if (instruction.op == Op::Offload || instruction.op == Op::Fetch) {
      EXPECT_GE(instruction.microbatch, 3);
      EXPECT_LT(instruction.microbatch, 6);
    }
    if (instruction.op == Op::Kernel && instruction.kind == TaskKind::R)
      EXPECT_LT(instruction.microbatch, 3);
  }
}

TEST(Offload, WorksWithoutMaskAndWithSplitBackwards) {
  for (bool causal : {true, false})
    for (bool split : {true, false}) {
      SliceOptions options;
      options.causal = causal;
      options.split = split;
      Model model = makeSliceModel(options);
      Role role = expanded(model, layerwise(model, 3, {1, 1})).roles[0];
      EXPECT_GT(count(role, Op::Offload), 0u);
    }
}

/// 1F1B on two ranks: what is needed again soon stays.
TEST(Offload, WorksOnSeveralPipelineRanks) {
  Model model = makeSliceModel({});
  for (const char *schedule : {"gpipe", "1f1b", "interleaved"}) {
    SCOPED_TRACE(schedule);
    Strategy strategy = layerwise(model, 2, {0, 2});
    strategy.segments = {4, 4, 4, 5};
    strategy.activations.resize(4);
    strategy.chunks = schedule == std::string("interleaved") ? 2 : 1;
    strategy.schedule = schedule;
    strategy.microbatches = 4;
    Plan plan = expanded(model, strategy, {100, 200, 300, 400});
    size_t copies = 0;
    for (const Role &role : plan.roles)
      copies += count(role, Op::Offload);
    EXPECT_GT(copies, 0u);
  }
}

TEST(Offload, CopiesOverlapWithTheNextUnit) {
  Model model = makeSliceModel({});
  Role role = expanded(model, layerwise(model, 1, {0, 1})).roles[0];
  // Between an offload and the wait for it another stage has run.
  std::vector<std::pair<size_t, int32_t>> posted; // position, stage
  for (size_t i = 0; i < role.body.size(); ++i) {
    const Instruction &instruction = role.body[i];
    if (instruction.op == Op::Offload || instruction.op == Op::Fetch)
      posted.emplace_back(i, instruction.stage);
    if (instruction.op != Op::WaitCopy)
      continue;
    auto [from, stage] = posted[instruction.index];
    EXPECT_TRUE(std::any_of(
        role.body.begin() + ptrdiff_t(from), role.body.begin() + ptrdiff_t(i),
        [stage = stage](const Instruction &between) {
          return between.op == Op::Kernel && between.stage / 2 != stage / 2;
        }));
  }
  EXPECT_FALSE(posted.empty());
}

//===----------------------------------------------------------------------===//
// Broken on purpose
//===----------------------------------------------------------------------===//

class BrokenOffload : public testing::Test {
protected:
  Model model = makeSliceModel({});
  Plan good = expanded(model, layerwise(model, 1, {0, 1}));

  void expect(const std::string &invariant, const std::string &text,
              const std::function<void(Role &)> &spoil,
              const MemoryLimits &limits = 0) {
    Plan plan = good;
    spoil(plan.roles[0]);
    auto found = findViolation(plan, model, limits);
    ASSERT_TRUE(found) << "expected " << invariant << ": " << text;
    EXPECT_EQ(found->invariant, invariant) << found->message;
    EXPECT_NE(found->message.find(text), std::string::npos) << found->message;
  }

  static size_t find(const Role &role, Op op, size_t from = 0) {
    for (size_t i = from; i < role.body.size(); ++i)
      if (role.body[i].op == op)
        return i;
    ADD_FAILURE() << "no " << name(op);
    return 0;
  }
  static size_t findWait(const Role &role, uint32_t copy) {
    size_t i = find(role, Op::WaitCopy);
    while (role.body[i].index != copy)
      i = find(role, Op::WaitCopy, i + 1);
    return i;
  }
  static uint32_t numberOf(const Role &role, size_t copy) {
    return uint32_t(
        std::count_if(role.body.begin(), role.body.begin() + ptrdiff_t(copy),
                      [](const Instruction &i) {
                        return i.op == Op::Offload || i.op == Op::Fetch;
                      }));
  }
};

TEST_F(BrokenOffload, AFetchIsWaitedForBeforeItIsRead) {
  expect("P3", "a buffer is read while it is being copied into",
         [](Role &role) {
           size_t wait = findWait(role, numberOf(role, find(role, Op::Fetch)));
           std::rotate(role.body.begin() + ptrdiff_t(wait),
                       role.body.begin() + ptrdiff_t(wait) + 1,
                       role.body.end());
         });
}

TEST_F(BrokenOffload, AFetchReadsWhatHasBeenOffloaded) {
  expect(
      "P3", "a buffer is read while it is being copied into", [](Role &role) {
        size_t fetch = find(role, Op::Fetch);
        uint32_t host = role.body[fetch].buffers[1];
        for (Instruction &instruction : role.body)
          if (instruction.op == Op::Offload && instruction.buffers[0] == host) {
            uint32_t copy =
                numberOf(role, size_t(&instruction - role.body.data()));
            size_t wait = findWait(role, copy);
            std::rotate(role.body.begin() + ptrdiff_t(wait),
                        role.body.begin() + ptrdiff_t(wait) + 1,
                        role.body.begin() + ptrdiff_t(fetch) + 1);
            return;
          }
      });
}

TEST_F(BrokenOffload, CopiesAreOfOneValue) {
  expect("P3", "a value is copied into the buffer of another one",
         [](Role &role) {
           size_t first = find(role, Op::Offload);
           size_t second = find(role, Op::Offload, first + 1);
           std::swap(role.body[first].buffers[0], role.body[second].buffers[0]);
         });
}

TEST_F(BrokenOffload, CopiesAreWaitedForOnce) {
  expect("P3", "a copy is waited for twice", [](Role &role) {
    size_t wait = find(role, Op::WaitCopy);
    role.body.insert(role.body.begin() + ptrdiff_t(wait), role.body[wait]);
  });
  expect("P3", "a copy is never waited for", [](Role &role) {
    // One more, of a value that stays where it is.
    for (uint32_t i = 0; i < role.buffers.size(); ++i) {
      auto moves = [&](const Instruction &instruction) {
        return instruction.op == Op::Offload && instruction.buffers[1] == i;
      };
      Buffer host = role.buffers[i];
      if (host.binding.slot != Slot::Residual || host.onHost ||
          host.share.again > 0 ||
          std::any_of(role.body.begin(), role.body.end(), moves))
        continue;
      host.onHost = true;
      role.buffers.push_back(host);
      Instruction copy;
      copy.op = Op::Offload;
      copy.stage = host.stage;
      copy.microbatch = host.microbatch;
      copy.buffers = {uint32_t(role.buffers.size() - 1), i};
      role.body.push_back(copy);
      return;
    }
    ADD_FAILURE() << "everything is offloaded";
  });
  expect("P3", "a copy is waited for before it is posted", [](Role &role) {
    size_t post = find(role, Op::Offload), wait = findWait(role, 0);
    std::swap(role.body[post], role.body[wait]);
  });
}

TEST_F(BrokenOffload, PlacesAreNotUsedBeforeTheCopyIsDone) {
  // Of what is offloaded: whatever is written next may not lie there.
  expect("P4", "overlap and are in use at the same time", [](Role &role) {
    size_t post = find(role, Op::Offload), wait = findWait(role, 0);
    uint32_t from = role.body[post].buffers[1];
    for (size_t i = post + 1; i < wait; ++i)
      for (uint32_t buffer : role.body[i].buffers)
        if (role.body[i].op == Op::Kernel &&
            role.buffers[buffer].binding.slot == Slot::Residual &&
            role.buffers[buffer].bytes <= role.buffers[from].bytes) {
          role.buffers[buffer].offset = role.buffers[from].offset;
          return;
        }
    ADD_FAILURE() << "nothing is written meanwhile";
  });
  expect("P4", "overlap and are in use at the same time", [](Role &role) {
    size_t first = find(role, Op::Offload);
    size_t second = find(role, Op::Offload, first + 1);
    role.buffers[role.body[second].buffers[0]].offset =
        role.buffers[role.body[first].buffers[0]].offset;
  });
  expect("P4", "a buffer ends beyond the host's memory of its rank",
         [](Role &role) { role.hostBytes -= 64; });
}

TEST_F(BrokenOffload, TheHostHasRoom) {
  int64_t bytes = good.roles[0].hostBytes;
  EXPECT_FALSE(findViolation(good, model, {0, bytes}));
  expect("P5",
         "a rank needs " + std::to_string(bytes) +
             " bytes of its host and "
             "there are " +
             std::to_string(bytes - 1),
         [](Role &) {}, {0, bytes - 1});
}

TEST_F(BrokenOffload, KernelsWorkOnTheDevice) {
  expect("structure", "an instruction uses a buffer that is on the host",
         [](Role &role) {
           uint32_t host = role.body[find(role, Op::Offload)].buffers[0];
           size_t kernel = find(role, Op::Kernel);
           role.body[kernel].buffers.back() = host;
         });
  expect("structure", "has a buffer on the device in the host's place",
         [](Role &role) {
           auto &buffers = role.body[find(role, Op::Offload)].buffers;
           std::swap(buffers[0], buffers[1]);
         });
  expect("structure", "do not fit its operation", [](Role &role) {
    role.body[find(role, Op::Offload)].microbatch = -1;
  });
  expect("structure", "do not fit its operation",
         [](Role &role) { role.body[find(role, Op::WaitCopy)].index = 1000; });
  expect("structure", "a buffer on the host is of no microbatch",
         [](Role &role) { role.buffers[0].onHost = true; });
}

} // namespace
