//===- Settings.h - What passes that solve share ----------------*- C++ -*-===//

#ifndef HOCKET_PASSES_SOLVE_SETTINGS_H
#define HOCKET_PASSES_SOLVE_SETTINGS_H

#include "hocket/Cost/Profile.h"
#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Passes/Solve.h"
#include "hocket/Plan/Schedule.h"
#include "hocket/Solver/Solution.h"
#include "hocket/Solver/Z3.h"
#include "hocket/Support/Result.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hocket {

/// Emits `error` at `op`, after `what`.
void emitFailure(mlir::Operation *op, const llvm::Twine &what,
                 const Error &error);

/// Options that all these passes have, by what Passes.td calls them.
struct SolveOptions {
  std::string topology, costs, lengths; // paths of files, or empty
  double timeLimit = 0;
  int64_t workLimit = 0;
  uint64_t seed = 0;
};

/// What SolveSetting refers to.
class LoadedSetting {
public:
  /// The machine is that of the module where no file is named; the sequences
  /// are plan::defaultLengths(). Emits an error at `module` where something
  /// cannot be loaded; `knob` is what needs it.
  static std::unique_ptr<LoadedSetting>
  load(mlir::ModuleOp module, const SolveOptions &options, llvm::StringRef knob,
       uint32_t data, uint32_t microbatches);

  SolveSetting setting() const;

private:
  LoadedSetting(Topology machine, std::optional<Profile> profile,
                std::vector<int64_t> lengths, const SolveOptions &options);

  Topology machine;
  RooflineCost predicted;
  std::optional<ProfiledCost> measured;
  std::vector<int64_t> lengths;
  Z3EngineFactory engine;
  SolverOptions solver;
};

/// What a pass does that fills a knob of the loss function `lossName`: loads
/// the setting and solves, or nothing where the knob is not open.
mlir::LogicalResult solveOpenKnob(
    mlir::ModuleOp module, llvm::StringRef lossName,
    const SolveOptions &options, llvm::StringRef knob,
    llvm::function_ref<bool(mlir::func::FuncOp, const plan::Strategy &)> isOpen,
    llvm::function_ref<mlir::LogicalResult(const SolveSetting &)> solve);

/// buildModel(), with the operations of its kernels.
mlir::FailureOr<ModelSource> buildCountedModel(mlir::ModuleOp module,
                                               llvm::StringRef lossName);

/// The strategy of `source`, with plan::provisionalSchedule() where it leaves
/// its schedule open: for choices that come before that one.
Result<plan::Strategy> withSchedule(const ModelSource &source,
                                    const plan::ScheduleRegistry &schedules);

/// Tells in a remark called `name`, of the category "solve", how good a
/// solution is.
void reportSolution(mlir::Operation *op, llvm::StringRef name,
                    const SolutionSummary &summary);

} // namespace hocket

#endif // HOCKET_PASSES_SOLVE_SETTINGS_H
