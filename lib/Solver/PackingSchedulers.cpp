//===- PackingSchedulers.cpp - The schedulers of packing by name ----------===//

#include "PackingBound.h"
#include "PackingLayout.h"

using namespace hocket;
using namespace hocket::packing;

namespace {

/// Without a solution so far, and what is known of why.
PackingSolution unsolved(const Model &model) {
  PackingSolution solution;
  if (std::optional<size_t> item = model.itemWithoutShape()) {
    solution.status = SolutionStatus::Infeasible;
    solution.reason = whyNot(model, *item);
  }
  return solution;
}

/// Of the budget, for bounds.
constexpr double kShareOfBound = 0.4;

void setStatus(PackingSolution &solution) {
  solution.status = solution.value == solution.lowerBound
                        ? SolutionStatus::Optimal
                        : SolutionStatus::Feasible;
}

class Heuristic : public PackingScheduler {
public:
  PackingSolution solve(const PackingProblem &problem,
                        const SolverOptions &options) const override {
    Budget budget(options);
    Model model(problem);
    PackingSolution solution = unsolved(model);
    if (solution.status == SolutionStatus::Infeasible)
      return solution;
    int64_t bound = areaBound(model);
    Search search(model, options.seed);
    search.onBetter = [&](int64_t value) {
      tellProgress(options, budget, value, bound);
    };
    search.begin(budget);
    {
      Budget part(budget, kShareOfBound);
      bound = lowerBound(model, search.best().value, part);
    }
    tellProgress(options, budget, search.best().value, bound);
    search.lowerBound = bound;
    search.run(budget);
    solution = toSolution(model, search.best());
    solution.lowerBound = bound;
    setStatus(solution);
    solution.seconds = budget.seconds();
    return solution;
  }
};

/// Every group of every microbatch has the same size. The bound is that of all
/// solutions.
class Homogeneous : public PackingScheduler {
public:
  PackingSolution solve(const PackingProblem &problem,
                        const SolverOptions &options) const override {
    Budget budget(options);
    Model all(problem);
    PackingSolution solution = unsolved(all);
    if (solution.status == SolutionStatus::Infeasible)
      return solution;
    int64_t bound = areaBound(all);
    solution.value = kNever;
    size_t left = problem.degrees.size();
    for (int degree : problem.degrees) {
      Model model(problem, degree);
      Budget part(budget, 1.0 / double(left--));
      if (model.itemWithoutShape())
        continue;
      Search search(model, options.seed);
      search.lowerBound = areaBound(model);
      search.onBetter = [&](int64_t value) {
        if (value < solution.value)
          tellProgress(options, budget, value, bound);
      };
      search.begin(part);
      search.run(part);
      if (search.best().value >= solution.value)
        continue;
      solution = toSolution(model, search.best());
    }
    solution.lowerBound = bound;
    solution.seconds = budget.seconds();
    if (solution.value == kNever)
      solution.reason = "no single degree holds every sequence";
    else
      setStatus(solution);
    return solution;
  }
};

/// Of packingLowerBound.
constexpr int64_t kBoundWork = 50'000'000;
/// Of planPacking: a few milliseconds for a batch of some hundred sequences.
constexpr int64_t kStepWork = 1'000'000;

} // namespace

std::vector<std::string> hocket::packingSchedulers() {
  return {"heuristic", "homogeneous"};
}

std::unique_ptr<PackingScheduler>
hocket::createPackingScheduler(std::string_view name) {
  if (name == "heuristic")
    return std::make_unique<Heuristic>();
  if (name == "homogeneous")
    return std::make_unique<Homogeneous>();
  return nullptr;
}

int64_t hocket::packingLowerBound(const PackingProblem &problem) {
  Model model(problem);
  if (model.itemWithoutShape())
    return 0;
  SolverOptions options;
  options.workLimit = kBoundWork;
  Budget budget(options);
  return lowerBound(model, kNever, budget);
}

Result<PackingSolution>
hocket::planPacking(PackingProblem settings, std::vector<int64_t> lengths,
                    std::optional<SolverOptions> options) {
  settings.lengths = std::move(lengths);
  if (Result<void> checked = settings.check(); !checked)
    return checked.error();
  if (!options) {
    options.emplace();
    options->workLimit = kStepWork;
  }
  PackingSolution solution = Heuristic().solve(settings, *options);
  if (!solution.hasSolution())
    return Error(ErrorCode::InvalidPlan, solution.reason);
  return solution;
}
