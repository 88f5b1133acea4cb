//===- Random.h - Numbers that repeat ---------------------------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_RANDOM_H
#define HOCKET_RUNTIME_RANDOM_H

#include <cstdint>

namespace hocket::runtime {

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators"
/// (OOPSLA 2014): the output for state `x`.
inline uint64_t splitmix64(uint64_t x) {
  uint64_t z = x + 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_RANDOM_H
