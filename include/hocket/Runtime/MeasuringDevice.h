//===- MeasuringDevice.h - A device whose work is timed ---------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_MEASURINGDEVICE_H
#define HOCKET_RUNTIME_MEASURINGDEVICE_H

#include "hocket/Cost/Profile.h"
#include "hocket/Plan/Model.h"
#include "hocket/Runtime/Device.h"

#include <map>
#include <mutex>
#include <semaphore>
#include <tuple>
#include <vector>

namespace hocket::runtime {

/// Passes everything on to another device and remembers how long it took. At
/// most so many threads are inside at once: as many as there are cores, so that
/// nobody is timed who waits for one, while what cores have to share (memory,
/// caches) is shared. Any number of threads call.
class MeasuringDevice final : public Device {
public:
  /// `device` must outlive this.
  MeasuringDevice(Device &device, unsigned atATime)
      : device(device), turns(atATime) {}

  Result<std::byte *> allocate(int64_t bytes) override {
    return device.allocate(bytes);
  }
  void release(std::byte *memory, int64_t bytes) override {
    device.release(memory, bytes);
  }
  bool hasMemory() const override { return device.hasMemory(); }
  bool countsOperations() const override { return true; }
  int64_t maxElements() const override { return device.maxElements(); }
  Result<void> launch(uint32_t kernel, void *const *operands,
                      const Symbols &symbols, void *workspace) override;
  Result<void> attend(uint32_t kernel, void *const *operands,
                      const Symbols &symbols, const Symbols &counted,
                      void *workspace) override;
  Result<void> zero(void *data, int64_t bytes) override;
  Result<void> upload(void *to, const void *from, int64_t bytes) override {
    return device.upload(to, from, bytes);
  }
  Result<void> download(void *to, const void *from, int64_t bytes) override {
    return device.download(to, from, bytes);
  }
  Result<double> offload(void *to, const void *from, int64_t bytes) override {
    return device.offload(to, from, bytes);
  }
  Result<double> fetch(void *to, const void *from, int64_t bytes) override {
    return device.fetch(to, from, bytes);
  }
  Result<void> awaitCopy(double done) override {
    return device.awaitCopy(done);
  }
  Result<void> copy(void *to, const void *from, int64_t bytes) override;
  Result<void> add(void *sum, const void *values, int64_t count) override;
  Result<void> copyRows(void *to, const void *from,
                        const RowsOfTwo &rows) override;
  Result<void> addRows(void *sum, const void *values,
                       const RowsOfTwo &rows) override;
  double now() const override { return device.now(); }

  /// Whether it measures from now on, as it does at first; else it only passes
  /// on. Nobody may be inside.
  void enable(bool measures) { enabled = measures; }
  bool isEnabled() const { return enabled; }
  /// Kernels, fills, copies and sums. Nobody may be inside.
  void write(const plan::Model &model, Profile &profile) const;
  /// Seconds inside launch(), waits for a turn included, and calls of it.
  std::pair<double, int64_t> launches() const;

private:
  struct Mean {
    double seconds = 0; // sum
    int64_t calls = 0;
    void add(double more) {
      seconds += more;
      ++calls;
    }
  };
  using Moves = std::map<int64_t, Mean>; // by bytes

  /// Calls when it is the thread's turn; how long that took.
  template <typename Call>
  Result<void> timed(const Call &call, double &seconds);
  template <typename Call>
  Result<void> timedKernel(uint32_t kernel, const Symbols &symbols,
                           const Symbols &counted, const Call &call);
  template <typename Call>
  Result<void> timedMove(Moves &moves, int64_t bytes, const Call &call);

  Device &device;
  bool enabled = true;
  std::counting_semaphore<> turns;
  mutable std::mutex mutex; // of what follows
  /// By kernel, its symbols, and those at which its operations are counted.
  std::map<std::tuple<uint32_t, Symbols, Symbols>, Mean> kernels;
  Moves fills, copies, sums;
  Mean inside; // launch()
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_MEASURINGDEVICE_H
