//===- ActivationsSearch.h - Layer by layer, the best so far ----*- C++ -*-===//
//
// Choices for activations by dynamic programming over layers. A label is what a
// choice for the first layers leaves to the others: the clocks of both halves
// of the step, the bytes kept and moved. A label is dropped if another one is
// as good in every respect, or if its bound reaches the best solution. Where no
// more than `width` labels are left after each layer the answer is exact;
// otherwise those of the least bounds go on, and the least bound of the others
// is a bound of the problem.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSSEARCH_H
#define HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSSEARCH_H

#include "ActivationsBound.h"

#include <functional>
#include <limits>
#include <optional>

namespace hocket::activations {

inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

struct SearchResult {
  /// Better than the limit that it was given, if any; a choice by layer.
  std::vector<ActivationChoice> choices;
  int64_t value = kNever;
  /// Of all solutions that are better than the limit; kNever where there is
  /// proven to be none.
  int64_t lowerBound = 0;
};

/// Seeks a step that is shorter than `best`, of whose labels it prefers the
/// like among those of equal bounds: where layers are alike, most bounds are
/// equal. Ends early, with what it knows, when the budget does.
SearchResult searchFastest(const Model &model, const Bound &bound,
                           const ActivationsSolution &best, size_t width,
                           Budget &budget);

/// Seeks the least peak of the device's bytes, whatever the step takes and
/// whatever the device's cap; its value is that peak. Peaks of `limit` or more
/// do not count.
SearchResult searchSmallest(const Model &model, int64_t limit, size_t width,
                            Budget &budget);

} // namespace hocket::activations

#endif // HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSSEARCH_H
