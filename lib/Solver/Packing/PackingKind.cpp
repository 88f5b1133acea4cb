//===- PackingKind.cpp - Problems of packing as JSON files ----------------===//

#include "BuiltinKinds.h"
#include "InstanceReader.h"
#include "PackingReader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace hocket;

namespace {

Error mistake(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

/// Milliseconds in files, nanoseconds in problems.
constexpr int kDecimals = 6;

template <typename T>
std::string listOf(const std::vector<T> &values) {
  std::string list;
  for (const T &value : values)
    list += (list.empty() ? "" : ",") + std::to_string(value);
  return "[" + list + "]";
}

class PackingInstance : public SolverInstance {
public:
  explicit PackingInstance(PackingFile file) : file(std::move(file)) {}

  const std::string &name() const override { return file.name; }
  int decimals() const override { return kDecimals; }
  std::vector<std::string> schedulers() const override {
    return packingSchedulers();
  }

  Result<SolutionReport> solve(std::string_view name,
                               const SolverOptions &options) const override {
    auto scheduler = createPackingScheduler(name);
    if (!scheduler) {
      std::string list;
      for (const std::string &known : packingSchedulers())
        list += (list.empty() ? "" : ", ") + known;
      return mistake("there is no scheduler '" + std::string(name) +
                         "' for packing",
                     {"the schedulers are " + list});
    }
    if (name == "z3" && !options.engine)
      return mistake("scheduler 'z3' needs an engine, and there is none");
    PackingSolution solution = scheduler->solve(file.problem, options);
    SolutionReport report;
    report.summary = solution;
    if (!solution.reason.empty())
      report.notes.push_back(solution.reason);
    if (solution.hasSolution()) {
      report.file = write(solution);
      report.notes.push_back(shapesOf(solution));
    }
    return report;
  }

  Result<void> verify(const std::string &text) const override {
    Result<Json> json = parseJson(text, "the solution");
    if (!json)
      return json.error();
    FieldReader reader(*json, "the solution");
    if (reader["kind"].string() != "packing")
      reader["kind"].fail("must be \"packing\"");
    if (reader["name"].string() != file.name)
      reader["name"].fail("must be \"" + file.name + "\"");
    if (reader["lengths"].integers() != file.problem.lengths)
      reader["lengths"].fail("are not those of the instance");
    PackingSolution solution = read(reader);
    if (reader.error())
      return *reader.error();
    return hocket::verify(file.problem, solution);
  }

private:
  /// A group is a line.
  std::string write(const PackingSolution &solution) const {
    std::string text;
    for (const auto &microbatch : solution.microbatches) {
      std::string groups;
      for (const auto &group : microbatch.groups) {
        groups += (groups.empty() ? "\n   " : ",\n   ") +
                  std::string("{\"devices\":") + listOf(group.devices);
        if (group.devices.size() > 1)
          groups +=
              ",\"method\":\"" + std::string(hocket::name(group.method)) + "\"";
        if (!file.problem.hasBarriers)
          groups += ",\"start\":" + formatDecimal(group.start, kDecimals);
        groups += ",\"sequences\":" + listOf(group.sequences) + "}";
      }
      text += (text.empty() ? "\n  " : ",\n  ") +
              std::string("{\"groups\": [") + groups + "\n  ]}";
    }
    return "{\n \"kind\": \"packing\",\n \"name\": " + Json(file.name).dump() +
           ",\n \"value\": " + formatDecimal(solution.value, kDecimals) +
           ",\n \"lengths\": " + listOf(file.problem.lengths) +
           ",\n \"microbatches\": [" + text + "\n ]\n}\n";
  }

  /// "groups by microbatch: 1x32 4x8; 64x1"
  std::string shapesOf(const PackingSolution &solution) const {
    std::string text = "groups by microbatch:";
    for (const auto &microbatch : solution.microbatches) {
      std::map<size_t, int, std::greater<>> counts;
      for (const auto &group : microbatch.groups)
        ++counts[group.devices.size()];
      if (text.back() != ':')
        text += ";";
      for (auto [degree, count] : counts)
        text += " " + std::to_string(count) + "x" + std::to_string(degree);
    }
    return text;
  }

  int64_t timeOf(const FieldReader &reader) const {
    double ms = reader.number({0, 0x1p60 / std::pow(10, kDecimals)});
    return std::llround(ms * std::pow(10, kDecimals));
  }

  PackingSolution read(const FieldReader &reader) const {
    PackingSolution solution;
    solution.value = timeOf(reader["value"]);
    FieldReader list = reader["microbatches"];
    for (size_t i = 0; i < list.size(); ++i) {
      FieldReader groups = list.at(i)["groups"];
      PackingSolution::Microbatch microbatch;
      for (size_t j = 0; j < groups.size(); ++j)
        microbatch.groups.push_back(readGroup(groups.at(j)));
      solution.microbatches.push_back(std::move(microbatch));
    }
    return solution;
  }

  PackingSolution::Group readGroup(const FieldReader &reader) const {
    PackingSolution::Group group;
    for (int64_t device :
         reader["devices"].integers(0, file.problem.devices - 1))
      group.devices.push_back(int(device));
    for (int64_t sequence : reader["sequences"].integers(
             0, int64_t(file.problem.lengths.size()) - 1))
      group.sequences.push_back(size_t(sequence));
    group.method = file.problem.methods[0];
    if (reader.has("method")) {
      std::string given = reader["method"].string();
      if (auto method = packingMethod(given))
        group.method = *method;
      else
        reader["method"].fail("is no method: '" + given + "'");
    }
    if (!file.problem.hasBarriers)
      group.start = timeOf(reader["start"]);
    return group;
  }

  PackingFile file;
};

class PackingKind : public SolverKind {
public:
  std::string_view name() const override { return "packing"; }
  std::string_view summary() const override {
    return "sequences of a batch to sequence-parallel groups";
  }
  std::vector<KindOption> options() const override {
    return {{"--lengths-seed", "N",
             "of the batch that is drawn, in place of the file's"}};
  }

  Result<std::unique_ptr<SolverInstance>>
  read(const std::string &path,
       const std::map<std::string, std::string> &options) const override {
    std::optional<uint64_t> seed;
    if (auto found = options.find("--lengths-seed"); found != options.end()) {
      const std::string &text = found->second;
      uint64_t number = 0;
      auto [end, code] =
          std::from_chars(text.data(), text.data() + text.size(), number);
      if (code != std::errc() || end != text.data() + text.size())
        return mistake("--lengths-seed must be a whole number, not '" + text +
                       "'");
      seed = number;
    }
    Result<PackingFile> file = readPackingFile(path, seed);
    if (!file)
      return file.error();
    if (Result<void> checked = file->problem.check(); !checked)
      return mistake(path + ": " + checked.error().message);
    return std::unique_ptr<SolverInstance>(
        std::make_unique<PackingInstance>(std::move(*file)));
  }
};

} // namespace

std::unique_ptr<SolverKind> hocket::createPackingKind() {
  return std::make_unique<PackingKind>();
}
