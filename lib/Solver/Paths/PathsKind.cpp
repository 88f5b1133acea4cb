//===- PathsKind.cpp - Problems of paths as JSON files --------------------===//

#include "BuiltinKinds.h"
#include "InstanceReader.h"

#include "hocket/Solver/Paths.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <set>

using namespace hocket;

namespace {

Error mistake(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

constexpr int64_t kLargestIndex = 1'000'000;

/// What a file holds before its times are whole numbers.
struct PathsFile {
  std::string name;
  PathsProblem problem; // all but the times
  std::vector<int64_t> ids;
  std::vector<double> forward, loss, backward, release;
  std::vector<std::vector<double>> link;
  double gapAfterTask = 0, gapAfterInjection = 0;

  std::vector<double> times() const {
    std::vector<double> all = {gapAfterTask, gapAfterInjection};
    for (const auto *times : {&forward, &loss, &backward, &release})
      all.insert(all.end(), times->begin(), times->end());
    for (const auto &row : link)
      all.insert(all.end(), row.begin(), row.end());
    return all;
  }
};

std::vector<int> readNodes(const FieldReader &reader, size_t nodes) {
  std::vector<int> members;
  for (int64_t member : reader.integers(0, int64_t(nodes) - 1))
    members.push_back(int(member));
  return members;
}

void readMicrobatches(const FieldReader &list, size_t nodes, PathsFile &file) {
  std::set<int64_t> ids;
  for (size_t i = 0; i < list.size(); ++i) {
    FieldReader reader = list.at(i);
    reader.only({"id", "head", "release", "path"});
    PathsProblem::Microbatch microbatch;
    microbatch.head = int(reader["head"].integer(0, int64_t(nodes) - 1));
    double release =
        reader.has("release") ? reader["release"].number(Range::atLeast(0)) : 0;
    int64_t id = reader.has("id") ? reader["id"].integer(0) : int64_t(i);
    if (!ids.insert(id).second)
      reader.fail("has the id " + std::to_string(id) + " of another");
    if (reader.has("path")) {
      microbatch.path = readNodes(reader["path"], nodes);
      if (reader["path"].isArray() && microbatch.path.empty())
        reader["path"].fail("is empty; leave it out to have it solved");
    }
    file.ids.push_back(id);
    file.release.push_back(release);
    file.problem.microbatches.push_back(std::move(microbatch));
  }
}

PathsFile readFields(const FieldReader &reader, const std::string &stem) {
  reader.checkKind("paths");
  reader.only({"kind",
               "name",
               "nodes",
               "locations",
               "stages",
               "stage_count",
               "forward",
               "loss_on_head",
               "backward",
               "link",
               "memory",
               "memory_means",
               "path_length",
               "convergence",
               "microbatches",
               "gap_after_task",
               "gap_after_injection",
               "source",
               "note",
               "units",
               "known"});
  PathsFile file;
  file.name = reader.has("name") ? reader["name"].string() : stem;
  size_t nodes = size_t(reader["nodes"].integer(1, kLargestIndex));
  PathsProblem &problem = file.problem;
  // Durations are refused by the check of the problem, in ticks.
  file.forward = reader["forward"].numbers({}, nodes);
  file.loss = reader["loss_on_head"].numbers({}, nodes);
  file.backward = reader["backward"].numbers({}, nodes);
  file.link = reader["link"].matrix(nodes, nodes, Range::atLeast(0));
  for (int64_t memory : reader["memory"].integers(0, kLargestIndex, nodes))
    problem.memory.push_back(int(memory));
  problem.memory.resize(nodes);
  if (reader.has("stages") && reader.has("stage_count"))
    reader["stage_count"].fail(
        "cannot be together with stages: it is in place of them");
  if (reader.has("stages")) {
    FieldReader stages = reader["stages"];
    if (stages.isArray() && stages.size() == 0)
      stages.fail("is empty; stage_count in its place lets the solver choose");
    for (size_t i = 0; i < stages.size(); ++i)
      problem.stages.push_back(readNodes(stages.at(i), nodes));
    problem.stageCount = int(problem.stages.size());
  } else {
    problem.stageCount = int(reader["stage_count"].integer(1, kLargestIndex));
  }
  problem.pathLength = int(reader["path_length"].integer(1, kLargestIndex));
  FieldReader rules = reader["convergence"];
  rules.only({"start_at_head", "max_backward_step", "max_backward_sum",
              "max_backward_moves", "max_forward_jump"});
  auto limit = [&](const char *field) {
    return int(rules[field].integer(0, kLargestIndex));
  };
  problem.convergence = {rules["start_at_head"].boolean(),
                         limit("max_backward_step"), limit("max_backward_sum"),
                         limit("max_backward_moves"),
                         limit("max_forward_jump")};
  readMicrobatches(reader["microbatches"], nodes, file);
  auto gap = [&](const char *field) {
    return reader.has(field) ? reader[field].number(Range::atLeast(0)) : 0;
  };
  file.gapAfterTask = gap("gap_after_task");
  file.gapAfterInjection = gap("gap_after_injection");
  return file;
}

/// Whole numbers of the scale, once every time is known to be one.
void setTimes(PathsFile &file, const DecimalScale &scale) {
  auto ticks = [&](const std::vector<double> &times) {
    std::vector<int64_t> whole;
    for (double time : times)
      whole.push_back(scale.toTicks(time));
    return whole;
  };
  PathsProblem &problem = file.problem;
  problem.forward = ticks(file.forward);
  problem.lossOnHead = ticks(file.loss);
  problem.backward = ticks(file.backward);
  for (const auto &row : file.link)
    problem.link.push_back(ticks(row));
  for (size_t i = 0; i < problem.microbatches.size(); ++i)
    problem.microbatches[i].release = scale.toTicks(file.release[i]);
  problem.gapAfterTask = scale.toTicks(file.gapAfterTask);
  problem.gapAfterInjection = scale.toTicks(file.gapAfterInjection);
}

class PathsInstance : public SolverInstance {
public:
  PathsInstance(PathsFile file, DecimalScale scale)
      : instanceName(std::move(file.name)), problem(std::move(file.problem)),
        ids(std::move(file.ids)), scale(scale) {}

  const std::string &name() const override { return instanceName; }
  int decimals() const override { return scale.decimals(); }
  std::vector<std::string> schedulers() const override {
    return pathsSchedulers();
  }

  Result<SolutionReport> solve(std::string_view name,
                               const SolverOptions &options) const override {
    auto scheduler = createPathsScheduler(name);
    if (!scheduler)
      return mistake("there is no scheduler '" + std::string(name) +
                     "' for paths; there are auto, heuristic and z3");
    if (name == "z3" && !options.engine)
      return mistake("scheduler 'z3' needs an engine, and there is none");
    PathsSolution solution = scheduler->solve(problem, options);
    SolutionReport report;
    report.summary = solution;
    if (!solution.reason.empty())
      report.notes.push_back(solution.reason);
    if (solution.hasSolution())
      report.file = write(solution);
    return report;
  }

  Result<void> verify(const std::string &text) const override {
    Result<Json> json = parseJson(text, "the solution");
    if (!json)
      return json.error();
    FieldReader reader(*json, "the solution");
    if (reader["kind"].string() != "paths")
      reader["kind"].fail("must be \"paths\"");
    if (reader["name"].string() != instanceName)
      reader["name"].fail("must be \"" + instanceName + "\"");
    PathsSolution solution = read(reader);
    if (reader.error())
      return *reader.error();
    return hocket::verify(problem, solution);
  }

private:
  /// A microbatch is a line. Times are written digit by digit: the shortest
  /// decimal of a double is not always what it was made from.
  std::string write(const PathsSolution &solution) const {
    auto time = [&](int64_t ticks) {
      return formatDecimal(ticks, scale.decimals());
    };
    auto times = [&](const std::vector<int64_t> &ticks) {
      std::string list;
      for (int64_t each : ticks)
        list += (list.empty() ? "" : ",") + time(each);
      return "[" + list + "]";
    };
    std::string lines;
    for (size_t i = 0; i < solution.microbatches.size(); ++i) {
      const auto &route = solution.microbatches[i];
      lines += (i == 0 ? "\n  " : ",\n  ") + std::string("{\"id\":") +
               std::to_string(ids[i]) + ",\"path\":" + Json(route.path).dump() +
               ",\"forward\":" + times(route.forward) +
               ",\"loss\":" + time(route.loss) +
               ",\"backward\":" + times(route.backward) + "}";
    }
    return "{\n \"kind\": \"paths\",\n \"name\": " + Json(instanceName).dump() +
           ",\n \"value\": " + time(solution.value) +
           ",\n \"stages\": " + Json(solution.stages).dump() +
           ",\n \"microbatches\": [" + lines + "\n ]\n}\n";
  }

  int64_t ticksOf(const FieldReader &reader) const {
    constexpr double largest = 0x1p60;
    double time = reader.number({0, largest / std::pow(10, scale.decimals())});
    int64_t ticks = scale.toTicks(time);
    // A time between two ticks would be rounded to one that is right.
    if (std::abs(scale.toNumber(ticks) - time) > 1e-12 * std::max(1.0, time))
      reader.fail("has more than the " + std::to_string(scale.decimals()) +
                  " decimals of the instance");
    return ticks;
  }

  PathsSolution read(const FieldReader &reader) const {
    PathsSolution solution;
    solution.value = ticksOf(reader["value"]);
    if (reader.has("stages") || problem.stages.empty()) {
      FieldReader stages = reader["stages"];
      for (size_t i = 0; i < stages.size(); ++i)
        solution.stages.push_back(readNodes(stages.at(i), problem.nodeCount()));
    }
    FieldReader list = reader["microbatches"];
    std::vector<char> isFound(ids.size(), 0);
    std::vector<PathsSolution::Route> routes(ids.size());
    for (size_t i = 0; i < list.size(); ++i) {
      FieldReader entry = list.at(i);
      int64_t id = entry["id"].integer();
      size_t index =
          size_t(std::find(ids.begin(), ids.end(), id) - ids.begin());
      if (index == ids.size()) {
        entry["id"].fail("is " + std::to_string(id) +
                         ", which the instance does not have");
        return solution;
      }
      if (isFound[index]++)
        entry["id"].fail("is " + std::to_string(id) + " once more (P8)");
      routes[index] = readRoute(entry);
    }
    for (size_t i = 0; i < ids.size(); ++i)
      if (!isFound[i])
        list.fail("lacks microbatch " + std::to_string(ids[i]) + " (P8)");
    solution.microbatches = std::move(routes);
    return solution;
  }

  PathsSolution::Route readRoute(const FieldReader &entry) const {
    PathsSolution::Route route;
    route.path = readNodes(entry["path"], problem.nodeCount());
    auto times = [&](const FieldReader &reader) {
      std::vector<int64_t> ticks;
      for (size_t i = 0; i < reader.size(); ++i)
        ticks.push_back(ticksOf(reader.at(i)));
      return ticks;
    };
    route.forward = times(entry["forward"]);
    route.loss = ticksOf(entry["loss"]);
    route.backward = times(entry["backward"]);
    return route;
  }

  std::string instanceName;
  PathsProblem problem;
  std::vector<int64_t> ids; // by microbatch
  DecimalScale scale;
};

Result<void> readGap(const std::map<std::string, std::string> &options,
                     const char *name, double &gap) {
  auto found = options.find(name);
  if (found == options.end())
    return {};
  const std::string &text = found->second;
  auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), gap);
  if (code != std::errc() || end != text.data() + text.size() ||
      !std::isfinite(gap) || gap < 0)
    return mistake(std::string(name) + " must be a number of seconds, not '" +
                   text + "'");
  return {};
}

class PathsKind : public SolverKind {
public:
  std::string_view name() const override { return "paths"; }
  std::string_view summary() const override {
    return "paths and start times of a skip-pipeline";
  }
  std::vector<KindOption> options() const override {
    return {{"--gap-after-task", "S",
             "rest of a node after a task, in place of the file's"},
            {"--gap-after-injection", "S",
             "rest of a node after the first F of a microbatch"}};
  }

  Result<std::unique_ptr<SolverInstance>>
  read(const std::string &path,
       const std::map<std::string, std::string> &options) const override {
    Result<Json> json = readJsonFile(path);
    if (!json)
      return json.error();
    FieldReader reader(*json, path);
    PathsFile file =
        readFields(reader, std::filesystem::path(path).stem().string());
    if (reader.error())
      return *reader.error();
    if (auto set = readGap(options, "--gap-after-task", file.gapAfterTask);
        !set)
      return set.error();
    if (auto set =
            readGap(options, "--gap-after-injection", file.gapAfterInjection);
        !set)
      return set.error();
    DecimalScale scale = DecimalScale::of(file.times());
    // Beyond this, whole numbers are not what the file says any more.
    for (double time : file.times())
      if (std::abs(time) * std::pow(10, scale.decimals()) > 0x1p53)
        return mistake(path + ": a time of " + Json(time).dump() +
                       " is too long to be exact with " +
                       std::to_string(scale.decimals()) + " decimals");
    setTimes(file, scale);
    file.problem.timeDecimals = scale.decimals();
    if (Result<void> checked = file.problem.check(); !checked)
      return mistake(path + ": " + checked.error().message);
    return std::unique_ptr<SolverInstance>(
        std::make_unique<PathsInstance>(std::move(file), scale));
  }
};

} // namespace

std::unique_ptr<SolverKind> hocket::createPathsKind() {
  return std::make_unique<PathsKind>();
}
