//===- Plan.h - Who does what when ------------------------------*- C++ -*-===//
//
// A plan has a few roles (instruction bodies) and many ranks. A rank names its
// role and brings tables of peers and groups, so that ten thousand ranks stay
// small.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PLAN_PLAN_H
#define HOCKET_PLAN_PLAN_H

#include "hocket/Plan/Model.h"
#include "hocket/Support/Result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hocket::plan {

/// Instructions of a rank run in program order. Only Recv, WaitSend and
/// AllReduce wait for other ranks.
enum class Op : uint8_t {
  Kernel,    ///< run `kernel` on `buffers` (one per kernel operand)
  Zero,      ///< fill `buffers` with zero
  LoadBatch, ///< fill buffers[0] with batch input `index` of `microbatch`
  Send,      ///< post buffers[0] to peer; the buffer stays readable and must
             ///< not be written before the matching WaitSend
  Recv,      ///< wait for the next message of the peer, into buffers[0]
  WaitSend,  ///< wait until the `index`-th Send of this body (counted from 0)
             ///< has been received
  AllReduce, ///< sum `buffers` over `group`, in the order of its ranks
  Attend,    ///< run attention kernel `kernel` of `stage` on `buffers` (one per
             ///< operand, the table left out) with table `index` of the role,
             ///< or kNoTable where the kernel takes none
  CopyHeads, ///< buffers[0] = buffers[1] for the heads that both have
  Add,       ///< buffers[0] += buffers[1]
  Offload,   ///< post a copy of buffers[1] to buffers[0], which is on the host;
             ///< neither place may be used for anything else before the
             ///< matching WaitCopy
  Fetch,     ///< the same from the host: of buffers[1] to buffers[0]
  WaitCopy,  ///< wait until the `index`-th Offload or Fetch of this body
             ///< (counted from 0) is done
};
const char *name(Op op);

/// Instruction::index of an Attend whose kernel takes no table.
inline constexpr uint32_t kNoTable = UINT32_MAX;

/// Where buffers and workspaces begin in an arena, and arenas in memory: at
/// multiples of so many bytes, a cache line and a vector register of AVX-512.
inline constexpr int64_t kArenaAlignment = 64;
/// The next multiple.
constexpr int64_t aligned(int64_t bytes) {
  return bytes + (-bytes & (kArenaAlignment - 1));
}

/// A piece of the arena that a kernel may write while it runs.
struct Workspace {
  int64_t bytes = 0;  // on the largest rank of the role
  int64_t offset = 0; // in the arena, aligned
  bool operator==(const Workspace &) const = default;
};

struct Instruction {
  Op op = Op::Kernel;
  TaskKind kind = TaskKind::F;   // of Op::Kernel
  int32_t stage = -1;            // -1: not of one stage
  int32_t microbatch = -1;       // -1: not of one microbatch
  uint32_t kernel = 0;           // of Op::Kernel: index into Model::kernels
  uint32_t index = 0;            // of LoadBatch, WaitSend, Attend, WaitCopy
  int32_t peer = -1;             // of Send, Recv: index into Rank::peers
  int32_t group = -1;            // of AllReduce: index into Rank::groups
  std::vector<uint32_t> buffers; // indices into Role::buffers
  Workspace workspace = {};      // of Kernel, Attend
};

/// Which part of its value a buffer holds, of the values that the attention of
/// a sequence group sends about, and which copy. Values are [tokens, heads,
/// ...]. The default is the rank's own value as its kernels first write it.
struct Share {
  /// `term` of a sum that is not complete, and of one that is.
  static constexpr int32_t kSum = -1, kTotal = -2;

  /// The coordinate whose tokens they are; -1: the rank's own.
  int32_t owner = -1;
  /// Heads [firstHead, firstHead + numHeads); none: all of them.
  uint32_t firstHead = 0, numHeads = 0;
  /// Of a sum over ranks: the coordinate that computed this term, or the sum of
  /// the terms so far, or of all.
  int32_t term = kSum;
  /// How often it was received, or computed by the forward of its stage,
  /// before: for the backward, the same value is received or computed again.
  uint8_t again = 0;
  auto operator<=>(const Share &) const = default;
};

/// A piece of a rank's arena, or of its memory on the host. The size is that of
/// the largest rank of the role, so that all ranks of a role share their
/// offsets.
struct Buffer {
  std::string name;
  Operand binding;         // what it holds; `access` has no meaning here
  TensorType type;         // its extents take the symbols of `microbatch`
  Share share = {};        // the type is that of the share
  int32_t stage = -1;      // whose value it is; -1 where isPerStage is false
  int32_t microbatch = -1; // -1: lives through the step
  int64_t bytes = 0;
  int64_t offset = 0;  // in the arena, 64-byte aligned
  bool onHost = false; // in the host's memory instead
};

struct Role {
  std::string name;
  std::vector<uint32_t> stages; // that its ranks run, sorted
  std::vector<Buffer> buffers;
  std::vector<Instruction> body;
  /// What the Attend instructions attend to: {rows, what to initialise, rows of
  /// eight numbers} (hocket.attention_part).
  std::vector<std::vector<int32_t>> tables;
  int64_t arenaBytes = 0; // everything that a rank of this role allocates
  int64_t hostBytes = 0;  // of the host's memory, for what waits there
};

struct Rank {
  uint32_t role = 0;
  uint32_t data = 0;            // coordinate among the Strategy::replicas()
  uint32_t pipeline = 0;        // coordinate on the pipeline axis
  std::vector<uint32_t> peers;  // ranks
  std::vector<uint32_t> groups; // indices into Plan::groups
};

/// Tokens and sequences of one microbatch.
struct MicrobatchShape {
  int64_t tokens = 0;
  int64_t sequences = 0;
  Symbols symbols() const { return {tokens, sequences + 1}; }
};

/// Tokens first, first + stride, ... of a sequence of the step, `count` of
/// them; none where every member of a group has a row for the sequence
/// (RowGather) and this one has no token of it.
struct TokenChunk {
  uint32_t sequence = 0; // index into Plan::lengths
  int64_t first = 0;     // position in the sequence
  int64_t count = 0;
  int64_t stride = 1;
  bool operator==(const TokenChunk &) const = default;
};

/// Ranks that compute sequences together, in one microbatch. `coordinates` are
/// among the Strategy::replicas().
struct SequenceGroup {
  std::vector<uint32_t> coordinates;
  std::vector<uint32_t> sequences; // indices into Plan::lengths
  std::string method;              // of the sequence methods (Sequence.h)
  bool operator==(const SequenceGroup &) const = default;
};

/// A task and its place in a step.
struct ScheduledTask {
  TaskKind kind = TaskKind::F;
  uint32_t stage = 0;
  uint32_t microbatch = 0;
  bool operator==(const ScheduledTask &) const = default;
};

/// One stop of a microbatch on its way: a stage, and the pipeline rank that
/// runs it.
struct Visit {
  uint32_t stage = 0;
  uint32_t rank = 0;
  bool operator==(const Visit &) const = default;
};

/// What a strategy promises about its routes (invariant P7). What is absent or
/// empty is not limited.
struct RouteLimits {
  /// Stages that a microbatch visits, its head counted once: the visits of its
  /// route but the last.
  std::optional<uint32_t> pathLength;
  /// The convergence constraints of SkipPipe, on the numbers of the stages that
  /// a microbatch visits before the last one. A move to a lower stage goes back
  /// at most this far, all of them together at most so far, and there are at
  /// most so many; a move goes at most so far beyond the highest stage visited.
  std::optional<uint32_t> maxBackwardStep, maxBackwardSum, maxBackwardMoves,
      maxForwardJump;
  /// Microbatches under way at a pipeline rank, from the start of the first
  /// task of a microbatch to the end of the last; by rank, at least 1 each.
  std::vector<uint32_t> inFlight = {};
  bool operator==(const RouteLimits &) const = default;
};

/// Of how many slices of a stage the backward finds what it needs as the
/// forward left it: the last `kept` on the device, those before in the memory
/// of the host. Of the first ones it computes that again, from the inputs of
/// the stage. The backward begins with the last slices, which have the most
/// keys to see.
struct SliceActivations {
  uint32_t kept = 0, offloaded = 0;
  bool operator==(const SliceActivations &) const = default;
};

/// The degrees, the schedule and the routes that turn a model into a plan.
/// checkStrategy() says which ones make sense.
struct Strategy {
  uint32_t data = 1;
  uint32_t microbatches = 1;
  /// Of a registry; "given" where `orders` says it.
  std::string schedule = "1f1b";
  /// Stages per pipeline rank, where neither `pipelineRanks` nor `placement`
  /// says otherwise.
  uint32_t chunks = 1;
  /// 0: as many as `placement` has, or stages / chunks. Of a skip-pipeline: the
  /// number of its nodes.
  uint32_t pipelineRanks = 0;
  /// The pipeline rank of each stage; empty: as the schedule says.
  std::vector<uint32_t> placement = {};
  /// The tasks of each pipeline rank in order, of schedule "given"; else empty.
  std::vector<std::vector<ScheduledTask>> orders = {};
  /// Of a skip-pipeline, else empty: for each stage of the model the pipeline
  /// ranks (nodes) that hold it, sorted. They are replicas. The last stage (the
  /// exit) is held by the ranks of the first (the entry).
  std::vector<std::vector<uint32_t>> nodes = {};
  /// Of a skip-pipeline, else empty: the way of each microbatch, which its
  /// backward goes back. It starts at the first stage and ends at the last one
  /// on the same rank, its head. All data coordinates follow the same routes.
  std::vector<std::vector<Visit>> routes = {};
  RouteLimits limits = {};
  /// Ranks that share each sequence, and how (Sequence.h). A replica is one
  /// rank of the model's stages for its part of the tokens: replica r of data
  /// coordinate d is coordinate d * sequence + r.
  uint32_t sequence = 1;
  std::string sequenceMethod = "ring";
  /// Of a model whose stages are cut at their attentions, else empty: stages of
  /// the model for each stage of the pipeline, which are on one rank and run
  /// one after the other. All that this struct says of stages is of those of
  /// the pipeline then.
  std::vector<uint32_t> segments = {};

  /// Runs of tokens that a rank walks one after the other in a stage, forward
  /// from the first to the last and backward the other way round: only one of
  /// them has its activations at a time (hocket.stream).
  uint32_t slices = 1;
  /// What stays for the backward, by stage of the pipeline; empty: all slices
  /// are kept.
  std::vector<SliceActivations> activations = {};

  /// Coordinates that hold copies of the parameters and different tokens.
  uint32_t replicas() const { return data * sequence; }
  /// Whether microbatches are walked in slices, or activations computed again.
  bool walksSlices() const { return slices > 1 || !activations.empty(); }
  /// Whether a task of the pipeline is several of the model's: of the segments
  /// of its stage, or of the slices of its microbatch.
  bool isRefined() const { return !segments.empty() || walksSlices(); }
  /// Slices of all microbatches of a step. Those of microbatch i are i *
  /// slices, i * slices + 1, ...: what a plan says of microbatches (shapes,
  /// buffers, instructions) it says of these. With one slice they are the
  /// microbatches.
  uint32_t numSlices() const { return microbatches * slices; }
  uint32_t microbatchOf(uint32_t slice) const { return slice / slices; }
  /// For people: "microbatch 2", or "slice 1 of microbatch 2".
  std::string describe(uint32_t slice) const;
  bool operator==(const Strategy &) const = default;
};

struct Plan {
  Strategy strategy;
  uint32_t stages = 1; // of the model
  std::vector<Role> roles;
  std::vector<Rank> ranks;
  std::vector<std::vector<uint32_t>> groups; // each sorted
  /// Shapes of the slices of the step's microbatches: shapes[coordinate *
  /// numSlices + i].
  std::vector<MicrobatchShape> shapes;
  /// The lengths of the step's sequences, in batch order.
  std::vector<int64_t> lengths;
  /// Without sequence groups, the sequences of a microbatch:
  /// [firstSequence[k], firstSequence[k+1]) of `lengths`, k = coordinate *
  /// microbatches + i.
  std::vector<uint32_t> firstSequence;
  /// Where ranks share sequences or walk them in slices, else empty: the groups
  /// of each microbatch. The chunks of coordinate c in slice i, in the order of
  /// its tokens, are [firstChunk[k], firstChunk[k+1]) of `chunks`, k = c *
  /// numSlices + i.
  std::vector<std::vector<SequenceGroup>> sequenceGroups;
  std::vector<uint32_t> firstChunk;
  std::vector<TokenChunk> chunks;

  const MicrobatchShape &shape(uint32_t coordinate, uint32_t slice) const {
    return shapes[size_t(coordinate) * strategy.numSlices() + slice];
  }
};

} // namespace hocket::plan

#endif // HOCKET_PLAN_PLAN_H
