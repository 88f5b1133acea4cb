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
  /// No step can run any more; ranks that do stop where they next wait.
  void fail(Error error);

private:
  struct Signal {
    std::mutex mutex;
    std::condition_variable changed;
    uint64_t events = 0;
  };

  void work(uint32_t rank);
  Result<void> runStep(uint32_t rank, uint64_t number);

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
  Executor &executor = world.rank(rank);
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
  std::unique_ptr<ThreadsWorld> world(new ThreadsWorld(model));
  size_t numRanks = plan.ranks.size();
  world->fillBatch = std::move(fillBatch);
  world->platform = std::move(platform);
  world->threads = std::make_unique<Threads>(*world, numRanks);
  for (uint32_t rank = 0; rank < numRanks; ++rank)
    world->arenas.emplace_back(world->platform->device(rank));
  world->spans.resize(numRanks);
  if (Result<void> wired = world->wire(plan); !wired)
    return wired.error();
  if (Result<void> started = world->threads->start(); !started)
    return started.error();
  return world;
}

ThreadsWorld::ThreadsWorld(const plan::Model &model) : model(model) {}

ThreadsWorld::~ThreadsWorld() {
  // The threads use everything else.
  threads->stop();
}

/// The wiring before is in place until the new one is whole.
Result<void> ThreadsWorld::wire(const plan::Plan &plan) {
  auto made = std::make_unique<Wiring>(plan);
  made->transport = platform->connect(plan, made->routes, *threads);
  for (uint32_t role = 0; role < plan.roles.size(); ++role)
    made->programs.emplace_back(plan, role);
  ExecutorContext context{plan, model, made->routes, *made->transport,
                          fillBatch};
  for (uint32_t rank = 0; rank < plan.ranks.size(); ++rank) {
    Result<Executor> executor =
        Executor::create(context, made->programs[plan.ranks[rank].role], rank,
                         platform->device(rank), arenas[rank]);
    if (!executor)
      return executor.error();
    made->executors.push_back(std::move(*executor));
  }
  wiring = std::move(made);
  record(isRecording);
  return {};
}

Result<void> ThreadsWorld::replan(const plan::Plan &plan) {
  if (plan.ranks.size() != size())
    return Error(ErrorCode::InvalidArgument,
                 "a plan of " + std::to_string(plan.ranks.size()) +
                     " ranks cannot take the place of one of " +
                     std::to_string(size()));
  Result<void> wired = wire(plan);
  // Some arenas may fit the new plan only.
  if (!wired)
    threads->fail(wired.error());
  return wired;
}

Result<void> ThreadsWorld::run(uint64_t number) { return threads->run(number); }

void ThreadsWorld::record(bool enabled) {
  isRecording = enabled;
  for (size_t rank = 0; rank < size(); ++rank)
    wiring->executors[rank].record(enabled ? &spans[rank] : nullptr);
}

std::vector<std::vector<Span>> ThreadsWorld::takeTimelines() {
  std::vector<std::vector<Span>> taken(size());
  for (size_t rank = 0; rank < size(); ++rank)
    taken[rank].swap(spans[rank]);
  return taken;
}

int64_t ThreadsWorld::arenaBytes() const {
  int64_t bytes = 0;
  for (const Arena &arena : arenas)
    bytes += arena.bytes();
  return bytes;
}
