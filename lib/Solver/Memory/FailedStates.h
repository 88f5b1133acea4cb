//===- FailedStates.h - What a search need not try again --------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_MEMORY_FAILEDSTATES_H
#define HOCKET_LIB_SOLVER_MEMORY_FAILEDSTATES_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hocket {

/// 128 bits stand for a state: two different ones among 2^40 have the same key
/// with a probability below 2^-48.
struct StateKey {
  uint64_t low = 0, high = 0;
  bool operator==(const StateKey &) const = default;

  /// Adds a part of the state; the order of the parts does not matter.
  void add(uint64_t index, uint64_t value) {
    low ^= mix(mix(index + 0x51ed270b) ^ value);
    high ^= mix(mix(value + 0x2545f491) + index * 0x9e3779b97f4a7c15);
  }

  /// Adds what another key has; twice is not at all.
  void combine(const StateKey &other) {
    low ^= other.low;
    high ^= other.high;
  }

private:
  /// A finalizer in which every bit of the input reaches every bit of the
  /// output.
  static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
    return x ^ (x >> 32);
  }
};

/// What each of many parts adds to the key of a state; a range of them has the
/// key of what they add together.
class PartialKeys {
public:
  void reset(size_t size) {
    parts.assign(size, {});
    blocks.assign(size / kBlock + 1, {});
  }
  /// Part `index` has `value`.
  void set(size_t index, uint64_t value) {
    StateKey key;
    key.add(uint64_t(index), value);
    replace(index, key);
  }
  /// It adds nothing.
  void clear(size_t index) { replace(index, {}); }

  StateKey ofRange(size_t first, size_t last) const {
    StateKey key;
    for (; first < last && first % kBlock != 0; ++first)
      key.combine(parts[first]);
    for (; first + kBlock <= last; first += kBlock)
      key.combine(blocks[first / kBlock]);
    for (; first < last; ++first)
      key.combine(parts[first]);
    return key;
  }

private:
  static constexpr size_t kBlock = 64;

  void replace(size_t index, const StateKey &key) {
    blocks[index / kBlock].combine(parts[index]); // which takes it away
    blocks[index / kBlock].combine(key);
    parts[index] = key;
  }

  std::vector<StateKey> parts, blocks;
};

/// A set of bounded size: where it is full, a new key takes the place of an old
/// one, which costs time and is never wrong.
class FailedStates {
public:
  FailedStates() : slots(kFirstSlots) {}

  bool contains(const StateKey &key) const { return slots[index(key)] == key; }
  void insert(const StateKey &key) {
    if (count * 2 > slots.size() && slots.size() < kMostSlots)
      grow();
    StateKey &slot = slots[index(key)];
    count += slot == StateKey();
    slot = key;
  }
  void clear() {
    slots.assign(kFirstSlots, {});
    count = 0;
  }

private:
  static constexpr size_t kFirstSlots = size_t(1) << 8;
  static constexpr size_t kMostSlots = size_t(1) << 21; // 32 MiB

  size_t index(const StateKey &key) const {
    return size_t(key.low) & (slots.size() - 1);
  }
  void grow() {
    std::vector<StateKey> old(slots.size() * 4);
    old.swap(slots);
    count = 0;
    for (const StateKey &key : old)
      if (!(key == StateKey())) {
        StateKey &slot = slots[index(key)];
        count += slot == StateKey();
        slot = key;
      }
  }

  std::vector<StateKey> slots; // a power of two of them
  size_t count = 0;
};

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_MEMORY_FAILEDSTATES_H
