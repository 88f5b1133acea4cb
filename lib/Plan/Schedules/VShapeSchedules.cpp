//===- VShapeSchedules.cpp - Two stages a rank, there and back again ------===//
//
// Rank i of p runs the stages i and 2p - 1 - i: the first rank has the first
// and the last stage, and what both hold together is the same on every rank.
// The orders are made for F, Bi and W of equal length, on a grid of their time.
//
//===----------------------------------------------------------------------===//

#include "BuiltinSchedules.h"

#include <algorithm>
#include <array>
#include <deque>
#include <numeric>
#include <optional>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// What a rank may run next: a kind of one of its two chunks.
struct Choice {
  TaskKind kind = TaskKind::F;
  uint32_t chunk = 0;
};

/// The grid: in every slot each rank runs one task or idles.
class Grid {
public:
  Grid(const PipelineShape &shape)
      : shape(shape), end(size_t(3) * 2 * shape.ranks * shape.microbatches, 0),
        ranks(shape.ranks), orders(shape.ranks) {}

  struct RankState {
    /// Started so far: [kind][chunk].
    std::array<std::array<uint32_t, 2>, 3> started{};
    TaskKind last = TaskKind::W;
    bool hasGradient = false; // whether a Bi has run
  };

  uint32_t count(uint32_t rank, TaskKind kind, uint32_t chunk) const {
    return ranks[rank].started[index(kind)][chunk];
  }
  uint32_t held(uint32_t rank) const {
    uint32_t sum = 0;
    for (uint32_t chunk : {0u, 1u})
      sum += count(rank, TaskKind::F, chunk) - count(rank, TaskKind::W, chunk);
    return sum;
  }
  bool isReady(uint32_t rank, Choice choice) const {
    uint32_t next = count(rank, choice.kind, choice.chunk);
    if (next >= shape.microbatches)
      return false;
    uint32_t stage = stageOf(rank, choice.chunk), last = 2 * shape.ranks - 1;
    switch (choice.kind) {
    case TaskKind::F:
      return stage == 0 || isDone(TaskKind::F, stage - 1, next);
    case TaskKind::Bi:
      return isDone(TaskKind::F, stage, next) &&
             (stage == last || isDone(TaskKind::Bi, stage + 1, next));
    default:
      return isDone(TaskKind::Bi, stage, next);
    }
  }
  const RankState &state(uint32_t rank) const { return ranks[rank]; }

  /// Runs `choose` for each slot and each rank that it can tell something new
  /// until every task has run. What a rank can run changes when it has run
  /// something or a neighbour has.
  template <typename Choose>
  std::vector<std::vector<ScheduledTask>> run(Choose choose) {
    size_t left = size_t(6) * shape.ranks * shape.microbatches;
    std::vector<std::pair<uint32_t, Choice>> chosen;
    std::vector<uint32_t> awake(shape.ranks);
    std::iota(awake.begin(), awake.end(), 0);
    for (slot = 1; left > 0; ++slot) {
      chosen.clear();
      for (uint32_t rank : awake)
        if (std::optional<Choice> choice = choose(*this, rank))
          chosen.emplace_back(rank, *choice);
      awake.clear();
      auto wake = [&](uint32_t rank) {
        if (awake.empty() || awake.back() < rank)
          awake.push_back(rank);
      };
      for (auto [rank, choice] : chosen) {
        start(rank, choice);
        for (uint32_t near = rank == 0 ? 0 : rank - 1;
             near <= rank + 1 && near < shape.ranks; ++near)
          wake(near);
      }
      left -= chosen.size();
    }
    return std::move(orders);
  }

private:
  static size_t index(TaskKind kind) {
    return kind == TaskKind::F ? 0 : kind == TaskKind::Bi ? 1 : 2;
  }
  uint32_t stageOf(uint32_t rank, uint32_t chunk) const {
    return chunk == 0 ? rank : 2 * shape.ranks - 1 - rank;
  }
  size_t cell(TaskKind kind, uint32_t stage, uint32_t microbatch) const {
    return (index(kind) * 2 * shape.ranks + stage) * shape.microbatches +
           microbatch;
  }
  bool isDone(TaskKind kind, uint32_t stage, uint32_t microbatch) const {
    uint32_t ended = end[cell(kind, stage, microbatch)];
    return ended != 0 && ended <= slot;
  }
  void start(uint32_t rank, Choice choice) {
    RankState &state = ranks[rank];
    uint32_t &next = state.started[index(choice.kind)][choice.chunk];
    uint32_t stage = stageOf(rank, choice.chunk);
    end[cell(choice.kind, stage, next)] = slot + 1;
    orders[rank].push_back({choice.kind, stage, next});
    ++next;
    state.last = choice.kind;
    state.hasGradient |= choice.kind == TaskKind::Bi;
  }

  const PipelineShape &shape;
  uint32_t slot = 1;
  std::vector<uint32_t> end; // by cell: slot from which it is done; 0: not run
  std::vector<RankState> ranks;
  std::vector<std::vector<ScheduledTask>> orders;
};

/// What schedules of this shape have in common.
class VShape : public Schedule {
public:
  bool splitsBackward() const override { return true; }

  Result<void> check(const PipelineShape &shape) const override {
    if (shape.chunks == 2 && shape.isEven())
      return {};
    return Error(ErrorCode::InvalidArgument,
                 "schedule '" + std::string(name()) +
                     "' needs 2 chunks per pipeline rank, not " +
                     std::to_string(shape.chunks));
  }

  uint32_t rankOf(uint32_t stage, const PipelineShape &shape) const override {
    return stage < shape.ranks ? stage : 2 * shape.ranks - 1 - stage;
  }

  std::vector<ScheduledTask> order(uint32_t rank,
                                   const PipelineShape &shape) const override {
    return orders(shape)[rank];
  }
  std::vector<std::vector<ScheduledTask>>
  orders(const PipelineShape &shape) const override = 0;
};

/// ZB-V of Qi et al. (ICLR'24): no bubble, with the activations of 1F1B: 2p
/// chunks of half a stage each. Forwards fill the memory until the first
/// gradient arrives; from then on each gradient is followed by its weight
/// gradient, which makes room for one forward.
class ZeroBubbleV : public VShape {
public:
  std::string_view name() const override { return "zb_v"; }

  std::vector<std::vector<ScheduledTask>>
  orders(const PipelineShape &shape) const override {
    return Grid(shape).run([&](const Grid &grid, uint32_t rank) {
      return choose(grid, rank, shape);
    });
  }

private:
  static std::optional<Choice> choose(const Grid &grid, uint32_t rank,
                                      const PipelineShape &shape) {
    const Grid::RankState &state = grid.state(rank);
    std::optional<Choice> forward = chooseForward(grid, rank, shape);
    std::optional<Choice> gradient =
        first(grid, rank, {{TaskKind::Bi, 0}, {TaskKind::Bi, 1}});
    std::optional<Choice> weight = chooseWeight(grid, rank);
    auto firstOf = [](std::initializer_list<std::optional<Choice>> choices) {
      for (const std::optional<Choice> &choice : choices)
        if (choice)
          return choice;
      return std::optional<Choice>();
    };
    if (!state.hasGradient)
      return firstOf({gradient, forward});
    bool hasForwards = grid.count(rank, TaskKind::F, 0) < shape.microbatches ||
                       grid.count(rank, TaskKind::F, 1) < shape.microbatches;
    if (!hasForwards)
      return firstOf({gradient, weight});
    switch (state.last) {
    case TaskKind::F:
      return firstOf({gradient, weight, forward});
    case TaskKind::Bi:
      return firstOf({weight, forward, gradient});
    default:
      return firstOf({forward, gradient, weight});
    }
  }

  static std::optional<Choice> first(const Grid &grid, uint32_t rank,
                                     std::initializer_list<Choice> choices) {
    for (Choice choice : choices)
      if (grid.isReady(rank, choice))
        return choice;
    return std::nullopt;
  }

  static std::optional<Choice> chooseForward(const Grid &grid, uint32_t rank,
                                             const PipelineShape &shape) {
    uint32_t capacity = 2 * shape.ranks, held = grid.held(rank);
    if (held >= capacity)
      return std::nullopt;
    bool isReady[2] = {grid.isReady(rank, {TaskKind::F, 0}),
                       grid.isReady(rank, {TaskKind::F, 1})};
    // The last free place is for the second chunk, if it holds none yet: it
    // alone leads to a gradient.
    uint32_t forwards[2] = {grid.count(rank, TaskKind::F, 0),
                            grid.count(rank, TaskKind::F, 1)};
    if (held + 1 == capacity && forwards[1] == grid.count(rank, TaskKind::W, 1))
      isReady[0] = false;
    if (!isReady[0] && !isReady[1])
      return std::nullopt;
    bool isSecond = isReady[1];
    if (isReady[0] && isReady[1] && grid.state(rank).hasGradient)
      isSecond = forwards[0] >= forwards[1] + (shape.ranks - rank);
    return Choice{TaskKind::F, isSecond ? 1u : 0u};
  }

  /// The microbatch that has waited longest.
  static std::optional<Choice> chooseWeight(const Grid &grid, uint32_t rank) {
    bool isReady[2] = {grid.isReady(rank, {TaskKind::W, 0}),
                       grid.isReady(rank, {TaskKind::W, 1})};
    if (!isReady[0] && !isReady[1])
      return std::nullopt;
    bool isFirst =
        isReady[0] && (!isReady[1] || grid.count(rank, TaskKind::W, 0) <=
                                          grid.count(rank, TaskKind::W, 1));
    return Choice{TaskKind::W, isFirst ? 0u : 1u};
  }
};

/// V-Half and V-Min of "Pipeline Parallelism with Controllable Memory" (Qi et
/// al., 2024): one microbatch is a building block that repeats every 6 slots;
/// how many slots lie between the same task of neighbouring ranks decides how
/// long activations live, and so how many there are. Weight gradients fill
/// gaps.
class BuildingBlock : public VShape {
public:
  /// Slots from a rank to the next: of F of the first and second chunk, of Bi
  /// of the second and the first.
  using Offsets = std::array<uint32_t, 4>;
  BuildingBlock(std::string label, Offsets offsets)
      : label(std::move(label)), offsets(offsets) {}

  std::string_view name() const override { return label; }

  std::vector<std::vector<ScheduledTask>>
  orders(const PipelineShape &shape) const override {
    std::vector<Starts> starts = place(shape.ranks);
    uint32_t capacity = 0;
    for (const Starts &rank : starts)
      capacity = std::max(capacity, peak(rank));
    // Forwards and gradients of each rank, by slot.
    std::vector<std::deque<Choice>> sequence(shape.ranks);
    for (uint32_t rank = 0; rank < shape.ranks; ++rank) {
      std::vector<std::pair<uint64_t, Choice>> all;
      for (uint64_t i = 0; i < shape.microbatches; ++i) {
        all.push_back({6 * i + starts[rank][0], {TaskKind::F, 0}});
        all.push_back({6 * i + starts[rank][1], {TaskKind::F, 1}});
        all.push_back({6 * i + starts[rank][2], {TaskKind::Bi, 1}});
        all.push_back({6 * i + starts[rank][3], {TaskKind::Bi, 0}});
      }
      std::sort(all.begin(), all.end(),
                [](const auto &a, const auto &b) { return a.first < b.first; });
      for (const auto &entry : all)
        sequence[rank].push_back(entry.second);
    }
    return Grid(shape).run([&](const Grid &grid, uint32_t rank) {
      std::deque<Choice> &rest = sequence[rank];
      std::optional<Choice> choice;
      if (!rest.empty() && grid.isReady(rank, rest.front()) &&
          (rest.front().kind != TaskKind::F || grid.held(rank) < capacity)) {
        choice = rest.front();
        rest.pop_front();
        return choice;
      }
      // Of the two, the one whose gradient came first.
      bool isReady[2] = {grid.isReady(rank, {TaskKind::W, 0}),
                         grid.isReady(rank, {TaskKind::W, 1})};
      if (!isReady[0] && !isReady[1])
        return choice;
      uint64_t since[2];
      for (uint32_t chunk : {0u, 1u})
        since[chunk] = 6 * uint64_t(grid.count(rank, TaskKind::W, chunk)) +
                       starts[rank][chunk == 0 ? 3 : 2];
      uint32_t chunk = !isReady[0] ? 1 : !isReady[1] ? 0 : since[1] < since[0];
      return std::optional<Choice>({TaskKind::W, chunk});
    });
  }

private:
  /// Of one microbatch on a rank: F of both chunks, Bi of the second and first.
  using Starts = std::array<uint32_t, 4>;

  /// The shortest block whose tasks never meet in a slot of 6.
  std::vector<Starts> place(uint32_t ranks) const {
    std::vector<Starts> best;
    uint32_t least = ~0u;
    for (uint32_t gaps = 0; gaps < 216; ++gaps) {
      std::array<uint32_t, 3> gap{gaps / 36, gaps / 6 % 6, gaps % 6};
      uint32_t sum = gap[0] + gap[1] + gap[2];
      if (sum >= least)
        continue;
      std::vector<Starts> starts(ranks);
      bool meet = false;
      for (uint32_t rank = 0; rank < ranks; ++rank) {
        uint32_t up = ranks - 1 - rank, all = ranks - 1;
        uint32_t second = offsets[0] * all + 1 + gap[0];
        uint32_t third = second + offsets[1] * all + 1 + gap[1];
        uint32_t fourth = third + offsets[2] * all + 1 + gap[2];
        starts[rank] = {offsets[0] * rank, second + offsets[1] * up,
                        third + offsets[2] * rank, fourth + offsets[3] * up};
        uint32_t used = 0;
        for (uint32_t start : starts[rank]) {
          meet |= used >> start % 6 & 1;
          used |= 1u << start % 6;
        }
      }
      if (meet)
        continue;
      least = sum;
      best = std::move(starts);
    }
    return best;
  }

  /// Chunks that a rank holds at once, once the pipeline is full.
  static uint32_t peak(const Starts &starts) {
    // Weight gradients take the free slots after their Bi.
    uint32_t used = 0;
    for (uint32_t start : starts)
      used |= 1u << start % 6;
    uint32_t ends[2];
    for (uint32_t chunk : {1u, 0u}) {
      uint32_t weight = starts[chunk == 1 ? 2 : 3] + 1;
      while (used >> weight % 6 & 1)
        ++weight;
      used |= 1u << weight % 6;
      ends[chunk] = weight + 1;
    }
    uint32_t most = 0;
    for (uint32_t slot = 0; slot < 6; ++slot) {
      uint32_t alive = 0;
      for (uint32_t chunk : {0u, 1u})
        // Microbatches i with start + 6 i <= t < end + 6 i at t = slot mod 6.
        alive += (ends[chunk] - starts[chunk] +
                  (slot + 60 - (ends[chunk] - 1) % 6) % 6) /
                 6;
      most = std::max(most, alive);
    }
    return most;
  }

  std::string label;
  Offsets offsets;
};

} // namespace

std::unique_ptr<Schedule> plan::createZeroBubbleV() {
  return std::make_unique<ZeroBubbleV>();
}
std::unique_ptr<Schedule> plan::createVHalf() {
  return std::make_unique<BuildingBlock>("v_half",
                                         BuildingBlock::Offsets{2, 1, 2, 1});
}
std::unique_ptr<Schedule> plan::createVMin() {
  return std::make_unique<BuildingBlock>("v_min",
                                         BuildingBlock::Offsets{1, 1, 1, 1});
}
