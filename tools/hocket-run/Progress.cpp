//===- Progress.cpp - How far a run is ------------------------------------===//

#include "Progress.h"

#include <cstdio>

#include <unistd.h>

using namespace hocket::run;

Progress::Progress(bool enabled, int64_t steps)
    : enabled(enabled), isTerminal(isatty(STDERR_FILENO)), steps(steps) {}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void Progress::show(int64_t done, const std::string &lastStep, int64_t tokens) {
  Clock::time_point now = Clock::now();
  double since = std::chrono::duration<double>(now - last).count();
  if (!enabled || since < (isTerminal ? 0.1 : 10.0))
    return;
  last = now;
  double elapsed = seconds();
  long left = long(elapsed / double(done) * double(steps - done) + 0.5);
  std::fprintf(stderr,
               "%sstep %lld of %lld, %s, %.0f tokens/s, "
               "%ld:%02ld:%02ld left%s",
               isTerminal ? "\r\033[K" : "", static_cast<long long>(done),
               static_cast<long long>(steps), lastStep.c_str(),
               double(tokens) / elapsed, left / 3600, left / 60 % 60, left % 60,
               isTerminal ? "" : "\n");
  std::fflush(stderr);
  isShown = isTerminal;
}

void Progress::clear() {
  if (isShown)
    std::fputs("\r\033[K", stderr);
  isShown = false;
}
