//===- MemoryKind.cpp - Memory problems as CSV files ----------------------===//

#include "BuiltinKinds.h"
#include "InstanceReader.h"

#include "hocket/Solver/Memory.h"
#include "hocket/Support/File.h"

#include <charconv>
#include <filesystem>
#include <sstream>

using namespace hocket;

namespace {

Error mistake(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

std::vector<std::string> splitLine(const std::string &line) {
  std::vector<std::string> cells;
  std::stringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');)
    cells.push_back(cell);
  return cells;
}

Result<int64_t> parseInteger(const std::string &text, const std::string &what) {
  int64_t number = 0;
  auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size())
    return mistake(what + " must be a whole number, not '" + text + "'");
  return number;
}

class MemoryInstance : public SolverInstance {
public:
  MemoryInstance(std::string name, MemoryProblem problem,
                 std::vector<std::string> ids)
      : instanceName(std::move(name)), problem(std::move(problem)),
        ids(std::move(ids)) {}

  const std::string &name() const override { return instanceName; }
  std::vector<std::string> schedulers() const override { return {"best-fit"}; }

  Result<SolutionReport> solve(std::string_view scheduler,
                               const SolverOptions &options) const override {
    if (scheduler != "best-fit")
      return mistake("there is no scheduler '" + std::string(scheduler) +
                     "' for memory");
    MemorySolution solution = createBestFitScheduler()->solve(problem);
    SolutionReport report;
    report.summary = solution;
    Json offsets = Json::object();
    for (size_t i = 0; i < solution.offsets.size(); ++i)
      offsets[ids[i]] = solution.offsets[i];
    Json file;
    file["kind"] = "memory";
    file["name"] = instanceName;
    file["value"] = solution.value;
    file["offsets"] = std::move(offsets);
    report.file = file.dump(1) + "\n";
    return report;
  }

  Result<void> verify(const std::string &text) const override {
    Result<Json> json = parseJson(text, "the solution");
    if (!json)
      return json.error();
    FieldReader reader(*json, "the solution");
    MemorySolution solution;
    solution.value = reader["value"].integer(0);
    FieldReader offsets = reader["offsets"];
    for (const std::string &id : ids)
      solution.offsets.push_back(offsets[id.c_str()].integer(0));
    if (reader.error())
      return *reader.error();
    return hocket::verify(problem, solution);
  }

private:
  std::string instanceName;
  MemoryProblem problem;
  std::vector<std::string> ids;
};

class MemoryKind : public SolverKind {
public:
  std::string_view name() const override { return "memory"; }
  std::string_view summary() const override {
    return "offsets for buffers with lifetimes (MiniMalloc's CSV)";
  }
  std::vector<KindOption> options() const override {
    return {{"--capacity", "BYTES",
             "size of the arena; without it, the smallest is sought"}};
  }

  Result<std::unique_ptr<SolverInstance>>
  read(const std::string &path,
       const std::map<std::string, std::string> &options) const override {
    Result<std::string> text = readFile(path);
    if (!text)
      return text.error();
    MemoryProblem problem;
    if (auto found = options.find("--capacity"); found != options.end()) {
      Result<int64_t> capacity = parseInteger(found->second, "--capacity");
      if (!capacity)
        return capacity.error();
      problem.capacity = *capacity;
    }
    std::vector<std::string> ids;
    std::stringstream stream(*text);
    std::string line;
    std::getline(stream, line);
    if (splitLine(line) !=
        std::vector<std::string>{"id", "lower", "upper", "size"})
      return mistake(path + ": the first line must be id,lower,upper,size");
    for (size_t number = 2; std::getline(stream, line); ++number) {
      if (line.empty())
        continue;
      std::string where = path + ":" + std::to_string(number);
      std::vector<std::string> cells = splitLine(line);
      if (cells.size() != 4)
        return mistake(where + ": there must be 4 cells, not " +
                       std::to_string(cells.size()));
      int64_t values[3];
      const char *names[] = {"lower", "upper", "size"};
      for (int i = 0; i < 3; ++i) {
        Result<int64_t> value =
            parseInteger(cells[size_t(i) + 1], where + ": " + names[i]);
        if (!value)
          return value.error();
        values[i] = *value;
      }
      ids.push_back(cells[0]);
      problem.buffers.push_back({values[0], values[1], values[2]});
    }
    if (Result<void> checked = problem.check(); !checked)
      return mistake(path + ": " + checked.error().message);
    return std::unique_ptr<SolverInstance>(std::make_unique<MemoryInstance>(
        std::filesystem::path(path).stem().string(), std::move(problem),
        std::move(ids)));
  }
};

} // namespace

std::unique_ptr<SolverKind> hocket::createMemoryKind() {
  return std::make_unique<MemoryKind>();
}
