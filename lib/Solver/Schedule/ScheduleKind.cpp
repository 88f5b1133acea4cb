//===- ScheduleKind.cpp - Schedule problems as JSON files -----------------===//

#include "hocket/Solver/ScheduleKind.h"

#include "ScheduleReader.h"

#include <algorithm>

using namespace hocket;

namespace {

using Objective = ScheduleProblem::Objective;

Error mistake(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

class ScheduleInstance : public SolverInstance {
public:
  ScheduleInstance(ScheduleFile file, const TextbookSchedules &textbook)
      : file(std::move(file)), textbook(textbook) {}

  const std::string &name() const override { return file.name; }
  int decimals() const override { return file.times.decimals(); }

  std::vector<std::string> schedulers() const override {
    std::vector<std::string> names{"auto", "heuristic", "z3"};
    if (file.pipeline)
      names.insert(names.end(), textbook.names.begin(), textbook.names.end());
    return names;
  }

  Result<SolutionReport> solve(std::string_view scheduler,
                               const SolverOptions &options) const override {
    std::vector<KnownOrder> known;
    if (file.pipeline && textbook.of)
      known = textbook.of(*file.pipeline);
    std::vector<std::string> names = schedulers();
    if (std::find(names.begin(), names.end(), scheduler) == names.end()) {
      std::string list;
      for (const std::string &name : names)
        list += (list.empty() ? "" : ", ") + name;
      return mistake("there is no scheduler '" + std::string(scheduler) +
                         "' for this instance",
                     {"the schedulers are " + list});
    }
    if (scheduler == "z3" && !options.engine)
      return mistake("scheduler 'z3' needs an engine, and there is none");
    if (scheduler != "auto" && scheduler != "heuristic" && scheduler != "z3")
      return fromTextbook(scheduler, known, options);
    std::vector<TaskOrder> orders;
    for (const KnownOrder &entry : known)
      orders.push_back(entry.order);
    std::unique_ptr<ScheduleScheduler> solver =
        scheduler == "auto"        ? createAutoSchedule()
        : scheduler == "heuristic" ? createHeuristicSchedule()
                                   : createExactSchedule();
    return report(solver->solve(file.problem, orders, options));
  }

  Result<void> verify(const std::string &text) const override {
    Result<Json> json = parseJson(text, "the solution");
    if (!json)
      return json.error();
    FieldReader reader(*json, "the solution");
    reader.checkKind("schedule");
    if (std::string other = reader["name"].string();
        !reader.error() && other != file.name)
      return mistake("the solution is one of '" + other + "', not of '" +
                     file.name + "'");
    ScheduleSolution solution;
    solution.value = file.times.toTicks(reader["value"].number());
    solution.starts.resize(file.problem.taskCount());
    std::vector<std::string> labels;
    for (const ScheduleProblem::Block &block : file.problem.blocks)
      labels.push_back(block.name);
    std::vector<FieldReader> starts = reader["starts"].fields(labels);
    for (uint32_t block = 0; block < labels.size(); ++block) {
      std::vector<double> times =
          starts[block].numbers(Range(), file.problem.microbatches);
      for (uint32_t i = 0; i < file.problem.microbatches; ++i)
        solution.starts[file.problem.task(i, block)] = exact(times[i]);
    }
    if (file.problem.objective == Objective::Period)
      for (const FieldReader &start : reader["repetend"].fields(labels))
        solution.repetend.push_back(exact(start.number()));
    if (reader.error())
      return *reader.error();
    return hocket::verify(file.problem, solution);
  }

private:
  int64_t exact(double time) const { return file.times.toTicks(time); }

  Result<SolutionReport> fromTextbook(std::string_view scheduler,
                                      const std::vector<KnownOrder> &known,
                                      const SolverOptions &options) const {
    Budget budget(options);
    for (const KnownOrder &entry : known) {
      if (entry.name != scheduler)
        continue;
      ScheduleSolution solution;
      solution.starts = startTimes(file.problem, entry.order);
      if (solution.starts.empty())
        return mistake("the order of '" + entry.name + "' cannot run here");
      if (file.problem.objective == Objective::Period)
        return mistake("the objective of '" + entry.name +
                       "' is the makespan or the span");
      solution.value = scheduleValue(file.problem, solution.starts);
      solution.lowerBound = scheduleLowerBound(file.problem);
      solution.status = solution.value == solution.lowerBound
                            ? SolutionStatus::Optimal
                            : SolutionStatus::Feasible;
      solution.seconds = budget.seconds();
      if (Result<void> verified = hocket::verify(file.problem, solution);
          !verified)
        return mistake("'" + entry.name +
                       "' is no solution: " + verified.error().message);
      return report(solution);
    }
    std::string list;
    for (const KnownOrder &entry : known)
      list += (list.empty() ? "" : ", ") + entry.name;
    return mistake("there is no schedule '" + std::string(scheduler) +
                       "' for this pipeline: it wants other stages of a rank, "
                       "or another placement",
                   {list.empty() ? "it has none of the textbook schedules"
                                 : "it has " + list});
  }

  SolutionReport report(const ScheduleSolution &solution) const {
    SolutionReport report;
    report.summary = solution;
    constexpr size_t maxNotes = 8;
    for (size_t rank = 0; rank < solution.smallestCapacity.size(); ++rank)
      if (int64_t needed = solution.smallestCapacity[rank];
          needed > file.problem.capacity[rank] &&
          report.notes.size() < maxNotes)
        report.notes.push_back(
            "rank " + std::to_string(rank) + " needs a capacity of " +
            formatDecimal(needed, file.memory.decimals()) +
            " to hold one microbatch; it has " +
            formatDecimal(file.problem.capacity[rank], file.memory.decimals()));
    if (solution.status == SolutionStatus::Infeasible && report.notes.empty())
      report.notes.push_back(
          "no order of the blocks fits within the capacities "
          "of all ranks together");
    if (!solution.hasSolution())
      return report;
    const ScheduleProblem &problem = file.problem;
    Json json;
    json["kind"] = "schedule";
    json["name"] = file.name;
    json["value"] = file.times.toNumber(solution.value);
    if (problem.objective == Objective::Period) {
      Json repetend = Json::object();
      for (uint32_t block = 0; block < problem.blocks.size(); ++block)
        appendField(repetend, problem.blocks[block].name,
                    file.times.toNumber(solution.repetend[block]));
      json["repetend"] = std::move(repetend);
      int64_t makespan = scheduleValue(problem, solution.starts);
      json["makespan"] = file.times.toNumber(makespan);
      report.notes.push_back(
          "the makespan of " + std::to_string(problem.microbatches) +
          " microbatches is " + formatDecimal(makespan, decimals()));
    } else {
      report.notes.push_back("bubble rate " + bubbleText(solution));
    }
    Json starts = Json::object();
    for (uint32_t block = 0; block < problem.blocks.size(); ++block) {
      Json times = Json::array();
      for (uint32_t i = 0; i < problem.microbatches; ++i)
        times.push_back(
            file.times.toNumber(solution.starts[problem.task(i, block)]));
      appendField(starts, problem.blocks[block].name, std::move(times));
    }
    json["starts"] = std::move(starts);
    report.file = json.dump() + "\n";
    return report;
  }

  /// Idle part of the busiest rank's time.
  std::string bubbleText(const ScheduleSolution &solution) const {
    std::vector<int64_t> load(file.problem.ranks, 0);
    for (const ScheduleProblem::Block &block : file.problem.blocks)
      for (uint32_t device : block.devices)
        load[device] += block.time * file.problem.microbatches;
    double busy = double(*std::max_element(load.begin(), load.end()));
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", 1 - busy / double(solution.value));
    return text;
  }

  ScheduleFile file;
  const TextbookSchedules &textbook;
};

class ScheduleKind : public SolverKind {
public:
  explicit ScheduleKind(TextbookSchedules textbook)
      : textbook(std::move(textbook)) {}

  std::string_view name() const override { return "schedule"; }
  std::string_view summary() const override {
    return "the order of F, Bi and W on the ranks of a pipeline";
  }

  Result<std::unique_ptr<SolverInstance>>
  read(const std::string &path,
       const std::map<std::string, std::string> &) const override {
    Result<Json> json = readJsonFile(path);
    if (!json)
      return json.error();
    Result<ScheduleFile> file = readSchedule(*json, path);
    if (!file)
      return file.error();
    return std::unique_ptr<SolverInstance>(
        std::make_unique<ScheduleInstance>(std::move(*file), textbook));
  }

private:
  TextbookSchedules textbook;
};

} // namespace

std::unique_ptr<SolverKind>
hocket::createScheduleKind(TextbookSchedules textbook) {
  return std::make_unique<ScheduleKind>(std::move(textbook));
}
