//===- SequenceChoice.h - Which sequence method is fastest ------*- C++ -*-===//

#ifndef HOCKET_SIMULATE_SEQUENCECHOICE_H
#define HOCKET_SIMULATE_SEQUENCECHOICE_H

#include "hocket/Cost/Cost.h"
#include "hocket/Plan/Expand.h"

namespace hocket::simulate {

/// Strategy::sequenceMethod that is still to be chosen.
inline constexpr const char *kAutoMethod = "auto";

/// A method and what a step takes with it.
struct MethodTime {
  std::string method;
  double seconds = 0;
  int64_t peakArenaBytes = 0; // of the hungriest rank
};

/// Expands and simulates a step with every method that the degree and the heads
/// of `model` allow - ring, zigzag, striped, all_gather, ulysses, token_ring,
/// and usp:U for the divisors U between 1 and the degree - and returns them,
/// the best first: those that fit `deviceMemoryBytes` before the others, then
/// by time. Exact for the cost model. Errors: those of plan::expand, where no
/// method works.
Result<std::vector<MethodTime>>
rankSequenceMethods(const plan::Model &model, const plan::Strategy &strategy,
                    const std::vector<int64_t> &lengths, const CostModel &cost,
                    int64_t deviceMemoryBytes,
                    const plan::ScheduleRegistry &schedules);

} // namespace hocket::simulate

#endif // HOCKET_SIMULATE_SEQUENCECHOICE_H
