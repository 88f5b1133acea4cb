//===- VirtualDevice.h - A clock in place of a device -----------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_VIRTUALDEVICE_H
#define HOCKET_RUNTIME_VIRTUALDEVICE_H

#include "hocket/Cost/Cost.h"
#include "hocket/Plan/Model.h"
#include "hocket/Runtime/Device.h"

#include <vector>

namespace hocket::runtime {

/// What all virtual devices of a plan share.
class VirtualMachine {
public:
  /// Both must outlive the machine.
  VirtualMachine(const plan::Model &model, const CostModel &cost);

  const CostModel &cost() const { return costModel; }
  /// Operations and bytes of one call of kernel `kernel`; where the model does
  /// not say how many bytes, those of the operands.
  Work work(uint32_t kernel, const Symbols &symbols) const;

private:
  const plan::Model &model;
  const CostModel &costModel;
  std::vector<SizeExpr> bytes; // of each kernel
};

/// Has no memory and computes nothing: each call moves its clock on.
class VirtualDevice final : public Device {
public:
  explicit VirtualDevice(const VirtualMachine &machine) : machine(&machine) {}

  Result<std::byte *> allocate(int64_t bytes) override;
  bool hasMemory() const override { return false; }
  bool countsOperations() const override { return true; }
  int64_t maxElements() const override { return INT64_MAX; }
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
  double now() const override { return clock; }

  /// Waits, if it is not that late yet.
  void waitUntil(double seconds) { clock = clock < seconds ? seconds : clock; }
  /// Seconds spent on work of its own, without waiting and communication.
  double busySeconds() const { return busy; }
  int64_t allocatedBytes() const { return allocated; }

private:
  Result<void> spend(const Work &work);
  double post(double &engine, int64_t bytes) const;

  const VirtualMachine *machine;
  double clock = 0;
  double busy = 0;
  int64_t allocated = 0;
  double toHost = 0, fromHost = 0; // when these engines are done
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_VIRTUALDEVICE_H
