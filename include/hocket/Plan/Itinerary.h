//===- Itinerary.h - Where microbatches go ----------------------*- C++ -*-===//

#ifndef HOCKET_PLAN_ITINERARY_H
#define HOCKET_PLAN_ITINERARY_H

#include "hocket/Plan/Plan.h"

#include <optional>
#include <utility>
#include <vector>

namespace hocket::plan {

/// The way of every microbatch: all stages in order, or a route of its own. A
/// stage has at most one visit on a way.
class Itinerary {
public:
  Itinerary() = default;
  /// All microbatches go through all stages in order; `rankOf` is by stage.
  explicit Itinerary(std::vector<uint32_t> rankOf)
      : rankOf(std::move(rankOf)) {}
  explicit Itinerary(std::vector<std::vector<Visit>> routes);

  /// The visit of `stage` by `microbatch`, and those before and after it;
  /// nothing where there is none.
  std::optional<Visit> at(uint32_t stage, uint32_t microbatch) const {
    return find(stage, microbatch, 0);
  }
  std::optional<Visit> before(uint32_t stage, uint32_t microbatch) const {
    return find(stage, microbatch, -1);
  }
  std::optional<Visit> after(uint32_t stage, uint32_t microbatch) const {
    return find(stage, microbatch, 1);
  }

private:
  std::optional<Visit> find(uint32_t stage, uint32_t microbatch,
                            int64_t step) const;

  std::vector<uint32_t> rankOf;
  std::vector<std::vector<Visit>> routes;
  /// By microbatch: stages and their positions on its route, sorted.
  std::vector<std::vector<std::pair<uint32_t, uint32_t>>> positions;
};

} // namespace hocket::plan

#endif // HOCKET_PLAN_ITINERARY_H
