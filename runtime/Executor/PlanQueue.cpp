//===- PlanQueue.cpp - Plans of steps that are yet to come ----------------===//

#include "hocket/Runtime/PlanQueue.h"

#include <cassert>
#include <system_error>

using namespace hocket;
using namespace hocket::runtime;

Result<std::unique_ptr<PlanQueue>>
PlanQueue::create(Planner planner, std::function<double()> now) {
  std::unique_ptr<PlanQueue> queue(
      new PlanQueue(std::move(planner), std::move(now)));
  try {
    queue->thread = std::thread([&made = *queue] { made.work(); });
  } catch (const std::system_error &error) {
    return Error(ErrorCode::Runtime,
                 std::string("the system has no thread that plans: ") +
                     error.what());
  }
  return queue;
}

PlanQueue::~PlanQueue() {
  {
    std::lock_guard lock(mutex);
    stopping = true;
    changed.notify_all();
  }
  if (thread.joinable())
    thread.join();
}

void PlanQueue::work() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [&] { return stopping || wanted; });
    if (stopping)
      return;
    uint64_t step = *wanted;
    wanted.reset();
    lock.unlock();
    Result<plan::Plan> plan = planner(step);
    double ended = now();
    lock.lock();
    made.emplace(std::move(plan));
    madeAt = ended;
    changed.notify_all();
  }
}

void PlanQueue::begin(uint64_t step) {
  std::lock_guard lock(mutex);
  assert(!wanted && !made && "the plan before has not been taken");
  wanted = step;
  asked = now();
  changed.notify_all();
}

Result<PlannedStep> PlanQueue::take() {
  std::unique_lock lock(mutex);
  double before = now();
  changed.wait(lock, [&] { return made.has_value(); });
  waited += now() - before;
  planned += madeAt - asked;
  Result<plan::Plan> taken = std::move(*made);
  made.reset();
  if (!taken)
    return taken.error();
  return PlannedStep{std::make_unique<const plan::Plan>(std::move(*taken)),
                     asked, madeAt};
}
