//===- Adapters.cpp - Messages queue for shared links ---------------------===//

#include "hocket/Simulate/Adapters.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::simulate;

double *AdapterQueues::earliest(int64_t pool, int64_t adapters) {
  Pool &free = pools[pool];
  if (free.empty())
    free.resize(size_t(adapters));
  return &*std::min_element(free.begin(), free.end());
}

double AdapterQueues::begin(const LinkShare &share, double ready,
                            double seconds) {
  if (share.adapters == 0)
    return ready;
  double begin = ready;
  // The map's vectors stay where they are when a pool is added.
  double *sender = earliest(share.sender, share.adapters);
  double *receiver = share.receiver == share.sender
                         ? sender
                         : earliest(share.receiver, share.adapters);
  begin = std::max({begin, *sender, *receiver});
  *sender = *receiver = begin + seconds;
  return begin;
}
