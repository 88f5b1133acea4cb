//===- Refine.cpp - The tasks of segments and slices ----------------------===//
//
// A stage of the pipeline becomes a row of segments, and a microbatch a row of
// slices. What a backward does not find as the forward left it, it has computed
// again: slice by slice just before that is read, but keys and values of all
// slices before the first, since their queries come last ("hoisted", as in
// StreamBP, https://arxiv.org/abs/2506.03077).
//
//===----------------------------------------------------------------------===//

#include "Segments.h"

#include "hocket/Plan/Stages.h"

#include <algorithm>
#include <set>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// The tasks of one pipeline rank.
class Refiner {
public:
  Refiner(const Model &model, const Strategy &strategy)
      : model(model), strategy(strategy),
        first(firstSegments(strategy, uint32_t(model.stages.size()))) {}

  std::vector<ScheduledTask> run(const std::vector<ScheduledTask> &tasks);

private:
  /// A task of the pipeline, and what it is made of.
  struct Work {
    uint32_t begin = 0, end = 0; // segments
    uint32_t slices = 1;
    uint32_t firstSlice = 0; // of the microbatch, in the step
    uint32_t recomputed = 0; // so many slices from the first
    bool isDeferred = false; // its forward, as a whole
    /// Whether a slice can be walked through all segments before the next one.
    bool isCausal = true;
    std::vector<TaskKind> kinds; // of the backward, one after the other
  };

  Work workOf(const ScheduledTask &task) const;
  void addForward(const Work &work);
  void addRecomputed(const Work &work);
  void addBackward(const Work &work);
  void forward(const Work &work, uint32_t segment, uint32_t slice);
  void backward(const Work &work, uint32_t segment, uint32_t slice);
  /// Slices that are computed again are not computed a first time where nobody
  /// but their own backward reads the results.
  bool isDeferred(const Work &work, uint32_t segment, uint32_t slice) const;

  const Model &model;
  const Strategy &strategy;
  std::vector<uint32_t> first;                          // segment of each stage
  std::set<std::pair<uint32_t, uint32_t>> isRun;        // segments and slices
  std::set<std::pair<uint32_t, uint32_t>> isRecomputed; // stages, microbatches
  std::vector<ScheduledTask> refined;
};

Refiner::Work Refiner::workOf(const ScheduledTask &task) const {
  Work work;
  work.begin = first[task.stage];
  work.end = first[task.stage + 1];
  work.slices = strategy.slices;
  work.firstSlice = task.microbatch * strategy.slices;
  work.kinds = {task.kind};
  work.recomputed = recomputedSlices(model, strategy, task.stage);
  work.isDeferred = isForwardDeferred(model, strategy, task.stage);
  for (uint32_t segment = work.begin; segment < work.end; ++segment) {
    const Stage &stage = model.stages[segment];
    work.isCausal &= !stage.attention || stage.attention->causal;
  }
  return work;
}

void Refiner::forward(const Work &work, uint32_t segment, uint32_t slice) {
  slice += work.firstSlice;
  bool isFirst = isRun.emplace(segment, slice).second;
  refined.push_back({isFirst ? TaskKind::F : TaskKind::R, segment, slice});
}

void Refiner::backward(const Work &work, uint32_t segment, uint32_t slice) {
  for (TaskKind kind : work.kinds)
    if (model.stages[segment].find(kind))
      refined.push_back({kind, segment, work.firstSlice + slice});
}

bool Refiner::isDeferred(const Work &work, uint32_t segment,
                         uint32_t slice) const {
  bool isLast = segment + 1 == model.stages.size();
  return work.isDeferred || (isLast && slice < work.recomputed);
}

void Refiner::addForward(const Work &work) {
  auto add = [&](uint32_t segment, uint32_t slice) {
    if (!isDeferred(work, segment, slice))
      forward(work, segment, slice);
  };
  if (work.isCausal) {
    for (uint32_t slice = 0; slice < work.slices; ++slice)
      for (uint32_t segment = work.begin; segment < work.end; ++segment)
        add(segment, slice);
    return;
  }
  for (uint32_t segment = work.begin; segment < work.end; ++segment)
    for (uint32_t slice = 0; slice < work.slices; ++slice)
      add(segment, slice);
}

/// What the backward of any slice reads of all of them: keys and values of the
/// slices before it. The last slice has nobody after it. Without a mask, all
/// that comes before the last attention.
void Refiner::addRecomputed(const Work &work) {
  uint32_t last = work.end - 1;
  if (!work.isCausal) {
    for (uint32_t segment = work.begin; segment < last; ++segment)
      for (uint32_t slice = 0; slice < work.recomputed; ++slice)
        forward(work, segment, slice);
    return;
  }
  for (uint32_t slice = 0; slice < work.recomputed && slice + 1 < work.slices;
       ++slice)
    for (uint32_t segment = work.begin; segment < last; ++segment)
      forward(work, segment, slice);
}

void Refiner::addBackward(const Work &work) {
  uint32_t last = work.end - 1;
  bool isAgain = !isRecomputed.emplace(work.begin, work.firstSlice).second;
  uint32_t recomputed = isAgain ? 0 : work.recomputed;
  if (recomputed > 0)
    addRecomputed(work);
  for (uint32_t slice = work.slices; slice-- > 0;) {
    if (slice < recomputed)
      for (uint32_t segment = work.isCausal ? work.begin : last;
           segment < work.end; ++segment)
        forward(work, segment, slice);
    for (uint32_t segment = work.end;
         segment-- > (work.isCausal ? work.begin : last);)
      backward(work, segment, slice);
  }
  if (!work.isCausal)
    for (uint32_t segment = last; segment-- > work.begin;)
      for (uint32_t slice = work.slices; slice-- > 0;)
        backward(work, segment, slice);
}

std::vector<ScheduledTask>
Refiner::run(const std::vector<ScheduledTask> &tasks) {
  for (size_t i = 0; i < tasks.size(); ++i) {
    Work work = workOf(tasks[i]);
    if (tasks[i].kind == TaskKind::F) {
      addForward(work);
      continue;
    }
    // The two parts of a backward share what is computed for them.
    ScheduledTask part = {TaskKind::W, tasks[i].stage, tasks[i].microbatch};
    if (strategy.walksSlices() && tasks[i].kind == TaskKind::Bi &&
        i + 1 < tasks.size() && tasks[i + 1] == part) {
      work.kinds.push_back(TaskKind::W);
      ++i;
    }
    addBackward(work);
  }
  return std::move(refined);
}

} // namespace

Result<Ordering> plan::refine(const Ordering &ordering, const Model &model,
                              const Strategy &strategy) {
  std::vector<uint32_t> first =
      firstSegments(strategy, uint32_t(model.stages.size()));
  Ordering fine;
  for (size_t i = 0; i + 1 < first.size(); ++i)
    fine.orders.rankOf.insert(fine.orders.rankOf.end(), first[i + 1] - first[i],
                              ordering.orders.rankOf[i]);
  for (const std::vector<uint32_t> &stages : ordering.stagesOf)
    fine.stagesOf.push_back(segmentsOf(strategy, stages));
  for (const std::vector<ScheduledTask> &tasks : ordering.orders.ofRank)
    fine.orders.ofRank.push_back(Refiner(model, strategy).run(tasks));
  Result<std::vector<std::vector<TaskSpan>>> played = playTasks(fine.orders);
  if (!played)
    return played.error();
  fine.spans = std::move(*played);
  return fine;
}
