//===- ActivationsSchedulers.cpp - The schedulers by name -----------------===//

#include "ActivationsDescent.h"
#include "ActivationsSearch.h"
#include "ActivationsTotals.h"

#include <optional>

using namespace hocket;
using namespace hocket::activations;

namespace {

constexpr size_t kFirstWidth = 32;
constexpr size_t kWidthOfPeaks = 2000;
constexpr int64_t kNoBytes = kNever;

/// One call of a scheduler.
class Run {
public:
  Run(const ActivationsProblem &problem, const SolverOptions &options,
      bool isPatient)
      : problem(problem), options(options), budget(options),
        isPatient(isPatient) {}

  ActivationsSolution run() {
    if (problem.isUniform)
      runUniform();
    else
      runByLayer();
    best.lowerBound = std::max<int64_t>(lowerBound, 0);
    if (best.status != SolutionStatus::Infeasible && !best.layers.empty())
      best.status = best.value == lowerBound ? SolutionStatus::Optimal
                                             : SolutionStatus::Feasible;
    best.seconds = budget.seconds();
    return best;
  }

private:
  bool isProven() const {
    return !best.layers.empty() && best.value == lowerBound;
  }

  void offer(const std::vector<ActivationChoice> &choices) {
    ActivationsSolution solution = timetable(problem, choices);
    if (!best.layers.empty() && solution.value >= best.value)
      return;
    int64_t bound = best.lowerBound;
    best = std::move(solution);
    best.lowerBound = bound;
    report();
  }

  void offerBound(int64_t bound) {
    if (!best.layers.empty())
      bound = std::min(bound, best.value);
    if (bound <= lowerBound)
      return;
    lowerBound = bound;
    report();
  }

  void report() {
    tellProgress(options, budget,
                 best.layers.empty() ? std::nullopt : std::optional(best.value),
                 lowerBound);
  }

  void fail(std::string reason) {
    best.status = SolutionStatus::Infeasible;
    best.reason = std::move(reason);
  }

  /// What no cap of the device would change; empty where there is nothing.
  std::string whyNever() const {
    auto mustMove = [](const ActivationsProblem::Allowed &allowed) {
      return !allowed.keep && !allowed.recompute;
    };
    auto placeOf = [&](const ActivationsProblem::Allowed &allowed) {
      return mustMove(allowed) ? ActivationPlace::Offload
                               : ActivationPlace::Keep;
    };
    ActivationChoice choice = {placeOf(problem.input),
                               placeOf(problem.attention), 0,
                               mustMove(problem.other) ? problem.slices : 0};
    int64_t least = 0;
    for (size_t i = 0; i < problem.size(); ++i)
      if (problem.mayMove(i))
        least += problem.movedBytes(i, choice);
    if (least > problem.hostCap)
      return "what must be offloaded takes " + std::to_string(least) +
             " bytes of the host, and host.cap is " +
             std::to_string(problem.hostCap);
    return "no choice hides its copies behind the tasks; a step may wait for "
           "copies with \"stalls\": true";
  }

  std::string capNote(int64_t cap) const {
    return "the smallest device.cap with a solution is " + std::to_string(cap) +
           " bytes, and it is " + std::to_string(problem.deviceCap);
  }

  static std::vector<ActivationChoice>
  choicesOf(const ActivationsSolution &solution) {
    return {solution.layers.begin(), solution.layers.end()};
  }

  void improve(const Model &model, std::vector<ActivationChoice> choices,
               Budget &part) {
    if (std::optional<ActivationsSolution> better =
            descend(model, std::move(choices), part))
      offer(choicesOf(*better));
  }

  void considerTotals(const Model &model, const Bound &bound, Budget &part) {
    Totals totals(model, bound);
    offerBound(totals.minimize(best.value, part));
    std::vector<ActivationChoice> choices = totals.deal();
    if (choices.empty())
      return;
    ActivationsSolution dealt = timetable(problem, choices);
    if (dealt.peakBytes <= problem.deviceCap &&
        fitsButForDevice(problem, dealt))
      offer(choices);
    improve(model, std::move(choices), part);
  }

  void runByLayer() {
    bool isUniformDone = false;
    { // where there is little time, a choice for all is better than none
      Budget part(budget, 0.1);
      isUniformDone = considerUniform(part).has_value();
    }
    if (best.layers.empty()) {
      Model bytes(problem, budget, /*bytesAlone=*/true);
      if (!bytes.isComplete() || !findFirst(bytes))
        return;
    }
    int64_t tasks = 0;
    for (const ActivationsProblem::Layer &layer : problem.layers)
      tasks += layer.forward + layer.backward;
    offerBound(tasks);
    Model model(problem, budget);
    if (!model.isComplete())
      return;
    Bound bound = [&] {
      Budget part(budget, 0.3);
      return Bound(model, part);
    }();
    offerBound(bound.ofWholeStep());
    {
      Budget part(budget, 0.5);
      if (!isUniformDone)
        considerUniform(part);
      improve(model, choicesOf(best), part);
      considerTotals(model, bound, part);
    }
    for (size_t width = kFirstWidth; !isProven(); width *= 4) {
      SearchResult found = searchFastest(model, bound, best, width, budget);
      if (!found.choices.empty())
        offer(found.choices);
      offerBound(found.lowerBound);
      if (!isPatient || budget.exhausted())
        return;
    }
  }

  /// A solution of the least peak; false where there is none within the cap.
  bool findFirst(const Model &model) {
    SearchResult fits =
        searchSmallest(model, problem.deviceCap + 1, kWidthOfPeaks, budget);
    if (!fits.choices.empty()) {
      offer(fits.choices);
      return true;
    }
    if (fits.lowerBound != kNever)
      return false; // not proven
    SearchResult any = searchSmallest(model, kNever, kWidthOfPeaks, budget);
    if (any.choices.empty())
      fail(any.lowerBound == kNever ? whyNever() : "");
    else if (any.value == any.lowerBound)
      fail(capNote(any.value));
    else
      fail("device.cap " + std::to_string(any.value) +
           " is enough, and the smallest one with a solution is at least " +
           std::to_string(std::max(any.lowerBound, problem.deviceCap + 1)));
    return false;
  }

  void runUniform() {
    std::optional<int64_t> smallest = considerUniform(budget);
    if (!smallest)
      return;
    if (best.layers.empty())
      fail(*smallest == kNoBytes ? whyNever() : capNote(*smallest));
    else
      offerBound(best.value);
  }

  /// The least peak of a uniform choice; none where the budget ended. Each of
  /// the last two layers keeps everything, or what the others keep or offload;
  /// of two layers or one, the first is what the last may be like.
  std::optional<int64_t> considerUniform(Budget &part) {
    int64_t smallest = kNoBytes;
    size_t size = problem.size();
    for (const Option &option : everyOption(problem, 0)) {
      ActivationChoice whole = wholeChoice();
      ActivationChoice like = withoutMoves(option.choice);
      for (auto [lastButOne, last] :
           {std::pair(whole, whole), std::pair(like, whole),
            std::pair(whole, like), std::pair(like, like)}) {
        if (!part.spend(int64_t(size) * 8))
          return std::nullopt;
        std::vector<ActivationChoice> choices(size, option.choice);
        if (size > 2)
          choices[size - 2] = lastButOne;
        if (size > 1)
          choices[size - 1] = last;
        ActivationsSolution solution = timetable(problem, choices);
        if (!fitsButForDevice(problem, solution))
          continue;
        smallest = std::min(smallest, solution.peakBytes);
        if (solution.peakBytes <= problem.deviceCap)
          offer(choices);
      }
    }
    return smallest;
  }

  /// Of the last two layers: everything, where it may be held at all.
  ActivationChoice wholeChoice() const {
    auto hold = [](const ActivationsProblem::Allowed &allowed) {
      return allowed.keep || allowed.offload ? ActivationPlace::Keep
                                             : ActivationPlace::Recompute;
    };
    bool isHeld = hold(problem.other) == ActivationPlace::Keep;
    return {hold(problem.input), hold(problem.attention),
            isHeld ? problem.slices : 0, 0};
  }

  static ActivationChoice withoutMoves(ActivationChoice choice) {
    for (ActivationPlace *place : {&choice.input, &choice.attention})
      if (*place == ActivationPlace::Offload)
        *place = ActivationPlace::Keep;
    choice.kept += choice.offloaded;
    choice.offloaded = 0;
    return choice;
  }

  const ActivationsProblem &problem;
  const SolverOptions &options;
  Budget budget;
  bool isPatient;
  ActivationsSolution best;
  int64_t lowerBound = 0;
};

class Scheduler final : public ActivationsScheduler {
public:
  explicit Scheduler(bool isPatient) : isPatient(isPatient) {}
  ActivationsSolution solve(const ActivationsProblem &problem,
                            const SolverOptions &options) const override {
    return Run(problem, options, isPatient).run();
  }

private:
  bool isPatient;
};

} // namespace

std::vector<std::string> hocket::activationsSchedulers() {
  return {"auto", "heuristic"};
}

std::unique_ptr<ActivationsScheduler>
hocket::createActivationsScheduler(std::string_view name) {
  if (name == "auto" || name == "heuristic")
    return std::make_unique<Scheduler>(name == "auto");
  return nullptr;
}
