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

/// By instruction of a rank: seconds, on average over the steps.
std::vector<double> meanSeconds(const std::vector<Span> &spans,
                                size_t numInstructions) {
  std::vector<double> sums(numInstructions);
  std::vector<uint32_t> counts(numInstructions);
  for (const Span &span : spans) {
    sums[span.instruction] += span.end - span.begin;
    ++counts[span.instruction];
  }
  for (size_t i = 0; i < numInstructions; ++i)
    sums[i] /= std::max(1u, counts[i]);
  return sums;
}

/// Writes one event at a time: the trace of ten thousand ranks is too large to
/// be held in memory twice.
class TraceWriter {
public:
  TraceWriter(AtomicFile &file, const std::vector<TraceProcess> &processes,
              const Plan &plan, const Model &model)
      : file(file), processes(processes), plan(plan), model(model) {}

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
  Result<void> writeTrack(size_t number, uint32_t rank, double origin);
  /// What all runs of an instruction have in common.
  Json describe(uint32_t rank, const Instruction &instruction) const;

  AtomicFile &file;
  const std::vector<TraceProcess> &processes;
  const Plan &plan;
  const Model &model;
  std::string text;
  bool isFirst = true;
};

TraceWriter::Json TraceWriter::describe(uint32_t rank,
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
    title += " mb" + std::to_string(instruction.microbatch);
    arguments["microbatch"] = instruction.microbatch;
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
  if (instruction.op != Op::WaitSend)
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

Result<void> TraceWriter::writeTrack(size_t number, uint32_t rank,
                                     double origin) {
  const Rank &place = plan.ranks[rank];
  const Role &role = plan.roles[place.role];
  std::string title = "rank " + std::to_string(rank) + " (" + role.name +
                      ", data " + std::to_string(place.data) + ")";
  if (Result<void> done = label("thread", number, rank, title, rank); !done)
    return done;
  std::vector<std::vector<double>> means;
  for (const TraceProcess &process : processes)
    means.push_back(meanSeconds((*process.timelines)[rank], role.body.size()));
  const std::vector<Span> &spans = (*processes[number].timelines)[rank];
  size_t step = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    const Span &span = spans[i];
    if (i == 0 || span.instruction <= spans[i - 1].instruction)
      ++step;
    Json event = describe(rank, role.body[span.instruction]);
    event["ph"] = "X";
    event["pid"] = number;
    event["tid"] = rank;
    event["ts"] = (span.begin - origin) * 1e6;
    event["dur"] = (span.end - span.begin) * 1e6;
    event["args"]["step"] = step;
    for (size_t other = 0; other < processes.size(); ++other)
      event["args"][processes[other].name + "_seconds"] =
          other == number ? span.end - span.begin
                          : means[other][span.instruction];
    if (Result<void> done = add(event); !done)
      return done;
  }
  return {};
}

Result<void> TraceWriter::writeProcess(size_t number) {
  const std::vector<std::vector<Span>> &timelines =
      *processes[number].timelines;
  double origin = std::numeric_limits<double>::infinity();
  for (const std::vector<Span> &spans : timelines)
    for (const Span &span : spans)
      origin = std::min(origin, span.begin);
  Result<void> done =
      label("process", number, 0, processes[number].name, number);
  for (uint32_t rank = 0; done && rank < timelines.size(); ++rank)
    done = writeTrack(number, rank, origin);
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
                                 const Plan &plan, const Model &model) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  if (Result<void> done = TraceWriter(*file, processes, plan, model).write();
      !done)
    return done;
  return file->commit();
}
