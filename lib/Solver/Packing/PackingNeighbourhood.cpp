//===- PackingNeighbourhood.cpp - Some microbatches anew ------------------===//

#include "PackingNeighbourhood.h"

#include "PackingBound.h"
#include "PackingExact.h"

#include <algorithm>
#include <numeric>

using namespace hocket;
using namespace hocket::packing;

/// What the microbatches take of the step.
static int64_t timeOf(const Model &model, const Packing &packing,
                      const std::vector<int> &microbatches) {
  int64_t sum = 0;
  for (int microbatch : microbatches) {
    int64_t slowest = -1;
    for (const Builder::Group &group : packing.groups)
      if (group.microbatch == microbatch)
        slowest = std::max(slowest, group.load);
    // One that nothing went into is none.
    if (slowest >= 0)
      sum += model.fixedTime + slowest;
  }
  return sum;
}

bool Neighbourhoods::repack(Packing &packing,
                            const std::vector<int> &microbatches,
                            Budget &budget) {
  std::vector<uint32_t> items;
  std::vector<Builder::Group> kept;
  auto isTaken = [&](const Builder::Group &group) {
    return std::find(microbatches.begin(), microbatches.end(),
                     group.microbatch) != microbatches.end();
  };
  for (const Builder::Group &group : packing.groups) {
    if (!isTaken(group)) {
      kept.push_back(group);
      continue;
    }
    items.insert(items.end(), group.items.begin(), group.items.end());
  }
  std::sort(items.begin(), items.end());
  int64_t before = timeOf(model, packing, microbatches);
  Model part(model, items);
  int64_t bound = areaBound(part);
  if (bound >= before)
    return false;
  Packing better;
  better.value = before;
  Search search(part, generator());
  search.lowerBound = bound;
  {
    // About as long as it takes to begin, once more.
    Budget own(budget, 0.3);
    int64_t work = budget.countsWork() ? budget.remainingWork() : 0;
    double seconds = budget.seconds();
    search.begin(own);
    if (!own.exhausted()) {
      double share = budget.countsWork()
                         ? double(work - budget.remainingWork() + 1) /
                               double(budget.remainingWork() + 1)
                         : (budget.seconds() - seconds + 1e-4) /
                               (budget.remainingSeconds() + 1e-4);
      Budget more(budget, std::clamp(share, 1e-6, 1.0));
      search.run(more);
    }
  }
  if (search.best().value < better.value)
    better = search.best();
  if (engine && Exact::isSmall(part, int(microbatches.size()))) {
    Exact exact(part, *engine, generator());
    Budget own(budget, 0.05);
    exact.improve(better, int(microbatches.size()), bound, own);
  }
  if (better.value >= before)
    return false;
  for (Builder::Group &group : better.groups) {
    group.microbatch += packing.microbatches;
    for (uint32_t &item : group.items)
      item = items[item];
    kept.push_back(std::move(group));
  }
  // Microbatches are numbered without gaps.
  std::vector<int> numbers(size_t(packing.microbatches + better.microbatches),
                           -1);
  packing.microbatches = 0;
  for (Builder::Group &group : kept) {
    int &number = numbers[size_t(group.microbatch)];
    if (number < 0)
      number = packing.microbatches++;
    group.microbatch = number;
  }
  packing.groups = std::move(kept);
  packing.value += better.value - before;
  return true;
}

void Neighbourhoods::run(Packing &packing, Budget &budget) {
  while (!budget.exhausted() && packing.value > lowerBound &&
         packing.microbatches >= 2) {
    std::vector<int> order(size_t(packing.microbatches));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), generator);
    order.resize(std::min(order.size(), size_t(2 + generator() % 2)));
    if (repack(packing, order, budget))
      onBetter(packing.value);
    budget.spend(int64_t(model.numItems()));
  }
}
