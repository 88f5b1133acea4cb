//===- ActivationsModel.h - Choices, their costs, and clocks ----*- C++ -*-===//
//
// What the searches for activations share: for every layer the choices that are
// worth a thought, and how a step's time grows layer by layer.
//
// Backwards run in the reverse order of forwards under the mirrored rules (a
// copy back starts when B[l+2] has ended, a copy there ends before F[l+2]
// starts). Read backwards in time, the second half of a step obeys the rules of
// the first. So both halves are built from layer 0 on, by the same Clock, and
// the value is the sum of the two ends.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSMODEL_H
#define HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSMODEL_H

#include "hocket/Solver/Activations.h"

#include <algorithm>

namespace hocket::activations {

/// A choice for a layer and what it costs.
struct Option {
  ActivationChoice choice;
  int64_t kept = 0, moved = 0, working = 0; // bytes
  int64_t backward = 0;                     // ns
  int64_t toHost = 0, fromHost = 0;         // ns
};

/// Layers of equal numbers share their options.
struct LayerOptions {
  std::vector<Option> options;
  int64_t forward = 0;      // ns
  int64_t leastWorking = 0; // bytes
  int64_t leastMoved = 0;
  int64_t leastBackward = 0; // ns
};

class Model {
public:
  /// With `bytesAlone`, of options that differ in their time alone any one is
  /// left out. Many slices have many choices: a budget that ends on the way
  /// leaves the model incomplete, and good for nothing.
  Model(const ActivationsProblem &problem, Budget &budget,
        bool bytesAlone = false);

  const ActivationsProblem &problem;
  size_t size() const { return tableOf.size(); }
  const LayerOptions &layer(size_t index) const {
    return tables[tableOf[index]];
  }
  size_t table(size_t index) const { return tableOf[index]; }
  size_t numTables() const { return tables.size(); }
  const LayerOptions &tableAt(size_t index) const { return tables[index]; }
  bool isComplete() const { return size() == problem.size(); }

private:
  std::vector<LayerOptions> tables;
  std::vector<size_t> tableOf; // by layer
};

/// All that the problem allows for the layer, cheap or not.
std::vector<Option> everyOption(const ActivationsProblem &problem,
                                size_t layer);

/// One half of a step up to some layer: when the next task may start, and when
/// the engine is done with what it has.
struct Clock {
  int64_t start = 0, engine = 0;

  /// Appends a task and the copy that follows it. Returns how long the task
  /// after it waits for a copy.
  int64_t run(int64_t task, int64_t copy) {
    int64_t end = start + task;
    start = std::max(end, engine);
    if (copy > 0)
      engine = start + copy;
    return start - end;
  }
};

/// The solution with these choices, every task and copy as early as it can be
/// (in the backward: as late as it can be before the end). Status and bound are
/// the caller's.
ActivationsSolution timetable(const ActivationsProblem &problem,
                              const std::vector<ActivationChoice> &choices);

} // namespace hocket::activations

#endif // HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSMODEL_H
