//===- LifetimesTest.cpp - When the buffers of a role are in use ----------===//

#include "hocket/Plan/Lifetimes.h"

#include <gtest/gtest.h>

using namespace hocket::plan;

namespace {

Instruction make(Op op, std::vector<uint32_t> buffers, uint32_t index = 0) {
  Instruction made;
  made.op = op;
  made.buffers = std::move(buffers);
  made.index = index;
  return made;
}

void expectLife(const Lifetime &life, int64_t lower, int64_t upper) {
  EXPECT_EQ(life.lower, lower);
  EXPECT_EQ(life.upper, upper);
}

TEST(Lifetimes, SentAndCopiedBuffersAreWaitedFor) {
  Role role;
  role.buffers.resize(6);
  role.body = {make(Op::Kernel, {0, 1}),  make(Op::Send, {1}),
               make(Op::Send, {0}),       make(Op::Offload, {3, 2}),
               make(Op::WaitSend, {}, 1), make(Op::Fetch, {4, 3}),
               make(Op::WaitCopy, {}, 0), make(Op::Kernel, {0}),
               make(Op::WaitSend, {}, 0), make(Op::WaitCopy, {}, 1)};
  std::vector<Lifetime> lives = lifetimes(role);
  ASSERT_EQ(lives.size(), 6u);
  expectLife(lives[0], 0, 8); // its last kernel comes after the second send
  expectLife(lives[1], 0, 9);
  expectLife(lives[2], 3, 7);
  expectLife(lives[3], 3, 10); // offloaded, then fetched
  expectLife(lives[4], 5, 10);
  expectLife(lives[5], -1, -1);
}

} // namespace
