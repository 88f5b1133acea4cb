//===- RoleBuilder.h - The body of one pipeline rank ------------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_EXPAND_ROLEBUILDER_H
#define HOCKET_LIB_PLAN_EXPAND_ROLEBUILDER_H

#include "Messages.h"
#include "Sequence/SequenceGroups.h"

#include "hocket/Plan/Plan.h"

#include <map>
#include <set>
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
  uint32_t rank = 0; // on the pipeline axis
  /// Of a role of its own for each coordinate; else that of any rank.
  uint32_t coordinate = 0;
  uint32_t replicas = 1; // Strategy::replicas()
  const Strategy &strategy;
  /// By stage of the model.
  const std::vector<uint32_t> &pipelineStage;
  std::string name;
  std::vector<uint32_t> stages; // that it runs, sorted
  const Itinerary &itinerary;
  const std::vector<ScheduledTask> &tasks;
  const std::vector<TaskSpan> &spans;
  /// What it sends and receives, in the order of findMessages().
  const std::vector<const Message *> &messages;
  /// Ranks, for this coordinate, sorted: by local index.
  std::vector<uint32_t> peers;
  /// What the tasks of the whole model are bound to.
  const std::set<Slot> &boundSlots;
  /// For each microbatch, the different shapes that it has over the ranks of
  /// the role.
  const std::vector<std::vector<Symbols>> &shapes;
  /// Parameters that this role holds, and those whose gradients it sums up,
  /// sorted.
  std::vector<uint32_t> parameters, gradients;
  /// The gradient groups with more than one rank, in the order in which every
  /// rank of the plan runs them.
  std::vector<GradientGroup> gradientGroups;
  /// Local index of the group of all ranks; -1 for a single rank.
  int32_t everyone = -1;
  /// Null where ranks do not share sequences.
  SequenceGroups *groups = nullptr;
  /// Shapes of the plan, where they do (Plan::shapes).
  const std::vector<MicrobatchShape> *allShapes = nullptr;
};

/// Builds the buffers and the body of a role, without offsets.
class RoleBuilder {
public:
  explicit RoleBuilder(const RoleContext &context);

  Result<Role> build();

private:
  /// A send that nobody has waited for yet.
  struct Outstanding {
    uint32_t number = 0; // among the sends of the body
    double receivedAt = 0;
  };

  void addPersistentBuffers();
  void addTask(size_t position);
  void loadBatch(const ScheduledTask &task, const TaskTemplate &kernel);
  void receive(const Message &message);
  void send(const Message &message);
  /// Waits for the sends that are received before `time`, when one has not to
  /// wait for them.
  void waitForSends(double time);
  void addAttention(const ScheduledTask &task, bool isBackward);
  void addEmptyAttention(const ScheduledTask &task, bool isBackward);
  void addGather(const ScheduledTask &task, bool isBackward);
  void addSlicedAttention(const ScheduledTask &task, bool isBackward);
  /// `bufferOf` gives the buffers of values.
  template <typename BufferOf>
  void addSteps(const std::vector<AttentionStep> &steps,
                const SequenceGroup &group, const ScheduledTask &task,
                BufferOf bufferOf);
  uint32_t shareBuffer(const AttentionValue &value, const SequenceGroup &group,
                       const ScheduledTask &task);
  uint32_t sliceBuffer(const AttentionValue &value, const MemberSlices &slices,
                       const ScheduledTask &task);
  uint32_t tableIndex(const std::vector<int32_t> &table);
  void addReductions();
  void addUpdates();
  void sizeWorkspaces();

  /// The buffer of a value, made at its first use. What a stage hands to the
  /// next one on the same rank is one buffer, named for its producer. Of what
  /// was computed several times it is that of the last time.
  uint32_t buffer(Slot slot, uint32_t index, int32_t stage, int32_t microbatch,
                  Share share = {});
  uint32_t buffer(Slot slot, uint32_t index) {
    return buffer(slot, index, -1, -1);
  }
  std::string bufferName(Slot slot, uint32_t index, int32_t stage,
                         int32_t microbatch, const Share &share) const;
  /// What the owner of a buffer of a microbatch has, where ranks share
  /// sequences.
  const MicrobatchShape &shapeOf(const Buffer &made) const;
  /// The bytes of `made` on the largest rank of the role.
  int64_t bytesOf(const Buffer &made);
  Instruction instruction(Op op, int32_t stage, int32_t microbatch) const;
  Instruction instruction(Op op) const { return instruction(op, -1, -1); }
  uint32_t forwardRuns(uint32_t stage, uint32_t microbatch) const {
    auto found = forwards.find({stage, microbatch});
    return found == forwards.end() ? 0 : found->second;
  }
  bool isHere(const std::optional<Visit> &visit) const {
    return visit && visit->rank == context.rank;
  }
  int32_t peerOf(uint32_t rank, uint32_t coordinate) const;
  int32_t peerOf(uint32_t rank) const {
    return peerOf(rank, context.coordinate);
  }

  const RoleContext &context;
  const Model &model;
  Role role;
  /// By position: the messages to receive before and to send after a task.
  std::vector<std::vector<const Message *>> receives, sends;
  std::vector<Outstanding> outstanding;
  uint32_t numSends = 0;
  std::map<std::tuple<Slot, uint32_t, int32_t, int32_t, Share>, uint32_t>
      bufferOf;
  std::map<std::tuple<Slot, uint32_t, int32_t>, SizeExpr> sizeOf;
  /// By stage and microbatch: how often the forward has run so far.
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> forwards;
  /// By stage and slice: how often keys and values had been computed when they
  /// were gathered.
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> gathered;
  std::map<std::vector<int32_t>, uint32_t> tableOf;
};

/// Gives the buffers and workspaces of `role` their offsets: what lives through
/// the step first, in order, so that these offsets do not depend on the batch;
/// then the rest by lifetime, which is one instruction for a workspace.
Result<void> placeBuffers(Role &role);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_EXPAND_ROLEBUILDER_H
