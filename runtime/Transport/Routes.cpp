//===- Routes.cpp - Who sends to whom -------------------------------------===//

#include "hocket/Runtime/Transport.h"

#include <algorithm>
#include <tuple>

using namespace hocket;
using namespace hocket::runtime;

Routes::Routes(const plan::Plan &plan) {
  // How often each role sends to each of its peers in a step.
  std::vector<std::vector<uint32_t>> sends(plan.roles.size());
  for (size_t role = 0; role < plan.roles.size(); ++role)
    for (const plan::Instruction &instruction : plan.roles[role].body) {
      if (instruction.op != plan::Op::Send)
        continue;
      size_t peer = size_t(instruction.peer);
      if (sends[role].size() <= peer)
        sends[role].resize(peer + 1);
      ++sends[role][peer];
    }
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
    const plan::Rank &from = plan.ranks[rank];
    first.push_back(uint32_t(list.size()));
    for (size_t peer = 0; peer < from.peers.size(); ++peer) {
      const std::vector<uint32_t> &counts = sends[from.role];
      list.push_back(
          {rank, from.peers[peer], peer < counts.size() ? counts[peer] : 0});
    }
  }

  reverse.assign(list.size(), kNone);
  for (uint32_t route = 0; route < list.size(); ++route) {
    const Route &mine = list[route];
    uint32_t begin = first[mine.to];
    uint32_t end = begin + uint32_t(plan.ranks[mine.to].peers.size());
    for (uint32_t other = begin; other < end; ++other)
      if (list[other].to == mine.from)
        reverse[route] = other;
  }
}
