//===- Itinerary.cpp - Where microbatches go ------------------------------===//

#include "hocket/Plan/Itinerary.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

Itinerary::Itinerary(std::vector<std::vector<Visit>> given)
    : routes(std::move(given)) {
  for (const std::vector<Visit> &route : routes) {
    auto &index = positions.emplace_back();
    for (uint32_t i = 0; i < route.size(); ++i)
      index.emplace_back(route[i].stage, i);
    std::sort(index.begin(), index.end());
  }
}

std::optional<Visit> Itinerary::find(uint32_t stage, uint32_t microbatch,
                                     int64_t step) const {
  if (routes.empty()) {
    int64_t found = stage + step;
    if (stage >= rankOf.size() || found < 0 || found >= int64_t(rankOf.size()))
      return std::nullopt;
    return Visit{uint32_t(found), rankOf[found]};
  }
  if (microbatch >= routes.size())
    return std::nullopt;
  const auto &index = positions[microbatch];
  auto own = std::lower_bound(index.begin(), index.end(),
                              std::pair(stage, uint32_t(0)));
  if (own == index.end() || own->first != stage)
    return std::nullopt;
  int64_t found = own->second + step;
  if (found < 0 || found >= int64_t(index.size()))
    return std::nullopt;
  return routes[microbatch][found];
}
