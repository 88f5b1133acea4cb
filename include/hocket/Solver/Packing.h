//===- Packing.h - Sequences to sequence-parallel groups --------*- C++ -*-===//
//
// The problem kind `packing`: a batch of sequences of unequal lengths is
// trained on a number of devices. Choose how many microbatches there are, the
// groups of devices of each, and the sequences of each group, so that the step
// ends as early as it can. The costs are those of FlexSP (Wang et al., "FlexSP:
// Accelerating Large Language Model Training via Flexible Sequence
// Parallelism", ASPLOS 2025); options of the problem turn it into ByteScale
// (Ge et al., 2025) and Zeppelin (Chen et al., 2025).
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SOLVER_PACKING_H
#define HOCKET_SOLVER_PACKING_H

#include "hocket/Solver/Budget.h"
#include "hocket/Solver/Solution.h"
#include "hocket/Support/Result.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hocket {

/// How the devices of a group share a sequence.
enum class PackingMethod : uint8_t {
  Ulysses, ///< all-to-all between heads and tokens
  Ring,    ///< keys and values travel; contiguous slices
  ZigZag,  ///< the same, slices r and 2d-1-r: causal attention is balanced
};
/// The name as in files: "ulysses", "ring", "zigzag".
const char *name(PackingMethod method);

/// Times are whole nanoseconds, memory is whole bytes; costs are given in ms,
/// MB = 2^20 bytes and GB/s = MB/ms.
struct PackingProblem {
  struct Cost {
    double a1 = 0; // ms per squared token of a sequence
    double a2 = 0; // ms per token
    double b1 = 0; // ms per microbatch
    int64_t layers = 0, hidden = 0;
    /// GB/s of each device by the size of its group; what lies between two
    /// sizes is interpolated (bandwidthOf).
    std::map<int, double> bandwidth;
    /// Width of keys and values, of all heads; hidden, unless fewer heads.
    int64_t keyValueHidden = 0;
    /// Query heads, which Ulysses cannot have fewer of than devices; 0 for any.
    int64_t heads = 0;
  };
  struct Memory {
    double perToken = 0; // MB of activations
    double states = 0;   // MB of parameters, gradients, moments, by device
    double cap = 0;      // MB of a device
  };
  /// ByteScale: a part of the activations waits in the host's memory, as much
  /// as its transfers hide behind the sequence's own compute, both ways.
  struct Offload {
    double toHost = 0, fromHost = 0; // GB/s of a device
    double mostRatio = 1;            // of the activations
  };
  /// Zeppelin: what crosses nodes is dispatched to several NICs of the node and
  /// combined on the other side, inside the nodes.
  struct Routing {
    int nics = 1;
    double bandwidth = 0; // GB/s of a device inside a node
  };
  /// Zeppelin: the linear layers run on all devices alike, whatever devices
  /// attention runs on; hidden states travel there and back, in the forward and
  /// in the backward.
  struct Remapping {
    double bandwidth = 0; // GB/s of a device
  };

  std::vector<int64_t> lengths; // tokens
  /// Each sequence counts as long as the next multiple.
  int64_t padTo = 128;
  int devices = 0;
  /// Devices i with the same i / devicesPerNode share a node. A group spans no
  /// more nodes than its size makes it.
  int devicesPerNode = 0;
  /// The sizes that groups may have, ascending.
  std::vector<int> degrees;
  /// Of which the best is taken for each group.
  std::vector<PackingMethod> methods = {PackingMethod::Ulysses};
  Cost cost;
  Memory memory;
  /// The devices begin each microbatch together (FlexSP, Zeppelin). Otherwise a
  /// group begins as soon as its devices are free (ByteScale), and pays b1 by
  /// itself.
  bool hasBarriers = true;
  std::optional<Offload> offload;
  std::optional<Routing> routing;
  std::optional<Remapping> remapping;

  /// Errors: InvalidArgument, naming the field as in docs/packing.md.
  Result<void> check() const;

  int64_t paddedLength(size_t sequence) const;
  /// GB/s of a device in a group of that size: as given; between two given
  /// sizes a line through their logarithms, but within one node or across nodes
  /// only, else as of the larger size.
  double bandwidthOf(int degree) const;
  /// Of the sequence alone in a group, without b1; none where the method does
  /// not do that size.
  std::optional<int64_t> time(size_t sequence, int degree,
                              PackingMethod method) const;
  /// Once for each microbatch, or for each group where there are no barriers.
  int64_t fixedTime() const;
  /// Of the step, whatever the solution: the linear layers when remapped.
  int64_t sharedTime() const;
  /// Bytes of the sequence in all devices of a group together.
  int64_t bytes(size_t sequence, int degree, PackingMethod method) const;
  /// Bytes that all devices of a group have together.
  int64_t capacity(int degree) const;
};

/// `value` is the time of the step: sharedTime() and, with barriers, for each
/// microbatch fixedTime() and its slowest group; without barriers, the end of
/// the last group. Microbatches are empty without a solution.
struct PackingSolution : SolutionSummary {
  struct Group {
    std::vector<int> devices;
    PackingMethod method = PackingMethod::Ulysses;
    std::vector<size_t> sequences; // at least one
    /// Without barriers, when it starts.
    int64_t start = 0;
  };
  struct Microbatch {
    std::vector<Group> groups;
  };
  /// Without barriers there is a single one, of groups ordered by start.
  std::vector<Microbatch> microbatches;
  /// What would have to change, where the status is Infeasible.
  std::string reason;
};

class PackingScheduler {
public:
  virtual ~PackingScheduler() = default;
  /// `problem` has passed check().
  virtual PackingSolution solve(const PackingProblem &problem,
                                const SolverOptions &options) const = 0;
};

/// The names that createPackingScheduler knows, the one to use first:
///   auto         the heuristic, then decision queries where there is an engine
///   heuristic    search over the times of the microbatches, and a bound
///   z3           decision queries, for small problems
///   homogeneous  the heuristic with groups of one size, the best there is
std::vector<std::string> packingSchedulers();

/// Null for a name that there is not. "z3" wants an engine in its options, and
/// answers Unknown without.
std::unique_ptr<PackingScheduler> createPackingScheduler(std::string_view name);

/// A value that no solution is below, in little time.
int64_t packingLowerBound(const PackingProblem &problem);

/// Reads an instance (docs/packing.md) that may lack `lengths`, which are left
/// empty then: what is the same for all steps. Errors: Io; InvalidArgument
/// naming the file and the field.
Result<PackingProblem> loadPackingSettings(const std::string &path);

/// Plans one step: `settings` with these lengths, in some ten milliseconds of
/// counted work unless the options say otherwise, so that all who call it with
/// the same lengths have the same plan. The bound is the one by work alone.
/// Errors: InvalidArgument of check(); InvalidPlan where
/// there is no solution, telling what would have to change.
Result<PackingSolution> planPacking(PackingProblem settings,
                                    std::vector<int64_t> lengths,
                                    std::optional<SolverOptions> options = {});

/// Whether the solution solves the problem and the value is its own. Shares no
/// code with any scheduler. Errors: InvalidPlan, naming microbatch and group;
/// P5 is the memory of the devices, P8 that every sequence is there once.
Result<void> verify(const PackingProblem &problem,
                    const PackingSolution &solution);

} // namespace hocket

#endif // HOCKET_SOLVER_PACKING_H
