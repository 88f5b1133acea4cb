//===- LoadTopology.cpp - The pass hocket-load-topology -------------------===//

#include "hocket/Dialects/TopologyOps.h"
#include "hocket/Passes/Import.h"
#include "hocket/Topology/Topology.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

namespace hocket {
#define GEN_PASS_DEF_LOADTOPOLOGY
#include "passes/Import/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

/// `name` with '_' for what a symbol cannot have.
static std::string symbolFor(StringRef name) {
  std::string symbol;
  for (char c : name)
    symbol += llvm::isAlnum(c) || c == '_' || c == '$' || c == '.' ? c : '_';
  if (symbol.empty() || llvm::isDigit(symbol.front()))
    symbol.insert(0, "_");
  return symbol;
}

namespace {

struct LoadTopologyPass : hocket::impl::LoadTopologyBase<LoadTopologyPass> {
  using LoadTopologyBase::LoadTopologyBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (file.empty()) {
      module.emitOpError("which topology? name its file with the option "
                         "`file`");
      return signalPassFailure();
    }
    Result<Topology> loaded = loadTopology(file);
    if (!loaded) {
      InFlightDiagnostic diagnostic =
          module.emitError("cannot load a topology: ")
          << loaded.error().message;
      for (const std::string &note : loaded.error().notes)
        diagnostic.attachNote() << note;
      return signalPassFailure();
    }
    std::string name = symbolFor(loaded->name);
    if (Operation *other = module.lookupSymbol(name)) {
      InFlightDiagnostic diagnostic =
          module.emitOpError("already has a symbol @")
          << name << ", the name of the topology in '" << file << "'";
      diagnostic.attachNote(other->getLoc()) << "it is here";
      return signalPassFailure();
    }

    OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
    createTopologyOp(builder, module.getLoc(), name, *loaded);
  }
};

} // namespace
