//===- PathsWalks.cpp - What the rest of a path takes at least ------------===//

#include "PathsWalks.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::paths;

Walks::Walks(const PathsProblem &problem, const std::vector<int> &stageOf,
             int head, Budget &budget)
    : problem(problem), stageOf(stageOf), head(head) {
  size_t count = problem.nodeCount();
  int64_t loss = problem.lossOnHead[size_t(head)];
  Times last(count);
  for (size_t n = 0; n < count; ++n)
    last[n] = linkBothWays(int(n), head) + loss;
  walks.push_back(std::move(last));
  Times hops = matrix([this](int a, int b) { return hopCost(a, b); }, budget);
  while (walks.size() < size_t(problem.pathLength))
    walks.push_back(before(hops, walks.back(), budget));
}

template <typename Cost>
Walks::Times Walks::matrix(const Cost &cost, Budget &budget) const {
  constexpr int64_t hopsPerUnit = 2;
  size_t count = problem.nodeCount();
  if (budget.exhausted() ||
      !budget.spend(int64_t(count * count) / hopsPerUnit + 1))
    return {};
  Times times(count * count, kNever);
  for (size_t a = 0; a < count; ++a)
    for (size_t b = 0; b < count; ++b)
      if (canFollow(int(a), int(b)))
        times[a * count + b] = cost(int(a), int(b));
  return times;
}

Walks::Times Walks::before(const Times &hops, const Times &after,
                           Budget &budget) const {
  constexpr int64_t hopsPerUnit = 8;
  size_t count = after.size();
  if (budget.exhausted() ||
      !budget.spend(int64_t(count * count) / hopsPerUnit + 1))
    return Times(count, *std::min_element(after.begin(), after.end()));
  Times times(count);
  for (size_t a = 0; a < count; ++a) {
    const int64_t *row = &hops[a * count];
    int64_t least = kNever;
    for (size_t b = 0; b < count; ++b)
      least = std::min(least, row[b] + after[b]);
    times[a] = least;
  }
  return times;
}

Walks::Halves Walks::halves(Budget &budget) const {
  size_t count = problem.nodeCount(), home = size_t(head);
  Times to(count), from(count);
  for (size_t n = 0; n < count; ++n) {
    to[n] = problem.forward[n] + problem.link[n][home];
    from[n] = problem.link[home][n];
  }
  Times toLoss = matrix(
      [this](int a, int b) {
        return problem.forward[size_t(a)] + problem.link[size_t(a)][size_t(b)];
      },
      budget);
  Times fromLoss = matrix(
      [this](int a, int b) {
        return problem.backward[size_t(b)] + problem.link[size_t(b)][size_t(a)];
      },
      budget);
  for (int visits = 1; visits < problem.pathLength; ++visits) {
    to = before(toLoss, to, budget);
    from = before(fromLoss, from, budget);
  }
  Halves halves{kNever, kNever};
  for (size_t n = 0; n < count; ++n)
    if (canBegin(int(n))) {
      halves.toLoss = std::min(halves.toLoss, to[n]);
      halves.fromLoss =
          std::min(halves.fromLoss, problem.lossOnHead[home] + from[n]);
    }
  return halves;
}
