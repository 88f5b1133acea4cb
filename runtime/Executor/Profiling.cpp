//===- Profiling.cpp - From measured steps to a profile -------------------===//

#include "hocket/Runtime/Profiling.h"

#include "hocket/Plan/Work.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <thread>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;

static bool runsKernel(const Instruction &instruction) {
  return instruction.op == Op::Kernel || instruction.op == Op::Attend;
}

Profile runtime::makeProfile(
    const MeasuringDevice &device, const Plan &plan, const Model &model,
    const std::vector<std::vector<simulate::Span>> &timelines) {
  Profile profile;
  device.write(model, profile);
  double kernels = 0;
  std::vector<std::pair<int64_t, double>> loads;
  for (uint32_t rank = 0; rank < timelines.size(); ++rank) {
    const Rank &place = plan.ranks[rank];
    for (const simulate::Span &span : timelines[rank]) {
      const Instruction &instruction =
          plan.roles[place.role].body[span.instruction];
      double seconds = span.end - span.begin;
      if (runsKernel(instruction))
        kernels += seconds;
      else if (instruction.op == Op::LoadBatch)
        loads.emplace_back(workOf(plan, model, place, instruction).bytes,
                           seconds);
    }
  }
  profile.load = MoveCost::fit(loads);
  auto [inside, calls] = device.launches();
  if (calls > 0)
    profile.instructionSeconds =
        std::max(0.0, (kernels - inside) / double(calls));
  return profile;
}

Result<void> runtime::checkProfile(const Profile &profile,
                                   const std::string &source, const Plan &plan,
                                   const Model &model) {
  for (const Role &role : plan.roles)
    for (const Instruction &instruction : role.body) {
      if (!runsKernel(instruction))
        continue;
      const std::string &symbol = model.kernels[instruction.kernel].symbol;
      if (!profile.kernels.count(symbol))
        return Error(ErrorCode::InvalidArgument,
                     "the profile '" + source + "' has no kernel '" + symbol +
                         "'",
                     {"measure this executable: hocket-run MODEL.hkt "
                      "--profile=FILE"});
    }
  return {};
}

double runtime::measureWake() {
  using Clock = std::chrono::steady_clock;
  constexpr int rounds = 200;
  std::mutex mutex;
  std::condition_variable changed;
  int turn = 0; // even: this thread's
  std::thread other([&] {
    std::unique_lock lock(mutex);
    for (int i = 0; i < rounds; ++i) {
      changed.wait(lock, [&] { return turn == 2 * i + 1; });
      ++turn;
      changed.notify_one();
    }
  });
  std::vector<double> seconds;
  {
    std::unique_lock lock(mutex);
    for (int i = 0; i < rounds; ++i) {
      Clock::time_point start = Clock::now();
      ++turn;
      changed.notify_one();
      changed.wait(lock, [&] { return turn == 2 * i + 2; });
      // There and back.
      seconds.push_back(
          std::chrono::duration<double>(Clock::now() - start).count() / 2);
    }
  }
  other.join();
  std::nth_element(seconds.begin(), seconds.begin() + rounds / 2,
                   seconds.end());
  return seconds[rounds / 2];
}
