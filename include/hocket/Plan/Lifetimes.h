//===- Lifetimes.h - When the buffers of a role are in use ------*- C++ -*-===//

#ifndef HOCKET_PLAN_LIFETIMES_H
#define HOCKET_PLAN_LIFETIMES_H

#include "hocket/Plan/Plan.h"

namespace hocket::plan {

/// Instructions [lower, upper) of a body, which a buffer is in use during.
struct Lifetime {
  int64_t lower = -1; // -1: never used
  int64_t upper = -1;
};

/// By buffer, from its first to its last instruction. A buffer that is sent is
/// in use until somebody has waited for that, and so are the two sides of a
/// copy. What is of no microbatch lives longer: through the step. Every
/// WaitSend and WaitCopy of `role` comes after what it waits for.
std::vector<Lifetime> lifetimes(const Role &role);

} // namespace hocket::plan

#endif // HOCKET_PLAN_LIFETIMES_H
