//===- FormatErrorsTest.cpp - .hkt files that are refused -----------------===//

#include "../Plan/RandomStrategies.h"
#include "FormatExecutables.h"

#include "runtime/Format/Container.h"
#include "runtime/Format/Decode.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan::test;
using namespace hocket::runtime;
using namespace hocket::runtime::test;

namespace {

TEST(FormatErrors, RefusesLatenciesThatMakeNoSense) {
  Executable executable = smallExecutable();
  std::vector<double> &table = executable.topology.nodeLatencySeconds;
  size_t pairs = size_t(executable.topology.nodes * executable.topology.nodes);
  table.assign(pairs + 1, 0.5);
  Result<Executable> tooMany = deserialize(serialize(executable));
  ASSERT_FALSE(tooMany);
  EXPECT_NE(tooMany.error().message.find("a latency for each pair of nodes"),
            std::string::npos)
      << tooMany.error();
  table.assign(pairs, 0.5);
  table.back() = -1;
  Result<Executable> negative = deserialize(serialize(executable));
  ASSERT_FALSE(negative);
  EXPECT_NE(negative.error().message.find("makes no sense"), std::string::npos)
      << negative.error();
}

TEST(FormatErrors, MoreSlicesThanThereCanBeAreRefused) {
  Executable executable = smallExecutable();
  executable.plan.strategy.slices = 0xFFFFFFFFu;
  Result<Executable> read = decode(serialize(executable));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::CorruptFile);
  EXPECT_NE(read.error().message.find("slices"), std::string::npos);
}

/// What the decoder needs, or what others take from it without asking.
TEST(FormatErrors, SharedSequencesOutOfRangeAreRefused) {
  auto refused = [&](auto change) {
    Executable executable = sharedExecutable();
    change(executable.plan);
    Result<Executable> read = decode(serialize(executable));
    EXPECT_FALSE(read);
    if (read)
      return std::string();
    EXPECT_EQ(read.error().code, ErrorCode::CorruptFile);
    return read.error().message.substr(
        std::string("the executable is damaged: ").size());
  };
  auto shared = [](plan::Plan &plan) -> plan::Share & {
    for (plan::Buffer &buffer : plan.roles[1].buffers)
      if (buffer.share.owner >= 0)
        return buffer.share;
    return plan.roles[1].buffers[0].share;
  };
  using P = plan::Plan;
  EXPECT_EQ(refused([&](P &p) { shared(p).owner = 2; }),
            "a share is of coordinate 2 of 2");
  EXPECT_EQ(refused([&](P &p) { shared(p).term = -3; }),
            "a share is of coordinate -3 of 2");
  std::string heads = "a share has heads that its value, T x 2 x 8 x f32, has "
                      "not";
  EXPECT_EQ(refused([&](P &p) { shared(p).numHeads = 3; }), heads);
  EXPECT_EQ(refused([&](P &p) { shared(p).firstHead = 0xFFFFFFFF; }), heads);
  EXPECT_EQ(refused([&](P &p) { shared(p) = {0, 1, 0, -1}; }), heads);
  EXPECT_EQ(refused([&](P &p) {
              p.roles[0].buffers.push_back(p.roles[0].buffers[0]);
              p.roles[0].buffers.back().binding = {plan::Slot::Batch, 0,
                                                   plan::Access::Read};
              p.roles[0].buffers.back().stage = -1;
              p.roles[0].buffers.back().share.numHeads = 1;
            }),
            "a share has heads that its value, T x i32, has not");
  EXPECT_EQ(refused([](P &p) { p.strategy.data = 0x80000000; }),
            "there are 4294967296 replicas");
  EXPECT_EQ(refused([](P &p) { p.sequenceGroups[0][0].coordinates[1] = 2; }),
            "a sequence group has coordinate 2 of 2");
  EXPECT_EQ(refused([](P &p) { p.sequenceGroups[0][0].sequences[0] = 7; }),
            "a sequence group has sequence 7 of 2");
  EXPECT_EQ(refused([](P &p) { p.sequenceGroups.emplace_back(); }),
            "there are not sequence groups for each microbatch");
  std::string chunks = "a token chunk does not lie in its sequence";
  EXPECT_EQ(refused([](P &p) { p.chunks[2].sequence = 2; }), chunks);
  EXPECT_EQ(refused([](P &p) { p.chunks[2].first = -1; }), chunks);
  EXPECT_EQ(refused([](P &p) { p.chunks[2].first = 6; }), chunks);
  EXPECT_EQ(refused([](P &p) { p.chunks[2].count = -1; }), chunks);
  EXPECT_EQ(refused([](P &p) { p.chunks[2].count = INT64_MAX; }), chunks);
  EXPECT_EQ(refused([](P &p) { p.chunks[2].stride = 2; }), chunks);
  EXPECT_EQ(refused([](P &p) { p.chunks[2].stride = INT64_MIN; }), chunks);
  std::string first = "the token chunks are not those of its microbatches";
  EXPECT_EQ(refused([](P &p) { p.firstChunk[1] = 5; }), first);
  EXPECT_EQ(refused([](P &p) { p.firstChunk[0] = 1; }), first);
  EXPECT_EQ(refused([](P &p) { p.firstChunk.pop_back(); }), first);
  EXPECT_EQ(refused([](P &p) { p.chunks.pop_back(); }), first);
  EXPECT_EQ(refused([](P &p) { p.sequenceGroups.clear(); }), first);
  EXPECT_EQ(refused([](P &p) {
              p.sequenceGroups.clear();
              p.firstChunk.clear();
            }),
            first);
}

/// What a strategy says is checked as the rest of the plan is.
TEST(FormatErrors, AStrategyThatMakesNoSenseIsRefused) {
  std::mt19937 random(2);
  Executable good =
      makeExecutable({}, plan::test::randomSkip(1, 3, 4, 2, random));
  auto refused = [&](auto change) {
    Executable executable = good;
    change(executable.plan.strategy);
    Result<Executable> read = deserialize(serialize(executable));
    EXPECT_FALSE(read);
    return read ? "nothing" : read.error().message;
  };
  EXPECT_EQ(refused([](plan::Strategy &s) {
              s.routes[1].back().rank += 1;
            }).find("structure: the route of microbatch 1 "),
            0u);
  EXPECT_EQ(refused([](plan::Strategy &s) { s.nodes.pop_back(); }),
            "structure: there are nodes for 3 stages and the model has 4");
  EXPECT_EQ(refused([](plan::Strategy &s) {
              s.pipelineRanks = 0xFFFFFFFFu;
            }).find("structure: there are 4294967295 pipeline ranks"),
            0u);
  EXPECT_EQ(refused([](plan::Strategy &s) {
              s.orders = {{{plan::TaskKind::F, 0, 0}}};
            }),
            "structure: there are orders, and the schedule is '1f1b' instead "
            "of 'given'");
}

TEST(FormatErrors, EveryTruncationIsOneClearError) {
  std::string bytes = serialize(smallExecutable());
  ASSERT_TRUE(deserialize(bytes));
  for (size_t size = 0; size < bytes.size(); ++size) {
    // A copy of exactly this size, so that a sanitizer sees reads beyond it.
    Result<Executable> read = deserialize(std::string(bytes, 0, size));
    ASSERT_FALSE(read) << size;
    ASSERT_EQ(read.error().code, ErrorCode::CorruptFile) << size;
    ASSERT_EQ(read.error().exitCode(), 2);
    ASSERT_NE(read.error().message.find("truncated"), std::string::npos)
        << size << ": " << read.error();
  }
}

TEST(FormatErrors, EveryFlippedByteIsOneClearError) {
  std::string bytes = serialize(smallExecutable());
  for (size_t i = 0; i < bytes.size(); ++i)
    for (uint8_t mask : {0x01, 0x80, 0xFF}) {
      std::string damaged = bytes;
      damaged[i] = char(uint8_t(damaged[i]) ^ mask);
      Result<Executable> read = deserialize(damaged);
      ASSERT_FALSE(read) << "byte " << i;
      ASSERT_EQ(read.error().code, ErrorCode::CorruptFile)
          << "byte " << i << ": " << read.error();
      ASSERT_FALSE(read.error().message.empty());
    }
}

TEST(FormatErrors, TrailingBytesAreAnError) {
  Result<Executable> read = deserialize(serialize(smallExecutable()) + "x");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "the executable has 1 bytes after its end");
}

TEST(FormatErrors, AnotherVersionIsNamed) {
  std::string bytes = serialize(smallExecutable());
  bytes[8] = char(kFormatVersion + 1);
  Result<Executable> read = deserialize(bytes);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "the executable is of format version " +
                                      std::to_string(kFormatVersion + 1) +
                                      " and this program reads version " +
                                      std::to_string(kFormatVersion));
  EXPECT_EQ(read.error().notes.size(), 1u);
}

TEST(FormatErrors, AnotherKindOfFileIsNamed) {
  Result<Executable> read =
      deserialize("#!/bin/sh\necho a script of some kind");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            "not a Hocket executable: it does not start as a .hkt file");
}

/// Damage that the checksum does not see, as from somebody who means harm:
/// whatever comes out, the loader does not crash and its plan has been checked.
void expectDamageIsSurvived(const Executable &executable) {
  std::string bytes = serialize(executable);
  std::string payload = bytes.substr(kHeaderBytes);
  size_t refused = 0, tried = 0;
  for (size_t i = 0; i < payload.size(); ++i)
    for (uint8_t mask : {0x01, 0xFF}) {
      std::string damaged = payload;
      damaged[i] = char(uint8_t(damaged[i]) ^ mask);
      ++tried;
      Result<Executable> read = deserialize(wrapPayload(damaged));
      if (read)
        EXPECT_TRUE(checkPlan(read->plan, read->model, read->topology));
      else
        ++refused;
    }
  EXPECT_GT(refused, tried / 10);
  // The last bytes may be there for alignment alone.
  for (size_t size = 0; size + 8 <= payload.size(); size += 7)
    EXPECT_FALSE(deserialize(wrapPayload(payload.substr(0, size)))) << size;
}

TEST(FormatErrors, DamageBehindAValidChecksumIsSurvived) {
  expectDamageIsSurvived(smallExecutable());
}

TEST(FormatErrors, DamageOfARoutedPlanIsSurvived) {
  std::mt19937 random(3);
  SyntheticOptions options;
  options.stages = 3;
  options.parameters = options.residuals = 1;
  plan::Strategy strategy = plan::test::randomSkip(1, 2, 3, 1, random);
  strategy.schedule = "given";
  strategy.orders =
      plan::test::randomOrders(plan::Itinerary(strategy.routes),
                               strategy.pipelineRanks, 2, false, random);
  expectDamageIsSurvived(makeExecutable(options, strategy));
}

/// No check() follows here, so that the decoder sees to it alone.
TEST(FormatErrors, DamageOfSharedSequencesIsSurvived) {
  std::string payload = serialize(sharedExecutable()).substr(kHeaderBytes);
  size_t refused = 0, tried = 0;
  for (size_t i = 0; i < payload.size(); ++i)
    for (uint8_t mask : {0x01, 0x80, 0xFF}) {
      std::string damaged = payload;
      damaged[i] = char(uint8_t(damaged[i]) ^ mask);
      Result<Executable> read = decode(wrapPayload(damaged));
      ++tried;
      refused += !read;
      if (!read)
        continue;
      const plan::Plan &plan = read->plan;
      for (const plan::Role &role : plan.roles)
        for (const plan::Buffer &buffer : role.buffers) {
          EXPECT_LT(buffer.share.owner, int64_t(plan.strategy.replicas()));
          EXPECT_LT(buffer.share.term, int64_t(plan.strategy.replicas()));
        }
      for (const plan::TokenChunk &chunk : plan.chunks) {
        ASSERT_LT(chunk.sequence, plan.lengths.size());
        EXPECT_GE(chunk.first, 0);
        EXPECT_LT(chunk.first + (chunk.count - 1) * chunk.stride,
                  plan.lengths[chunk.sequence]);
      }
      EXPECT_TRUE(plan.firstChunk.empty() ||
                  plan.firstChunk.back() == plan.chunks.size());
    }
  EXPECT_GT(refused, tried / 10);
}

TEST(FormatErrors, ABrokenPlanIsRefused) {
  Executable executable = smallExecutable();
  std::vector<plan::Instruction> &body = executable.plan.roles[1].body;
  auto receive =
      std::find_if(body.begin(), body.end(), [](const plan::Instruction &i) {
        return i.op == plan::Op::Recv;
      });
  ASSERT_NE(receive, body.end());
  body.erase(receive);
  Result<Executable> read = deserialize(serialize(executable));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::InvalidPlan);
  EXPECT_EQ(read.error().message.substr(0, 3), "P1:") << read.error();
}

/// What a kernel may write lies in the arena, whatever the file says, and no
/// role is left unchecked.
TEST(FormatErrors, AWorkspaceElsewhereIsRefused) {
  Executable good = smallExecutable();
  auto refused = [&](auto change) {
    Executable executable = good;
    change(executable.plan);
    Result<Executable> read = deserialize(serialize(executable));
    EXPECT_FALSE(read);
    return read ? "nothing" : read.error().message;
  };
  auto kernel = [](plan::Plan &plan) -> plan::Workspace & {
    for (plan::Instruction &run : plan.roles[1].body)
      if (run.op == plan::Op::Kernel && run.workspace.bytes > 0)
        return run.workspace;
    ADD_FAILURE() << "no kernel has a workspace";
    return plan.roles[1].body[0].workspace;
  };
  using P = plan::Plan;
  std::string beyond = "P4: a workspace ends beyond the arena";
  EXPECT_EQ(refused([&](P &p) { kernel(p).bytes = INT64_MAX; }), beyond);
  EXPECT_EQ(refused([&](P &p) { kernel(p).offset = INT64_MAX - 63; }), beyond);
  EXPECT_EQ(refused([&](P &p) { kernel(p) = {INT64_MAX, INT64_MAX - 63}; }),
            beyond);
  EXPECT_EQ(refused([&](P &p) { kernel(p).offset = p.roles[1].arenaBytes; }),
            beyond);
  std::string negative = "structure: an instruction has a workspace of "
                         "negative size or offset";
  EXPECT_EQ(refused([&](P &p) { kernel(p).bytes = -1; }), negative);
  EXPECT_EQ(refused([&](P &p) { kernel(p).offset = INT64_MIN; }), negative);
  EXPECT_EQ(refused([&](P &p) {
              for (plan::Instruction &other : p.roles[1].body)
                if (other.op != plan::Op::Kernel)
                  other.workspace = {64, INT64_MAX - 63};
            }),
            "structure: an instruction that runs no kernel has a workspace");
  EXPECT_EQ(refused([&](P &p) {
              plan::Role &other = p.roles.emplace_back();
              other.name = "other";
              other.stages = {0};
              plan::Instruction &send = other.body.emplace_back();
              send.op = plan::Op::WaitSend;
              send.index = 0;
              other.buffers = {p.roles[0].buffers[0]};
              other.body.emplace_back().op = plan::Op::Send;
              other.body.back().buffers = {0};
              other.body.back().peer = INT32_MAX;
            }),
            "structure: no rank has a role");
}

TEST(FormatErrors, TooFewDevicesAreTheCallersMistake) {
  Executable executable = smallExecutable();
  executable.topology.nodes = executable.topology.devicesPerNode = 1;
  Result<Executable> read = deserialize(serialize(executable));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(read.error().message, "the plan needs 2 devices (1-way data x 2 "
                                  "pipeline ranks) and topology 'eight' has 1");
}

TEST(FormatErrors, TooLittleMemoryIsRefused) {
  Executable executable = smallExecutable();
  executable.topology.device.memoryBytes = 1000;
  Result<Executable> read = deserialize(serialize(executable));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message.substr(0, 3), "P5:") << read.error();
}

} // namespace
