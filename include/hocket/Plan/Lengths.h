//===- Lengths.h - The sequence lengths of a step ---------------*- C++ -*-===//

#ifndef HOCKET_PLAN_LENGTHS_H
#define HOCKET_PLAN_LENGTHS_H

#include "hocket/Support/Result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hocket::plan {

/// Reads a text with one length (tokens, 1 to 2^31) a line; '#' starts a
/// comment and blank lines are skipped. Errors name the file and the line.
Result<std::vector<int64_t>> parseLengths(const std::string &text,
                                          const std::string &fileName);
Result<std::vector<int64_t>> loadLengths(const std::string &path);

/// The lengths of one step, and the line of the file that has them.
struct StepLengths {
  std::vector<int64_t> lengths;
  unsigned line = 0; // from 1
};

/// Reads a text with the lengths of one step a line, separated by blanks or
/// commas; '#' starts a comment and blank lines are skipped. Errors name the
/// file and the line.
Result<std::vector<StepLengths>> parseStepLengths(const std::string &text,
                                                  const std::string &fileName);
Result<std::vector<StepLengths>> loadStepLengths(const std::string &path);

/// The sequences that are planned for where nobody names any: two for every
/// microbatch of every data-parallel rank, 64 tokens each.
std::vector<int64_t> defaultLengths(uint32_t data, uint32_t microbatches);

} // namespace hocket::plan

#endif // HOCKET_PLAN_LENGTHS_H
