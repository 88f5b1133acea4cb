//===- MemoryBlocks.cpp - Buffers that are placed together ----------------===//

#include "hocket/Solver/MemoryBlocks.h"

#include "MemorySections.h"

#include <algorithm>
#include <map>
#include <tuple>

using namespace hocket;

MemoryBlocks::MemoryBlocks(const MemoryProblem &whole,
                           const std::vector<int64_t> &groups)
    : members(whole.buffers.size()) {
  blocks.alignment = whole.alignment;
  blocks.capacity = whole.capacity;

  // Two buffers conflict with the same others if they have the same sections.
  // Empty buffers have none and stay at the offset 0 of the first block.
  struct Place {
    int64_t component = -1;
    int32_t first = 0, last = 0;
  };
  std::vector<Place> placeOf(whole.buffers.size());
  MemorySections sections(whole);
  for (size_t c = 0; c < sections.components.size(); ++c)
    for (const MemoryComponent::Item &item : sections.components[c].items)
      placeOf[item.buffer] = {int64_t(c), item.first, item.last};

  std::map<std::tuple<int64_t, int64_t, int32_t, int32_t>, size_t> blockOf;
  for (size_t i = 0; i < whole.buffers.size(); ++i) {
    const MemoryProblem::Buffer &buffer = whole.buffers[i];
    const Place &place = placeOf[i];
    auto [found, isNew] = blockOf.try_emplace(
        {groups[i], place.component, place.first, place.last},
        blocks.buffers.size());
    if (isNew)
      blocks.buffers.push_back({buffer.lower, buffer.upper, 0});
    MemoryProblem::Buffer &block = blocks.buffers[found->second];
    members[i] = {found->second, block.size};
    block.lower = std::min(block.lower, buffer.lower);
    block.upper = std::max(block.upper, buffer.upper);
    block.size += buffer.size + (-buffer.size & (whole.alignment - 1));
  }
}

std::vector<int64_t>
MemoryBlocks::expand(const std::vector<int64_t> &offsetsOfBlocks) const {
  std::vector<int64_t> offsets;
  offsets.reserve(members.size());
  for (const Member &member : members)
    offsets.push_back(offsetsOfBlocks[member.block] + member.offset);
  return offsets;
}
