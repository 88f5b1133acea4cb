//===- Activations.h - What a backward finds of its forward -----*- C++ -*-===//
//
// The problem kind `activations`: a step runs the forwards of its layers, then
// their backwards in reverse. What a layer computes for its backward is kept on
// the device, sent to the memory of the host and fetched back, or computed
// again. Choose for each layer, so that the step ends as early as it can within
// the memory of the device. The model is that of MEMO (Zhao et al., "MEMO:
// Fine-grained Tensor Management For Ultra-long Context LLM Training", SIGMOD
// 2025), with a choice of its own for each layer in place of one fraction for
// all.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SOLVER_ACTIVATIONS_H
#define HOCKET_SOLVER_ACTIVATIONS_H

#include "hocket/Solver/Budget.h"
#include "hocket/Solver/Solution.h"
#include "hocket/Support/Result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hocket {

enum class ActivationPlace : uint8_t {
  Keep,      ///< stays on the device
  Offload,   ///< waits in the memory of the host
  Recompute, ///< is computed again at the start of the backward
};
/// The name as in files: "keep", "offload", "recompute".
const char *name(ActivationPlace place);

/// What is chosen for a layer. Its tokens are cut into equal slices; of so many
/// slices "other" is kept or offloaded, of the rest it is computed again.
struct ActivationChoice {
  ActivationPlace input = ActivationPlace::Keep;
  ActivationPlace attention = ActivationPlace::Keep;
  int kept = 0, offloaded = 0;
  bool operator==(const ActivationChoice &) const = default;
};

/// Times are whole nanoseconds, memory is whole bytes.
///
/// Tasks run in the order F[0] .. F[n-1] B[n-1] .. B[0], one at a time. Two
/// engines copy, one each way, one layer after the other. The copy of layer l
/// to the host starts when F[l] has ended and ends before F[l+2] starts; the
/// copy back starts when B[l+2] has ended and ends before B[l] starts: what
/// moves takes memory of two layers at a time (MEMO's rounding buffers). The
/// last two layers would need their copies while these still run, so that
/// nothing of them moves.
struct ActivationsProblem {
  struct Layer {
    int64_t forward = 0, backward = 0;
    /// Of "other" of all tokens. A slice takes its part of this time and of
    /// the bytes of "other", both rounded up.
    int64_t recompute = 0;
    int64_t recomputeAttention = 0;
    /// What the backward reads: the input of the layer, the result of its
    /// attention, and what can be computed again token by token.
    int64_t input = 0, attention = 0, other = 0;
    /// Alive only while the layer runs, forward or backward.
    int64_t transient = 0;
    /// What errors call it; layers that stand for several are equal.
    std::string name;
  };
  /// What may be done with a tensor.
  struct Allowed {
    bool keep = true, offload = true, recompute = false;
  };

  std::vector<Layer> layers;
  int slices = 1;
  int64_t deviceCap = 0;
  /// Parameters, gradients and states of the optimizer.
  int64_t fixedBytes = 0;
  int64_t hostCap = 0;
  double toHost = 0, fromHost = 0; // bytes per ms
  Allowed input, attention;
  Allowed other = {true, true, true};
  /// Whether a task may wait for a copy.
  bool allowsStalls = true;
  /// MEMO: all layers but the last two have the same choice. Each of the last
  /// two keeps everything, or what the others keep or offload.
  bool isUniform = false;
  /// A layer walks its tokens slice by slice: what is computed again is alive
  /// for one slice at a time, where else a layer that runs has all of it.
  bool isSliced = false;

  /// Errors: InvalidArgument, naming the field as in docs/activations.md.
  Result<void> check() const;

  size_t size() const { return layers.size(); }
  /// Of the last two layers nothing moves.
  bool mayMove(size_t layer) const { return layer + 2 < layers.size(); }
  /// Of the backward, what is computed again included.
  int64_t backwardTime(size_t layer, const ActivationChoice &choice) const;
  /// Bytes that stay on the device from the forward to the backward.
  int64_t keptBytes(size_t layer, const ActivationChoice &choice) const;
  /// Bytes that wait in the memory of the host.
  int64_t movedBytes(size_t layer, const ActivationChoice &choice) const;
  /// Bytes of the layer on the device while it runs, transient ones included.
  int64_t workingBytes(size_t layer, const ActivationChoice &choice) const;
  int64_t toHostTime(int64_t bytes) const;
  int64_t fromHostTime(int64_t bytes) const;
};

/// `value` is the end of the last backward.
struct ActivationsSolution : SolutionSummary {
  struct Layer : ActivationChoice {
    /// Of F, and of B with what it computes again.
    int64_t forward = 0, backward = 0;
    /// Starts of the copies; of a layer that moves nothing, 0.
    int64_t toHost = 0, fromHost = 0;
  };
  std::vector<Layer> layers; // empty without a solution
  int64_t peakBytes = 0;     // of the device
  int64_t hostBytes = 0;
  /// What would have to change, where the status is Infeasible.
  std::string reason;
};

class ActivationsScheduler {
public:
  virtual ~ActivationsScheduler() = default;
  /// `problem` has passed check().
  virtual ActivationsSolution solve(const ActivationsProblem &problem,
                                    const SolverOptions &options) const = 0;
};

/// The names that createActivationsScheduler knows, the one to use first:
///   auto       searches with more and more patience, to a proof if it can
///   heuristic  the first of these searches alone
std::vector<std::string> activationsSchedulers();

/// Null for a name that there is not.
std::unique_ptr<ActivationsScheduler>
createActivationsScheduler(std::string_view name);

/// Whether the solution solves the problem and its figures are its own. Replays
/// the step; shares no code with any scheduler. Errors: InvalidPlan, naming the
/// layer; P5 is the memory of device and host.
Result<void> verify(const ActivationsProblem &problem,
                    const ActivationsSolution &solution);

} // namespace hocket

#endif // HOCKET_SOLVER_ACTIVATIONS_H
