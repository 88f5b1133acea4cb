//===- Budget.cpp - What a scheduler may spend ----------------------------===//

#include "hocket/Solver/Budget.h"

#include <algorithm>

using namespace hocket;

/// Between two readings of the clock: about 0.2 ms of counted work.
static constexpr int64_t kReadingInterval = 20'000;

Budget::Budget(const SolverOptions &options)
    : begin(Clock::now()), deadline(Clock::time_point::max()) {
  if (options.workLimit) {
    limitsWork = true;
    workLimit = *options.workLimit;
    isExhausted = workLimit <= 0;
    return;
  }
  constexpr double century = 3.2e9;
  if (options.timeLimit < century)
    deadline = begin + std::chrono::duration_cast<Clock::duration>(
                           std::chrono::duration<double>(options.timeLimit));
  readClock();
}

Budget::Budget(Budget &whole, double share)
    : whole(&whole), begin(whole.begin), deadline(whole.deadline),
      limitsWork(whole.limitsWork) {
  if (limitsWork) {
    workLimit = int64_t(double(whole.remainingWork()) * share);
    isExhausted = workLimit <= 0;
    return;
  }
  if (deadline != Clock::time_point::max())
    deadline =
        Clock::now() +
        std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(whole.remainingSeconds() * share));
  readClock();
}

Budget::~Budget() {
  if (!whole)
    return;
  whole->spend(spent);
  // A part may have ended before anything was spent of it.
  if (isExhausted && !limitsWork)
    whole->readClock();
}

bool Budget::spend(int64_t units) {
  spent += units;
  if (limitsWork)
    isExhausted |= spent >= workLimit;
  else if (spent >= nextReading)
    readClock();
  return !isExhausted;
}

void Budget::readClock() {
  nextReading = spent + kReadingInterval;
  isExhausted |= Clock::now() >= deadline;
}

double Budget::seconds() const {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double Budget::remainingSeconds() const {
  if (deadline == Clock::time_point::max())
    return std::numeric_limits<double>::infinity();
  return std::max(
      0.0, std::chrono::duration<double>(deadline - Clock::now()).count());
}

int64_t Budget::remainingWork() const {
  return limitsWork ? std::max<int64_t>(0, workLimit - spent)
                    : std::numeric_limits<int64_t>::max();
}

void hocket::tellProgress(const SolverOptions &options, const Budget &budget,
                          std::optional<int64_t> value, int64_t lowerBound) {
  if (!options.onProgress)
    return;
  Progress progress;
  progress.seconds = budget.seconds();
  progress.value = value;
  progress.lowerBound = lowerBound;
  options.onProgress(progress);
}
