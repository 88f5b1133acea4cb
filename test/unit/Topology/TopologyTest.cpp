//===- TopologyTest.cpp ---------------------------------------------------===//

#include "hocket/Topology/Topology.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

using namespace hocket;

namespace {

const std::string kGood = R"(name: pair
nodes: 2
devices_per_node: 4
device:
  memory_bytes: 1024
  flops_per_second: 2.0e9
  memory_bytes_per_second: 1e8
  launch_seconds: 0
links:
  intra_node: {latency_seconds: 1.0e-6, bytes_per_second: 1.0e9}
  inter_node: {latency_seconds: 5.0e-6, bytes_per_second: 1.0e8}
)";

/// kGood with its first `from` replaced by `to`.
std::string edited(const std::string &from, const std::string &to) {
  std::string text = kGood;
  size_t position = text.find(from);
  EXPECT_NE(position, std::string::npos) << from;
  return text.replace(position, from.size(), to);
}

void expectError(const std::string &yaml, const std::string &message) {
  Result<Topology> parsed = parseTopology(yaml, "t.yaml");
  ASSERT_FALSE(parsed) << yaml;
  EXPECT_EQ(parsed.error().message.find(message), 0u)
      << parsed.error().message << "\nexpected " << message;
  EXPECT_EQ(parsed.error().exitCode(), 2);
}

TEST(Topology, ReadsEveryField) {
  Result<Topology> parsed = parseTopology(kGood, "t.yaml");
  ASSERT_TRUE(parsed) << parsed.error();
  EXPECT_EQ(parsed->name, "pair");
  EXPECT_EQ(parsed->devices(), 8);
  EXPECT_EQ(parsed->device.memoryBytes, 1024);
  EXPECT_EQ(parsed->device.flopsPerSecond, 2e9);
  EXPECT_EQ(parsed->device.memoryBytesPerSecond, 1e8);
  EXPECT_EQ(parsed->device.launchSeconds, 0);
  EXPECT_EQ(parsed->intraNode.latencySeconds, 1e-6);
  EXPECT_EQ(parsed->interNode.bytesPerSecond, 1e8);
}

TEST(Topology, HostsAreOptional) {
  EXPECT_EQ(parseTopology(kGood, "t.yaml")->host.bytesPerSecond, 0);
  Result<Topology> parsed = parseTopology(
      kGood + "host: {memory_bytes: 4096, bytes_per_second: 3.0e10}\n",
      "t.yaml");
  ASSERT_TRUE(parsed) << parsed.error();
  EXPECT_EQ(parsed->host.memoryBytes, 4096);
  EXPECT_EQ(parsed->host.bytesPerSecond, 3e10);
  expectError(kGood + "host: {memory_bytes: 4096}\n",
              "t.yaml:12: field 'host.bytes_per_second' is missing");
  expectError(kGood + "host: {memory_bytes: 0, bytes_per_second: 1}\n",
              "t.yaml:12: field 'host.memory_bytes' must be a whole number "
              "above 0");
  expectError(kGood + "host: {memory_bytes: 1, bytes_per_second: 0}\n",
              "t.yaml:12: field 'host.bytes_per_second' must be a number above "
              "0");
}

TEST(Topology, OptionalFieldsHaveDefaults) {
  Result<Topology> plain = parseTopology(kGood, "t.yaml");
  ASSERT_TRUE(plain) << plain.error();
  EXPECT_EQ(plain->device.peakFlopsPerSecond, 0);
  EXPECT_EQ(plain->device.matrix.flopsPerSecond, 0);
  EXPECT_EQ(plain->interNode.adaptersPerNode, 0);
  EXPECT_EQ(plain->interNode.collectiveRate(), 1e8);

  Result<Topology> full =
      loadTopology(HOCKET_TEST_DATA "/topology/a100-1536x8.yaml");
  ASSERT_TRUE(full) << full.error();
  EXPECT_EQ(full->device.peakFlopsPerSecond, 3.12e14);
  EXPECT_EQ(full->device.matrix.flopsPerSecond, 2.5e14);
  EXPECT_EQ(full->device.matrix.processors, 108);
  EXPECT_EQ(full->device.matrix.tileRows, 256);
  EXPECT_EQ(full->device.matrix.tileColumns, 128);
  EXPECT_EQ(full->device.matrix.rampDepth, 64);
  EXPECT_EQ(full->intraNode.collectiveRate(), 2.3e11);
  EXPECT_EQ(full->interNode.collectiveRate(), 1.27e10);
  EXPECT_EQ(full->interNode.adaptersPerNode, 8);
}

TEST(Topology, ErrorsInOptionalFields) {
  expectError(edited("launch_seconds: 0", "launch_seconds: 0\n  matrix: 3"),
              "t.yaml:9: field 'device.matrix' must be a mapping");
  expectError(edited("launch_seconds: 0",
                     "launch_seconds: 0\n  peak_flops_per_second: 0"),
              "t.yaml:9: field 'device.peak_flops_per_second' must be a number "
              "above 0");
  expectError(edited("launch_seconds: 0",
                     "launch_seconds: 0\n  matrix: {flops_per_second: 1}"),
              "t.yaml:9: field 'device.matrix.processors' is missing");
  expectError(edited("1.0e8}", "1.0e8, adapters_per_node: 0}"),
              "t.yaml:11: field 'links.inter_node.adapters_per_node' must be a "
              "whole number above 0");
}

TEST(Topology, LinksDependOnTheNode) {
  Result<Topology> parsed = parseTopology(kGood, "t.yaml");
  ASSERT_TRUE(parsed);
  for (auto [from, to] : {std::pair(0, 3), {4, 7}}) {
    EXPECT_TRUE(parsed->onOneNode(from, to));
    EXPECT_EQ(parsed->link(from, to).latencySeconds, 1e-6);
    EXPECT_EQ(parsed->link(from, to).bytesPerSecond, 1e9);
  }
  EXPECT_FALSE(parsed->onOneNode(3, 4));
  EXPECT_EQ(parsed->link(3, 4).latencySeconds, 5e-6);
  EXPECT_EQ(parsed->link(3, 4).bytesPerSecond, 1e8);
}

/// kGood with a table of latencies between its nodes.
std::string withTable(const std::string &table) {
  return edited("latency_seconds: 5.0e-6", "latency_seconds: " + table);
}

TEST(Topology, LatenciesBetweenNodesAreATable) {
  Result<Topology> parsed =
      parseTopology(withTable("[[0, 0.25], [0.5, 0.0]]"), "t.yaml");
  ASSERT_TRUE(parsed) << parsed.error();
  EXPECT_EQ(parsed->nodeLatencySeconds, (std::vector<double>{0, 0.25, 0.5, 0}));
  EXPECT_EQ(parsed->interNode.latencySeconds, 0.5);
  EXPECT_EQ(parsed->link(3, 4).latencySeconds, 0.25) << "rows send";
  EXPECT_EQ(parsed->link(4, 3).latencySeconds, 0.5);
  EXPECT_EQ(parsed->link(4, 3).bytesPerSecond, 1e8);
  EXPECT_EQ(parsed->link(4, 7).latencySeconds, 1e-6) << "within a node";
}

TEST(Topology, ErrorsInATableOfLatencies) {
  const std::string field = "field 'links.inter_node.latency_seconds";
  expectError(withTable("[]"), "t.yaml:11: " + field +
                                   "' must have a row for each node: 2, not 0");
  expectError(withTable("[[0, 1], [1, 0], [1, 1]]"),
              "t.yaml:11: " + field +
                  "' must have a row for each node: 2, not 3");
  // The lines are those of the rows.
  expectError(withTable("[[0, 1],\n    [1]]"),
              "t.yaml:12: " + field + "[1]' must be a list of as many numbers");
  expectError(withTable("[[0, 1],\n    2]"),
              "t.yaml:12: " + field + "[1]' must be a list of as many numbers");
  expectError(withTable("[[0, 1],\n    [-1, 0]]"),
              "t.yaml:12: " + field + "[1][0]' must be a number of at least 0");
  expectError(withTable("[[0, .inf], [1, 0]]"),
              "t.yaml:11: " + field + "[0][1]' must be a number");
  expectError(withTable("[[0, fast], [1, 0]]"),
              "t.yaml:11: " + field + "[0][1]' must be a number");
  expectError(withTable("[[0, 1], [1, 0.5]]"),
              "t.yaml:11: " + field + "[1][1]' must be 0");
  expectError(withTable("{a: 1}"),
              "t.yaml:11: " + field + "' must be a number of at least 0");
  expectError(edited("latency_seconds: 1.0e-6", "latency_seconds: [[0]]"),
              "t.yaml:10: field 'links.intra_node.latency_seconds' must be a "
              "number of at least 0");
}

TEST(Topology, ErrorsNameTheLineAndTheField) {
  expectError(edited("nodes: 2", "nodes: 0"),
              "t.yaml:2: field 'nodes' must be a whole number above 0");
  expectError(edited("nodes: 2", "nodes: two"),
              "t.yaml:2: field 'nodes' must be a whole number above 0");
  expectError(edited("nodes: 2", "nodes: [2]"), "t.yaml:2: field 'nodes' must");
  expectError(edited("name: pair", "name: {}"),
              "t.yaml:1: field 'name' must be a text");
  expectError(edited("flops_per_second: 2.0e9", "flops_per_second: -1"),
              "t.yaml:6: field 'device.flops_per_second' must be a number "
              "above 0");
  expectError(edited("1e8", ".inf"),
              "t.yaml:7: field 'device.memory_bytes_per_second' must");
  expectError(edited("1e8", ".nan"),
              "t.yaml:7: field 'device.memory_bytes_per_second' must");
  expectError(edited("launch_seconds: 0", "launch_seconds: -1"),
              "t.yaml:8: field 'device.launch_seconds' must be a number of at "
              "least 0");
  expectError(edited("latency_seconds: 5.0e-6, ", ""),
              "t.yaml:11: field 'links.inter_node.latency_seconds' is missing");
  expectError(edited("  launch_seconds", "  lunch_seconds"),
              "t.yaml:8: field 'device.lunch_seconds' is not a field");
  expectError(kGood + "nodes: 3\n", "t.yaml:12: field 'nodes' is given twice");
  expectError(edited("links:\n", "links: none\nother:\n"), "t.yaml:");
}

TEST(Topology, RefusesMoreDevicesThanRanks) {
  expectError(edited("nodes: 2", "nodes: 4000000000"),
              "t.yaml:2: field 'nodes' gives more devices than");
}

TEST(Topology, RefusesWhatIsNoMapping) {
  expectError("", "t.yaml");
  expectError("- a\n- b\n", "t.yaml:1: the topology must be a mapping");
  expectError("a: [1, 2\n", "t.yaml:");
  expectError("device: 3\n", "t.yaml");
}

TEST(Topology, LoadsTheFilesOfTheTests) {
  for (const char *file :
       {"laptop.yaml", "h100-1250x8.yaml", "a100-1536x8.yaml"}) {
    Result<Topology> loaded =
        loadTopology(std::string(HOCKET_TEST_DATA "/topology/") + file);
    ASSERT_TRUE(loaded) << loaded.error();
    EXPECT_GE(loaded->devices(), 8);
  }
  Result<Topology> missing = loadTopology("/no/such/file.yaml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::Io);
}

} // namespace
