//===- PacedDevice.cpp - Modelled durations in real time ------------------===//

#include "hocket/Runtime/PacedDevice.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <string>

#include <sys/prctl.h>

using namespace hocket;
using namespace hocket::runtime;

/// The kernel may end a sleep late by 50 us, to save power, unless a thread
/// asks for better.
static void askForPunctuality() {
  thread_local bool isDone = false;
  if (!isDone)
    prctl(PR_SET_TIMERSLACK, 1UL);
  isDone = true;
}

Result<Pacer> Pacer::create(double slowdown) {
  if (!std::isfinite(slowdown) || slowdown <= 0)
    return Error(ErrorCode::InvalidArgument,
                 "time cannot be slowed down by a factor of " +
                     std::to_string(slowdown),
                 {"give a finite number above 0; 1 is real time"});
  return Pacer(slowdown);
}

Pacer::Pacer(double slowdown) : slowdown(slowdown) {
  clock_gettime(CLOCK_MONOTONIC, &start);
}

double Pacer::now() const {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double(time.tv_sec - start.tv_sec) +
          double(time.tv_nsec - start.tv_nsec) * 1e-9) /
         slowdown;
}

void Pacer::sleepUntil(double seconds) const {
  // Even a deadline that is over would make the thread give up its core.
  if (now() >= seconds)
    return;
  double real = std::min(seconds * slowdown, kLongestSleep);
  double whole = std::floor(real);
  timespec deadline = start;
  deadline.tv_sec += time_t(whole);
  // Rounded up: a device is never done before its time.
  deadline.tv_nsec += long(std::ceil((real - whole) * 1e9));
  while (deadline.tv_nsec >= 1000000000) {
    deadline.tv_nsec -= 1000000000;
    ++deadline.tv_sec;
  }
  askForPunctuality();
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr) ==
         EINTR) {
  }
}

Result<void> PacedDevice::sleep(const Result<void> &done) {
  if (done)
    pacer->sleepUntil(clock->now());
  return done;
}

void PacedDevice::resume() {
  if (isStalled)
    clock->waitUntil(pacer->now());
  isStalled = false;
  pacer->sleepUntil(clock->now());
}

Result<std::byte *> PacedDevice::allocate(int64_t bytes) {
  return clock->allocate(bytes);
}

Result<void> PacedDevice::launch(uint32_t kernel, void *const *operands,
                                 const Symbols &symbols, void *workspace) {
  return sleep(clock->launch(kernel, operands, symbols, workspace));
}

Result<void> PacedDevice::attend(uint32_t kernel, void *const *operands,
                                 const Symbols &symbols, const Symbols &counted,
                                 void *workspace) {
  return sleep(clock->attend(kernel, operands, symbols, counted, workspace));
}

Result<void> PacedDevice::zero(void *data, int64_t bytes) {
  return sleep(clock->zero(data, bytes));
}

Result<void> PacedDevice::upload(void *to, const void *from, int64_t bytes) {
  return sleep(clock->upload(to, from, bytes));
}

Result<void> PacedDevice::download(void *to, const void *from, int64_t bytes) {
  return sleep(clock->download(to, from, bytes));
}

Result<void> PacedDevice::copy(void *to, const void *from, int64_t bytes) {
  return sleep(clock->copy(to, from, bytes));
}

Result<double> PacedDevice::offload(void *to, const void *from, int64_t bytes) {
  return clock->offload(to, from, bytes);
}

Result<double> PacedDevice::fetch(void *to, const void *from, int64_t bytes) {
  return clock->fetch(to, from, bytes);
}

Result<void> PacedDevice::awaitCopy(double done) {
  return sleep(clock->awaitCopy(done));
}

Result<void> PacedDevice::add(void *sum, const void *values, int64_t count) {
  return sleep(clock->add(sum, values, count));
}

Result<void> PacedDevice::copyRows(void *to, const void *from,
                                   const RowsOfTwo &rows) {
  return sleep(clock->copyRows(to, from, rows));
}

Result<void> PacedDevice::addRows(void *sum, const void *values,
                                  const RowsOfTwo &rows) {
  return sleep(clock->addRows(sum, values, rows));
}
