//===- Check.h - The invariants of a plan -----------------------*- C++ -*-===//
//
// Shares no code with the expansion: it reads a plan as a stranger's. Neither
// the plan nor the model is trusted; both may come from a damaged file.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PLAN_CHECK_H
#define HOCKET_PLAN_CHECK_H

#include "hocket/Plan/Plan.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hocket::plan {

/// A place in a plan. Each field is -1 where it does not apply.
struct Culprit {
  int64_t rank = -1;
  int64_t role = -1;
  int64_t instruction = -1; // index into Role::body
  int64_t buffer = -1;      // index into Role::buffers
};

/// The first broken invariant that was found.
struct Violation {
  /// "P1" to "P8", or "structure" where an index or a size makes no sense.
  std::string invariant;
  /// What is wrong, without the name of the invariant.
  std::string message;
  /// Where, the main culprit first; `notes[i]` describes `culprits[i]`.
  std::vector<Culprit> culprits;
  std::vector<std::string> notes;
};

/// What a rank may use; 0 means no limit.
struct MemoryLimits {
  int64_t deviceBytes = 0;
  int64_t hostBytes = 0;

  MemoryLimits(int64_t deviceBytes, int64_t hostBytes = 0)
      : deviceBytes(deviceBytes), hostBytes(hostBytes) {}
};

/// Checks, in this order, that every index is in range, then P8, P1, P3, P2,
/// P4, P7 and P5 (each rank's arena, and what it has on the host, against
/// `limits`). Linear in the number of instructions of all ranks.
std::optional<Violation> findViolation(const Plan &plan, const Model &model,
                                       const MemoryLimits &limits);

/// The same as an Error of code InvalidPlan: its message starts with the
/// invariant's name, "P1: ...", and its notes name the instructions, buffers
/// and ranks at fault.
Result<void> check(const Plan &plan, const Model &model,
                   const MemoryLimits &limits);

} // namespace hocket::plan

#endif // HOCKET_PLAN_CHECK_H
