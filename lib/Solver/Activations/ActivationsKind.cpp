//===- ActivationsKind.cpp - Problems of activations as JSON files --------===//

#include "ActivationsReader.h"
#include "BuiltinKinds.h"
#include "InstanceReader.h"

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

class ActivationsInstance : public SolverInstance {
public:
  explicit ActivationsInstance(ActivationsFile file) : file(std::move(file)) {}

  const std::string &name() const override { return file.name; }
  int decimals() const override { return kDecimals; }
  std::vector<std::string> schedulers() const override {
    return activationsSchedulers();
  }

  Result<SolutionReport> solve(std::string_view name,
                               const SolverOptions &options) const override {
    auto scheduler = createActivationsScheduler(name);
    if (!scheduler)
      return mistake("there is no scheduler '" + std::string(name) +
                         "' for activations",
                     {"the schedulers are auto, heuristic"});
    ActivationsSolution solution = scheduler->solve(file.problem, options);
    SolutionReport report;
    report.summary = solution;
    if (!solution.reason.empty())
      report.notes.push_back(solution.reason);
    if (solution.hasSolution()) {
      report.file = write(solution);
      report.notes.push_back(
          "peak of the device " + std::to_string(solution.peakBytes) +
          " bytes, host " + std::to_string(solution.hostBytes) + " bytes");
    }
    return report;
  }

  Result<void> verify(const std::string &text) const override {
    Result<Json> json = parseJson(text, "the solution");
    if (!json)
      return json.error();
    FieldReader reader(*json, "the solution");
    if (reader["kind"].string() != "activations")
      reader["kind"].fail("must be \"activations\"");
    if (reader["name"].string() != file.name)
      reader["name"].fail("must be \"" + file.name + "\"");
    ActivationsSolution solution;
    solution.value = time(reader["value"]);
    solution.peakBytes = reader["peak_bytes"].integer(0);
    solution.hostBytes = reader["host_bytes"].integer(0);
    FieldReader layers = reader["layers"];
    for (size_t i = 0; i < layers.size(file.problem.size()); ++i)
      solution.layers.push_back(readLayer(layers.at(i)));
    if (reader.error())
      return *reader.error();
    return hocket::verify(file.problem, solution);
  }

private:
  /// A layer is a line.
  std::string write(const ActivationsSolution &solution) const {
    std::string text;
    auto quoted = [](ActivationPlace place) {
      return "\"" + std::string(hocket::name(place)) + "\"";
    };
    for (size_t i = 0; i < solution.layers.size(); ++i) {
      const ActivationsSolution::Layer &layer = solution.layers[i];
      text += (i == 0 ? "\n  " : ",\n  ") + std::string("{\"input\":") +
              quoted(layer.input) +
              ",\"attention\":" + quoted(layer.attention) +
              ",\"kept\":" + std::to_string(layer.kept) +
              ",\"offloaded\":" + std::to_string(layer.offloaded) +
              ",\"forward\":" + formatDecimal(layer.forward, kDecimals) +
              ",\"backward\":" + formatDecimal(layer.backward, kDecimals);
      if (file.problem.movedBytes(i, layer) > 0)
        text += ",\"to_host\":" + formatDecimal(layer.toHost, kDecimals) +
                ",\"from_host\":" + formatDecimal(layer.fromHost, kDecimals);
      text += "}";
    }
    return "{\n \"kind\": \"activations\",\n \"name\": " +
           Json(file.name).dump() +
           ",\n \"value\": " + formatDecimal(solution.value, kDecimals) +
           ",\n \"peak_bytes\": " + std::to_string(solution.peakBytes) +
           ",\n \"host_bytes\": " + std::to_string(solution.hostBytes) +
           ",\n \"layers\": [" + text + "\n ]\n}\n";
  }

  static int64_t time(const FieldReader &reader) {
    double ms = reader.number({0, 0x1p60 / std::pow(10, kDecimals)});
    return std::llround(ms * std::pow(10, kDecimals));
  }

  static ActivationPlace place(const FieldReader &reader) {
    std::string given = reader.string();
    std::optional<ActivationPlace> place = activationPlace(given);
    if (!place)
      reader.fail("is no place: '" + given + "'");
    return place.value_or(ActivationPlace::Keep);
  }

  ActivationsSolution::Layer readLayer(const FieldReader &reader) const {
    ActivationsSolution::Layer layer;
    layer.input = place(reader["input"]);
    layer.attention = place(reader["attention"]);
    layer.kept = int(reader["kept"].integer(0, file.problem.slices));
    layer.offloaded = int(reader["offloaded"].integer(0, file.problem.slices));
    layer.forward = time(reader["forward"]);
    layer.backward = time(reader["backward"]);
    if (reader.has("to_host") || reader.has("from_host")) {
      layer.toHost = time(reader["to_host"]);
      layer.fromHost = time(reader["from_host"]);
    }
    return layer;
  }

  ActivationsFile file;
};

class ActivationsKind : public SolverKind {
public:
  std::string_view name() const override { return "activations"; }
  std::string_view summary() const override {
    return "what is kept, offloaded or computed again for a backward";
  }
  std::vector<KindOption> options() const override {
    return {
        {"--device-cap", "BYTES", "in place of the file's device.cap"},
        {"--uniform", "", "the same choice for all layers, as MEMO has it"}};
  }

  Result<std::unique_ptr<SolverInstance>>
  read(const std::string &path,
       const std::map<std::string, std::string> &options) const override {
    Result<ActivationsFile> file = readActivationsFile(path);
    if (!file)
      return file.error();
    if (options.count("--uniform"))
      file->problem.isUniform = true;
    if (auto found = options.find("--device-cap"); found != options.end()) {
      const std::string &text = found->second;
      int64_t number = 0;
      auto [end, code] =
          std::from_chars(text.data(), text.data() + text.size(), number);
      if (code != std::errc() || end != text.data() + text.size() || number < 0)
        return mistake("--device-cap must be a number of bytes, not '" + text +
                       "'");
      file->problem.deviceCap = number;
    }
    if (Result<void> checked = file->problem.check(); !checked)
      return mistake(path + ": " + checked.error().message);
    return std::unique_ptr<SolverInstance>(
        std::make_unique<ActivationsInstance>(std::move(*file)));
  }
};

} // namespace

std::unique_ptr<SolverKind> hocket::createActivationsKind() {
  return std::make_unique<ActivationsKind>();
}
