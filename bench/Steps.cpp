//===- Steps.cpp - Training steps in turn ---------------------------------===//

#include "Bench.h"

#include "hocket/Plan/Work.h"
#include "hocket/Runtime/Checkpoint.h"
#include "hocket/Runtime/CpuDevice.h"
#include "hocket/Runtime/World.h"

#include <map>
#include <memory>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;

namespace {

/// Token ids that differ, the same in every run; positions; offsets.
void fill(const Plan &plan, const Model &model, uint64_t step, uint32_t data,
          uint32_t microbatch, uint32_t input, std::byte *destination) {
  uint32_t part = data * plan.strategy.microbatches + microbatch;
  auto *values = reinterpret_cast<int32_t *>(destination);
  const BatchInput &what = model.batch[input];
  uint32_t first = plan.firstSequence[part];
  int64_t sequences = plan.shapes[part].sequences, token = 0;
  if (what.isOffsets)
    *values++ = 0;
  for (int64_t sequence = 0; sequence < sequences; ++sequence)
    if (int64_t length = plan.lengths[size_t(first + sequence)]; what.isOffsets)
      *values++ = int32_t(token += length);
    else
      for (int64_t i = 0; i < length; ++i, ++token)
        *values++ = what.name == "positions"
                        ? int32_t(i)
                        : int32_t((token * 2654435761 + step * 40503) >> 7) &
                              255;
}

struct Run {
  Executable executable;
  std::unique_ptr<CpuDevice> device;
  std::unique_ptr<ThreadsWorld> world;
  std::vector<double> seconds;
  uint64_t steps = 0;

  Result<void> create(const std::string &path, unsigned threads);
  Result<void> step() {
    double start = bench::now();
    Result<void> ran = world->run(steps++);
    seconds.push_back(bench::now() - start);
    return ran;
  }
  nlohmann::json tasks() const;
};

/// Loads the file and gives every rank the parameters that the model starts
/// with; optimizer states are zero.
Result<void> Run::create(const std::string &path, unsigned threads) {
  Result<Executable> loaded = load(path);
  if (!loaded)
    return loaded.error();
  executable = std::move(*loaded);
  Result<std::unique_ptr<CpuDevice>> made =
      CpuDevice::create(executable.code, executable.model.kernels, threads);
  if (!made)
    return made.error();
  device = std::move(*made);
  auto filler = [this](uint64_t step, uint32_t data, uint32_t microbatch,
                       uint32_t input, std::byte *destination) {
    fill(executable.plan, executable.model, step, data, microbatch, input,
         destination);
  };
  Result<std::unique_ptr<ThreadsWorld>> created = ThreadsWorld::create(
      executable.plan, executable.model, *device, filler);
  if (!created)
    return created.error();
  world = std::move(*created);
  Result<Checkpoint> checkpoint = initialize(executable.model, 0);
  if (!checkpoint)
    return checkpoint.error();
  for (uint32_t rank = 0; rank < world->size(); ++rank)
    for (uint32_t i = 0; i < executable.model.parameters.size(); ++i) {
      Executor &executor = world->rank(rank);
      int64_t buffer = executor.findBuffer(Slot::Parameter, i);
      if (buffer < 0)
        continue;
      const Tensor &value =
          checkpoint->tensors.at(executable.model.parameters[i].name);
      if (Result<void> written =
              executor.write(uint32_t(buffer), value.data.data());
          !written)
        return written;
    }
  return {};
}

/// What the recorded spans of rank 0 add up to: by kernel, or by the kind of
/// instruction.
nlohmann::json Run::tasks() const {
  struct Task {
    int64_t calls = 0;
    double seconds = 0, flops = 0, bytes = 0;
  };
  const Plan &plan = executable.plan;
  const Rank &rank = plan.ranks[0];
  std::map<std::string, Task> tasks;
  for (const Span &span : world->timelines()[0]) {
    const Instruction &instruction =
        plan.roles[rank.role].body[span.instruction];
    std::string label = name(instruction.op);
    double flops = 0, bytes = 0;
    if (instruction.op == Op::Kernel) {
      const Kernel &kernel = executable.model.kernels[instruction.kernel];
      label = kernel.symbol;
      Symbols symbols =
          symbolsOf(plan, executable.model, rank, instruction);
      flops = double(kernel.flops.evaluate(symbols));
      bytes = double(kernel.bytes.evaluate(symbols));
    }
    Task &task = tasks[label];
    ++task.calls;
    task.seconds += span.end - span.begin;
    task.flops += flops;
    task.bytes += bytes;
  }
  nlohmann::json result = nlohmann::json::array();
  for (const auto &[label, task] : tasks)
    result.push_back({{"name", label},
                      {"calls", task.calls},
                      {"seconds", task.seconds},
                      {"flops", task.flops},
                      {"bytes", task.bytes}});
  return result;
}

} // namespace

Result<nlohmann::json>
bench::measureSteps(const std::vector<std::string> &paths, int steps,
                    unsigned threads) {
  std::vector<std::unique_ptr<Run>> runs;
  for (const std::string &path : paths) {
    runs.push_back(std::make_unique<Run>());
    if (Result<void> created = runs.back()->create(path, threads); !created)
      return created.error();
    // Not counted: pages are touched for the first time.
    if (Result<void> ran = runs.back()->step(); !ran)
      return ran.error();
    runs.back()->seconds.clear();
  }
  std::vector<double> products, copies;
  copyRate();
  for (int i = 0; i < steps; ++i) {
    for (auto &run : runs)
      if (Result<void> ran = run->step(); !ran)
        return ran.error();
    products.push_back(productRate());
    copies.push_back(copyRate());
  }
  nlohmann::json result = {{"productRates", products}, {"copyRates", copies}};
  for (auto &run : runs) {
    nlohmann::json row = {{"seconds", run->seconds},
                          {"ranks", run->world->size()}};
    double tokens = 0;
    for (int64_t length : run->executable.plan.lengths)
      tokens += double(length);
    row["tokens"] = tokens;
    row["lengths"] = run->executable.plan.lengths;
    // One more, looked at closely.
    run->world->record(true);
    timeProducts(true);
    Result<void> ran = run->step();
    timeProducts(false);
    if (!ran)
      return ran.error();
    row["tasks"] = run->tasks();
    row["products"] = takeProducts();
    result["runs"].push_back(std::move(row));
  }
  return result;
}
