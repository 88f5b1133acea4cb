//===- Platform.h - What the ranks of a world run on ------------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_PLATFORM_H
#define HOCKET_RUNTIME_PLATFORM_H

#include "hocket/Cost/Cost.h"
#include "hocket/Plan/Plan.h"
#include "hocket/Runtime/Device.h"
#include "hocket/Runtime/Transport.h"

#include <memory>

namespace hocket::runtime {

/// The devices of all ranks of a plan, and what joins them.
class Platform {
public:
  virtual ~Platform() = default;

  virtual Device &device(uint32_t rank) = 0;
  /// Once for each plan, while no rank runs. The arguments outlive the
  /// transport, which lives no longer than the platform.
  virtual std::unique_ptr<Transport>
  connect(const plan::Plan &plan, const Routes &routes, Waker &waker) = 0;
  /// A step is about to begin, and no rank runs.
  virtual void beginStep() {}
};

/// All ranks share `device`, which must outlive the platform, and copy from
/// each other's memory.
std::unique_ptr<Platform> shareDevice(Device &device);

/// Every rank has a paced device. What `cost` predicts happens in real time,
/// `slowdown` times slower: kernels, messages and all-reduces sleep. No rank is
/// ever ahead of the prediction. Late are ranks that the system wakes up late,
/// and those that wait for them; a rank that had slack makes up for it. The
/// model and the cost model must outlive the platform. Errors: as of
/// Pacer::create.
Result<std::unique_ptr<Platform>> paceDevices(const plan::Plan &plan,
                                              const plan::Model &model,
                                              const CostModel &cost,
                                              double slowdown);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_PLATFORM_H
