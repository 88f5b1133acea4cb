//===- Trace.cpp - Pictures of a step for trace viewers -------------------===//

#include "hocket/Runtime/Trace.h"

#include "hocket/Plan/Work.h"
#include "hocket/Support/File.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;

namespace {

/// By instruction of a rank: seconds, on average over the steps of a process
/// that have this plan; empty where there are none.
std::vector<double> meanSeconds(const TraceProcess &process, const Plan &plan,
                                uint32_t rank) {
  size_t numInstructions = plan.roles[plan.ranks[rank].role].body.size();
  std::vector<double> sums;
  std::vector<uint32_t> counts(numInstructions);
  for (const TraceSteps &steps : process.steps) {
    if (steps.plan != &plan)
      continue;
    sums.resize(numInstructions);
    for (const Span &span : (*steps.timelines)[rank]) {
      sums[span.instruction] += span.end - span.begin;
      ++counts[span.instruction];
    }
  }
  for (size_t i = 0; i < sums.size(); ++i)
    sums[i] /= std::max(1u, counts[i]);
  return sums;
}

/// Whether the span at `index` is the first of a step.
bool beginsStep(const std::vector<Span> &spans, size_t index) {
  return index == 0 || spans[index].instruction <= spans[index - 1].instruction;
}

/// Writes one event at a time: the trace of ten thousand ranks is too large to
/// be held in memory twice.
class TraceWriter {
public:
  TraceWriter(AtomicFile &file, const std::vector<TraceProcess> &processes,
              const Model &model)
      : file(file), processes(processes), model(model) {}

  Result<void> write();

private:
  using Json = nlohmann::ordered_json;

  Result<void> add(const Json &event) {
    text += isFirst ? "\n" : ",\n";
    isFirst = false;
    text += event.dump(-1, ' ', false, Json::error_handler_t::replace);
    return text.size() > (size_t(1) << 20) ? flush() : Result<void>();
  }
  Result<void> flush() {
    Result<void> written = file.write(text);
    text.clear();
    return written;
  }
  /// A name, and a place in the order of names.
  Result<void> label(const char *what, size_t process, uint32_t rank,
                     const std::string &name, size_t place);
  Result<void> writeProcess(size_t number);
  Result<void> labelRank(size_t number, uint32_t rank);
  /// Rank `rank` in steps of one plan, of which the first is `step`, from 1.
  Result<void> writeSteps(size_t number, const TraceSteps &steps, uint32_t rank,
                          size_t step);
  Result<void> writeTrack(size_t number, const TraceTrack &track,
                          uint32_t place);
  /// What all runs of an instruction have in common.
  Json describe(const Plan &plan, uint32_t rank,
                const Instruction &instruction) const;

  AtomicFile &file;
  const std::vector<TraceProcess> &processes;
  const Model &model;
  double origin = 0; // of the times of a process
  std::string text;
  bool isFirst = true;
};

TraceWriter::Json TraceWriter::describe(const Plan &plan, uint32_t rank,
                                        const Instruction &instruction) const {
  const Rank &place = plan.ranks[rank];
  const Role &role = plan.roles[place.role];
  bool isKernel = instruction.op == Op::Kernel;
  bool runsKernel = isKernel || instruction.op == Op::Attend;
  std::string title = isKernel ? name(instruction.kind) : name(instruction.op);
  Json arguments = {{"kind", title}};
  if (instruction.stage >= 0)
    arguments["stage"] = instruction.stage;
  if (instruction.microbatch >= 0) {
    uint32_t slice = uint32_t(instruction.microbatch);
    uint32_t microbatch = plan.strategy.microbatchOf(slice);
    title += " mb" + std::to_string(microbatch);
    arguments["microbatch"] = microbatch;
    if (plan.strategy.slices > 1) {
      title += " slice" + std::to_string(slice % plan.strategy.slices);
      arguments["slice"] = slice % plan.strategy.slices;
    }
  }
  if (runsKernel)
    arguments["kernel"] = model.kernels[instruction.kernel].symbol;
  else if (instruction.buffers.size() == 1)
    arguments["buffer"] = role.buffers[instruction.buffers[0]].name;
  if (instruction.peer >= 0)
    arguments["peer"] = place.peers[size_t(instruction.peer)];
  if (instruction.op == Op::AllReduce)
    arguments["ranks"] =
        plan.groups[place.groups[size_t(instruction.group)]].size();
  Work work = workOf(plan, model, place, instruction);
  if (runsKernel)
    arguments["flops"] = work.flops;
  if (instruction.op != Op::WaitSend && instruction.op != Op::WaitCopy)
    arguments["bytes"] = work.bytes;
  return {{"name", title},
          {"cat", name(instruction.op)},
          {"args", std::move(arguments)}};
}

Result<void> TraceWriter::label(const char *what, size_t process, uint32_t rank,
                                const std::string &name, size_t place) {
  auto metadata = [&](const char *suffix, Json arguments) -> Json {
    return {{"ph", "M"},
            {"pid", process},
            {"tid", rank},
            {"name", std::string(what) + suffix},
            {"args", std::move(arguments)}};
  };
  if (Result<void> done = add(metadata("_name", {{"name", name}})); !done)
    return done;
  return add(metadata("_sort_index", {{"sort_index", place}}));
}

/// Its role may have other names in the plans of other steps.
Result<void> TraceWriter::labelRank(size_t number, uint32_t rank) {
  const Plan &plan = *processes[number].steps.front().plan;
  const Rank &place = plan.ranks[rank];
  std::string title = "rank " + std::to_string(rank) + " (" +
                      plan.roles[place.role].name + ", data " +
                      std::to_string(place.data) + ")";
  return label("thread", number, rank, title, rank);
}

Result<void> TraceWriter::writeSteps(size_t number, const TraceSteps &steps,
                                     uint32_t rank, size_t step) {
  const Plan &plan = *steps.plan;
  const Role &role = plan.roles[plan.ranks[rank].role];
  std::vector<std::vector<double>> means;
  for (const TraceProcess &process : processes)
    means.push_back(meanSeconds(process, plan, rank));
  const std::vector<Span> &spans = (*steps.timelines)[rank];
  --step;
  for (size_t i = 0; i < spans.size(); ++i) {
    const Span &span = spans[i];
    step += beginsStep(spans, i);
    Json event = describe(plan, rank, role.body[span.instruction]);
    event["ph"] = "X";
    event["pid"] = number;
    event["tid"] = rank;
    event["ts"] = (span.begin - origin) * 1e6;
    event["dur"] = (span.end - span.begin) * 1e6;
    event["args"]["step"] = step;
    for (size_t other = 0; other < processes.size(); ++other)
      if (std::string name = processes[other].name + "_seconds";
          other == number)
        event["args"][name] = span.end - span.begin;
      else if (!means[other].empty())
        event["args"][name] = means[other][span.instruction];
    if (Result<void> done = add(event); !done)
      return done;
  }
  return {};
}

Result<void> TraceWriter::writeTrack(size_t number, const TraceTrack &track,
                                     uint32_t place) {
  Result<void> done = label("thread", number, place, track.name, place);
  for (const TraceTrack::Event &event : track.events) {
    if (!done)
      break;
    done =
        add({{"name", event.name},
             {"cat", track.name},
             {"args",
              {{"kind", track.name},
               {"step", event.step},
               {processes[number].name + "_seconds", event.end - event.begin}}},
             {"ph", "X"},
             {"pid", number},
             {"tid", place},
             {"ts", (event.begin - origin) * 1e6},
             {"dur", (event.end - event.begin) * 1e6}});
  }
  return done;
}

Result<void> TraceWriter::writeProcess(size_t number) {
  const TraceProcess &process = processes[number];
  origin = std::numeric_limits<double>::infinity();
  std::vector<size_t> first = {1}; // by plan: its first step
  uint32_t ranks = 0;
  for (const TraceSteps &steps : process.steps) {
    ranks = std::max(ranks, uint32_t(steps.timelines->size()));
    size_t most = 0;
    for (const std::vector<Span> &spans : *steps.timelines) {
      size_t count = 0;
      for (size_t i = 0; i < spans.size(); ++i) {
        origin = std::min(origin, spans[i].begin);
        count += beginsStep(spans, i);
      }
      most = std::max(most, count);
    }
    first.push_back(first.back() + most);
  }
  for (const TraceTrack &track : process.tracks)
    for (const TraceTrack::Event &event : track.events)
      origin = std::min(origin, event.begin);

  Result<void> done = label("process", number, 0, process.name, number);
  for (uint32_t rank = 0; done && rank < ranks; ++rank) {
    done = labelRank(number, rank);
    for (size_t i = 0; done && i < process.steps.size(); ++i)
      done = writeSteps(number, process.steps[i], rank, first[i]);
  }
  for (size_t i = 0; done && i < process.tracks.size(); ++i)
    done = writeTrack(number, process.tracks[i], ranks + uint32_t(i));
  return done;
}

Result<void> TraceWriter::write() {
  text = "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [";
  for (size_t i = 0; i < processes.size(); ++i)
    if (Result<void> done = writeProcess(i); !done)
      return done;
  text += "\n]}\n";
  return flush();
}

} // namespace

Result<void> runtime::writeTrace(const std::string &path,
                                 const std::vector<TraceProcess> &processes,
                                 const Model &model) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  if (Result<void> done = TraceWriter(*file, processes, model).write(); !done)
    return done;
  return file->commit();
}
