//===- ProfileFile.cpp - Profiles as JSON ---------------------------------===//

#include "hocket/Cost/Profile.h"

#include "hocket/Support/JsonDocument.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <tuple>

using namespace hocket;

namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kVersion = 1;
/// Steps of longer tasks than this could not be counted in nanoseconds.
constexpr double kMostSeconds = 1e6;

Json write(const MoveCost &cost) {
  return {{"latency_seconds", cost.latencySeconds},
          {"seconds_per_byte", cost.secondsPerByte}};
}

/// Reads fields; the first mistake is kept, and what is read after it does not
/// matter.
class Reader {
public:
  explicit Reader(const std::string &source) : source(source) {}
  std::optional<Error> error;

  /// A field of an object; null where there is none.
  const Json &field(const Json &object, const std::string &path,
                    const char *name) {
    static const Json none;
    if (object.is_object() && object.contains(name))
      return object[name];
    fail(join(path, name), "is missing");
    return none;
  }
  double number(const Json &object, const std::string &path, const char *name) {
    const Json &value = field(object, path, name);
    if (!value.is_number() || !std::isfinite(value.get<double>()) ||
        value.get<double>() < 0)
      fail(join(path, name), "must be a number of at least 0");
    else if (value.get<double>() > kMostSeconds)
      fail(join(path, name),
           "must be at most " + std::to_string(int64_t(kMostSeconds)));
    else
      return value.get<double>();
    return 0;
  }
  int64_t integer(const Json &value, const std::string &path, int64_t least) {
    if (value.is_number_integer() && value.get<int64_t>() >= least)
      return value.get<int64_t>();
    fail(path, "must be a whole number of at least " + std::to_string(least));
    return least;
  }
  std::string text(const Json &object, const std::string &path,
                   const char *name) {
    const Json &value = field(object, path, name);
    if (value.is_string())
      return value.get<std::string>();
    fail(join(path, name), "must be a text");
    return "";
  }
  const Json &list(const Json &object, const std::string &path,
                   const char *name) {
    static const Json none = Json::array();
    const Json &value = field(object, path, name);
    if (value.is_array())
      return value;
    fail(join(path, name), "must be a list");
    return none;
  }
  /// Refuses fields of `object` other than `names`: a typo would go unseen.
  void expectOnly(const Json &object, const std::string &path,
                  std::initializer_list<std::string_view> names) {
    if (!object.is_object())
      return;
    for (const auto &[name, value] : object.items())
      if (std::find(names.begin(), names.end(), name) == names.end())
        fail(join(path, name), "is not a field of a profile");
  }
  MoveCost move(const Json &object, const char *name) {
    const Json &value = field(object, "", name);
    MoveCost cost = {number(value, name, "latency_seconds"),
                     number(value, name, "seconds_per_byte")};
    expectOnly(value, name, {"latency_seconds", "seconds_per_byte"});
    return cost;
  }
  void fail(const std::string &path, const std::string &what) {
    if (!error)
      error = Error(ErrorCode::InvalidArgument,
                    source + ": field '" + path + "' " + what);
  }

private:
  static std::string join(const std::string &path, const std::string &name) {
    return path.empty() ? name : path + "." + name;
  }

  const std::string &source;
};

std::vector<KernelSample> readSamples(Reader &reader, const Json &kernel,
                                      const std::string &path) {
  std::vector<KernelSample> samples;
  const Json &list = reader.list(kernel, path, "samples");
  if (list.empty())
    reader.fail(path + ".samples", "is empty: a kernel is there since it was "
                                   "measured");
  for (size_t i = 0; i < list.size(); ++i) {
    std::string at = path + ".samples[" + std::to_string(i) + "]";
    KernelSample sample;
    const Json &symbols = reader.list(list[i], at, "symbols");
    if (symbols.size() != sample.symbols.size())
      reader.fail(at + ".symbols", "must be a list of " +
                                       std::to_string(sample.symbols.size()) +
                                       " numbers");
    else
      for (size_t k = 0; k < symbols.size(); ++k)
        sample.symbols[k] = reader.integer(symbols[k], at + ".symbols", 0);
    sample.seconds = reader.number(list[i], at, "seconds");
    sample.calls =
        reader.integer(reader.field(list[i], at, "calls"), at + ".calls", 1);
    if (list[i].is_object() && list[i].contains("flops"))
      sample.flops = reader.integer(list[i]["flops"], at + ".flops", 0);
    reader.expectOnly(list[i], at, {"symbols", "seconds", "calls", "flops"});
    samples.push_back(sample);
  }
  std::sort(samples.begin(), samples.end(),
            [](const KernelSample &left, const KernelSample &right) {
              return std::tie(left.symbols, left.flops) <
                     std::tie(right.symbols, right.flops);
            });
  return samples;
}

} // namespace

std::string Profile::str() const {
  Json list = Json::array();
  for (const auto &[symbol, samples] : kernels) {
    Json values = Json::array();
    for (const KernelSample &sample : samples)
      values.push_back({{"symbols", sample.symbols},
                        {"seconds", sample.seconds},
                        {"calls", sample.calls},
                        {"flops", sample.flops}});
    list.push_back({{"symbol", symbol}, {"samples", std::move(values)}});
  }
  Json document = {{"hocket_profile", kVersion},
                   {"machine", machine},
                   {"cores", cores},
                   {"threads_per_rank", threadsPerRank},
                   {"wake_seconds", wakeSeconds},
                   {"instruction_seconds", instructionSeconds},
                   {"fill", write(fill)},
                   {"load", write(load)},
                   {"copy", write(copy)},
                   {"sum", write(sum)},
                   {"kernels", std::move(list)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Profile> hocket::parseProfile(const std::string &text,
                                     const std::string &source) {
  Json document;
  std::optional<std::string> duplicate;
  try {
    std::tie(document, duplicate) = parseWithDuplicates<Json>(text);
  } catch (const Json::exception &) {
    return Error(ErrorCode::InvalidArgument,
                 source + ": not a profile: it is no JSON",
                 {"hocket-run --profile=FILE writes one"});
  }
  Reader reader(source);
  if (duplicate)
    reader.fail(*duplicate, "is given twice");
  if (int64_t version = reader.integer(
          reader.field(document, "", "hocket_profile"), "hocket_profile", 1);
      version != kVersion)
    reader.fail("hocket_profile", "is version " + std::to_string(version) +
                                      "; this program reads version " +
                                      std::to_string(kVersion));
  Profile profile;
  profile.machine = reader.text(document, "", "machine");
  profile.cores =
      reader.integer(reader.field(document, "", "cores"), "cores", 1);
  profile.threadsPerRank = reader.integer(
      reader.field(document, "", "threads_per_rank"), "threads_per_rank", 1);
  profile.wakeSeconds = reader.number(document, "", "wake_seconds");
  profile.instructionSeconds =
      reader.number(document, "", "instruction_seconds");
  profile.fill = reader.move(document, "fill");
  profile.load = reader.move(document, "load");
  profile.copy = reader.move(document, "copy");
  profile.sum = reader.move(document, "sum");
  const Json &kernels = reader.list(document, "", "kernels");
  for (size_t i = 0; i < kernels.size(); ++i) {
    std::string path = "kernels[" + std::to_string(i) + "]";
    std::string symbol = reader.text(kernels[i], path, "symbol");
    if (!profile.kernels.emplace(symbol, readSamples(reader, kernels[i], path))
             .second)
      reader.fail(path + ".symbol", "is given twice");
    reader.expectOnly(kernels[i], path, {"symbol", "samples"});
  }
  reader.expectOnly(document, "",
                    {"hocket_profile", "machine", "cores", "threads_per_rank",
                     "wake_seconds", "instruction_seconds", "fill", "load",
                     "copy", "sum", "kernels"});
  if (reader.error)
    return *reader.error;
  return profile;
}
