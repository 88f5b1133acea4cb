//===- SkylineScheduler.cpp - Best fit, then skyline searches -------------===//

#include "BestFit.h"
#include "SkylineSearch.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <random>

using namespace hocket;

namespace {

/// Of a component that is searched: beyond them recursion and lists get long,
/// and best fit has to do.
constexpr size_t kMostItems = 8192;
constexpr int64_t kLargestFootprint = 16'000'000;

/// The first questions allow each order little more than one way down, for
/// programs are often packed by one of them without a step back.
constexpr int64_t kStepsBack = 100;

/// A unit of work is about ten comparisons of best fit.
constexpr int64_t kComparisonsPerUnit = 10;
constexpr int64_t kMostComparisons = 200'000'000;

/// What best fit may do: four orders whose work is known only afterwards. It
/// gets a quarter of what there is, or all of it where that is too little for
/// the search, which looks at all items at every step down.
int64_t comparisonsWithin(const Budget &budget, size_t mostItems) {
  double units = budget.countsWork() ? double(budget.remainingWork())
                                     : budget.remainingSeconds() * 1e8;
  bool canSearch = units > double(mostItems) * double(mostItems) / 8;
  return int64_t(std::min(units * kComparisonsPerUnit / (canSearch ? 4 : 1),
                          double(kMostComparisons)));
}

/// A component and what is known of it, in units.
class Part {
public:
  Part(const MemoryComponent &component, std::vector<int64_t> offsets)
      : component(component), offsets(std::move(offsets)),
        lowerBound(component.largestLiveSum),
        nodeLimit(kStepsBack + numItems()) {
    measure();
  }

  int64_t value() const { return height; }
  int64_t bound() const { return lowerBound; }
  const MemoryComponent &items() const { return component; }
  const std::vector<int64_t> &itemOffsets() const { return offsets; }
  bool canBeSearched() const {
    return component.items.size() <= kMostItems &&
           SkylineSearch::footprint(component) <= kLargestFootprint;
  }

  /// Asks whether it fits into `capacity`, by each order of the search up to
  /// the node limit. Keeps what is found or proven.
  Answer ask(int64_t capacity, uint64_t seed, Budget &budget);
  /// One question on the way to the smallest height, which need not be below
  /// `enough`.
  void improve(int64_t enough, uint64_t seed, Budget &budget);
  /// The next questions are asked with more patience.
  void growNodeLimit() {
    if (isHasty()) {
      nodeLimit = patience();
    } else {
      nodeLimit *= 2;
      ++round;
    }
  }

private:
  int64_t numItems() const { return int64_t(component.items.size()); }
  int64_t patience() const { return 1000 + 2 * numItems(); }
  bool isHasty() const { return nodeLimit < patience(); }
  void measure() {
    height = 0;
    for (size_t i = 0; i < offsets.size(); ++i)
      height = std::max(height, offsets[i] + component.items[i].size);
  }
  std::vector<double> priorities(int key, std::mt19937_64 &random) const;

  const MemoryComponent &component;
  std::vector<int64_t> offsets;
  int64_t height = 0, lowerBound;
  std::unique_ptr<SkylineSearch> search;
  int64_t nodeLimit;
  int round = 0;
  int64_t undecided = -1; // the highest capacity that this round gave up on
};

constexpr int kNumKeys = 4;

/// By length, area, size and the largest live sum of the item's sections. In
/// the first round as they are, later with some noise.
std::vector<double> Part::priorities(int key, std::mt19937_64 &random) const {
  std::vector<double> values;
  std::vector<int64_t> live;
  if (key == 3) {
    live.assign(size_t(component.numSections), 0);
    for (const MemoryComponent::Item &item : component.items)
      for (int32_t s = item.first; s < item.last; ++s)
        live[size_t(s)] += item.size;
  }
  for (const MemoryComponent::Item &item : component.items) {
    double value = item.length;
    if (key == 1)
      value *= double(item.size);
    else if (key == 2)
      value = double(item.size);
    else if (key == 3)
      value = double(*std::max_element(live.begin() + item.first,
                                       live.begin() + item.last));
    if (round > 0)
      value *= 1 + 0.3 * double(random() >> 11) * 0x1p-53;
    values.push_back(value);
  }
  return values;
}

Answer Part::ask(int64_t capacity, uint64_t seed, Budget &budget) {
  if (!search)
    search = std::make_unique<SkylineSearch>(component);
  std::mt19937_64 random(seed + uint64_t(round));
  for (SkylineOrder order : kSkylineOrders)
    for (int key = 0; key < kNumKeys; ++key) {
      SkylineSearch::Question question{capacity, order, priorities(key, random),
                                       nodeLimit};
      Answer answer = search->decide(question, budget);
      if (answer == Answer::Yes) {
        offsets = search->offsets();
        measure();
      } else if (answer == Answer::No) {
        lowerBound = std::max(lowerBound, std::min(capacity + 1, height));
      }
      if (answer != Answer::Unknown || budget.exhausted())
        return answer;
    }
  return Answer::Unknown;
}

/// Asks at the bound first, where packings of real programs mostly are. Where
/// that is not decided, halves the gap between what this round's patience does
/// not decide and what is known.
void Part::improve(int64_t enough, uint64_t seed, Budget &budget) {
  int64_t low = std::max(lowerBound, enough);
  int64_t capacity =
      undecided < low ? low : undecided + (height - undecided) / 2;
  if (capacity > undecided && capacity < height) {
    if (ask(capacity, seed, budget) == Answer::Unknown)
      undecided = capacity;
  } else {
    undecided = -1;
    growNodeLimit();
  }
}

class Skyline : public MemoryScheduler {
public:
  explicit Skyline(const SolverOptions &options) : options(options) {}
  MemorySolution solve(const MemoryProblem &problem) const override;

private:
  const SolverOptions options;
};

/// One run of the scheduler.
class Run {
public:
  Run(const MemoryProblem &problem, const SolverOptions &options)
      : problem(problem), options(options), budget(options), sections(problem) {
  }

  MemorySolution solve();

private:
  void packFirst();
  void minimize();
  bool fitAll(int64_t capacity);
  void report();
  int64_t value() const;
  int64_t bound() const;

  const MemoryProblem &problem;
  const SolverOptions &options;
  Budget budget;
  MemorySections sections;
  std::vector<Part> parts;
  std::optional<int64_t> reportedValue;
  int64_t reportedBound = -1;
};

int64_t Run::value() const {
  int64_t largest = 0;
  for (const Part &part : parts)
    largest = std::max(largest, part.value());
  return largest * sections.unit;
}

int64_t Run::bound() const {
  int64_t largest = 0;
  for (const Part &part : parts)
    largest = std::max(largest, part.bound());
  return largest * sections.unit;
}

void Run::report() {
  std::optional<int64_t> packed;
  if (value() <= problem.capacity)
    packed = value();
  if (packed == reportedValue && bound() == reportedBound)
    return;
  reportedValue = packed;
  reportedBound = bound();
  tellProgress(options, budget, packed, bound());
}

/// Best fit, component by component.
void Run::packFirst() {
  size_t mostItems = 0;
  for (const MemoryComponent &component : sections.components)
    mostItems = std::max(mostItems, component.items.size());
  int64_t allowed = comparisonsWithin(budget, mostItems), left = allowed;
  for (const MemoryComponent &component : sections.components) {
    std::vector<MemoryProblem::Buffer> buffers;
    for (const MemoryComponent::Item &item : component.items)
      buffers.push_back({item.first, item.last, item.size});
    BestFitPacking packing =
        packByBestFit(buffers, component.largestLiveSum, left);
    parts.emplace_back(component, std::move(packing.offsets));
  }
  budget.spend((allowed - left) / kComparisonsPerUnit);
}

/// Works at the highest component until it is no higher than what is proven.
void Run::minimize() {
  while (!budget.exhausted()) {
    Part *highest = nullptr;
    for (Part &part : parts)
      if (!highest || part.value() > highest->value())
        highest = &part;
    int64_t enough = bound() / sections.unit;
    if (!highest || highest->value() <= enough || !highest->canBeSearched())
      return;
    highest->improve(enough, options.seed, budget);
    report();
  }
}

/// Whether every component fits; false where one is proven not to. What the
/// budget does not suffice for is left as it is.
bool Run::fitAll(int64_t capacity) {
  bool isLeft = true;
  while (isLeft && !budget.exhausted()) {
    isLeft = false;
    for (Part &part : parts) {
      if (part.value() <= capacity || !part.canBeSearched())
        continue;
      Answer answer = part.ask(capacity, options.seed, budget);
      report();
      if (answer == Answer::No)
        return false;
      if (answer == Answer::Unknown) {
        isLeft = true;
        part.growNodeLimit();
      }
    }
  }
  return true;
}

MemorySolution Run::solve() {
  MemorySolution solution;
  solution.lowerBound = sections.largestLiveSum() * sections.unit;
  bool fits = solution.lowerBound <= problem.capacity;
  if (fits) {
    packFirst();
    report();
    if (problem.capacity == std::numeric_limits<int64_t>::max())
      minimize();
    else
      fits = fitAll(problem.capacity / sections.unit);
    solution.lowerBound = bound();
    solution.value = value();
  }
  if (!fits) {
    solution.status = SolutionStatus::Infeasible;
    solution.value = 0;
  } else {
    solution.offsets.assign(problem.buffers.size(), 0);
    for (const Part &part : parts)
      for (size_t i = 0; i < part.itemOffsets().size(); ++i)
        solution.offsets[part.items().items[i].buffer] =
            part.itemOffsets()[i] * sections.unit;
    solution.status =
        solution.value > problem.capacity       ? SolutionStatus::Unknown
        : solution.value == solution.lowerBound ? SolutionStatus::Optimal
                                                : SolutionStatus::Feasible;
  }
  solution.seconds = budget.seconds();
  return solution;
}

MemorySolution Skyline::solve(const MemoryProblem &problem) const {
  return Run(problem, options).solve();
}

} // namespace

std::unique_ptr<MemoryScheduler>
hocket::createSkylineScheduler(const SolverOptions &options) {
  return std::make_unique<Skyline>(options);
}
