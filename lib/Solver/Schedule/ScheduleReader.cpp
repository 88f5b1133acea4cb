//===- ScheduleReader.cpp - Schedule problems from JSON -------------------===//

#include "ScheduleReader.h"

#include <algorithm>
#include <map>

using namespace hocket;

namespace {

constexpr int64_t kMaxRanks = 10'000, kMaxMicrobatches = 1'000'000;
/// Blocks times microbatches: what fits in memory and can be solved at all.
constexpr int64_t kMaxTasks = 1'000'000;
/// Times are at most this, in the units of the file.
constexpr double kMaxTime = 1e9;

/// A list with one number per element, or one number for all of them.
std::vector<double> spread(const FieldReader &field, size_t count,
                           Range range) {
  if (field.isNumber())
    return std::vector<double>(count, field.number(range));
  if (!field.isArray())
    field.fail("must be a number, or an array of " + std::to_string(count) +
               " numbers");
  return field.numbers(range, count);
}

/// Times are positive; what rounds to nothing is not.
Range positive() { return {1e-9, kMaxTime}; }

class Reader {
public:
  Reader(const Json &json, const std::string &source)
      : root(json, source), source(source) {}

  Result<ScheduleFile> run() {
    root.checkKind("schedule");
    bool isGeneral = root.has("blocks");
    root.only(isGeneral ? std::vector<std::string>{"kind", "name", "ranks",
                                                   "microbatches", "blocks",
                                                   "cap", "objective", "source",
                                                   "note", "units", "known"}
                        : std::vector<std::string>{
                              "kind", "name", "stages", "ranks", "microbatches",
                              "placement", "F", "Bi", "W", "B", "hop",
                              "activation", "kept_for_W", "cap", "objective",
                              "source", "note", "units", "known"});
    root["kind"].string();
    file.name = root["name"].string();
    ranks = uint32_t(root["ranks"].integer(1, kMaxRanks));
    microbatches = uint32_t(root["microbatches"].integer(1, kMaxMicrobatches));
    readObjective();
    if (!root.error())
      isGeneral ? readBlocks() : readStages();
    if (root.error())
      return *root.error();
    file.problem.timeDecimals = file.times.decimals();
    file.problem.memoryDecimals = file.memory.decimals();
    if (Result<void> checked = file.problem.check(); !checked)
      return Error(ErrorCode::InvalidArgument,
                   source + ": " + checked.error().message,
                   checked.error().notes);
    return std::move(file);
  }

private:
  void readObjective() {
    if (!root.has("objective"))
      return;
    std::string name = root["objective"].string();
    if (name == "makespan")
      objective = ScheduleProblem::Objective::Makespan;
    else if (name == "span")
      objective = ScheduleProblem::Objective::Span;
    else if (name == "period")
      objective = ScheduleProblem::Objective::Period;
    else
      root["objective"].fail("must be \"makespan\", \"span\" or \"period\"");
  }

  /// Capacities and memory are on one scale; no capacity is no limit.
  std::vector<int64_t> readCapacity(std::vector<double> memory) {
    std::vector<double> caps;
    if (root.has("cap") && !root.isNull("cap"))
      caps = spread(root["cap"], ranks, {0, 1e15});
    memory.insert(memory.end(), caps.begin(), caps.end());
    file.memory = DecimalScale::of(memory);
    std::vector<int64_t> capacity(ranks, ScheduleProblem::kUnlimited);
    for (size_t rank = 0; rank < caps.size(); ++rank)
      capacity[rank] = file.memory.toTicks(caps[rank]);
    return capacity;
  }

  std::vector<int64_t> ticks(const std::vector<double> &values) const {
    std::vector<int64_t> result;
    for (double value : values)
      result.push_back(file.times.toTicks(value));
    return result;
  }

  void readPlacement(PipelineProblem &pipeline, size_t stages) {
    if (root.has("placement") && root["placement"].isArray()) {
      for (int64_t rank :
           root["placement"].integers(0, int64_t(ranks) - 1, stages))
        pipeline.placement.push_back(uint32_t(rank));
      std::vector<bool> hasStage(ranks);
      for (uint32_t rank : pipeline.placement)
        hasStage[rank] = true;
      for (uint32_t rank = 0; rank < ranks; ++rank)
        if (!hasStage[rank])
          root["placement"].fail("gives rank " + std::to_string(rank) +
                                 " no stage");
      return;
    }
    std::string name =
        root.has("placement") ? root["placement"].string() : "interleaved";
    pipeline.placement = placementOf(name, uint32_t(stages), ranks);
    if (!pipeline.placement.empty())
      return;
    if (name != "linear" && name != "interleaved" && name != "v")
      root["placement"].fail(
          "must be \"linear\", \"interleaved\", \"v\" or a rank per stage");
    else if (name == "linear")
      root["placement"].fail("\"linear\" needs as many stages as ranks");
    else
      root["stages"].fail("must be a multiple of the ranks, or 'placement' "
                          "must give a rank per stage");
    pipeline.placement.assign(stages, 0);
  }

  void readStages() {
    size_t stages = size_t(root["stages"].integer(1, kMaxRanks));
    if (stages < ranks)
      root["stages"].fail("must be at least the ranks, which are " +
                          std::to_string(ranks));
    PipelineProblem pipeline;
    pipeline.ranks = ranks;
    pipeline.microbatches = microbatches;
    pipeline.objective = objective;
    readPlacement(pipeline, stages);

    bool isWhole = root.has("B");
    if (isWhole && (root.has("Bi") || root.has("W")))
      root["B"].fail("cannot be together with Bi and W");
    std::vector<double> forward = spread(root["F"], stages, positive());
    std::vector<double> input =
        spread(root[isWhole ? "B" : "Bi"], stages, positive());
    std::vector<double> weight;
    if (!isWhole)
      weight = spread(root["W"], stages, positive());
    double hop = 0; // between any two ranks, if `hops` is empty
    std::vector<std::vector<double>> hops;
    if (root.has("hop") && root["hop"].isArray())
      hops = root["hop"].matrix(ranks, ranks, {0, kMaxTime});
    else if (root.has("hop"))
      hop = root["hop"].number({0, kMaxTime});
    std::vector<double> activation(stages, 1);
    if (root.has("activation"))
      activation = spread(root["activation"], stages, {0, 1e15});
    std::vector<double> kept;
    if (root.has("kept_for_W")) {
      if (isWhole)
        root["kept_for_W"].fail("needs Bi and W in place of B");
      kept = spread(root["kept_for_W"], stages, {0, 1e15});
      for (size_t stage = 0; stage < stages; ++stage)
        if (kept[stage] > activation[stage])
          root["kept_for_W"].fail("must be at most the activation");
    }
    checkTasks(stages * (isWhole ? 2 : 3));
    if (root.error())
      return;

    std::vector<double> times = forward;
    for (const std::vector<double> &list : {input, weight})
      times.insert(times.end(), list.begin(), list.end());
    times.push_back(hop);
    for (const std::vector<double> &row : hops)
      times.insert(times.end(), row.begin(), row.end());
    file.times = DecimalScale::of(times);
    pipeline.forward = ticks(forward);
    pipeline.inputGradient = ticks(input);
    pipeline.weightGradient = ticks(weight);
    for (const std::vector<double> &row : hops)
      pipeline.hop.push_back(ticks(row));
    for (size_t rank = 0; rank < hops.size(); ++rank)
      pipeline.hop[rank][rank] = 0;
    pipeline.evenHop = file.times.toTicks(hop);
    std::vector<double> memory = activation;
    memory.insert(memory.end(), kept.begin(), kept.end());
    pipeline.capacity = readCapacity(memory);
    for (double size : activation)
      pipeline.activation.push_back(file.memory.toTicks(size));
    for (double size : kept)
      pipeline.keptForWeight.push_back(file.memory.toTicks(size));
    file.problem = pipeline.toSchedule();
    file.pipeline = std::move(pipeline);
  }

  void checkTasks(size_t blocks) const {
    int64_t tasks = int64_t(blocks) * microbatches;
    if (tasks > kMaxTasks)
      root["microbatches"].fail("makes " + std::to_string(tasks) +
                                " tasks; at most " + std::to_string(kMaxTasks) +
                                " can be ordered");
  }

  void readBlocks() {
    FieldReader list = root["blocks"];
    size_t count = list.size();
    checkTasks(count);
    std::map<std::string, uint32_t> byName;
    std::vector<double> times, lags, memory;
    for (size_t i = 0; i < count; ++i) {
      std::string name = list.at(i)["name"].string();
      if (!byName.emplace(name, uint32_t(i)).second)
        list.at(i)["name"].fail("is that of another block too: \"" + name +
                                "\"");
    }
    ScheduleProblem &problem = file.problem;
    problem.ranks = ranks;
    problem.microbatches = microbatches;
    problem.objective = objective;
    problem.blocks.resize(count);
    for (size_t i = 0; i < count; ++i) {
      FieldReader item = list.at(i);
      item.only({"name", "devices", "time", "memory", "after"});
      ScheduleProblem::Block &block = problem.blocks[i];
      block.name = item["name"].string();
      for (int64_t device : item["devices"].integers(0, int64_t(ranks) - 1))
        block.devices.push_back(uint32_t(device));
      std::sort(block.devices.begin(), block.devices.end());
      times.push_back(item["time"].number(positive()));
      memory.push_back(item.has("memory") ? item["memory"].number({-1e15, 1e15})
                                          : 0);
      FieldReader after = item["after"];
      for (size_t k = 0; k < after.size(); ++k) {
        bool isObject = after.at(k).isObject();
        if (isObject)
          after.at(k).only({"block", "lag"});
        FieldReader name = isObject ? after.at(k)["block"] : after.at(k);
        std::string text = name.string();
        auto found = byName.find(text);
        if (found == byName.end()) {
          name.fail("is \"" + text + "\"; there is no such block");
          continue;
        }
        block.after.push_back({found->second, 0});
        lags.push_back(isObject ? after.at(k)["lag"].number({0, kMaxTime}) : 0);
      }
    }
    if (root.error())
      return;
    std::vector<double> all = times;
    all.insert(all.end(), lags.begin(), lags.end());
    file.times = DecimalScale::of(all);
    problem.capacity = readCapacity(memory);
    size_t lag = 0;
    for (size_t i = 0; i < count; ++i) {
      ScheduleProblem::Block &block = problem.blocks[i];
      block.time = file.times.toTicks(times[i]);
      block.memory = file.memory.toTicks(memory[i]);
      for (ScheduleProblem::Dependency &need : block.after)
        need.lag = file.times.toTicks(lags[lag++]);
    }
  }

  FieldReader root;
  std::string source;
  uint32_t ranks = 1, microbatches = 1;
  ScheduleProblem::Objective objective = ScheduleProblem::Objective::Makespan;
  ScheduleFile file;
};

} // namespace

Result<ScheduleFile> hocket::readSchedule(const Json &json,
                                          const std::string &source) {
  return Reader(json, source).run();
}
