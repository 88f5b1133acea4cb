//===- Topology.cpp - Topology files --------------------------------------===//

#include "hocket/Topology/Topology.h"

#include "hocket/Support/File.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>

using namespace hocket;

namespace {

/// Reads one mapping after the other. The first mistake is kept and everything
/// after it is skipped.
class Reader {
public:
  explicit Reader(const std::string &fileName) : fileName(fileName) {}

  std::optional<Error> error;

  /// Fails unless `node` is a mapping with exactly these fields, and of the
  /// optional ones any. `path` names the mapping: "device", or "" for the file
  /// itself.
  void fields(const YAML::Node &node, const std::string &path,
              std::initializer_list<const char *> names,
              std::initializer_list<const char *> optional = {}) {
    if (error)
      return;
    if (!node.IsMap())
      return fail(node, path, "must be a mapping of fields to values");
    std::set<std::string> seen;
    for (const auto &entry : node) {
      std::string key =
          entry.first.IsScalar() ? entry.first.Scalar() : std::string();
      bool known = false;
      for (const auto &group : {names, optional})
        for (const char *name : group)
          known |= key == name;
      if (!known)
        return fail(entry.first, join(path, key),
                    "is not a field of a topology; expected " + list(names) +
                        (optional.size() ? ", or " + list(optional) : ""));
      if (!seen.insert(key).second)
        return fail(entry.first, join(path, key), "is given twice");
    }
    for (const char *name : names)
      if (!seen.count(name))
        return fail(node, join(path, name), "is missing");
  }

  YAML::Node child(const YAML::Node &node, const char *name) {
    return error ? YAML::Node() : node[name];
  }

  /// Whether an optional field is there.
  bool has(const YAML::Node &parent, const char *name) {
    return !error && parent[name];
  }

  void text(const YAML::Node &parent, const std::string &path, const char *name,
            std::string &value) {
    if (error)
      return;
    YAML::Node node = parent[name];
    if (!node.IsScalar() || node.Scalar().empty())
      return fail(node, join(path, name), "must be a text");
    value = node.Scalar();
  }

  void integer(const YAML::Node &parent, const std::string &path,
               const char *name, int64_t &value) {
    if (error)
      return;
    YAML::Node node = parent[name];
    if (node.IsScalar() && YAML::convert<int64_t>::decode(node, value) &&
        value > 0)
      return;
    fail(node, join(path, name), "must be a whole number above 0");
  }

  void number(const YAML::Node &parent, const std::string &path,
              const char *name, bool zeroAllowed, double &value) {
    if (error)
      return;
    YAML::Node node = parent[name];
    if (node.IsScalar() && YAML::convert<double>::decode(node, value) &&
        std::isfinite(value) && (value > 0 || (zeroAllowed && value == 0)))
      return;
    fail(node, join(path, name),
         zeroAllowed ? "must be a number of at least 0"
                     : "must be a number above 0");
  }

  /// A table of `size` rows of `size` numbers that are not negative, row by
  /// row; those of the diagonal are 0.
  void table(const YAML::Node &node, const std::string &path, int64_t size,
             std::vector<double> &values) {
    if (error)
      return;
    if (int64_t(node.size()) != size)
      return fail(node, path,
                  "must have a row for each node: " + std::to_string(size) +
                      ", not " + std::to_string(node.size()));
    for (size_t row = 0; row < node.size() && !error; ++row)
      tableRow(node[row], path + "[" + std::to_string(row) + "]", row, size,
               values);
  }

  void fail(const YAML::Node &node, const std::string &path,
            const std::string &what) {
    YAML::Mark mark = node.Mark();
    std::string where = fileName;
    if (!mark.is_null())
      where += ":" + std::to_string(mark.line + 1);
    std::string subject =
        path.empty() ? "the topology" : "field '" + path + "'";
    error =
        Error(ErrorCode::InvalidArgument, where + ": " + subject + " " + what);
  }

private:
  void tableRow(const YAML::Node &node, const std::string &path, size_t row,
                int64_t size, std::vector<double> &values) {
    if (!node.IsSequence() || int64_t(node.size()) != size)
      return fail(node, path,
                  "must be a list of as many numbers as there are nodes, " +
                      std::to_string(size));
    for (size_t column = 0; column < node.size(); ++column) {
      const YAML::Node entry = node[column];
      std::string where = path + "[" + std::to_string(column) + "]";
      double value = 0;
      if (!entry.IsScalar() || !YAML::convert<double>::decode(entry, value) ||
          !std::isfinite(value) || value < 0)
        return fail(entry, where, "must be a number of at least 0");
      if (row == column && value != 0)
        return fail(entry, where,
                    "must be 0: links.intra_node is the link within a node");
      values.push_back(value);
    }
  }

  static std::string join(const std::string &path, const std::string &name) {
    return path.empty() ? name : path + "." + name;
  }

  static std::string list(std::initializer_list<const char *> names) {
    std::string text;
    for (const char *name : names)
      text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
  }

  const std::string &fileName;
};

void readMatrixUnits(Reader &reader, const YAML::Node &node,
                     MatrixUnits &matrix) {
  const std::string path = "device.matrix";
  reader.fields(node, path,
                {"flops_per_second", "processors", "tile_rows", "tile_columns",
                 "ramp_depth"});
  reader.number(node, path, "flops_per_second", false, matrix.flopsPerSecond);
  reader.integer(node, path, "processors", matrix.processors);
  reader.integer(node, path, "tile_rows", matrix.tileRows);
  reader.integer(node, path, "tile_columns", matrix.tileColumns);
  reader.number(node, path, "ramp_depth", true, matrix.rampDepth);
}

void readDevice(Reader &reader, const YAML::Node &node, DeviceModel &device) {
  reader.fields(node, "device",
                {"memory_bytes", "flops_per_second", "memory_bytes_per_second",
                 "launch_seconds"},
                {"peak_flops_per_second", "matrix"});
  if (reader.has(node, "peak_flops_per_second"))
    reader.number(node, "device", "peak_flops_per_second", false,
                  device.peakFlopsPerSecond);
  if (reader.has(node, "matrix"))
    readMatrixUnits(reader, reader.child(node, "matrix"), device.matrix);
  reader.integer(node, "device", "memory_bytes", device.memoryBytes);
  reader.number(node, "device", "flops_per_second", false,
                device.flopsPerSecond);
  reader.number(node, "device", "memory_bytes_per_second", false,
                device.memoryBytesPerSecond);
  reader.number(node, "device", "launch_seconds", true, device.launchSeconds);
}

void readHost(Reader &reader, const YAML::Node &node, HostModel &host) {
  reader.fields(node, "host", {"memory_bytes", "bytes_per_second"});
  reader.integer(node, "host", "memory_bytes", host.memoryBytes);
  reader.number(node, "host", "bytes_per_second", false, host.bytesPerSecond);
}

/// The latency is left to the caller.
void readLink(Reader &reader, const YAML::Node &node, const std::string &path,
              Link &link) {
  reader.fields(node, path, {"latency_seconds", "bytes_per_second"},
                {"collective_bytes_per_second", "adapters_per_node"});
  if (reader.has(node, "collective_bytes_per_second"))
    reader.number(node, path, "collective_bytes_per_second", false,
                  link.collectiveBytesPerSecond);
  if (reader.has(node, "adapters_per_node"))
    reader.integer(node, path, "adapters_per_node", link.adaptersPerNode);
  reader.number(node, path, "bytes_per_second", false, link.bytesPerSecond);
}

void readLinks(Reader &reader, const YAML::Node &links, Topology &topology) {
  reader.fields(links, "links", {"intra_node", "inter_node"});
  YAML::Node intra = reader.child(links, "intra_node");
  readLink(reader, intra, "links.intra_node", topology.intraNode);
  reader.number(intra, "links.intra_node", "latency_seconds", true,
                topology.intraNode.latencySeconds);
  YAML::Node inter = reader.child(links, "inter_node");
  readLink(reader, inter, "links.inter_node", topology.interNode);
  YAML::Node latency = reader.child(inter, "latency_seconds");
  if (reader.error || !latency.IsSequence())
    return reader.number(inter, "links.inter_node", "latency_seconds", true,
                         topology.interNode.latencySeconds);
  std::vector<double> &table = topology.nodeLatencySeconds;
  reader.table(latency, "links.inter_node.latency_seconds", topology.nodes,
               table);
  if (!reader.error)
    topology.interNode.latencySeconds =
        *std::max_element(table.begin(), table.end());
}

} // namespace

Link Topology::link(int64_t from, int64_t to) const {
  if (onOneNode(from, to))
    return intraNode;
  Link link = interNode;
  if (!nodeLatencySeconds.empty())
    link.latencySeconds =
        nodeLatencySeconds[size_t(node(from) * nodes + node(to))];
  return link;
}

Result<Topology> hocket::parseTopology(const std::string &yaml,
                                       const std::string &fileName) {
  Topology topology;
  Reader reader(fileName);
  try {
    YAML::Node root = YAML::Load(yaml);
    reader.fields(root, "",
                  {"name", "nodes", "devices_per_node", "device", "links"},
                  {"host"});
    reader.text(root, "", "name", topology.name);
    reader.integer(root, "", "nodes", topology.nodes);
    reader.integer(root, "", "devices_per_node", topology.devicesPerNode);
    if (!reader.error && topology.nodes > std::numeric_limits<int32_t>::max() /
                                              topology.devicesPerNode)
      reader.fail(root["nodes"], "nodes",
                  "gives more devices than a 32-bit rank can name");
    readDevice(reader, reader.child(root, "device"), topology.device);
    if (reader.has(root, "host"))
      readHost(reader, reader.child(root, "host"), topology.host);
    readLinks(reader, reader.child(root, "links"), topology);
  } catch (const YAML::Exception &exception) {
    std::string where = fileName;
    if (!exception.mark.is_null())
      where += ":" + std::to_string(exception.mark.line + 1);
    return Error(ErrorCode::InvalidArgument,
                 where + ": not a YAML file: " + exception.msg);
  }
  if (reader.error)
    return *reader.error;
  return topology;
}

Result<Topology> hocket::loadTopology(const std::string &path) {
  Result<std::string> text = readFile(path);
  if (!text)
    return text.error();
  return parseTopology(*text, path);
}
