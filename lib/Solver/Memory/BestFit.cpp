//===- BestFit.cpp - Best fit in several orders ---------------------------===//

#include "BestFit.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <tuple>

using namespace hocket;

namespace {

using Buffer = MemoryProblem::Buffer;

/// Puts one buffer after the other into the smallest gap that holds it.
class Placement {
public:
  Placement(const std::vector<Buffer> &buffers) : buffers(buffers) {}

  std::vector<int64_t> offsets;
  int64_t end = 0;

  /// Returns false, with the placement unfinished, once more than `work`
  /// comparisons are needed or the end reaches `bound`. An order by start is
  /// `chronological`: what has ended can be forgotten.
  bool run(const std::vector<size_t> &order, bool chronological, int64_t bound,
           int64_t &work) {
    offsets.assign(buffers.size(), 0);
    end = 0;
    placed.clear();
    for (size_t index : order) {
      if (buffers[index].size == 0)
        continue;
      work -= int64_t(placed.size());
      if (work < 0)
        return false;
      if (chronological)
        std::erase_if(placed, [&](size_t other) {
          return buffers[other].upper <= buffers[index].lower;
        });
      place(index);
      if (end >= bound)
        return false;
    }
    return true;
  }

private:
  void place(size_t index) {
    const Buffer &buffer = buffers[index];
    int64_t best = -1, bestGap = 0, top = 0;
    // `placed` is sorted by offset: gaps open where everything below that is
    // alive together with the buffer has ended.
    for (size_t other : placed) {
      const Buffer &candidate = buffers[other];
      if (candidate.lower >= buffer.upper || buffer.lower >= candidate.upper)
        continue;
      int64_t gap = offsets[other] - top;
      if (gap >= buffer.size && (best < 0 || gap < bestGap)) {
        best = top;
        bestGap = gap;
        if (gap == buffer.size)
          break;
      }
      top = std::max(top, offsets[other] + candidate.size);
    }
    if (best < 0)
      best = top;
    offsets[index] = best;
    end = std::max(end, best + buffer.size);
    auto position = std::upper_bound(
        placed.begin(), placed.end(), best,
        [&](int64_t offset, size_t other) { return offset < offsets[other]; });
    placed.insert(position, index);
  }

  const std::vector<Buffer> &buffers;
  std::vector<size_t> placed;
};

/// Keys by which buffers are placed, largest first; ties go to the larger
/// buffer, then to the one that lives longer, then to the earlier one.
using Key = double (*)(const Buffer &, double length);
constexpr Key kKeys[] = {
    [](const Buffer &b, double) { return -double(b.lower); },
    [](const Buffer &b, double) { return double(b.size); },
    [](const Buffer &b, double l) { return double(b.size) * l; },
    [](const Buffer &, double l) { return l; },
};

double lengthOf(const Buffer &buffer) {
  return double(buffer.upper) - double(buffer.lower);
}

std::vector<size_t> orderBy(Key key, const std::vector<Buffer> &buffers) {
  std::vector<size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), size_t(0));
  auto rank = [&](size_t i) {
    double length = lengthOf(buffers[i]);
    return std::tuple(key(buffers[i], length), buffers[i].size, length,
                      -int64_t(i));
  };
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return rank(a) > rank(b); });
  return order;
}

class BestFit : public MemoryScheduler {
public:
  explicit BestFit(int64_t workLimit) : workLimit(workLimit) {}

  MemorySolution solve(const MemoryProblem &problem) const override {
    auto start = std::chrono::steady_clock::now();
    // With all sizes multiples of the alignment, so are all offsets.
    std::vector<Buffer> buffers = problem.buffers;
    for (Buffer &buffer : buffers)
      buffer.size += -buffer.size & (problem.alignment - 1);

    MemorySolution solution;
    solution.lowerBound = largestLiveSum(buffers);
    if (solution.lowerBound > problem.capacity)
      solution.status = SolutionStatus::Infeasible;
    else {
      int64_t work = workLimit;
      BestFitPacking packing =
          packByBestFit(buffers, solution.lowerBound, work);
      solution.offsets = std::move(packing.offsets);
      solution.value = packing.end;
    }
    if (solution.status != SolutionStatus::Infeasible) {
      if (solution.value > problem.capacity)
        solution.status = SolutionStatus::Unknown;
      else
        solution.status = solution.value == solution.lowerBound
                              ? SolutionStatus::Optimal
                              : SolutionStatus::Feasible;
    }
    solution.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
            .count();
    return solution;
  }

private:
  int64_t workLimit;
};

} // namespace

int64_t hocket::largestLiveSum(const std::vector<Buffer> &buffers) {
  std::vector<std::pair<int64_t, int64_t>> changes; // (time, change)
  for (const Buffer &buffer : buffers) {
    changes.emplace_back(buffer.lower, buffer.size);
    changes.emplace_back(buffer.upper, -buffer.size);
  }
  // At equal times the negative changes come first: lifetimes are half open.
  std::sort(changes.begin(), changes.end());
  int64_t live = 0, largest = 0;
  for (auto [time, change] : changes)
    largest = std::max(largest, live += change);
  return largest;
}

BestFitPacking hocket::packByBestFit(const std::vector<Buffer> &buffers,
                                     int64_t goal, int64_t &work) {
  constexpr int64_t unlimited = std::numeric_limits<int64_t>::max();
  BestFitPacking best;
  Placement placement(buffers);
  for (Key key : kKeys) {
    bool first = key == kKeys[0];
    int64_t available = first ? unlimited : work;
    int64_t left = available;
    if (placement.run(orderBy(key, buffers), first,
                      first ? unlimited : best.end, left))
      best = {placement.offsets, placement.end};
    work -= available - left;
    if (best.end <= goal || work < 0)
      break;
  }
  return best;
}

std::unique_ptr<MemoryScheduler>
hocket::createBestFitScheduler(int64_t workLimit) {
  return std::make_unique<BestFit>(workLimit);
}
