//===- Settings.cpp - What passes that solve share ------------------------===//

#include "Settings.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/TopologyOps.h"
#include "hocket/Plan/Lengths.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace hocket;

void hocket::emitFailure(Operation *op, const Twine &what, const Error &error) {
  InFlightDiagnostic diagnostic = op->emitError(what) << error.message;
  for (const std::string &note : error.notes)
    diagnostic.attachNote() << note;
}

FailureOr<Topology>
hocket::readTopology(ModuleOp module, const std::string &path, StringRef knob) {
  if (!path.empty()) {
    Result<Topology> loaded = loadTopology(path);
    if (loaded)
      return *loaded;
    emitFailure(module, "cannot load a topology: ", loaded.error());
    return failure();
  }
  auto ops = llvm::to_vector(module.getOps<TopologyOp>());
  if (ops.size() == 1)
    return toTopology(ops.front());
  InFlightDiagnostic diagnostic = module.emitOpError("has ")
                                  << ops.size() << " hocket.topology ops; "
                                  << knob << " needs one machine";
  diagnostic.attachNote() << "name its file with the option `topology`";
  return failure();
}

FailureOr<std::optional<Profile>> hocket::readProfile(ModuleOp module,
                                                      const std::string &path) {
  if (path.empty())
    return std::optional<Profile>();
  Result<Profile> loaded = loadProfile(path);
  if (loaded)
    return std::optional<Profile>(std::move(*loaded));
  emitFailure(module, "cannot load the costs: ", loaded.error());
  return failure();
}

FailureOr<std::vector<int64_t>> hocket::readLengths(ModuleOp module,
                                                    const std::string &path,
                                                    uint32_t data,
                                                    uint32_t microbatches) {
  if (path.empty())
    return std::vector<int64_t>(size_t(2) * data * microbatches, 64);
  Result<std::vector<int64_t>> loaded = plan::loadLengths(path);
  if (loaded)
    return *loaded;
  emitFailure(module, "cannot load the lengths: ", loaded.error());
  return failure();
}

SolverOptions hocket::solverOptions(const DecisionEngineFactory &engine,
                                    double timeLimit, int64_t workLimit,
                                    uint64_t seed) {
  SolverOptions options;
  options.engine = &engine;
  options.seed = seed;
  if (timeLimit > 0)
    options.timeLimit = timeLimit;
  else
    options.workLimit = workLimit;
  return options;
}

void hocket::reportSolution(Operation *op, StringRef name,
                            const SolutionSummary &summary) {
  remark::passed(op->getLoc(), remark::RemarkOpts::name(name).category("solve"))
      << remark::metric("Status", StringRef(hocket::name(summary.status)))
      << remark::metric("Value", summary.value)
      << remark::metric("Bound", summary.lowerBound)
      << remark::metric("Gap",
                        double(summary.value - summary.lowerBound) /
                            double(std::max<int64_t>(1, summary.lowerBound)));
}
