//===- Executor.h - The instructions of a rank ------------------*- C++ -*-===//
//
// One executor serves all worlds: what computes is a Device, what communicates
// a Transport, and who waits stands outside (World.h).
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_RUNTIME_EXECUTOR_H
#define HOCKET_RUNTIME_EXECUTOR_H

#include "hocket/Plan/Plan.h"
#include "hocket/Runtime/Arena.h"
#include "hocket/Runtime/Device.h"
#include "hocket/Runtime/Transport.h"
#include "hocket/Simulate/Simulate.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace hocket::runtime {

/// Writes batch input `input` of a microbatch of data coordinate `data` in step
/// `step` (from 0) to host memory. Called from many threads at once.
using BatchFiller =
    std::function<void(uint64_t step, uint32_t data, uint32_t microbatch,
                       uint32_t input, std::byte *destination)>;

/// On the clock of the rank's device.
using simulate::Span;

/// What the executors of a role share.
class RoleProgram {
public:
  RoleProgram(const plan::Plan &plan, uint32_t role);

private:
  friend class Executor;
  struct Item {
    uint32_t firstPointer = 0; // of its buffers
    uint32_t firstSize = 0;    // the same, for what is no kernel
    int32_t peer = -1;         // local; of Send, Recv, WaitSend
    uint32_t number = 0;       // of a WaitSend's message, among the step's
    uint32_t rows = 0;         // of CopyHeads and Add: index into Executor's
  };
  std::vector<Item> items;
  std::vector<SizeExpr> bytes;        // by buffer
  std::vector<uint32_t> sendsPerPeer; // in a step
  uint32_t numPointers = 0, numSizes = 0, numRows = 0, maxOperands = 0;
};

/// Everything that outlives the executors of a plan and that they refer to.
struct ExecutorContext {
  const plan::Plan &plan; // has passed plan::check with `model`
  const plan::Model &model;
  const Routes &routes;
  Transport &transport;
  const BatchFiller &fillBatch;
};

/// Runs the instructions of one rank, one step after another, from one thread
/// at a time. Does not allocate while it runs.
class Executor {
public:
  /// Makes `memory`, which is of `device` and must outlive the executor, fit
  /// the rank's role. Errors: of Arena::fit; InvalidArgument for tensors that
  /// the device cannot work on.
  static Result<Executor> create(const ExecutorContext &context,
                                 const RoleProgram &program, uint32_t rank,
                                 Device &device, Arena &memory);

  /// Goes to the first instruction of step `number` (from 0) and writes
  /// number + 1 to the Step buffers. The step before must be over.
  Result<void> begin(uint64_t number);
  /// Runs until the end of the step or until it has to wait for another rank;
  /// never blocks. Ready at the end. Errors name the rank, the instruction and
  /// its peer; the executor cannot go on after one.
  Result<Poll> step();
  /// The instruction that step() has to run next.
  uint32_t nextInstruction() const { return next; }
  /// "rank 3, instruction 17 (Recv from rank 2, microbatch 1)".
  std::string where() const;

  /// The index in Role::buffers of a value that lives through the step; -1
  /// where the rank does not have it.
  int64_t findBuffer(plan::Slot slot, uint32_t index) const;
  /// Copies the whole of such a buffer from or to the host's memory. Not while
  /// the rank runs.
  Result<void> write(uint32_t buffer, const void *from);
  Result<void> read(uint32_t buffer, void *to) const;

  /// Spans of the instructions are appended to `spans` from now on; null stops.
  void record(std::vector<Span> *spans) { timeline = spans; }
  uint32_t rank() const { return self; }

private:
  Executor(const ExecutorContext &context, const RoleProgram &program,
           uint32_t rank, Device &device);
  Result<void> prepare(Arena &memory);
  Result<Poll> perform(const plan::Instruction &instruction);
  Result<Poll> zero(const plan::Instruction &instruction);
  Result<Poll> loadBatch(const plan::Instruction &instruction);
  void *workspaceOf(const plan::Instruction &instruction) const {
    return arena ? arena + instruction.workspace.offset : nullptr;
  }
  RowsOfTwo rowsOf(const plan::Instruction &instruction) const;
  /// Where the heads are that both buffers of a CopyHeads or Add have.
  std::pair<std::byte *, const std::byte *>
  headsOf(const plan::Instruction &instruction) const;

  const plan::Plan *plan;
  const plan::Model *model;
  const Routes *routes;
  Transport *transport;
  const BatchFiller *fillBatch;
  const RoleProgram *program;
  Device *device;
  const plan::Role *role;
  uint32_t self;

  std::byte *arena = nullptr; // null where the device has no memory
  std::byte *host = nullptr;  // the same, of what waits there
  /// Addresses of all instructions' buffers. A device without memory takes
  /// null pointers: as many as one instruction has at most.
  std::vector<void *> pointers;
  std::vector<int64_t> sizes;   // bytes, of what is no kernel
  std::vector<Symbols> symbols; // by instruction
  /// The same, plan::countedSymbols(), for a device that counts operations.
  std::vector<Symbols> counted;
  std::vector<RowsOfTwo> rows;    // of each CopyHeads and Add
  std::vector<uint32_t> members;  // by local group: the rank's place in it
  std::vector<double> copies;     // when each is done, of this step
  std::vector<std::byte> staging; // for batches on their way to the device

  uint64_t stepNumber = 0;
  uint64_t stepsBegun = 0;
  uint32_t next = 0;
  bool waiting = false; // `next` has been tried
  double began = 0;     // when `next` was tried first
  std::vector<Span> *timeline = nullptr;
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_EXECUTOR_H
