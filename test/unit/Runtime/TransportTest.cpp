//===- TransportTest.cpp - Messages and sums between threads --------------===//

#include "../Plan/SyntheticModel.h"

#include "hocket/Runtime/InProcessTransport.h"

#include <cstring>
#include <functional>
#include <numeric>
#include <random>
#include <thread>

using namespace hocket;
using namespace hocket::runtime;

namespace {

/// The memory of this process, without kernels.
class HostDevice : public Device {
public:
  Result<std::byte *> allocate(int64_t) override { return nullptr; }
  bool hasMemory() const override { return true; }
  int64_t maxElements() const override { return INT64_MAX; }
  Result<void> launch(uint32_t, void *const *, const Symbols &,
                      void *) override {
    return {};
  }
  Result<void> zero(void *data, int64_t bytes) override {
    std::memset(data, 0, size_t(bytes));
    return {};
  }
  Result<void> upload(void *to, const void *from, int64_t bytes) override {
    return copy(to, from, bytes);
  }
  Result<void> download(void *to, const void *from, int64_t bytes) override {
    return copy(to, from, bytes);
  }
  Result<void> copy(void *to, const void *from, int64_t bytes) override {
    std::memcpy(to, from, size_t(bytes));
    return {};
  }
  Result<void> add(void *sum, const void *values, int64_t count) override {
    for (int64_t i = 0; i < count; ++i)
      static_cast<float *>(sum)[i] += static_cast<const float *>(values)[i];
    return {};
  }
  double now() const override { return 0; }
};

/// The threads of these tests poll.
class NoWaker : public Waker {
public:
  void wake(uint32_t rank) override { ++woken[rank]; }
  std::array<std::atomic<unsigned>, 8> woken{};
};

/// A plan of which only peers, groups and sends matter.
plan::Plan makePlan(uint32_t ranks, uint32_t sends) {
  plan::Plan plan;
  plan::Role &role = plan.roles.emplace_back();
  for (uint32_t i = 0; i < sends; ++i) {
    plan::Instruction &send = role.body.emplace_back();
    send.op = plan::Op::Send;
    send.peer = 0;
  }
  std::vector<uint32_t> all(ranks);
  std::iota(all.begin(), all.end(), 0);
  plan.groups = {all};
  for (uint32_t rank = 0; rank < ranks; ++rank)
    plan.ranks.push_back({0, 0, 0, {(rank + 1) % ranks}, {0}});
  return plan;
}

void onThreads(uint32_t count, const std::function<void(uint32_t)> &work) {
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < count; ++i)
    threads.emplace_back([&work, i] { work(i); });
  for (std::thread &thread : threads)
    thread.join();
}

TEST(Routes, AreFoundFromBothEnds) {
  plan::Plan plan = plan::test::makePlan(plan::test::makeModel({.stages = 3}),
                                         {2, 2, "1f1b"});
  Routes routes(plan);
  size_t peers = 0;
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank)
    for (uint32_t peer = 0; peer < plan.ranks[rank].peers.size(); ++peer) {
      const Route &out = routes.routes()[routes.to(rank, int32_t(peer))];
      const Route &in = routes.routes()[routes.from(rank, int32_t(peer))];
      EXPECT_EQ(out.from, rank);
      EXPECT_EQ(out.to, plan.ranks[rank].peers[peer]);
      EXPECT_EQ(in.from, out.to);
      EXPECT_EQ(in.to, rank);
      EXPECT_EQ(out.messagesPerStep, 2u); // one value for each microbatch
      ++peers;
    }
  EXPECT_EQ(routes.routes().size(), peers);
}

TEST(InProcessTransport, MessagesArriveInOrderAndBuffersAreFreed) {
  plan::Plan plan = makePlan(2, 3);
  Routes routes(plan);
  HostDevice device;
  NoWaker waker;
  InProcessTransport transport(plan, routes, device, waker);
  uint32_t there = routes.to(0, 0), back = routes.to(1, 0);
  EXPECT_EQ(routes.from(1, 0), there);

  int first = 1, second = 2, got = 0;
  EXPECT_EQ(*transport.receive(there, &got, 4), Poll::Pending);
  ASSERT_TRUE(transport.send(there, &first, 4));
  ASSERT_TRUE(transport.send(there, &second, 4));
  EXPECT_GE(waker.woken[1], 2u);
  EXPECT_EQ(*transport.receive(back, &got, 4), Poll::Pending);
  EXPECT_EQ(transport.isReceived(there, 0), Poll::Pending);
  ASSERT_EQ(*transport.receive(there, &got, 4), Poll::Ready);
  EXPECT_EQ(got, 1);
  EXPECT_GE(waker.woken[0], 1u);
  EXPECT_EQ(transport.isReceived(there, 0), Poll::Ready);
  EXPECT_EQ(transport.isReceived(there, 1), Poll::Pending);
  Result<Poll> mismatch = transport.receive(there, &got, 8);
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().message,
            "the message has 4 bytes and its receiver expects 8");
  ASSERT_TRUE(transport.send(there, &first, 4));
  ASSERT_TRUE(transport.send(there, &first, 4));
  EXPECT_FALSE(transport.send(there, &first, 4)) << "a step has 3 sends";
}

TEST(InProcessTransport, ManyMessagesBetweenThreads) {
  constexpr uint64_t count = 20000, inFlight = 5;
  plan::Plan plan = makePlan(2, inFlight);
  Routes routes(plan);
  HostDevice device;
  NoWaker waker;
  InProcessTransport transport(plan, routes, device, waker);
  uint32_t route = routes.to(0, 0);
  uint64_t wrong = 0;
  onThreads(2, [&](uint32_t rank) {
    uint64_t values[inFlight], got = 0;
    for (uint64_t i = 0; i < count; ++i) {
      if (rank == 1) {
        while (*transport.receive(route, &got, sizeof(got)) == Poll::Pending)
          std::this_thread::yield();
        wrong += got != i;
        continue;
      }
      if (i >= inFlight)
        while (transport.isReceived(route, i - inFlight) == Poll::Pending)
          std::this_thread::yield();
      values[i % inFlight] = i;
      EXPECT_TRUE(transport.send(route, &values[i % inFlight], sizeof(got)));
    }
    if (rank == 0)
      while (transport.isReceived(route, count - 1) == Poll::Pending)
        std::this_thread::yield();
  });
  EXPECT_EQ(wrong, 0u);
}

/// Sums are those of a loop over the ranks, to the last bit, for sizes around
/// cache lines and tiles, several buffers at once, round after round.
TEST(InProcessTransport, AllReduceAddsInTheOrderOfRanks) {
  for (uint32_t members : {1u, 2u, 3u, 8u}) {
    plan::Plan plan = makePlan(members, 1);
    Routes routes(plan);
    HostDevice device;
    NoWaker waker;
    InProcessTransport transport(plan, routes, device, waker);
    const std::vector<size_t> sizes = {1, 15, 17, 0, 2048, 10007};
    constexpr int rounds = 5;

    std::mt19937 random(members);
    std::uniform_real_distribution<float> number(-1e3f, 1e3f);
    // [member][round][buffer]
    std::vector<std::vector<std::vector<std::vector<float>>>> values(members);
    for (auto &mine : values)
      for (int round = 0; round < rounds; ++round) {
        auto &buffers = mine.emplace_back();
        for (size_t size : sizes) {
          buffers.emplace_back(size);
          for (float &value : buffers.back())
            value = number(random);
        }
      }
    auto expected = values[0];
    for (uint32_t member = 1; member < members; ++member)
      for (int round = 0; round < rounds; ++round)
        for (size_t k = 0; k < sizes.size(); ++k)
          for (size_t i = 0; i < sizes[k]; ++i)
            expected[round][k][i] += values[member][round][k][i];

    onThreads(members, [&](uint32_t member) {
      for (int round = 0; round < rounds; ++round) {
        std::vector<void *> data;
        std::vector<int64_t> bytes;
        for (std::vector<float> &buffer : values[member][round]) {
          data.push_back(buffer.data());
          bytes.push_back(int64_t(buffer.size() * sizeof(float)));
        }
        ReduceBuffers buffers{data.data(), bytes.data(), data.size()};
        while (*transport.allReduce(0, member, buffers) == Poll::Pending)
          std::this_thread::yield();
      }
    });
    for (uint32_t member = 0; member < members; ++member)
      EXPECT_EQ(values[member], expected) << members << " members";
  }
}

} // namespace
