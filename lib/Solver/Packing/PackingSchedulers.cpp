//===- PackingSchedulers.cpp - The schedulers of packing by name ----------===//

#include "PackingBound.h"
#include "PackingExact.h"
#include "PackingLayout.h"
#include "PackingNeighbourhood.h"
#include "PackingTimeline.h"

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

/// One call of a scheduler.
class Run {
public:
  Run(const Model &model, const SolverOptions &options, Budget &budget)
      : options(options), budget(budget), model(model),
        search(model, options.seed) {}

  /// A first packing and a bound; false where there is nothing to search.
  bool prepare(double shareOfBound = kShareOfBound) {
    if (model.itemWithoutShape())
      return false;
    bound = areaBound(model);
    search.onBetter = [this](int64_t) { offer(search.best()); };
    search.begin(budget);
    if (shareOfBound == 0)
      return true;
    Budget part(budget, shareOfBound);
    offerBound(lowerBound(model, best.value, part));
    return true;
  }

  /// Spends a share of what is left on better packings.
  void improve(double share, const DecisionEngineFactory *engine) {
    bool hasMany = best.microbatches >= Neighbourhoods::kFewest;
    {
      Budget part(budget, hasMany ? share * kShareOfSearch : share);
      search.lowerBound = bound;
      search.run(part);
    }
    if (!hasMany)
      return;
    Neighbourhoods neighbourhoods(model, options.seed);
    neighbourhoods.engine = engine;
    neighbourhoods.lowerBound = bound;
    neighbourhoods.onBetter = [this](int64_t) { report(); };
    Budget part(budget, share);
    neighbourhoods.run(best, part);
  }

  /// More microbatches than these are not worth their fixed times.
  int mostMicrobatches() const {
    int64_t microbatches = int64_t(model.numItems());
    int64_t rest = best.value - areaBound(model);
    if (model.fixedTime > 0)
      microbatches = std::min(microbatches, fewestMicrobatches(model) +
                                                rest / model.fixedTime);
    return int(std::max<int64_t>(microbatches, best.microbatches));
  }
  bool isSmall() const { return Exact::isSmall(model, mostMicrobatches()); }

  void prove() {
    Exact exact(model, *options.engine, options.seed);
    exact.onBound = [this](int64_t value) { offerBound(value); };
    exact.onBetter = [this](int64_t) { report(); };
    offerBound(exact.improve(best, mostMicrobatches(), bound, budget));
  }

  bool isOptimal() const { return best.value <= bound; }

  PackingSolution finish() {
    PackingSolution solution = unsolved(model);
    if (best.value != kNever) {
      solution = toSolution(model, best);
      solution.lowerBound = bound;
      setStatus(solution);
    }
    solution.seconds = budget.seconds();
    return solution;
  }

private:
  /// Of what is spent on better packings, where there are many microbatches.
  static constexpr double kShareOfSearch = 0.3;

  void offer(const Packing &packing) {
    if (packing.value >= best.value)
      return;
    best = packing;
    report();
  }
  void offerBound(int64_t value) {
    if (value <= bound)
      return;
    bound = value;
    report();
  }
  void report() { tellProgress(options, budget, best.value, bound); }

  const SolverOptions &options;
  Budget &budget;
  const Model &model;
  Search search;
  Packing best;
  int64_t bound = 0;
};

/// Without barriers.
PackingSolution solveTimeline(const Model &model, const SolverOptions &options,
                              Budget &budget) {
  PackingSolution solution = unsolved(model);
  if (solution.status == SolutionStatus::Infeasible)
    return solution;
  int64_t bound = timelineBound(model);
  TimelineSearch search(model, options.seed);
  search.lowerBound = bound;
  search.onBetter = [&](int64_t value) {
    tellProgress(options, budget, value, bound);
  };
  search.run(budget);
  solution = search.solution();
  solution.lowerBound = bound;
  setStatus(solution);
  solution.seconds = budget.seconds();
  return solution;
}

PackingSolution solveTimeline(const PackingProblem &problem,
                              const SolverOptions &options) {
  Budget budget(options);
  return solveTimeline(Model(problem), options, budget);
}

class Heuristic : public PackingScheduler {
public:
  PackingSolution solve(const PackingProblem &problem,
                        const SolverOptions &options) const override {
    if (!problem.hasBarriers)
      return solveTimeline(problem, options);
    Budget budget(options);
    Model model(problem);
    Run run(model, options, budget);
    if (run.prepare())
      run.improve(1, nullptr);
    return run.finish();
  }
};

class Queries : public PackingScheduler {
public:
  PackingSolution solve(const PackingProblem &problem,
                        const SolverOptions &options) const override {
    if (!problem.hasBarriers) {
      PackingSolution solution = unsolved(Model(problem));
      if (solution.reason.empty())
        solution.reason = "scheduler z3 asks about problems with barriers only";
      return solution;
    }
    Budget budget(options);
    Model model(problem);
    Run run(model, options, budget);
    if (options.engine && run.prepare() && !run.isOptimal())
      run.prove();
    return run.finish();
  }
};

/// The heuristic; where the problem is small, queries about all of it, and
/// otherwise about what is small of it.
class Auto : public PackingScheduler {
public:
  PackingSolution solve(const PackingProblem &problem,
                        const SolverOptions &options) const override {
    if (!problem.hasBarriers)
      return solveTimeline(problem, options);
    Budget budget(options);
    Model model(problem);
    Run run(model, options, budget);
    if (run.prepare()) {
      bool isSmall = options.engine && run.isSmall();
      run.improve(isSmall ? 0.05 : 1, options.engine);
      if (isSmall && !run.isOptimal())
        run.prove();
    }
    return run.finish();
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
    int64_t bound = problem.hasBarriers ? areaBound(all) : timelineBound(all);
    solution.value = kNever;
    size_t left = problem.degrees.size();
    for (int degree : problem.degrees) {
      Model model(problem, degree);
      Budget part(budget, 1.0 / double(left--));
      if (model.itemWithoutShape())
        continue;
      SolverOptions own = options;
      own.onProgress = [&](const Progress &progress) {
        if (progress.value && *progress.value < solution.value)
          tellProgress(options, budget, progress.value, bound);
      };
      PackingSolution packed = problem.hasBarriers
                                   ? pack(model, own, part)
                                   : solveTimeline(model, own, part);
      if (packed.value < solution.value)
        solution = std::move(packed);
    }
    solution.lowerBound = bound;
    solution.seconds = budget.seconds();
    if (solution.value == kNever)
      solution.reason = "no single degree holds every sequence";
    else
      setStatus(solution);
    return solution;
  }

private:
  static PackingSolution pack(const Model &model, const SolverOptions &options,
                              Budget &budget);
};

PackingSolution Homogeneous::pack(const Model &model,
                                  const SolverOptions &options,
                                  Budget &budget) {
  Run run(model, options, budget);
  run.prepare();
  run.improve(1, nullptr);
  return run.finish();
}

/// Of packingLowerBound.
constexpr int64_t kBoundWork = 50'000'000;
/// Of planPacking: some ten milliseconds.
constexpr int64_t kStepWork = 3'000'000;

} // namespace

std::vector<std::string> hocket::packingSchedulers() {
  return {"auto", "heuristic", "z3", "homogeneous"};
}

std::unique_ptr<PackingScheduler>
hocket::createPackingScheduler(std::string_view name) {
  if (name == "auto")
    return std::make_unique<Auto>();
  if (name == "heuristic")
    return std::make_unique<Heuristic>();
  if (name == "z3")
    return std::make_unique<Queries>();
  if (name == "homogeneous")
    return std::make_unique<Homogeneous>();
  return nullptr;
}

int64_t hocket::packingLowerBound(const PackingProblem &problem) {
  Model model(problem);
  if (model.itemWithoutShape())
    return 0;
  if (!problem.hasBarriers)
    return timelineBound(model);
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
  Budget budget(*options);
  Model model(settings);
  PackingSolution solution;
  if (settings.hasBarriers) {
    // A better bound would not change the plan.
    Run run(model, *options, budget);
    if (run.prepare(0))
      run.improve(1, nullptr);
    solution = run.finish();
  } else {
    solution = solveTimeline(model, *options, budget);
  }
  if (!solution.hasSolution())
    return Error(ErrorCode::InvalidPlan, solution.reason);
  return solution;
}
