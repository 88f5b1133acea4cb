//===- PacedDevice.h - Modelled durations in real time ----------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_PACEDDEVICE_H
#define HOCKET_RUNTIME_PACEDDEVICE_H

#include "hocket/Runtime/VirtualDevice.h"

#include <time.h>

namespace hocket::runtime {

/// Real time in modelled seconds: a modelled second lasts `slowdown` real ones.
class Pacer {
public:
  /// Real seconds, some thirty years: a later deadline is as good as none.
  static constexpr double kLongestSleep = 1e9;

  /// Errors: InvalidArgument for a factor that is not a finite number above 0.
  static Result<Pacer> create(double slowdown);

  /// Modelled seconds since the pacer was made.
  double now() const;
  /// Sleeps until then; not at all where that is over. The deadline is
  /// absolute: what one sleep is late by does not add to the next.
  void sleepUntil(double seconds) const;

private:
  explicit Pacer(double slowdown);

  double slowdown;
  timespec start;
};

/// Has no memory and computes nothing, like the virtual device whose clock it
/// follows: each call sleeps on its thread until that clock is reached. The
/// clock is never ahead of real time for longer than a call. It may be behind,
/// after a sleep that ended late, and then the next call sleeps less. One
/// thread calls.
class PacedDevice final : public Device {
public:
  /// Both must outlive the device.
  PacedDevice(VirtualDevice &clock, const Pacer &pacer)
      : clock(&clock), pacer(&pacer) {}

  Result<std::byte *> allocate(int64_t bytes) override;
  bool hasMemory() const override { return false; }
  bool countsOperations() const override { return true; }
  int64_t maxElements() const override { return clock->maxElements(); }
  Result<void> launch(uint32_t kernel, void *const *operands,
                      const Symbols &symbols, void *workspace) override;
  Result<void> attend(uint32_t kernel, void *const *operands,
                      const Symbols &symbols, const Symbols &counted,
                      void *workspace) override;
  Result<void> zero(void *data, int64_t bytes) override;
  Result<void> upload(void *to, const void *from, int64_t bytes) override;
  Result<void> download(void *to, const void *from, int64_t bytes) override;
  Result<void> copy(void *to, const void *from, int64_t bytes) override;
  Result<double> offload(void *to, const void *from, int64_t bytes) override;
  Result<double> fetch(void *to, const void *from, int64_t bytes) override;
  Result<void> awaitCopy(double done) override;
  Result<void> add(void *sum, const void *values, int64_t count) override;
  Result<void> copyRows(void *to, const void *from,
                        const RowsOfTwo &rows) override;
  Result<void> addRows(void *sum, const void *values,
                       const RowsOfTwo &rows) override;
  /// Real time, in modelled seconds.
  double now() const override { return pacer->now(); }

  /// The rank has to wait for another: whatever its clock says after that, real
  /// time has passed.
  void stall() { isStalled = true; }
  /// What the rank waited for has moved its clock on: sleeps until it is
  /// reached.
  void resume();

private:
  Result<void> sleep(const Result<void> &done);

  VirtualDevice *clock;
  const Pacer *pacer;
  bool isStalled = false;
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_PACEDDEVICE_H
