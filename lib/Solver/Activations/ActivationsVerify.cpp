//===- ActivationsVerify.cpp - Replays a step, and what it holds ----------===//

#include "hocket/Solver/Activations.h"

#include <algorithm>

using namespace hocket;

namespace {

Error violation(std::string message) {
  return Error(ErrorCode::InvalidPlan, std::move(message));
}

std::string number(int64_t value) { return std::to_string(value); }

class Replay {
public:
  Replay(const ActivationsProblem &problem, const ActivationsSolution &solution)
      : problem(problem), solution(solution) {}

  Result<void> run() {
    if (solution.layers.size() != problem.size())
      return violation("there are choices for " +
                       number(int64_t(solution.layers.size())) +
                       " layers, not for " + number(int64_t(problem.size())));
    for (size_t layer = 0; layer < problem.size(); ++layer)
      if (Result<void> checked = checkChoice(layer); !checked)
        return checked;
    if (problem.isUniform)
      if (Result<void> checked = checkUniform(); !checked)
        return checked;
    if (Result<void> checked = replayForward(); !checked)
      return checked;
    if (Result<void> checked = replayBackward(); !checked)
      return checked;
    if (solution.value != now)
      return violation("the value is said to be " + number(solution.value) +
                       " ns and is " + number(now) + " ns");
    return replayMemory();
  }

private:
  const ActivationsSolution::Layer &chosen(size_t layer) const {
    return solution.layers[layer];
  }

  static std::string at(size_t layer) {
    return "layer " + number(int64_t(layer)) + ": ";
  }

  int64_t moved(size_t layer) const {
    return problem.movedBytes(layer, chosen(layer));
  }

  Result<void> checkPlace(size_t layer, const char *what, ActivationPlace place,
                          const ActivationsProblem::Allowed &allowed) const {
    bool isAllowed =
        place == ActivationPlace::Recompute ? allowed.recompute
        : place == ActivationPlace::Offload
            ? allowed.offload && problem.mayMove(layer)
            : allowed.keep || (allowed.offload && !problem.mayMove(layer));
    if (!isAllowed)
      return violation(at(layer) + what + " must not be \"" + name(place) +
                       "\"");
    return {};
  }

  Result<void> checkChoice(size_t layer) const {
    const auto &choice = chosen(layer);
    if (auto checked = checkPlace(layer, "input", choice.input, problem.input);
        !checked)
      return checked;
    if (auto checked =
            checkPlace(layer, "attention", choice.attention, problem.attention);
        !checked)
      return checked;
    int again = problem.slices - choice.kept - choice.offloaded;
    if (choice.kept < 0 || choice.offloaded < 0 || again < 0)
      return violation(at(layer) + number(choice.kept) + " slices kept and " +
                       number(choice.offloaded) + " offloaded are not of " +
                       number(problem.slices));
    for (auto [count, place] : {std::pair{choice.kept, ActivationPlace::Keep},
                                {choice.offloaded, ActivationPlace::Offload},
                                {again, ActivationPlace::Recompute}})
      if (count > 0)
        if (auto checked = checkPlace(layer, "other", place, problem.other);
            !checked)
          return checked;
    return {};
  }

  Result<void> checkUniform() const {
    const ActivationChoice &first = chosen(0);
    for (size_t layer = 1; layer + 2 < problem.size(); ++layer)
      if (!(static_cast<const ActivationChoice &>(chosen(layer)) == first))
        return violation(at(layer) + "its choice is another than that of "
                                     "layer 0, and the problem is uniform");
    for (size_t layer = 0; layer < problem.size(); ++layer)
      if (!problem.mayMove(layer) && !isWhole(layer) && !isLike(layer, first))
        return violation(at(layer) +
                         "of the last two layers everything is kept, or what "
                         "layer 0 keeps or offloads: the problem is uniform");
    return {};
  }

  bool isWhole(size_t layer) const {
    auto isHeld = [](ActivationPlace place,
                     const ActivationsProblem::Allowed &allowed) {
      return place == ActivationPlace::Keep ||
             (!allowed.keep && !allowed.offload);
    };
    const ActivationChoice &own = chosen(layer);
    return isHeld(own.input, problem.input) &&
           isHeld(own.attention, problem.attention) &&
           (own.kept == problem.slices ||
            (!problem.other.keep && !problem.other.offload));
  }

  bool isLike(size_t layer, const ActivationChoice &first) const {
    const ActivationChoice &own = chosen(layer);
    auto alike = [](ActivationPlace a, ActivationPlace b) {
      return (a == ActivationPlace::Recompute) ==
             (b == ActivationPlace::Recompute);
    };
    return alike(own.input, first.input) &&
           alike(own.attention, first.attention) &&
           own.kept == first.kept + first.offloaded;
  }

  /// A task that starts at `start`, no earlier than `ready`.
  Result<void> startTask(size_t layer, const char *task, int64_t start,
                         int64_t ready, int64_t time) {
    if (start < now)
      return violation(at(layer) + task + " starts at " + number(start) +
                       " ns, before the task ahead of it ends at " +
                       number(now) + " ns");
    if (start < ready)
      return violation(at(layer) + task + " starts at " + number(start) +
                       " ns, before the copy that it waits for ends at " +
                       number(ready) + " ns");
    if (!problem.allowsStalls && start > now)
      return violation(at(layer) + task +
                       " waits for a copy, and tasks must "
                       "not wait");
    now = start + time;
    return {};
  }

  Result<void> startCopy(size_t layer, const char *copy, int64_t start,
                         int64_t ready, int64_t time, int64_t &engineFree) {
    if (start < ready)
      return violation(at(layer) + "the copy " + copy + " starts at " +
                       number(start) + " ns, before " + number(ready) + " ns");
    if (start < engineFree)
      return violation(at(layer) + "the copy " + copy + " starts at " +
                       number(start) + " ns, while the engine is busy until " +
                       number(engineFree) + " ns");
    engineFree = start + time;
    return {};
  }

  Result<void> replayForward() {
    std::vector<int64_t> copied(problem.size(), 0);
    int64_t engineFree = 0;
    for (size_t layer = 0; layer < problem.size(); ++layer) {
      if (auto started = startTask(layer, "F", chosen(layer).forward,
                                   layer >= 2 ? copied[layer - 2] : 0,
                                   problem.layers[layer].forward);
          !started)
        return started;
      if (moved(layer) == 0)
        continue;
      if (auto started =
              startCopy(layer, "to the host", chosen(layer).toHost, now,
                        problem.toHostTime(moved(layer)), engineFree);
          !started)
        return started;
      copied[layer] = engineFree;
    }
    return {};
  }

  Result<void> replayBackward() {
    std::vector<int64_t> ended(problem.size() + 2, 0);
    std::vector<int64_t> copied(problem.size(), 0);
    int64_t engineFree = 0;
    for (size_t layer = problem.size(); layer-- > 0;) {
      if (moved(layer) > 0) {
        if (auto started =
                startCopy(layer, "from the host", chosen(layer).fromHost,
                          ended[layer + 2], problem.fromHostTime(moved(layer)),
                          engineFree);
            !started)
          return started;
        copied[layer] = engineFree;
      }
      if (auto started =
              startTask(layer, "B", chosen(layer).backward, copied[layer],
                        problem.backwardTime(layer, chosen(layer)));
          !started)
        return started;
      ended[layer] = now;
    }
    return {};
  }

  /// Buffers come and go in the order of the tasks.
  Result<void> replayMemory() {
    live = problem.fixedBytes;
    for (size_t layer = 0; layer < problem.size(); ++layer) {
      if (layer >= 2) { // its copy has ended
        live -= moved(layer - 2);
        host += moved(layer - 2);
        mostHost = std::max(mostHost, host);
      }
      if (Result<void> fits = runLayer(layer, "F"); !fits)
        return fits;
      live += problem.keptBytes(layer, chosen(layer)) + moved(layer);
    }
    for (size_t layer = problem.size(); layer-- > 0;) {
      // Its own bytes are part of what it works on.
      live -= problem.keptBytes(layer, chosen(layer)) + moved(layer);
      if (Result<void> fits = runLayer(layer, "B"); !fits)
        return fits;
      if (layer >= 2) { // there is room for the one that comes back
        live += moved(layer - 2);
        host -= moved(layer - 2);
      }
    }
    if (mostHost > problem.hostCap)
      return violation("P5: " + number(mostHost) +
                       " bytes wait in the memory of the host, which has " +
                       number(problem.hostCap));
    if (solution.peakBytes != mostLive)
      return violation("the peak is said to be " + number(solution.peakBytes) +
                       " bytes and is " + number(mostLive));
    if (solution.hostBytes != mostHost)
      return violation("the host's bytes are said to be " +
                       number(solution.hostBytes) + " and are " +
                       number(mostHost));
    return {};
  }

  Result<void> runLayer(size_t layer, const char *task) {
    int64_t bytes = live + problem.workingBytes(layer, chosen(layer));
    mostLive = std::max(mostLive, bytes);
    if (bytes > problem.deviceCap)
      return violation("P5: " + at(layer) + number(bytes) +
                       " bytes are alive on the device in " + task +
                       ", which has " + number(problem.deviceCap));
    return {};
  }

  const ActivationsProblem &problem;
  const ActivationsSolution &solution;
  int64_t now = 0; // the end of the last task
  int64_t live = 0, mostLive = 0;
  int64_t host = 0, mostHost = 0;
};

} // namespace

Result<void> hocket::verify(const ActivationsProblem &problem,
                            const ActivationsSolution &solution) {
  return Replay(problem, solution).run();
}
