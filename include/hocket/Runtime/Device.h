//===- Device.h - Where the instructions of a rank run ----------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_DEVICE_H
#define HOCKET_RUNTIME_DEVICE_H

#include "hocket/Support/Result.h"
#include "hocket/Support/TensorType.h"

#include <cstddef>
#include <cstdint>

namespace hocket::runtime {

/// Rows of equal length in two places, `pitch` bytes from one row to the next.
struct RowsOfTwo {
  int64_t toPitch = 0, fromPitch = 0;
  int64_t rowBytes = 0, rows = 0;
};

/// One device: memory, kernels, and the few other things that an executor asks
/// of it. Work is done in the order of the calls. A device without memory (one
/// that only predicts) gives and takes null pointers.
class Device {
public:
  virtual ~Device() = default;

  /// Memory until it is released or the device ends: zeroed, 64-byte aligned.
  virtual Result<std::byte *> allocate(int64_t bytes) = 0;
  /// Takes back what allocate() gave for so many bytes. Nothing to do for a
  /// device without memory.
  virtual void release(std::byte *, int64_t) {}
  virtual bool hasMemory() const = 0;
  /// Whether it wants to know how many operations an attention has (`counted`
  /// of attend()).
  virtual bool countsOperations() const { return false; }
  /// Elements of the largest tensor that its kernels can work on.
  virtual int64_t maxElements() const = 0;

  /// Runs kernel `kernel` of the model. `operands` has one pointer per operand
  /// in the order of the kernel's entry point.
  virtual Result<void> launch(uint32_t kernel, void *const *operands,
                              const Symbols &symbols, void *workspace) = 0;
  /// The same for a kernel that attends by a table. At `counted` in place of
  /// `symbols` the model's operations are those of the pairs of a query and a
  /// key that the table makes visible; the two are equal where the device does
  /// not count operations.
  virtual Result<void> attend(uint32_t kernel, void *const *operands,
                              const Symbols &symbols,
                              const Symbols & /*counted*/, void *workspace) {
    return launch(kernel, operands, symbols, workspace);
  }

  virtual Result<void> zero(void *data, int64_t bytes) = 0;
  /// Host to device, device to host, within the device. 0 bytes may be at null.
  virtual Result<void> upload(void *to, const void *from, int64_t bytes) = 0;
  virtual Result<void> download(void *to, const void *from, int64_t bytes) = 0;
  virtual Result<void> copy(void *to, const void *from, int64_t bytes) = 0;
  /// Posts a copy to or from the memory of the host, beside whatever else the
  /// device does; copies of one direction run one after the other. Gives the
  /// time on the device's clock at which it is done, for awaitCopy(). A device
  /// without engines for it copies at once.
  virtual Result<double> offload(void *to, const void *from, int64_t bytes) {
    return atOnce(download(to, from, bytes));
  }
  virtual Result<double> fetch(void *to, const void *from, int64_t bytes) {
    return atOnce(upload(to, from, bytes));
  }
  virtual Result<void> awaitCopy(double /*done*/) { return {}; }
  /// sum[i] += values[i] for `count` numbers of type f32.
  virtual Result<void> add(void *sum, const void *values, int64_t count) = 0;

  /// The same two for rows, of type f32 where they are added; row by row unless
  /// a device knows better.
  virtual Result<void> copyRows(void *to, const void *from,
                                const RowsOfTwo &rows) {
    return forEachRow(to, from, rows, [&](void *row, const void *source) {
      return copy(row, source, rows.rowBytes);
    });
  }
  virtual Result<void> addRows(void *sum, const void *values,
                               const RowsOfTwo &rows) {
    return forEachRow(sum, values, rows, [&](void *row, const void *source) {
      return add(row, source, rows.rowBytes / int64_t(sizeof(float)));
    });
  }

  /// Seconds on the device's own clock, for traces.
  virtual double now() const = 0;

private:
  Result<double> atOnce(const Result<void> &done) const {
    return done ? Result<double>(now()) : done.error();
  }

  template <typename Move>
  static Result<void> forEachRow(void *to, const void *from,
                                 const RowsOfTwo &rows, Move move) {
    for (int64_t row = 0; row < rows.rows; ++row)
      if (Result<void> moved =
              move(static_cast<std::byte *>(to) + row * rows.toPitch,
                   static_cast<const std::byte *>(from) + row * rows.fromPitch);
          !moved)
        return moved;
    return {};
  }
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_DEVICE_H
