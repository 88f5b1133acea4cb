//===- Compile.h - From a model to an executable ----------------*- C++ -*-===//

#ifndef HOCKET_COMPILER_COMPILE_H
#define HOCKET_COMPILER_COMPILE_H

#include "hocket/Cost/Profile.h"
#include "hocket/Passes/Pipelines.h"
#include "hocket/Runtime/Executable.h"
#include "hocket/Solver/Budget.h"

#include "mlir/IR/BuiltinOps.h"

#include <optional>
#include <string>
#include <vector>

namespace hocket {

struct CompileOptions {
  /// Where it is not given, the module's one hocket.topology.
  std::optional<Topology> topology;
  /// Tokens of each sequence of the step that is planned first.
  std::vector<int64_t> lengths;
  /// Compile the backward even where the model has no @update.
  bool gradients = false;
  /// The processor to compile for, by LLVM's name; "native" is this one.
  std::string cpu = "native";
  /// Measured times in place of those that the topology lets expect.
  std::optional<Profile> profile;
  /// What may be spent on each knob that is `auto`. Without an engine, Z3 is
  /// used.
  SolverOptions solver = defaultSolverOptions();

  /// Counted work of about a second: what is compiled repeats exactly.
  static SolverOptions defaultSolverOptions() {
    SolverOptions options;
    options.workLimit = 100'000'000;
    return options;
  }
};

/// Compiles `module` (which is rewritten) into an executable whose plan has
/// been checked. What is wrong with the IR is emitted as diagnostics; the
/// returned Error then only says that it failed.
Result<runtime::Executable> compileModel(mlir::ModuleOp module,
                                         const CompileOptions &options);

} // namespace hocket

#endif // HOCKET_COMPILER_COMPILE_H
