//===- Adapters.h - Messages queue for shared links -------------*- C++ -*-===//

#ifndef HOCKET_SIMULATE_ADAPTERS_H
#define HOCKET_SIMULATE_ADAPTERS_H

#include "hocket/Cost/Cost.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace hocket::simulate {

/// The adapters that devices share. Each sends or receives one message at a
/// time, at the full rate of its link; messages queue in the order of the
/// calls.
class AdapterQueues {
public:
  /// When a message that both ends are ready for at `ready` (seconds) begins to
  /// move. It holds an adapter of each of its pools for `seconds`.
  double begin(const LinkShare &share, double ready, double seconds);

private:
  /// When each adapter of a pool is free.
  using Pool = std::vector<double>;
  double *earliest(int64_t pool, int64_t adapters);

  std::unordered_map<int64_t, Pool> pools;
};

} // namespace hocket::simulate

#endif // HOCKET_SIMULATE_ADAPTERS_H
