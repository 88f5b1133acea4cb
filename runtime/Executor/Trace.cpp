//===- Trace.cpp - Pictures of a step for trace viewers -------------------===//

#include "hocket/Runtime/Trace.h"

#include "hocket/Runtime/File.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;

namespace {

/// Writes one event at a time: the trace of ten thousand ranks is too large to
/// be held in memory twice.
class TraceWriter {
public:
  TraceWriter(AtomicFile &file, const Plan &plan, const Model &model)
      : file(file), plan(plan), model(model) {}

  void begin();
  Result<void> write(size_t number, const TraceProcess &process);
  Result<void> end();

private:
  Result<void> add(const nlohmann::json &event) {
    text += isFirst ? "\n" : ",\n";
    isFirst = false;
    text +=
        event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return text.size() > (size_t(1) << 20) ? flush() : Result<void>();
  }
  Result<void> flush() {
    Result<void> written = file.write(text);
    text.clear();
    return written;
  }
  nlohmann::json describe(uint32_t rank, const Instruction &instruction) const;

  AtomicFile &file;
  const Plan &plan;
  const Model &model;
  std::string text;
  bool isFirst = true;
};

nlohmann::json TraceWriter::describe(uint32_t rank,
                                     const Instruction &instruction) const {
  std::string title = instruction.op == Op::Kernel ? name(instruction.kind)
                                                   : name(instruction.op);
  if (instruction.microbatch >= 0)
    title += " mb" + std::to_string(instruction.microbatch);
  nlohmann::json arguments;
  if (instruction.op == Op::Kernel)
    arguments["kernel"] = model.kernels[instruction.kernel].symbol;
  if (instruction.peer >= 0)
    arguments["peer"] = plan.ranks[rank].peers[instruction.peer];
  const Role &role = plan.roles[plan.ranks[rank].role];
  if (instruction.op != Op::Kernel && instruction.buffers.size() == 1)
    arguments["buffer"] = role.buffers[instruction.buffers[0]].name;
  return {{"name", title},
          {"cat", name(instruction.op)},
          {"args", std::move(arguments)}};
}

void TraceWriter::begin() {
  text = "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [";
}

Result<void> TraceWriter::end() {
  text += "\n]}\n";
  return flush();
}

Result<void> TraceWriter::write(size_t number, const TraceProcess &process) {
  const std::vector<std::vector<Span>> &timelines = *process.timelines;
  double origin = std::numeric_limits<double>::infinity();
  for (const std::vector<Span> &spans : timelines)
    for (const Span &span : spans)
      origin = std::min(origin, span.begin);

  Result<void> done = add({{"ph", "M"},
                           {"pid", number},
                           {"name", "process_name"},
                           {"args", {{"name", process.name}}}});
  for (uint32_t rank = 0; done && rank < timelines.size(); ++rank) {
    const Rank &place = plan.ranks[rank];
    const Role &role = plan.roles[place.role];
    std::string title = "rank " + std::to_string(rank) + " (" + role.name +
                        ", data " + std::to_string(place.data) + ")";
    done = add({{"ph", "M"},
                {"pid", number},
                {"tid", rank},
                {"name", "thread_name"},
                {"args", {{"name", title}}}});
    for (const Span &span : timelines[rank]) {
      if (!done)
        break;
      nlohmann::json event = describe(rank, role.body[span.instruction]);
      event["ph"] = "X";
      event["pid"] = number;
      event["tid"] = rank;
      event["ts"] = (span.begin - origin) * 1e6;
      event["dur"] = (span.end - span.begin) * 1e6;
      done = add(event);
    }
  }
  return done;
}

} // namespace

Result<void> runtime::writeTrace(const std::string &path,
                                 const std::vector<TraceProcess> &processes,
                                 const Plan &plan, const Model &model) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  TraceWriter writer(*file, plan, model);
  writer.begin();
  for (size_t i = 0; i < processes.size(); ++i)
    if (Result<void> written = writer.write(i, processes[i]); !written)
      return written;
  if (Result<void> written = writer.end(); !written)
    return written;
  return file->commit();
}
