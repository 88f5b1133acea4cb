//===- SourceDiagnostics.h - Diagnostics for a terminal ---------*- C++ -*-===//

#ifndef HOCKET_TOOLS_COMMON_SOURCEDIAGNOSTICS_H
#define HOCKET_TOOLS_COMMON_SOURCEDIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"

namespace hocket {

/// Prints diagnostics with the line of the source that they point at, but where
/// that is longer than kMostColumns: the signature of a model is thousands of
/// columns, in which the message would drown.
class SourceDiagnostics : public mlir::SourceMgrDiagnosticHandler {
public:
  static constexpr size_t kMostColumns = 240;

  SourceDiagnostics(llvm::SourceMgr &sources, mlir::MLIRContext *context);

private:
  bool isReadable(mlir::Location loc);
};

} // namespace hocket

#endif // HOCKET_TOOLS_COMMON_SOURCEDIAGNOSTICS_H
