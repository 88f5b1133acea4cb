//===- Profiling.h - From measured steps to a profile -----------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_PROFILING_H
#define HOCKET_RUNTIME_PROFILING_H

#include "hocket/Plan/Plan.h"
#include "hocket/Runtime/MeasuringDevice.h"
#include "hocket/Simulate/Simulate.h"

namespace hocket::runtime {

/// The profile of the steps that `device` has timed and whose spans are
/// `timelines`: its measurements, and what spans say beyond them.
Profile makeProfile(const MeasuringDevice &device, const plan::Plan &plan,
                    const plan::Model &model,
                    const std::vector<std::vector<simulate::Span>> &timelines);

/// Whether every kernel of `plan` was measured. Errors: InvalidArgument, naming
/// `source` and the kernel.
Result<void> checkProfile(const Profile &profile, const std::string &source,
                          const plan::Plan &plan, const plan::Model &model);

/// Seconds from a notification until the thread that waits for it goes on, the
/// median of many on this machine.
double measureWake();

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_PROFILING_H
