//===- MemoryKind.cpp - Memory problems for hocket-solve ------------------===//

#include "BuiltinKinds.h"
#include "InstanceReader.h"
#include "MemoryFile.h"

#include "hocket/Support/File.h"

#include <filesystem>
#include <set>

using namespace hocket;

namespace {

Error mistake(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

class MemoryInstance : public SolverInstance {
public:
  MemoryInstance(std::string name, MemoryProblem problem)
      : instanceName(std::move(name)), problem(std::move(problem)) {}

  const std::string &name() const override { return instanceName; }
  std::vector<std::string> schedulers() const override {
    return {"auto", "best-fit"};
  }

  Result<SolutionReport> solve(std::string_view scheduler,
                               const SolverOptions &options) const override {
    std::unique_ptr<MemoryScheduler> solver;
    if (scheduler == "auto")
      solver = createSkylineScheduler(options);
    else if (scheduler == "best-fit")
      solver = createBestFitScheduler();
    else
      return mistake("there is no scheduler '" + std::string(scheduler) +
                         "' for memory",
                     {"the schedulers are auto, best-fit"});
    MemorySolution solution = solver->solve(problem);
    SolutionReport report;
    report.summary = solution;
    if (solution.hasSolution())
      report.file = fileOf(solution);
    else
      report.notes = whyNot(solution);
    return report;
  }

  Result<void> verify(const std::string &text) const override;

private:
  std::string fileOf(const MemorySolution &solution) const;
  std::vector<std::string> whyNot(const MemorySolution &solution) const;

  std::string instanceName;
  MemoryProblem problem; // with names
};

std::string MemoryInstance::fileOf(const MemorySolution &solution) const {
  Json offsets = Json::object();
  for (size_t i = 0; i < problem.names.size(); ++i)
    appendField(offsets, problem.names[i], solution.offsets[i]);
  Json file;
  file["kind"] = "memory";
  file["name"] = instanceName;
  file["value"] = solution.value;
  file["offsets"] = std::move(offsets);
  return file.dump(1) + "\n";
}

/// A capacity that does suffice, and what is known of smaller ones.
std::vector<std::string>
MemoryInstance::whyNot(const MemorySolution &solution) const {
  MemoryProblem unlimited = problem;
  unlimited.capacity = std::numeric_limits<int64_t>::max();
  MemorySolution packed = createBestFitScheduler()->solve(unlimited);
  std::vector<std::string> notes;
  if (packed.lowerBound > problem.capacity)
    notes.push_back(std::to_string(packed.lowerBound) +
                    " bytes are alive at one moment");
  else if (solution.status == SolutionStatus::Infeasible)
    notes.push_back("no arena is smaller than " +
                    std::to_string(solution.lowerBound) + " bytes");
  notes.push_back("--capacity=" + std::to_string(packed.value) +
                  " is enough; without it the smallest arena is sought");
  return notes;
}

Result<void> MemoryInstance::verify(const std::string &text) const {
  Result<Json> json = parseJson(text, "the solution");
  if (!json)
    return json.error();
  FieldReader reader(*json, "the solution");
  std::string kind = reader["kind"].string(), name = reader["name"].string();
  MemorySolution solution;
  solution.value = reader["value"].integer(0);
  FieldReader offsets = reader["offsets"];
  if (reader.error())
    return *reader.error();
  if (kind != "memory" || name != instanceName)
    return mistake("the solution is one of " + kind + " '" + name +
                   "', not of memory '" + instanceName + "'");
  for (const FieldReader &offset : offsets.fields(problem.names))
    solution.offsets.push_back(offset.integer(0));
  if (reader.error())
    return *reader.error();
  const Json &given = (*json)["offsets"];
  if (given.size() != problem.names.size()) {
    std::set<std::string> known(problem.names.begin(), problem.names.end());
    for (const auto &entry : given.items())
      if (!known.count(entry.key()))
        return mistake("the solution has an offset for '" + entry.key() +
                       "', which is no buffer of '" + instanceName + "'");
  }
  return hocket::verify(problem, solution);
}

class MemoryKind : public SolverKind {
public:
  std::string_view name() const override { return "memory"; }
  std::string_view summary() const override {
    return "offsets for buffers with lifetimes (MiniMalloc's CSV)";
  }
  std::vector<KindOption> options() const override {
    return {{"--capacity", "BYTES",
             "of the arena: any packing within it counts; without it,\n"
             "the smallest arena is sought"},
            {"--alignment", "BYTES",
             "of all offsets, a power of two (default: 1)"}};
  }

  Result<std::unique_ptr<SolverInstance>>
  read(const std::string &path,
       const std::map<std::string, std::string> &options) const override {
    Result<std::string> text = readFile(path);
    if (!text)
      return text.error();
    Result<MemoryProblem> problem = parseMemoryFile(*text, path);
    if (!problem)
      return problem.error();
    for (auto [name, field] : {std::pair{"--capacity", &problem->capacity},
                               {"--alignment", &problem->alignment}})
      if (auto found = options.find(name); found != options.end()) {
        Result<int64_t> bytes = parseBytes(found->second, name);
        if (!bytes)
          return bytes.error();
        *field = *bytes;
      }
    if (Result<void> checked = problem->check(); !checked)
      return mistake(path + ": " + checked.error().message);
    return std::unique_ptr<SolverInstance>(std::make_unique<MemoryInstance>(
        std::filesystem::path(path).stem().string(), std::move(*problem)));
  }
};

} // namespace

std::unique_ptr<SolverKind> hocket::createMemoryKind() {
  return std::make_unique<MemoryKind>();
}
