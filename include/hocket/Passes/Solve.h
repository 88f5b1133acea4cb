//===- Solve.h - Passes that fill what is `auto` ----------------*- C++ -*-===//

#ifndef HOCKET_PASSES_SOLVE_H
#define HOCKET_PASSES_SOLVE_H

#include "hocket/Cost/Cost.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Solver/Budget.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace hocket {

#define GEN_PASS_DECL
#include "passes/Solve/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Solve/Passes.h.inc"

/// What the solvers of a compilation work with.
struct SolveSetting {
  const Topology &topology;
  const CostModel &cost;
  /// Tokens of each sequence of a step.
  std::vector<int64_t> lengths;
  SolverOptions solver;
};

/// What the pass hocket-solve-schedule does, for callers that have a machine at
/// hand. Emits an error where there is no schedule.
llvm::LogicalResult solveSchedule(mlir::ModuleOp module,
                                  llvm::StringRef lossName,
                                  const SolveSetting &setting);

/// The part of it that knows no IR but `loss`, where it emits errors: for a
/// caller who has compiled the kernels, so that their workspaces count.
llvm::FailureOr<plan::Strategy> chooseSchedule(mlir::func::FuncOp loss,
                                               const ModelSource &source,
                                               const SolveSetting &setting);

/// Whether the schedule is still to be solved. That of a skip-pipeline is
/// solved with its paths.
bool leavesScheduleOpen(const plan::Strategy &strategy);

/// The same for the paths of a skip-pipeline and the pass hocket-solve-paths.
llvm::LogicalResult solvePaths(mlir::ModuleOp module, llvm::StringRef lossName,
                               const SolveSetting &setting);

/// The same for the method of a hocket.sequence and the pass
/// hocket-solve-sequence.
llvm::LogicalResult solveSequence(mlir::ModuleOp module,
                                  llvm::StringRef lossName,
                                  const SolveSetting &setting);

/// The same for the activations of a hocket.stream and the pass
/// hocket-solve-activations.
llvm::LogicalResult solveActivations(mlir::ModuleOp module,
                                     llvm::StringRef lossName,
                                     const SolveSetting &setting);

/// As chooseSchedule(). Empty where everything is kept.
llvm::FailureOr<std::vector<plan::SliceActivations>>
chooseActivations(mlir::func::FuncOp loss, const ModelSource &source,
                  const SolveSetting &setting);

/// The skip-pipeline in `@lossName` whose paths are auto; null where there is
/// none.
SkipPipelineOp findOpenPaths(mlir::ModuleOp module, llvm::StringRef lossName);

} // namespace hocket

#endif // HOCKET_PASSES_SOLVE_H
