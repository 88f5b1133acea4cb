//===- RoleBuilder.h - The body of one pipeline stage -----------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_ROLEBUILDER_H
#define HOCKET_LIB_PLAN_ROLEBUILDER_H

#include "hocket/Plan/Plan.h"
#include "hocket/Plan/Schedule.h"

#include <map>
#include <tuple>

namespace hocket::plan {

/// A gradient all-reduce of a role, by the role's local group index.
struct GradientGroup {
  int32_t group = -1;
  std::vector<uint32_t> parameters;
};

/// What a role needs to know of the rest of the plan.
struct RoleContext {
  const Model &model;
  uint32_t stage = 0;
  uint32_t microbatches = 1;
  /// For each microbatch, the different shapes that it has over the data axis.
  const std::vector<std::vector<Symbols>> &shapes;
  /// Parameters whose gradients are summed up by this role, sorted.
  std::vector<uint32_t> gradients;
  /// The gradient groups with more than one rank, in the order in which every
  /// rank of the plan runs them.
  std::vector<GradientGroup> gradientGroups;
  /// Local index of the group of all ranks; -1 for a single rank.
  int32_t everyone = -1;
};

/// Builds the buffers and the body of a role, without offsets.
class RoleBuilder {
public:
  explicit RoleBuilder(const RoleContext &context);

  Result<Role> build(const std::vector<ScheduledTask> &order,
                     const Schedule &schedule);

private:
  /// Sends to the next stage carry activations, those to the previous one
  /// gradients: one channel each, with the sends nobody has waited for yet.
  struct Channel {
    int32_t peer = -1;
    std::vector<uint32_t> outstanding;
  };

  void addPersistentBuffers();
  Result<void> addTask(const ScheduledTask &task, const Schedule &schedule);
  void receive(Slot slot, uint32_t index, int32_t microbatch,
               const Channel &from);
  void send(Slot slot, const std::vector<uint32_t> &indices, int32_t microbatch,
            Channel &channel);
  void waitForSends(Channel &channel);
  void addReductions();
  void addUpdates();

  /// The buffer of a value, made at its first use.
  uint32_t buffer(Slot slot, uint32_t index, int32_t microbatch);
  std::string bufferName(Slot slot, uint32_t index, int32_t microbatch) const;
  Instruction instruction(Op op, int32_t microbatch) const;
  bool modelBinds(Slot slot) const;
  static bool binds(const Stage &stage, Slot slot, uint32_t index);

  const RoleContext &context;
  const Model &model;
  const Stage &stage;
  Role role;
  Channel previous, next;
  uint32_t numSends = 0;
  std::map<std::tuple<Slot, uint32_t, int32_t>, uint32_t> bufferOf;
  std::map<std::pair<Slot, uint32_t>, SizeExpr> bytesOf;
  /// Outputs whose gradients come back, and inputs whose gradients are sent.
  std::vector<uint32_t> outputGradients, inputGradients;
  std::vector<bool> gradientsReceived; // by microbatch
};

/// Gives the buffers of `role` their offsets: what lives through the step
/// first, in order, so that these offsets do not depend on the batch; then the
/// workspace; then the rest by lifetime.
Result<void> placeBuffers(Role &role, int64_t workspaceBytes);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_ROLEBUILDER_H
