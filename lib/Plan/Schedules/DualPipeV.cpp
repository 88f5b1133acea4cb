//===- DualPipeV.cpp - Forwards that overlap with backwards ---------------===//

#include "BuiltinSchedules.h"

#include <algorithm>
#include <deque>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// DualPipe of DeepSeek-V3 (2024), cut in half: rank i of p runs the stages i
/// and 2p - 1 - i. In the middle of the step every forward of one chunk
/// overlaps with a backward of the other, so that the communication of each
/// hides behind the work of the other.
class DualPipeV : public Schedule {
public:
  std::string_view name() const override { return "dualpipe_v"; }
  bool splitsBackward() const override { return true; }

  Result<void> check(const PipelineShape &shape) const override {
    if (shape.chunks == 2 && shape.isEven())
      return {};
    return Error(
        ErrorCode::InvalidArgument,
        "schedule 'dualpipe_v' needs 2 chunks per pipeline rank, not " +
            std::to_string(shape.chunks));
  }

  uint32_t rankOf(uint32_t stage, const PipelineShape &shape) const override {
    return stage < shape.ranks ? stage : 2 * shape.ranks - 1 - stage;
  }

  std::vector<ScheduledTask> order(uint32_t rank,
                                   const PipelineShape &shape) const override {
    return Rank(rank, shape).tasks;
  }

  std::vector<std::vector<size_t>>
  overlaps(const PipelineShape &shape) const override {
    std::vector<std::vector<size_t>> overlaps;
    for (uint32_t rank = 0; rank < shape.ranks; ++rank)
      overlaps.push_back(Rank(rank, shape).overlaps);
    return overlaps;
  }

private:
  /// The tasks of one rank, step by step. A step with fewer microbatches than
  /// the pattern takes is a longer one without those that there are not.
  struct Rank {
    Rank(uint32_t rank, const PipelineShape &shape) : rank(rank), shape(shape) {
      uint32_t after = shape.ranks - 1 - rank, before = rank;
      uint32_t whole = std::max(shape.microbatches, 2 * shape.ranks);
      repeat(2 * after, [&] { forward(0); });
      repeat(before + 1, [&] {
        forward(0);
        forward(1);
      });
      repeat(after, [&] {
        inputGradient(1);
        weightGradient();
        forward(1);
      });
      bool isFirst = true;
      repeat(whole - 2 * shape.ranks + before + 1, [&] {
        // The last rank has just made what its first backward reads.
        overlap(0, 1, !(isFirst && after == 0));
        overlap(1, 0, true);
        isFirst = false;
      });
      repeat(after, [&] {
        backward(1);
        overlap(1, 0, true);
      });
      // From the middle on weight gradients wait, to fill the end.
      for (uint32_t i = 0; i <= before; ++i) {
        uint32_t middle = (before + 1) / 2;
        bool waits = i > middle || (i == middle && rank % 2 == 1);
        backward(1, waits);
        waits |= i == middle;
        backward(0, waits);
      }
      repeat(after, [&] {
        weightGradient();
        inputGradient(0);
      });
      repeat(before + 1, [&] { weightGradient(); });
    }

    template <typename Step>
    static void repeat(uint32_t times, Step step) {
      for (uint32_t i = 0; i < times; ++i)
        step();
    }
    uint32_t stage(uint32_t chunk) const {
      return chunk == 0 ? rank : 2 * shape.ranks - 1 - rank;
    }
    bool add(TaskKind kind, uint32_t chunk, uint32_t microbatch) {
      if (microbatch >= shape.microbatches)
        return false;
      tasks.push_back({kind, stage(chunk), microbatch});
      return true;
    }
    bool forward(uint32_t chunk) {
      return add(TaskKind::F, chunk, forwards[chunk]++);
    }
    /// Its weight gradient waits if `waits`.
    bool backward(uint32_t chunk, bool waits = false) {
      if (!waits)
        return add(TaskKind::B, chunk, backwards[chunk]++);
      inputGradient(chunk);
      return true;
    }
    void inputGradient(uint32_t chunk) {
      waiting.push_back({TaskKind::W, stage(chunk), backwards[chunk]});
      add(TaskKind::Bi, chunk, backwards[chunk]++);
    }
    void weightGradient() {
      if (waiting.front().microbatch < shape.microbatches)
        tasks.push_back(waiting.front());
      waiting.pop_front();
    }
    void overlap(uint32_t forwardChunk, uint32_t backwardChunk, bool overlaps) {
      size_t position = tasks.size();
      bool both = forward(forwardChunk);
      both &= backward(backwardChunk);
      if (both && overlaps)
        this->overlaps.push_back(position);
    }

    uint32_t rank;
    const PipelineShape &shape;
    uint32_t forwards[2] = {0, 0}, backwards[2] = {0, 0};
    std::deque<ScheduledTask> waiting; // weight gradients
    std::vector<ScheduledTask> tasks;
    std::vector<size_t> overlaps;
  };
};

} // namespace

std::unique_ptr<Schedule> plan::createDualPipeV() {
  return std::make_unique<DualPipeV>();
}
