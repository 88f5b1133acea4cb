//===- PackingReader.cpp - Fields of a packing instance -------------------===//

#include "PackingReader.h"

#include "InstanceReader.h"
#include "LengthsFile.h"

#include "hocket/Support/File.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

using namespace hocket;

namespace {

constexpr int64_t kMostDevices = 1'000'000;
constexpr int64_t kMostLengths = 10'000'000;
constexpr int64_t kLongest = int64_t(1) << 40;

constexpr PackingMethod kMethods[] = {
    PackingMethod::Ulysses, PackingMethod::Ring, PackingMethod::ZigZag};

class Reader {
public:
  Reader(const FieldReader &fields, std::filesystem::path folder,
         std::optional<uint64_t> lengthsSeed, bool mayLackLengths)
      : fields(fields), folder(std::move(folder)), lengthsSeed(lengthsSeed),
        mayLackLengths(mayLackLengths) {}

  Result<PackingFile> read(const std::string &stem) {
    fields.checkKind("packing");
    fields.only({"kind", "name", "lengths", "pad_to", "devices",
                 "devices_per_node", "degrees", "methods", "cost", "memory",
                 "barriers", "offload", "routing", "remapping", "source",
                 "note", "units", "known"});
    PackingFile file;
    file.name = fields.has("name") ? fields["name"].string() : stem;
    PackingProblem &problem = file.problem;
    if (fields.has("pad_to"))
      problem.padTo = fields["pad_to"].integer(1, kLongest);
    problem.devices = int(fields["devices"].integer(1, kMostDevices));
    problem.devicesPerNode = problem.devices;
    if (fields.has("devices_per_node"))
      problem.devicesPerNode =
          int(fields["devices_per_node"].integer(1, kMostDevices));
    readCost(problem);
    readMemory(problem);
    readDegrees(problem);
    if (fields.has("methods"))
      readMethods(problem);
    readSystem(problem);
    if (fields.error())
      return *fields.error();
    if (mayLackLengths && !fields.has("lengths"))
      return file;
    if (Result<void> read = readLengths(problem); !read)
      return read.error();
    return file;
  }

private:
  double positive(const FieldReader &reader) {
    double value = reader.number();
    if (!(value > 0))
      reader.fail("must be positive");
    return value;
  }

  void readCost(PackingProblem &problem) {
    FieldReader reader = fields["cost"];
    reader.only({"a1", "a2", "b1", "layers", "hidden", "bandwidth",
                 "key_value_hidden", "heads"});
    PackingProblem::Cost &cost = problem.cost;
    cost.a1 = reader["a1"].number(Range::atLeast(0));
    cost.a2 = reader["a2"].number(Range::atLeast(0));
    cost.b1 = reader["b1"].number(Range::atLeast(0));
    cost.layers = reader["layers"].integer(1, 1'000'000);
    cost.hidden = reader["hidden"].integer(1, 1'000'000);
    if (reader.has("key_value_hidden"))
      cost.keyValueHidden = reader["key_value_hidden"].integer(1, cost.hidden);
    if (reader.has("heads"))
      cost.heads = reader["heads"].integer(1, 1'000'000);
    FieldReader bandwidth = reader["bandwidth"];
    if (!bandwidth.isObject())
      bandwidth.fail("must be an object of GB/s by degree");
    for (const std::string &degree : bandwidth.names()) {
      int number = 0;
      auto [end, code] =
          std::from_chars(degree.data(), degree.data() + degree.size(), number);
      FieldReader speed = bandwidth[degree.c_str()];
      if (code != std::errc() || end != degree.data() + degree.size() ||
          number < 2)
        speed.fail("is no degree: a whole number from 2");
      cost.bandwidth[number] = positive(speed);
    }
  }

  void readMemory(PackingProblem &problem) {
    FieldReader reader = fields["memory"];
    reader.only({"per_token", "states", "cap"});
    problem.memory = {reader["per_token"].number(Range::atLeast(0)),
                      reader["states"].number(Range::atLeast(0)),
                      reader["cap"].number(Range::atLeast(0))};
  }

  /// Degrees that a bandwidth is known for, by a rule.
  void readDegrees(PackingProblem &problem) {
    if (fields.has("degrees") && fields["degrees"].isArray()) {
      for (int64_t degree : fields["degrees"].integers(1, kMostDevices))
        problem.degrees.push_back(int(degree));
      return;
    }
    std::string rule =
        fields.has("degrees") ? fields["degrees"].string() : "powers";
    const auto &bandwidth = problem.cost.bandwidth;
    int smallest =
        bandwidth.empty() ? problem.devices + 1 : bandwidth.begin()->first;
    int largest = bandwidth.empty()
                      ? 1
                      : std::min(problem.devices, bandwidth.rbegin()->first);
    int node = problem.devicesPerNode;
    for (int degree = 1; degree <= largest; ++degree) {
      bool isIn = degree == 1;
      if (rule == "powers")
        isIn |= (degree & (degree - 1)) == 0;
      else if (rule == "any")
        isIn = true;
      else if (rule == "zones")
        isIn |= degree % node == 0;
      else
        fields["degrees"].fail("must be an array, \"powers\", \"any\" or "
                               "\"zones\", not \"" +
                               rule + "\"");
      if (isIn && (degree == 1 || degree >= smallest))
        problem.degrees.push_back(degree);
    }
  }

  void readMethods(PackingProblem &problem) {
    FieldReader list = fields["methods"];
    problem.methods.clear();
    for (size_t i = 0; i < list.size(); ++i) {
      std::string name = list.at(i).string();
      std::optional<PackingMethod> method = packingMethod(name);
      if (!method)
        list.at(i).fail("must be \"ulysses\", \"ring\" or \"zigzag\", not \"" +
                        name + "\"");
      problem.methods.push_back(method.value_or(PackingMethod::Ulysses));
    }
  }

  void readSystem(PackingProblem &problem) {
    if (fields.has("barriers"))
      problem.hasBarriers = fields["barriers"].boolean();
    if (fields.has("offload")) {
      FieldReader reader = fields["offload"];
      reader.only({"to_host", "from_host", "most_ratio"});
      auto &offload = problem.offload.emplace();
      offload.toHost = positive(reader["to_host"]);
      offload.fromHost = positive(reader["from_host"]);
      if (reader.has("most_ratio"))
        offload.mostRatio = reader["most_ratio"].number({0, 1});
    }
    if (fields.has("routing")) {
      FieldReader reader = fields["routing"];
      reader.only({"nics", "bandwidth"});
      auto &routing = problem.routing.emplace();
      routing.nics = int(reader["nics"].integer(1, kMostDevices));
      routing.bandwidth = positive(reader["bandwidth"]);
    }
    if (fields.has("remapping")) {
      FieldReader reader = fields["remapping"];
      reader.only({"bandwidth"});
      problem.remapping.emplace().bandwidth = positive(reader["bandwidth"]);
    }
  }

  Result<void> readLengths(PackingProblem &problem) {
    FieldReader reader = fields["lengths"];
    if (reader.isArray()) {
      if (lengthsSeed)
        return Error(ErrorCode::InvalidArgument,
                     "--lengths-seed: the instance lists its lengths; they are "
                     "drawn where 'lengths' names a file");
      problem.lengths = reader.integers(1, kLongest);
      return fields.error() ? *fields.error() : Result<void>();
    }
    if (!reader.isObject())
      reader.fail("must be an array, or an object with file, seed and count");
    reader.only({"file", "seed", "count", "limit"});
    std::filesystem::path path = reader["file"].string();
    LengthsDraw draw;
    if (reader.has("seed"))
      draw.seed = uint64_t(reader["seed"].integer(0));
    if (lengthsSeed)
      draw.seed = *lengthsSeed;
    draw.count = size_t(reader["count"].integer(1, kMostLengths));
    if (reader.has("limit"))
      draw.limit = reader["limit"].integer(1, kLongest);
    if (fields.error())
      return *fields.error();
    if (path.is_relative())
      path = folder / path;
    Result<std::string> text = readFile(path.string());
    if (!text)
      return text.error();
    auto drawn = drawLengths(*text, path.string(), draw);
    if (!drawn)
      return drawn.error();
    problem.lengths = std::move(*drawn);
    return {};
  }

  const FieldReader &fields;
  std::filesystem::path folder;
  std::optional<uint64_t> lengthsSeed;
  bool mayLackLengths;
};

Result<PackingFile> readInstance(const std::string &path,
                                 std::optional<uint64_t> lengthsSeed,
                                 bool mayLackLengths) {
  Result<Json> json = readJsonFile(path);
  if (!json)
    return json.error();
  FieldReader fields(*json, path);
  std::filesystem::path file = path;
  return Reader(fields, file.parent_path(), lengthsSeed, mayLackLengths)
      .read(file.stem().string());
}

} // namespace

std::optional<PackingMethod> hocket::packingMethod(std::string_view name) {
  for (PackingMethod method : kMethods)
    if (name == hocket::name(method))
      return method;
  return std::nullopt;
}

Result<PackingFile>
hocket::readPackingFile(const std::string &path,
                        std::optional<uint64_t> lengthsSeed) {
  return readInstance(path, lengthsSeed, false);
}

Result<PackingProblem> hocket::loadPackingSettings(const std::string &path) {
  Result<PackingFile> file = readInstance(path, {}, true);
  if (!file)
    return file.error();
  // What is wrong with any lengths.
  PackingProblem problem = file->problem;
  problem.lengths = {1};
  if (Result<void> checked = problem.check(); !checked) {
    Error error = checked.error();
    error.message = path + ": " + error.message;
    return error;
  }
  return std::move(file->problem);
}
