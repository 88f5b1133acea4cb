//===- ThreadsWorld.cpp - A thread for each rank --------------------------===//

#include "hocket/Runtime/World.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

using namespace hocket;
using namespace hocket::runtime;

/// The threads, and what they wait for. A rank that waits sleeps until its
/// number of events changes; it notes the number before it tries, so that no
/// event is lost in between.
class ThreadsWorld::Threads : public Waker {
public:
  Threads(ThreadsWorld &world, size_t numRanks)
      : world(world), signals(new Signal[numRanks]), numRanks(numRanks) {}
  ~Threads() override { stop(); }

  Result<void> start();
  void stop();

  void wake(uint32_t rank) override {
    Signal &signal = signals[rank];
    std::lock_guard lock(signal.mutex);
    ++signal.events;
    signal.changed.notify_one();
  }

  Result<void> run(uint64_t number);

private:
  struct Signal {
    std::mutex mutex;
    std::condition_variable changed;
    uint64_t events = 0;
  };

  void work(uint32_t rank);
  Result<void> runStep(uint32_t rank, uint64_t number);
  void fail(Error error);

  ThreadsWorld &world;
  std::unique_ptr<Signal[]> signals; // by rank
  const size_t numRanks;
  std::vector<std::thread> threads;

  std::mutex mutex; // of what follows
  std::condition_variable started, ended;
  uint64_t steps = 0; // that were started
  uint64_t number = 0;
  size_t running = 0; // ranks
  bool stopping = false;
  std::optional<Error> failure; // the first one
  std::atomic<bool> aborted{false};
};

Result<void> ThreadsWorld::Threads::start() {
  try {
    for (uint32_t rank = 0; rank < numRanks; ++rank)
      threads.emplace_back([this, rank] { work(rank); });
  } catch (const std::system_error &error) {
    return Error(ErrorCode::Runtime, "the system has no thread for rank " +
                                         std::to_string(threads.size()) +
                                         " of " + std::to_string(numRanks) +
                                         ": " + error.what());
  }
  return {};
}

void ThreadsWorld::Threads::stop() {
  {
    std::lock_guard lock(mutex);
    stopping = true;
    started.notify_all();
  }
  for (std::thread &thread : threads)
    thread.join();
  threads.clear();
}

Result<void> ThreadsWorld::Threads::run(uint64_t stepNumber) {
  std::unique_lock lock(mutex);
  if (failure)
    return Error(ErrorCode::Runtime, "an earlier step has failed",
                 {failure->message});
  world.platform->beginStep();
  number = stepNumber;
  running = numRanks;
  ++steps;
  started.notify_all();
  ended.wait(lock, [&] { return running == 0; });
  if (failure)
    return *failure;
  return {};
}

void ThreadsWorld::Threads::work(uint32_t rank) {
  for (uint64_t done = 0;; ++done) {
    uint64_t step;
    {
      std::unique_lock lock(mutex);
      started.wait(lock, [&] { return stopping || steps > done; });
      if (stopping)
        return;
      step = number;
    }
    if (Result<void> ran = runStep(rank, step); !ran)
      fail(ran.error());
    std::lock_guard lock(mutex);
    if (--running == 0)
      ended.notify_one();
  }
}

/// Stops at once, without an error, when another rank has failed.
Result<void> ThreadsWorld::Threads::runStep(uint32_t rank, uint64_t step) {
  Executor &executor = world.executors[rank];
  if (Result<void> begun = executor.begin(step); !begun)
    return begun;
  Signal &signal = signals[rank];
  while (!aborted) {
    uint64_t seen;
    {
      std::lock_guard lock(signal.mutex);
      seen = signal.events;
    }
    Result<Poll> done = executor.step();
    if (!done)
      return done.error();
    if (*done == Poll::Ready)
      return {};
    std::unique_lock lock(signal.mutex);
    signal.changed.wait(lock, [&] { return signal.events != seen; });
  }
  return {};
}

void ThreadsWorld::Threads::fail(Error error) {
  {
    std::lock_guard lock(mutex);
    if (!failure)
      failure = std::move(error);
  }
  aborted = true;
  for (uint32_t rank = 0; rank < numRanks; ++rank)
    wake(rank);
}

Result<std::unique_ptr<ThreadsWorld>>
ThreadsWorld::create(const plan::Plan &plan, const plan::Model &model,
                     Device &device, BatchFiller fillBatch) {
  return create(plan, model, shareDevice(device), std::move(fillBatch));
}

Result<std::unique_ptr<ThreadsWorld>>
ThreadsWorld::create(const plan::Plan &plan, const plan::Model &model,
                     std::unique_ptr<Platform> platform,
                     BatchFiller fillBatch) {
  std::unique_ptr<ThreadsWorld> world(new ThreadsWorld);
  world->fillBatch = std::move(fillBatch);
  world->platform = std::move(platform);
  world->routes = std::make_unique<Routes>(plan);
  world->threads = std::make_unique<Threads>(*world, plan.ranks.size());
  world->transport =
      world->platform->connect(plan, *world->routes, *world->threads);
  for (uint32_t role = 0; role < plan.roles.size(); ++role)
    world->programs.emplace_back(plan, role);
  ExecutorContext context{plan, model, *world->routes, *world->transport,
                          world->fillBatch};
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
    Result<Executor> made =
        Executor::create(context, world->programs[plan.ranks[rank].role], rank,
                         world->platform->device(rank));
    if (!made)
      return made.error();
    world->executors.push_back(std::move(*made));
  }
  world->spans.resize(plan.ranks.size());
  if (Result<void> started = world->threads->start(); !started)
    return started.error();
  return world;
}

ThreadsWorld::~ThreadsWorld() {
  // The threads use everything else.
  threads->stop();
}

Result<void> ThreadsWorld::run(uint64_t number) { return threads->run(number); }

void ThreadsWorld::record(bool enabled) {
  for (size_t rank = 0; rank < executors.size(); ++rank)
    executors[rank].record(enabled ? &spans[rank] : nullptr);
}
