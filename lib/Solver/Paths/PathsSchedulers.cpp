//===- PathsSchedulers.cpp - The schedulers of paths by name --------------===//

#include "PathsBound.h"
#include "PathsFeasibility.h"
#include "PathsProver.h"
#include "PathsStages.h"

#include <atomic>
#include <numeric>
#include <thread>

using namespace hocket;
using namespace hocket::paths;

namespace {

/// One call of a scheduler: what is known of the problem and what was found.
class Run {
public:
  Run(const PathsProblem &problem, const SolverOptions &options)
      : problem(problem), options(options), budget(options),
        classes(routeClasses(problem)),
        relaxed(problem.stages.empty() ? withoutStages(problem) : problem),
        stageOf(stagesByNode(relaxed.stages, problem.nodeCount())) {}

  /// The routes and a first bound. False where there is nothing to search, and
  /// finish() tells why.
  bool prepare() {
    Budget part(budget, 0.2);
    sets.resize(classes.size());
    size_t left = numClasses();
    for (size_t i = 0; i < classes.size(); ++i) {
      if (classes[i] != i)
        continue;
      Budget own(part, 0.5 / double(left--));
      sets[i] = findRoutes(relaxed, stageOf, problem.microbatches[i],
                           mostRoutes(), options.seed, own);
      if (!sets[i].routes.empty() && !cannotMove())
        continue;
      if (sets[i].isComplete() || cannotMove())
        reason = whyNoRoute(problem, i);
      return false;
    }
    planHeads(part);
    incumbent.offerBound(lowerBound(relaxed, sets, part));
    return true;
  }

  Budget &wholeBudget() { return budget; }
  const Incumbent &state() const { return incumbent; }
  const std::vector<RouteSet> &routes() const { return sets; }
  void improve(int64_t bound) { incumbent.offerBound(bound); }

  /// Searches until the budget ends or the incumbent is optimal. `isMain` on
  /// the thread of the scheduler, which alone reports progress.
  void search(Budget &part, uint64_t seed, bool isMain) {
    auto shouldStop = [this, isMain] {
      if (isMain)
        report();
      return incumbent.isOptimal() || isStopped;
    };
    if (!problem.stages.empty()) {
      searchIn(part, problem.stages, sets, seed, shouldStop);
      return;
    }
    while (!part.exhausted() && !shouldStop()) {
      {
        Budget stagesPart(part, 0.7);
        StageSearch stages(problem, relaxed, sets, plan, seed++);
        stages.shouldStop = shouldStop;
        stages.run(stagesPart, incumbent);
      }
      if (!incumbent.isSolved())
        continue;
      auto [table, best] = incumbent.best();
      std::vector<RouteSet> routes(classes.size());
      std::vector<int> bestStageOf = stagesByNode(best, problem.nodeCount());
      for (size_t i = 0; i < classes.size(); ++i)
        if (classes[i] == i)
          routes[i] = findRoutes(problem, bestStageOf, problem.microbatches[i],
                                 mostRoutes(), seed, part);
      // Where none was found in time there are those that are known.
      for (size_t i = 0; i < classes.size(); ++i)
        if (routes[classes[i]].routes.empty())
          routes[classes[i]].routes.push_back(table.routeOf(i));
      searchIn(part, best, routes, seed, shouldStop);
    }
  }

  void prove(Budget &part) {
    Prover prover(relaxed, sets, *options.engine, options.seed);
    prover.upperBound = [this] { return incumbent.value(); };
    prover.onBound = [this](int64_t bound) { incumbent.offerBound(bound); };
    prover.shouldStop = [this] { return incumbent.isOptimal() || isStopped; };
    prover.onGroup = [&](const auto &group, const auto &routes) {
      if (!problem.stages.empty())
        complete(group, routes, part);
    };
    prover.run(part, incumbent.bound());
  }

  /// Under a time limit a second thread proves, and then searches too.
  void searchAndProve(bool wantsProof) {
    wantsProof &= options.engine != nullptr;
    if (budget.countsWork()) {
      {
        Budget part(budget, wantsProof ? 0.4 : 1);
        search(part, options.seed, true);
      }
      if (wantsProof && incumbent.isSolved() && !incumbent.isOptimal()) {
        {
          Budget part(budget, 0.7);
          prove(part);
        }
        search(budget, options.seed + 1, true);
      }
      report();
      return;
    }
    {
      // A proof wants a good value.
      Budget part(budget, 0.02);
      search(part, options.seed, true);
    }
    SolverOptions helping = options;
    helping.timeLimit = budget.remainingSeconds();
    std::thread helper([&] {
      Budget own(helping);
      if (wantsProof && incumbent.isSolved())
        prove(own);
      search(own, options.seed + 1, false);
    });
    search(budget, options.seed + 2, true);
    isStopped = true;
    helper.join();
    report();
  }

  /// Tells of a new value or bound, once.
  void report() {
    int64_t value = incumbent.value(), bound = incumbent.bound();
    if (value == toldValue && bound == toldBound)
      return;
    toldValue = value;
    toldBound = bound;
    tellProgress(options, budget,
                 incumbent.isSolved() ? std::optional(value) : std::nullopt,
                 bound);
  }

  PathsSolution finish() {
    PathsSolution solution;
    solution.seconds = budget.seconds();
    if (!reason.empty()) {
      solution.status = SolutionStatus::Infeasible;
      solution.reason = reason;
      return solution;
    }
    solution.lowerBound = incumbent.bound();
    if (!incumbent.isSolved())
      return solution;
    Timetable table = incumbent.table();
    for (size_t i = 0; i < problem.microbatches.size(); ++i)
      solution.microbatches.push_back(table.solution(i));
    solution.stages = incumbent.stages();
    solution.value = table.makespan();
    solution.status = incumbent.isOptimal() ? SolutionStatus::Optimal
                                            : SolutionStatus::Feasible;
    return solution;
  }

  void offer(const std::vector<PathsSolution::Route> &routes,
             const Stages &stages) {
    std::vector<size_t> all(routes.size());
    std::iota(all.begin(), all.end(), size_t(0));
    Timetable table(problem);
    table.load(all, routes);
    incumbent.offer(table, stages);
  }
  void setReason(std::string text) { reason = std::move(text); }

private:
  /// Per class, so that all together are found in a short time.
  size_t mostRoutes() const {
    return std::clamp<size_t>(16'000 / numClasses(), 100, 3000);
  }
  size_t numClasses() const {
    size_t count = 0;
    for (size_t i = 0; i < classes.size(); ++i)
      count += classes[i] == i;
    return count;
  }

  void planHeads(Budget &part) {
    plan.resize(problem.microbatches.size());
    std::vector<std::vector<size_t>> groups = headGroups(problem);
    size_t left = groups.size();
    for (const std::vector<size_t> &group : groups) {
      incumbent.offerBound(headBound(relaxed, sets, group));
      Budget own(part, 0.7 / double(left--));
      HeadPlan head = planHead(relaxed, sets, group, own);
      incumbent.offerBound(head.bound);
      for (size_t i = 0; i < head.starts.size(); ++i)
        plan[group[i]] = {head.starts[i].forward, head.starts[i].loss,
                          head.starts[i].backward};
    }
  }

  /// What no routes without stages can show.
  bool cannotMove() const {
    return problem.stages.empty() && staysInOneStage(problem);
  }

  /// What a group can do is a good begin for all, where it comes first.
  void complete(const std::vector<size_t> &group,
                const std::vector<PathsSolution::Route> &routes, Budget &part) {
    Timetable table(problem);
    table.load(group, routes);
    Search search(problem, sets, stageOf, options.seed);
    search.onImprovement = [&](const Timetable &better) {
      incumbent.offer(better, problem.stages);
    };
    search.complete(table, part);
  }

  void searchIn(Budget &part, const Stages &stages,
                const std::vector<RouteSet> &routes, uint64_t seed,
                const std::function<bool()> &shouldStop) {
    std::vector<int> ownStageOf = stagesByNode(stages, problem.nodeCount());
    Search search(problem, routes, ownStageOf, seed);
    search.shouldStop = shouldStop;
    search.plan = plan;
    search.onImprovement = [&](const Timetable &table) {
      incumbent.offer(table, stages);
    };
    auto adopt = [&] {
      if (incumbent.value() >= search.value())
        return;
      if (auto [table, ownStages] = incumbent.best(); ownStages == stages)
        search.adopt(table, part);
    };
    adopt();
    if (search.value() == Incumbent::kNone || incumbent.isMakeshift())
      search.construct(part);
    while (!part.exhausted() && !shouldStop()) {
      adopt();
      search.runRound(part);
    }
  }

  const PathsProblem &problem;
  const SolverOptions &options;
  Budget budget;
  std::vector<size_t> classes;
  PathsProblem relaxed; // the problem itself where stages are given
  std::vector<int> stageOf;
  std::vector<RouteSet> sets;         // of the relaxed problem
  std::vector<Timetable::Floor> plan; // by microbatch
  Incumbent incumbent;
  std::string reason;
  std::atomic<bool> isStopped = false;
  int64_t toldValue = Incumbent::kNone, toldBound = 0;
};

class SearchScheduler : public PathsScheduler {
public:
  explicit SearchScheduler(bool wantsProof) : wantsProof(wantsProof) {}

  PathsSolution solve(const PathsProblem &problem,
                      const SolverOptions &options) const override {
    Run run(problem, options);
    if (run.prepare())
      run.searchAndProve(wantsProof);
    return run.finish();
  }

private:
  bool wantsProof;
};

/// Decision queries about all microbatches: deadlines that grow from the lower
/// bound until there is an answer, then halves of what is left.
class Z3Scheduler : public PathsScheduler {
public:
  PathsSolution solve(const PathsProblem &problem,
                      const SolverOptions &options) const override {
    Run run(problem, options);
    if (run.prepare() && options.engine && Model::supports(problem))
      ask(problem, options, run);
    run.report();
    return run.finish();
  }

private:
  void ask(const PathsProblem &problem, const SolverOptions &options,
           Run &run) const {
    std::vector<size_t> all(problem.microbatches.size());
    std::iota(all.begin(), all.end(), size_t(0));
    int64_t step = run.state().bound() / 32 + 1;
    int64_t deadline = run.state().bound();
    int64_t last = oneAfterAnother(problem, run.routes());
    Budget &budget = run.wholeBudget();
    while (!run.state().isOptimal() && !budget.exhausted()) {
      deadline = std::min(deadline, last);
      std::vector<std::vector<RoutePtr>> candidates;
      if (!findCandidates(problem, run, deadline, candidates))
        return;
      auto engine =
          options.engine->create(EngineLogic::Differences, options.seed);
      Model model(problem, *engine, all, candidates, deadline);
      Answer answer = model.decide(deadline, budget);
      if (answer == Answer::Unknown)
        return;
      if (answer == Answer::Yes)
        run.offer(model.routes(), model.stages());
      else
        run.improve(deadline + 1);
      if (answer == Answer::No && deadline == last) {
        run.setReason(whyNoStages(problem));
        return;
      }
      run.report();
      // A timetable that is not what it was asked for would be asked for again.
      if (answer == Answer::Yes && run.state().value() > deadline)
        return;
      if (run.state().isSolved()) {
        deadline = run.state().bound() +
                   (run.state().value() - run.state().bound()) / 2;
      } else {
        deadline += step;
        step *= 2;
      }
    }
  }

  /// No plan needs more: all microbatches one after another, on their longest
  /// routes. Of routes that are all known.
  static int64_t oneAfterAnother(const PathsProblem &problem,
                                 const std::vector<RouteSet> &sets) {
    std::vector<size_t> classes = routeClasses(problem);
    int64_t release = 0, sum = 0;
    int64_t gaps = (2 * int64_t(problem.pathLength) + 1) *
                   std::max(problem.gapAfterTask, problem.gapAfterInjection);
    for (size_t i = 0; i < classes.size(); ++i) {
      int64_t longest = 0;
      for (const RoutePtr &route : sets[classes[i]].routes)
        longest = std::max(longest, route->trip);
      release = std::max(release, problem.microbatches[i].release);
      sum += longest + gaps;
    }
    return release + sum;
  }

  /// All routes that end by the deadline. False where they are not all known.
  bool findCandidates(const PathsProblem &problem, const Run &run,
                      int64_t deadline,
                      std::vector<std::vector<RoutePtr>> &candidates) const {
    std::vector<size_t> classes = routeClasses(problem);
    for (size_t i = 0; i < classes.size(); ++i) {
      const RouteSet &set = run.routes()[classes[i]];
      int64_t longest = deadline - problem.microbatches[i].release;
      if (set.completeBelow <= longest)
        return false;
      candidates.emplace_back();
      for (const RoutePtr &route : set.routes)
        if (route->trip <= longest)
          candidates.back().push_back(route);
    }
    return true;
  }
};

} // namespace

std::vector<std::string> hocket::pathsSchedulers() {
  return {"auto", "heuristic", "z3"};
}

std::unique_ptr<PathsScheduler>
hocket::createPathsScheduler(std::string_view name) {
  if (name == "auto" || name == "heuristic")
    return std::make_unique<SearchScheduler>(name == "auto");
  if (name == "z3")
    return std::make_unique<Z3Scheduler>();
  return nullptr;
}

int64_t hocket::pathsLowerBound(const PathsProblem &problem) {
  SolverOptions options;
  options.workLimit = 1'000'000'000;
  Run run(problem, options);
  return run.prepare() ? run.state().bound() : 0;
}
