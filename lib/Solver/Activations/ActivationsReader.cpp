//===- ActivationsReader.cpp - Fields of an activations instance ----------===//

#include "ActivationsReader.h"

#include "InstanceReader.h"

#include <cmath>
#include <filesystem>

using namespace hocket;

namespace {

constexpr int64_t kMostBytes = int64_t(1) << 50;
constexpr double kMostMs = double(int64_t(1) << 44) / 1e6;
/// Nothing is copied, so that it must not count.
constexpr double kRateOfNoHost = 1e12;

class Reader {
public:
  explicit Reader(const FieldReader &fields) : fields(fields) {}

  Result<ActivationsFile> read(const std::string &stem) {
    fields.checkKind("activations");
    fields.only({"kind", "name", "layers", "slices", "device", "host", "input",
                 "attention", "other", "stalls", "uniform", "sliced", "source",
                 "note", "units", "known"});
    ActivationsFile file;
    file.name = fields.has("name") ? fields["name"].string() : stem;
    ActivationsProblem &problem = file.problem;
    if (fields.has("slices"))
      problem.slices = int(fields["slices"].integer(1, 128));
    readMemories(problem);
    readPlaces("input", problem.input);
    readPlaces("attention", problem.attention);
    readPlaces("other", problem.other);
    readFlag("stalls", problem.allowsStalls);
    readFlag("uniform", problem.isUniform);
    readFlag("sliced", problem.isSliced);
    FieldReader layers = fields["layers"];
    for (size_t i = 0; i < layers.size(); ++i)
      readLayers(layers.at(i), "layers[" + std::to_string(i) + "]", problem);
    if (fields.error())
      return *fields.error();
    return file;
  }

private:
  void readFlag(const char *field, bool &flag) {
    if (fields.has(field))
      flag = fields[field].boolean();
  }

  static int64_t bytes(const FieldReader &reader) {
    return reader.integer(0, kMostBytes);
  }

  static int64_t nanoseconds(const FieldReader &reader) {
    return std::llround(reader.number({0, kMostMs}) * 1e6);
  }

  static double rate(const FieldReader &reader) {
    double value = reader.number();
    if (!(value > 0))
      reader.fail("must be positive");
    return value;
  }

  void readMemories(ActivationsProblem &problem) {
    FieldReader device = fields["device"];
    device.only({"cap", "fixed"});
    problem.deviceCap = bytes(device["cap"]);
    if (device.has("fixed"))
      problem.fixedBytes = bytes(device["fixed"]);
    if (!fields.has("host")) {
      problem.toHost = problem.fromHost = kRateOfNoHost;
      return;
    }
    FieldReader host = fields["host"];
    host.only({"cap", "to_host", "from_host"});
    problem.hostCap = bytes(host["cap"]);
    problem.toHost = rate(host["to_host"]);
    problem.fromHost = rate(host["from_host"]);
  }

  void readPlaces(const char *field, ActivationsProblem::Allowed &allowed) {
    if (!fields.has(field))
      return;
    FieldReader list = fields[field];
    allowed = {false, false, false};
    for (size_t i = 0; i < list.size(); ++i) {
      std::string name = list.at(i).string();
      std::optional<ActivationPlace> place = activationPlace(name);
      if (!place)
        list.at(i).fail("must be \"keep\", \"offload\" or \"recompute\", not "
                        "\"" +
                        name + "\"");
      else if (*place == ActivationPlace::Keep)
        allowed.keep = true;
      else if (*place == ActivationPlace::Offload)
        allowed.offload = true;
      else
        allowed.recompute = true;
    }
  }

  void readLayers(const FieldReader &reader, const std::string &name,
                  ActivationsProblem &problem) {
    reader.only({"count", "forward_ms", "backward_ms", "recompute_ms",
                 "recompute_attention_ms", "bytes", "note"});
    ActivationsProblem::Layer layer;
    layer.name = name;
    layer.forward = nanoseconds(reader["forward_ms"]);
    layer.backward = nanoseconds(reader["backward_ms"]);
    // What may be computed again must say how long that takes.
    if (problem.other.recompute || reader.has("recompute_ms"))
      layer.recompute = nanoseconds(reader["recompute_ms"]);
    if (problem.attention.recompute || reader.has("recompute_attention_ms"))
      layer.recomputeAttention = nanoseconds(reader["recompute_attention_ms"]);
    FieldReader sizes = reader["bytes"];
    sizes.only({"input", "attention", "other", "transient"});
    layer.input = bytes(sizes["input"]);
    layer.attention = bytes(sizes["attention"]);
    layer.other = bytes(sizes["other"]);
    if (sizes.has("transient"))
      layer.transient = bytes(sizes["transient"]);
    int64_t count =
        reader.has("count") ? reader["count"].integer(1, 10'000) : 1;
    problem.layers.insert(problem.layers.end(), size_t(count), layer);
  }

  const FieldReader &fields;
};

} // namespace

std::optional<ActivationPlace> hocket::activationPlace(std::string_view name) {
  for (ActivationPlace place : {ActivationPlace::Keep, ActivationPlace::Offload,
                                ActivationPlace::Recompute})
    if (name == hocket::name(place))
      return place;
  return std::nullopt;
}

Result<ActivationsFile> hocket::readActivationsFile(const std::string &path) {
  Result<Json> json = readJsonFile(path);
  if (!json)
    return json.error();
  FieldReader fields(*json, path);
  return Reader(fields).read(std::filesystem::path(path).stem().string());
}
