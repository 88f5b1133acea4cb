//===- Model.h - A compiled model as the planner sees it --------*- C++ -*-===//
//
// The planner knows no IR: a model is a chain of stages, each with task
// templates (forward, backward) whose operands say which value they touch. It
// is independent of the degrees of parallelism, of the number of microbatches
// and of the lengths of a batch: those make a Plan (Plan.h) out of it.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PLAN_MODEL_H
#define HOCKET_PLAN_MODEL_H

#include "hocket/Support/TensorType.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hocket::plan {

/// How a parameter starts when no checkpoint is given.
enum class Init : uint8_t { Zeros, Ones, Normal };

struct Parameter {
  std::string name;
  TensorType type; // constant extents
  Init init = Init::Zeros;
  double stddev = 0.0; // of Init::Normal
};

/// One tensor of the batch, cut along its first dimension into microbatches.
struct BatchInput {
  std::string name;
  TensorType type; // first extent T, or S for the offsets
  /// True for `cu_seqlens`: rebased to 0 in every microbatch.
  bool isOffsets = false;
};

/// What an operand of a task is bound to. The index counts within the slot.
enum class Slot : uint8_t {
  Parameter,      ///< model parameter `index`
  Gradient,       ///< accumulated gradient of parameter `index`
  State,          ///< optimizer state: parameter * statesPerParameter + state
  Batch,          ///< batch input `index`
  Input,          ///< activation `index` received from the previous stage
  Output,         ///< activation `index` sent to the next stage
  InputGradient,  ///< gradient of Input `index`, sent to the previous stage
  OutputGradient, ///< gradient of Output `index`, received from the next stage
  Residual,       ///< value `index` kept from the forward for the backward
  Attended,       ///< what the stage's attention gives: output, lse, delta; or
                  ///< the rows that it gathers
  AttendedGradient, ///< gradient of the attention's output, or of those rows
  Loss,             ///< sum of the loss over the step so far; scalar f32
  Weight,           ///< sum of the weights (tokens) over the step; scalar f32
  Step,             ///< number of this step, from 1; scalar f32
};
const char *name(Slot slot);

enum class Access : uint8_t { Read, Write, ReadWrite };

struct Operand {
  Slot slot = Slot::Batch;
  uint32_t index = 0;
  Access access = Access::Read;
  bool operator==(const Operand &) const = default;
};

/// Compiled code. Entry point: void(void *const *operands,
/// const int64_t *symbols, void *workspace); operands are dense, 64-byte
/// aligned and do not overlap.
struct Kernel {
  std::string symbol;
  std::vector<TensorType> operands;
  SizeExpr workspaceBytes;
  SizeExpr flops;
  SizeExpr bytes; // read and written
};

/// F forward, Bi input gradient, W weight gradient, B = Bi + W, R recompute (F
/// once more).
enum class TaskKind : uint8_t { F, Bi, W, B, R, Update };
const char *name(TaskKind kind);

/// A task before it is placed: a kernel and what its operands are bound to.
struct TaskTemplate {
  TaskKind kind = TaskKind::F;
  uint32_t kernel = 0;
  std::vector<Operand> operands;
};

/// The attention that a stage begins with under sequence parallelism. It is not
/// part of the stage's kernels, since the ranks of a sequence group compute it
/// together, each from its own tokens: the expansion turns it into transfers
/// and calls of these three kernels. Their symbols are {query tokens, key
/// tokens, query heads, key heads, numbers of the table}; D is the head size.
struct Attention {
  /// Inputs of the stage, [T, H, D], [T, Hk, D] and [T, Hk, D], that nothing
  /// else reads.
  uint32_t query = 0, key = 0, value = 0;
  uint32_t heads = 1, keyHeads = 1, headSize = 1;
  bool causal = false;
  /// (query, key, value, table, output, lse): adds what the keys give to the
  /// running output [T, H, D] and lse [T, H] (`hocket.attention_part`).
  uint32_t part = 0;
  /// (output, lse, output, lse): adds the second pair to the first, in place.
  uint32_t merge = 0;
  /// (output, output gradient, delta): delta[t, h] = sum of their products over
  /// the head. Not there where the model is not trained; the same for the next.
  uint32_t delta = 0;
  /// (query, key, value, table, lse, output gradient, delta, query gradient,
  /// key gradient, value gradient): adds to the gradients
  /// (`hocket.attention_part_grad`).
  uint32_t partGrad = 0;
  bool isTrained = false;
  bool operator==(const Attention &) const = default;
};

/// What a stage begins with under sequence parallelism where a scan goes over
/// the tokens of several ranks: rows of numbers, one for each sequence, of the
/// members of its group that come before this one (`hocket.rows_before`). The
/// k-th member's row is Slot::Attended k where that member comes before, and
/// zeros elsewhere. In the backward the gradients of these rows go back to
/// their owners, which add them in the order of the members.
struct RowGather {
  uint32_t row = 0;   // input of the stage, [S, W] f32, that nothing else reads
  uint32_t slots = 1; // the most members that can come before
  /// Members are numbered against the order of their tokens.
  bool reverse = false;
  /// Whether the stage gives the gradients of all slots.
  bool isTrained = false;
  bool operator==(const RowGather &) const = default;
};

struct Stage {
  std::string name;
  std::vector<TensorType> inputs;    // from the previous stage; empty at first
  std::vector<TensorType> outputs;   // to the next stage; empty at the last
  std::vector<TensorType> residuals; // from F to its backward
  /// At most one template of a kind; no B where the model is not trained.
  std::vector<TaskTemplate> tasks;
  /// A stage begins with an attention, or with rows, or with neither.
  std::optional<Attention> attention = {};
  std::optional<RowGather> gather = {};
  /// Types of Slot::Attended: of an attention its output, lse and delta; of
  /// rows each slot's.
  std::vector<TensorType> attended = {};

  bool isShared() const { return attention || gather; }

  const TaskTemplate *find(TaskKind kind) const;
  /// The template that a task of this kind runs: R that of F, where the stage
  /// has none of its own.
  const TaskTemplate *templateOf(TaskKind kind) const;
};

struct Model {
  std::string name;
  std::vector<Parameter> parameters;
  std::vector<BatchInput> batch;
  std::vector<Stage> stages;
  std::vector<Kernel> kernels;
  /// One Update template per parameter; empty where the model is not trained.
  std::vector<TaskTemplate> updates;
  /// Optimizer states, each of the shape of its parameter.
  uint32_t statesPerParameter = 0;
  /// Name suffix of each state in a checkpoint, for example "m", "v".
  std::vector<std::string> stateNames;
};

} // namespace hocket::plan

#endif // HOCKET_PLAN_MODEL_H
