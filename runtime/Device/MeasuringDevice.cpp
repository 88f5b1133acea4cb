//===- MeasuringDevice.cpp - A device whose work is timed -----------------===//

#include "hocket/Runtime/MeasuringDevice.h"

#include <algorithm>
#include <chrono>

using namespace hocket;
using namespace hocket::runtime;

using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <typename Call>
Result<void> MeasuringDevice::timed(const Call &call, double &seconds) {
  turns.acquire();
  Clock::time_point start = Clock::now();
  Result<void> done = call();
  seconds = secondsSince(start);
  turns.release();
  return done;
}

template <typename Call>
Result<void> MeasuringDevice::timedMove(Moves &moves, int64_t bytes,
                                        const Call &call) {
  if (!enabled)
    return call();
  double seconds = 0;
  Result<void> done = timed(call, seconds);
  std::lock_guard lock(mutex);
  moves[bytes].add(seconds);
  return done;
}

template <typename Call>
Result<void>
MeasuringDevice::timedKernel(uint32_t kernel, const Symbols &symbols,
                             const Symbols &counted, const Call &call) {
  if (!enabled)
    return call();
  Clock::time_point start = Clock::now();
  double seconds = 0;
  Result<void> done = timed(call, seconds);
  std::lock_guard lock(mutex);
  kernels[{kernel, symbols, counted}].add(seconds);
  inside.add(secondsSince(start));
  return done;
}

Result<void> MeasuringDevice::launch(uint32_t kernel, void *const *operands,
                                     const Symbols &symbols, void *workspace) {
  return timedKernel(kernel, symbols, symbols, [&] {
    return device.launch(kernel, operands, symbols, workspace);
  });
}

Result<void> MeasuringDevice::attend(uint32_t kernel, void *const *operands,
                                     const Symbols &symbols,
                                     const Symbols &counted, void *workspace) {
  return timedKernel(kernel, symbols, counted, [&] {
    return device.attend(kernel, operands, symbols, counted, workspace);
  });
}

Result<void> MeasuringDevice::zero(void *data, int64_t bytes) {
  return timedMove(fills, bytes, [&] { return device.zero(data, bytes); });
}

Result<void> MeasuringDevice::copy(void *to, const void *from, int64_t bytes) {
  return timedMove(copies, bytes, [&] { return device.copy(to, from, bytes); });
}

Result<void> MeasuringDevice::add(void *sum, const void *values,
                                  int64_t count) {
  return timedMove(sums, count * int64_t(sizeof(float)),
                   [&] { return device.add(sum, values, count); });
}

Result<void> MeasuringDevice::copyRows(void *to, const void *from,
                                       const RowsOfTwo &rows) {
  return timedMove(copies, rows.rowBytes * rows.rows,
                   [&] { return device.copyRows(to, from, rows); });
}

Result<void> MeasuringDevice::addRows(void *sum, const void *values,
                                      const RowsOfTwo &rows) {
  return timedMove(sums, rows.rowBytes * rows.rows,
                   [&] { return device.addRows(sum, values, rows); });
}

std::pair<double, int64_t> MeasuringDevice::launches() const {
  std::lock_guard lock(mutex);
  return {inside.seconds, inside.calls};
}

void MeasuringDevice::write(const plan::Model &model, Profile &profile) const {
  std::lock_guard lock(mutex);
  // Means, not medians: a step is a sum of calls, and what the rest of the
  // machine takes from some of them it takes from steps as well.
  for (const auto &[called, mean] : kernels) {
    const auto &[index, symbols, counted] = called;
    const plan::Kernel &kernel = model.kernels[index];
    profile.kernels[kernel.symbol].push_back(
        {symbols, mean.seconds / double(mean.calls), mean.calls,
         std::max<int64_t>(kernel.flops.evaluate(counted), 0)});
  }
  auto fit = [](const Moves &moves) {
    std::vector<std::pair<int64_t, double>> samples;
    for (const auto &[bytes, mean] : moves)
      samples.emplace_back(bytes, mean.seconds / double(mean.calls));
    return MoveCost::fit(samples);
  };
  profile.fill = fit(fills);
  profile.copy = fit(copies);
  profile.sum = fit(sums);
}
