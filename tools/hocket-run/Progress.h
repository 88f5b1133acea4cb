//===- Progress.h - How far a run is ----------------------------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETRUN_PROGRESS_H
#define HOCKET_TOOLS_HOCKETRUN_PROGRESS_H

#include <chrono>
#include <cstdint>
#include <string>

namespace hocket::run {

/// A line on standard error: rewritten in place on a terminal, else a new one
/// now and then.
class Progress {
public:
  Progress(bool enabled, int64_t steps);
  ~Progress() { clear(); }

  /// `done` steps are over; `lastStep` tells of the last one.
  void show(int64_t done, const std::string &lastStep, int64_t tokens);
  /// Removes the line, so that other output has the terminal to itself.
  void clear();
  double seconds() const;

private:
  using Clock = std::chrono::steady_clock;

  bool enabled, isTerminal;
  int64_t steps;
  bool isShown = false;
  Clock::time_point start = Clock::now(), last = start;
};

} // namespace hocket::run

#endif // HOCKET_TOOLS_HOCKETRUN_PROGRESS_H
