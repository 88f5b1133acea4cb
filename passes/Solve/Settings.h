//===- Settings.h - What passes that solve share ----------------*- C++ -*-===//

#ifndef HOCKET_PASSES_SOLVE_SETTINGS_H
#define HOCKET_PASSES_SOLVE_SETTINGS_H

#include "hocket/Cost/Profile.h"
#include "hocket/Solver/Budget.h"
#include "hocket/Solver/Engine.h"
#include "hocket/Solver/Solution.h"
#include "hocket/Support/Result.h"
#include "hocket/Topology/Topology.h"

#include "mlir/IR/BuiltinOps.h"

#include <optional>
#include <string>
#include <vector>

namespace hocket {

/// Emits `error` at `op`, after `what`.
void emitFailure(mlir::Operation *op, const llvm::Twine &what,
                 const Error &error);

/// The machine in the file `path` or, where that is empty, of the one
/// hocket.topology of `module`. Emits an error where there is none; `knob` is
/// what needs it.
mlir::FailureOr<Topology> readTopology(mlir::ModuleOp module,
                                       const std::string &path,
                                       llvm::StringRef knob);

/// The profile in the file `path`; none where that is empty. Emits an error at
/// `module`.
mlir::FailureOr<std::optional<Profile>> readProfile(mlir::ModuleOp module,
                                                    const std::string &path);

/// The lengths in the file `path` or, where that is empty, two sequences of 64
/// tokens for every microbatch. Emits an error at `module`.
mlir::FailureOr<std::vector<int64_t>> readLengths(mlir::ModuleOp module,
                                                  const std::string &path,
                                                  uint32_t data,
                                                  uint32_t microbatches);

/// Seconds where `timeLimit` is above 0, else counted work.
SolverOptions solverOptions(const DecisionEngineFactory &engine,
                            double timeLimit, int64_t workLimit, uint64_t seed);

/// Tells in a remark called `name`, of the category "solve", how good a
/// solution is.
void reportSolution(mlir::Operation *op, llvm::StringRef name,
                    const SolutionSummary &summary);

} // namespace hocket

#endif // HOCKET_PASSES_SOLVE_SETTINGS_H
