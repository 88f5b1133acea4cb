//===- ZeroBubbleH2.cpp - No bubble for twice the activations -------------===//

#include "BuiltinSchedules.h"

#include <algorithm>
#include <string_view>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// ZB-H2 of Qi et al., ICLR'24: with F, Bi and W of equal length no rank idles
/// between its first and its last task, and every rank holds 2p - 1
/// activations. Of p ranks, rank i runs
///   2 (p - i) - 1 times F, until its first gradient arrives,
///   2 i times Bi F, while ranks before it still fill the pipeline,
///   Bi, then W F Bi while there are forwards,
///   2 (p - 1 - i) times W Bi, and the 2 i + 1 W that are left.
class ZeroBubbleH2 : public Schedule {
public:
  std::string_view name() const override { return "zb_h2"; }
  bool splitsBackward() const override { return true; }

  std::vector<ScheduledTask> order(uint32_t rank,
                                   const PipelineShape &shape) const override {
    // A step with fewer microbatches than the pattern takes is a longer one
    // without the microbatches that there are not.
    uint32_t ranks = shape.ranks;
    uint32_t whole = std::max(shape.microbatches, 2 * ranks - 1);
    uint32_t forwards = 0, gradients = 0, weights = 0;
    std::vector<ScheduledTask> tasks;
    auto add = [&](TaskKind kind, uint32_t &next) {
      if (next < shape.microbatches)
        tasks.push_back({kind, rank, next});
      ++next;
    };
    auto repeat = [&](uint32_t times, std::string_view kinds) {
      // The pattern may be far longer than what there is of it.
      auto isAbsent = [&](char kind) {
        return (kind == 'F'   ? forwards
                : kind == 'I' ? gradients
                              : weights) >= shape.microbatches;
      };
      for (uint32_t i = 0;
           i < times && !std::all_of(kinds.begin(), kinds.end(), isAbsent); ++i)
        for (char kind : kinds)
          kind == 'F'   ? add(TaskKind::F, forwards)
          : kind == 'I' ? add(TaskKind::Bi, gradients)
                        : add(TaskKind::W, weights);
    };
    repeat(2 * (ranks - rank) - 1, "F");
    repeat(2 * rank, "IF");
    repeat(1, "I");
    repeat(whole - (2 * ranks - 1), "WFI");
    repeat(2 * (ranks - 1 - rank), "WI");
    repeat(2 * rank + 1, "W");
    return tasks;
  }
};

} // namespace

std::unique_ptr<Schedule> plan::createZeroBubbleH2() {
  return std::make_unique<ZeroBubbleH2>();
}
