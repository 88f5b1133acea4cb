//===- SourceDiagnostics.cpp - Diagnostics for a terminal -----------------===//

#include "Common/SourceDiagnostics.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace hocket;

SourceDiagnostics::SourceDiagnostics(llvm::SourceMgr &sources,
                                     MLIRContext *context)
    : SourceMgrDiagnosticHandler(sources, context) {
  setHandler([this](Diagnostic &diagnostic) {
    auto isLong = [&](Diagnostic &part) {
      return !isReadable(part.getLocation());
    };
    if (!isLong(diagnostic) && llvm::none_of(diagnostic.getNotes(), isLong))
      return emitDiagnostic(diagnostic);
    auto emit = [&](Diagnostic &part) {
      emitDiagnostic(part.getLocation(), part.str(), part.getSeverity(),
                     !isLong(part));
    };
    emit(diagnostic);
    for (Diagnostic &note : diagnostic.getNotes())
      emit(note);
  });
}

bool SourceDiagnostics::isReadable(Location loc) {
  auto place = loc->findInstanceOf<FileLineColLoc>();
  const llvm::MemoryBuffer *file =
      place ? getBufferForFile(place.getFilename()) : nullptr;
  if (!file)
    return true;
  for (llvm::line_iterator line(*file, /*SkipBlanks=*/false); !line.is_at_end();
       ++line)
    if (line.line_number() == place.getLine())
      return line->size() <= kMostColumns;
  return true;
}
