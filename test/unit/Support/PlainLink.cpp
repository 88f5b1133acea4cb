//===- PlainLink.cpp - Links every plain library --------------------------===//
//
// Uses one function of each library, so that the linker must take them all in.
//
//===----------------------------------------------------------------------===//

#include "hocket/Cost/Cost.h"
#include "hocket/Plan/Check.h"
#include "hocket/Plan/Expand.h"
#include "hocket/Simulate/TransformerStep.h"
#include "hocket/Solver/Memory.h"

using namespace hocket;

int main() {
  plan::Model model;
  auto plan =
      plan::expand(model, {}, {1}, plan::ScheduleRegistry::withBuiltins());
  bool refused =
      !plan && !plan::check({}, model, 0) && !parseTopology("", "empty.yaml");
  RooflineCost cost{Topology()};
  double seconds = cost.workSeconds({1, 1});
  refused &= bool(simulate::predictStep(
      {}, {}, Topology(), cost, plan::ScheduleRegistry::withBuiltins()));
  MemoryProblem memory;
  memory.buffers = {{0, 1, 8}};
  MemorySolution solution = createBestFitScheduler()->solve(memory);
  return refused && seconds > 0 && solution.value == 8 ? 0 : 1;
}
