//===- MemoryFile.h - Memory problems as CSV files --------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_MEMORY_MEMORYFILE_H
#define HOCKET_LIB_SOLVER_MEMORY_MEMORYFILE_H

#include "hocket/Solver/Memory.h"

#include <string>
#include <string_view>

namespace hocket {

/// Reads MiniMalloc's format: the line "id,lower,upper,size", then a buffer a
/// line. `source` (a path) begins the errors. Errors: InvalidArgument with line
/// and column, counted from 1.
Result<MemoryProblem> parseMemoryFile(std::string_view text,
                                      const std::string &source);

/// A number of bytes, as an option gives it. Errors: InvalidArgument naming
/// `what`.
Result<int64_t> parseBytes(std::string_view text, const std::string &what);

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_MEMORY_MEMORYFILE_H
