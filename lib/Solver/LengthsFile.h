//===- LengthsFile.h - Batches drawn from length data -----------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_LENGTHSFILE_H
#define HOCKET_LIB_SOLVER_LENGTHSFILE_H

#include "hocket/Support/Result.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace hocket {

/// How a batch is drawn from a file.
struct LengthsDraw {
  uint64_t seed = 0;
  size_t count = 0;
  /// Sequences that are longer are dropped.
  int64_t limit = std::numeric_limits<int64_t>::max();
};

/// Draws lengths, with replacement, from `text`: a length a line, or a
/// histogram as CSV with the columns range ("[low, high]", both included) and
/// number, within whose ranges every length is equally likely. The draws are
/// those of std::mt19937_64(seed), each modulo the number of lengths (of a
/// histogram: of documents, then of lengths in the range). `source` begins
/// errors. Errors: InvalidArgument with the line.
Result<std::vector<int64_t>> drawLengths(const std::string &text,
                                         const std::string &source,
                                         const LengthsDraw &draw);

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_LENGTHSFILE_H
