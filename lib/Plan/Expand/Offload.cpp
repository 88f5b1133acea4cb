//===- Offload.cpp - Activations that wait in the host's memory -----------===//

#include "Offload.h"

#include <algorithm>
#include <tuple>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// What the forward gives or is given, and the backward may read.
bool isActivation(const Buffer &buffer) {
  Slot slot = buffer.binding.slot;
  return slot == Slot::Input || slot == Slot::Output ||
         slot == Slot::Residual || slot == Slot::Attended;
}

class Offloader {
public:
  Offloader(Role &role, const Strategy &strategy,
            const std::vector<uint32_t> &pipelineStage)
      : role(role), strategy(strategy), pipelineStage(pipelineStage) {}

  void run() {
    findUnits();
    findUses();
    for (uint32_t buffer = 0; buffer < uses.size(); ++buffer)
      if (moves(buffer))
        move(buffer);
    rebuild();
  }

private:
  /// Instructions [begin, end) of the body.
  struct Unit {
    size_t begin = 0, end = 0;
    bool isBackward = false; // or computes something again
  };
  struct Uses {
    std::vector<size_t> forward, backward; // instructions
  };
  /// An instruction to insert before another one. Waits free memory, so that
  /// they come first.
  struct Insertion {
    size_t before = 0;
    Instruction instruction;
    size_t copy = 0; // of those that are posted, in the order of `posted`

    bool isWait() const { return instruction.op == Op::WaitCopy; }
    bool operator<(const Insertion &other) const {
      return std::tuple(before, !isWait(), copy) <
             std::tuple(other.before, !other.isWait(), other.copy);
    }
  };

  void findUnits();
  void findUses();
  bool moves(uint32_t buffer) const;
  void move(uint32_t buffer);
  uint32_t copyOf(uint32_t buffer, bool onHost);
  void post(size_t before, Op op, uint32_t to, uint32_t from,
            size_t waitedBefore);
  void rebuild();

  Role &role;
  const Strategy &strategy;
  const std::vector<uint32_t> &pipelineStage;
  std::vector<Unit> units;
  std::vector<size_t> unitOf; // by instruction
  std::vector<Uses> uses;     // by buffer
  std::vector<Insertion> insertions;
  size_t numPosted = 0;
};

void Offloader::findUnits() {
  std::pair<int64_t, int64_t> current(-1, -1);
  for (size_t i = 0; i < role.body.size(); ++i) {
    const Instruction &instruction = role.body[i];
    std::pair<int64_t, int64_t> own = current;
    if (instruction.stage >= 0 && instruction.microbatch >= 0)
      own = {pipelineStage[size_t(instruction.stage)], instruction.microbatch};
    if (units.empty() || own != current)
      units.push_back({i, i, false});
    current = own;
    units.back().end = i + 1;
    if (instruction.op == Op::Kernel && instruction.kind != TaskKind::F)
      units.back().isBackward = true;
    unitOf.push_back(units.size() - 1);
  }
}

void Offloader::findUses() {
  uses.resize(role.buffers.size());
  for (size_t i = 0; i < role.body.size(); ++i)
    for (uint32_t buffer : role.body[i].buffers)
      (units[unitOf[i]].isBackward ? uses[buffer].backward
                                   : uses[buffer].forward)
          .push_back(i);
}

bool Offloader::moves(uint32_t index) const {
  const Buffer &buffer = role.buffers[index];
  const auto &[forward, backward] = uses[index];
  if (!isActivation(buffer) || buffer.bytes == 0 || buffer.stage < 0 ||
      forward.empty() || backward.empty() || backward[0] < forward.back() ||
      !isOffloaded(strategy, pipelineStage[size_t(buffer.stage)],
                   uint32_t(buffer.microbatch)))
    return false;
  // It is there in the units next to both, and away in those between.
  return unitOf[backward[0]] >= unitOf[forward.back()] + 4;
}

uint32_t Offloader::copyOf(uint32_t buffer, bool onHost) {
  Buffer made = role.buffers[buffer];
  made.name += onHost ? ".host" : ".fetched";
  made.onHost = onHost;
  if (!onHost)
    ++made.share.again;
  role.buffers.push_back(std::move(made));
  return uint32_t(role.buffers.size() - 1);
}

void Offloader::post(size_t before, Op op, uint32_t to, uint32_t from,
                     size_t waitedBefore) {
  Instruction copy;
  copy.op = op;
  copy.stage = role.buffers[from].stage;
  copy.microbatch = role.buffers[from].microbatch;
  copy.buffers = {to, from};
  Instruction wait;
  wait.op = Op::WaitCopy;
  insertions.push_back({before, copy, numPosted});
  insertions.push_back({waitedBefore, wait, numPosted++});
}

void Offloader::move(uint32_t buffer) {
  const auto [forward, backward] = uses[buffer];
  uint32_t host = copyOf(buffer, true), fetched = copyOf(buffer, false);
  for (size_t i : backward)
    std::replace(role.body[i].buffers.begin(), role.body[i].buffers.end(),
                 buffer, fetched);
  post(forward.back() + 1, Op::Offload, host, buffer,
       units[unitOf[forward.back()] + 1].end);
  post(units[unitOf[backward[0]] - 1].begin, Op::Fetch, fetched, host,
       backward[0]);
}

/// Copies are numbered in the order in which they are posted.
void Offloader::rebuild() {
  if (insertions.empty())
    return;
  std::sort(insertions.begin(), insertions.end());
  std::vector<uint32_t> numberOf(numPosted);
  uint32_t number = 0;
  for (const Insertion &insertion : insertions)
    if (!insertion.isWait())
      numberOf[insertion.copy] = number++;
  std::vector<Instruction> body;
  body.reserve(role.body.size() + insertions.size());
  auto next = insertions.begin();
  for (size_t i = 0; i <= role.body.size(); ++i) {
    for (; next != insertions.end() && next->before == i; ++next) {
      if (next->isWait())
        next->instruction.index = numberOf[next->copy];
      body.push_back(std::move(next->instruction));
    }
    if (i < role.body.size())
      body.push_back(std::move(role.body[i]));
  }
  role.body = std::move(body);
}

} // namespace

bool plan::isOffloaded(const Strategy &strategy, uint32_t stage,
                       uint32_t slice) {
  if (strategy.activations.empty())
    return false;
  const SliceActivations &activations = strategy.activations[stage];
  uint32_t end = strategy.slices - activations.kept;
  uint32_t place = slice % strategy.slices;
  return place < end && place + activations.offloaded >= end;
}

void plan::offloadActivations(Role &role, const Strategy &strategy,
                              const std::vector<uint32_t> &pipelineStage) {
  Offloader(role, strategy, pipelineStage).run();
}
