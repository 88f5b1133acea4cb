//===- ActivationsSearch.cpp - Layer by layer, the best so far ------------===//

#include "ActivationsSearch.h"

#include <cstdlib>
#include <tuple>

using namespace hocket;
using namespace hocket::activations;

namespace {

struct Label {
  Prefix prefix;
  int64_t peak = 0;     // bytes
  int64_t score = 0;    // no solution that begins so has less
  int64_t distance = 0; // among labels of one score, the least goes first
  uint32_t parent = 0;
  uint32_t option = 0;
};

constexpr size_t kMostCandidates = 1'000'000;

class LayerSearch {
public:
  LayerSearch(const Model &model, size_t width, Budget &budget)
      : model(model), problem(model.problem),
        mostKept(model.size() + 1, problem.deviceCap - problem.fixedBytes),
        width(width), budget(budget), leastHostAfter(model.size() + 1, 0) {
    for (size_t i = model.size(); i-- > 0;) {
      leastHostAfter[i] = leastHostAfter[i + 1] + model.layer(i).leastMoved;
      mostKept[i] =
          std::min(mostKept[i + 1], problem.deviceCap - problem.fixedBytes -
                                        model.layer(i).leastWorking);
    }
  }
  virtual ~LayerSearch() = default;

  SearchResult run(int64_t limit) {
    SearchResult result;
    result.lowerBound = kNever;
    levels.assign(1, {Label()});
    for (size_t layer = 0; layer < model.size(); ++layer) {
      std::vector<Label> candidates = extend(layer, limit, result.lowerBound);
      if (budget.exhausted()) {
        result.lowerBound = 0; // the labels of this layer are not all there
        return result;
      }
      levels.push_back(select(std::move(candidates), result.lowerBound));
    }
    if (levels.back().empty())
      return result;
    // Sorted by score, which is the value of what is complete.
    result.value = levels.back()[0].score;
    result.lowerBound = std::min(result.lowerBound, result.value);
    result.choices = choicesOf(0);
    return result;
  }

protected:
  /// The score of a label of the layers before `next`.
  virtual int64_t score(const Label &label, size_t next) const = 0;
  virtual int64_t distance(const Label &label, size_t next) const = 0;
  /// Whether whatever `b` leads to is at least as bad as with `a`.
  virtual bool beats(const Label &a, const Label &b) const = 0;
  virtual bool isWithinDevice(const Label &before, size_t layer,
                              const Option &option) const = 0;

  const Model &model;
  const ActivationsProblem &problem;
  std::vector<int64_t> mostKept; // bytes, before the layer

private:
  std::vector<Label> extend(size_t layer, int64_t limit, int64_t &cut) {
    const LayerOptions &table = model.layer(layer);
    std::vector<Label> candidates;
    const std::vector<Label> &from = levels.back();
    for (size_t parent = 0; parent < from.size(); ++parent) {
      if (!budget.spend(int64_t(table.options.size()) * 12))
        return {};
      for (size_t i = 0; i < table.options.size(); ++i) {
        const Option &option = table.options[i];
        const Label &before = from[parent];
        if (before.prefix.host + option.moved + leastHostAfter[layer + 1] >
                problem.hostCap ||
            !isWithinDevice(before, layer, option))
          continue;
        Label label = before;
        int64_t stalls =
            label.prefix.forward.run(table.forward, option.toHost) +
            label.prefix.backward.run(option.backward, option.fromHost);
        if (stalls > 0 && !problem.allowsStalls)
          continue;
        label.peak =
            std::max(before.peak, problem.fixedBytes + before.prefix.kept +
                                      before.prefix.moved + option.working);
        label.prefix.kept += option.kept;
        label.prefix.moved = option.moved;
        label.prefix.host += option.moved;
        label.parent = uint32_t(parent);
        label.option = uint32_t(i);
        label.score = score(label, layer + 1);
        if (label.score >= limit)
          continue;
        label.distance = distance(label, layer + 1);
        candidates.push_back(label);
      }
      if (candidates.size() > kMostCandidates)
        halve(candidates, cut);
    }
    return candidates;
  }

  static auto key(const Label &label) {
    return std::tuple(label.score, label.distance, label.prefix.kept,
                      label.prefix.host,
                      label.prefix.forward.start + label.prefix.backward.start,
                      label.parent, label.option);
  }
  static bool isBefore(const Label &a, const Label &b) {
    return key(a) < key(b);
  }

  static void halve(std::vector<Label> &candidates, int64_t &cut) {
    auto middle = candidates.begin() + ptrdiff_t(candidates.size() / 2);
    std::nth_element(candidates.begin(), middle, candidates.end(), isBefore);
    cut = std::min(cut, middle->score);
    candidates.erase(middle, candidates.end());
  }

  /// Candidates that none beats, the best `width` of them; `cut` is lowered to
  /// the score of the best that is left out.
  std::vector<Label> select(std::vector<Label> candidates, int64_t &cut) {
    std::sort(candidates.begin(), candidates.end(), isBefore);
    std::vector<Label> selected;
    for (const Label &label : candidates) {
      budget.spend(int64_t(selected.size()) / 2 + 8);
      if (std::any_of(selected.begin(), selected.end(),
                      [&](const Label &other) { return beats(other, label); }))
        continue;
      if (selected.size() == width) {
        cut = std::min(cut, label.score);
        break;
      }
      selected.push_back(label);
    }
    return selected;
  }

  std::vector<ActivationChoice> choicesOf(size_t label) const {
    std::vector<ActivationChoice> choices(model.size());
    for (size_t layer = model.size(); layer-- > 0;) {
      const Label &own = levels[layer + 1][label];
      choices[layer] = model.layer(layer).options[own.option].choice;
      label = own.parent;
    }
    return choices;
  }

  size_t width;
  Budget &budget;
  std::vector<int64_t> leastHostAfter; // bytes, of the layers from there on
  std::vector<std::vector<Label>> levels;
};

bool usesLess(const Prefix &a, const Prefix &b) {
  return a.kept <= b.kept && a.host <= b.host &&
         a.kept + a.moved <= b.kept + b.moved;
}

class FastestSearch final : public LayerSearch {
public:
  FastestSearch(const Model &model, const Bound &bound,
                const ActivationsSolution &best, size_t width, Budget &budget)
      : LayerSearch(model, width, budget), bound(bound), path(1) {
    for (size_t i = 0; i < model.size(); ++i) {
      Prefix &prefix = path.emplace_back(path.back());
      prefix.kept += problem.keptBytes(i, best.layers[i]);
      prefix.host += problem.movedBytes(i, best.layers[i]);
    }
  }

private:
  int64_t score(const Label &label, size_t next) const override {
    // Once all is run, the starts are the ends.
    if (next == model.size())
      return label.prefix.forward.start + label.prefix.backward.start;
    return bound(label.prefix, next);
  }

  int64_t distance(const Label &label, size_t next) const override {
    return std::abs(label.prefix.kept - path[next].kept) +
           std::abs(label.prefix.host - path[next].host);
  }

  /// A clock that is ahead by so much stays ahead by no more.
  static int64_t ahead(const Clock &a, const Clock &b) {
    return std::max(a.start - b.start, engine(a) - engine(b));
  }
  static int64_t engine(const Clock &clock) {
    return std::max(clock.engine, clock.start);
  }

  bool beats(const Label &a, const Label &b) const override {
    if (!usesLess(a.prefix, b.prefix))
      return false;
    int64_t forward = ahead(a.prefix.forward, b.prefix.forward);
    int64_t backward = ahead(a.prefix.backward, b.prefix.backward);
    if (problem.allowsStalls)
      return forward + backward <= 0;
    // What must not wait needs an engine that is no further behind.
    auto lag = [](const Clock &clock) { return engine(clock) - clock.start; };
    return forward <= 0 && backward <= 0 &&
           lag(a.prefix.backward) <= lag(b.prefix.backward);
  }

  bool isWithinDevice(const Label &before, size_t layer,
                      const Option &option) const override {
    return problem.fixedBytes + before.prefix.kept + before.prefix.moved +
                   option.working <=
               problem.deviceCap &&
           before.prefix.kept + option.kept <= mostKept[layer + 1];
  }

  const Bound &bound;
  std::vector<Prefix> path; // bytes of the best solution, before each layer
};

class SmallestSearch final : public LayerSearch {
public:
  using LayerSearch::LayerSearch;

private:
  int64_t score(const Label &label, size_t) const override {
    return label.peak;
  }

  int64_t distance(const Label &, size_t) const override { return 0; }

  bool beats(const Label &a, const Label &b) const override {
    if (!usesLess(a.prefix, b.prefix) || a.peak > b.peak)
      return false;
    auto lag = [](const Clock &clock) {
      return std::max<int64_t>(clock.engine - clock.start, 0);
    };
    return problem.allowsStalls ||
           (lag(a.prefix.forward) <= lag(b.prefix.forward) &&
            lag(a.prefix.backward) <= lag(b.prefix.backward));
  }

  bool isWithinDevice(const Label &, size_t, const Option &) const override {
    return true;
  }
};

} // namespace

SearchResult activations::searchFastest(const Model &model, const Bound &bound,
                                        const ActivationsSolution &best,
                                        size_t width, Budget &budget) {
  return FastestSearch(model, bound, best, width, budget).run(best.value);
}

SearchResult activations::searchSmallest(const Model &model, int64_t limit,
                                         size_t width, Budget &budget) {
  return SmallestSearch(model, width, budget).run(limit);
}
