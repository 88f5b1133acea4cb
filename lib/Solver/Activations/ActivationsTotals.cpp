//===- ActivationsTotals.cpp - How much of what, whichever layer ----------===//

#include "ActivationsTotals.h"

#include <cmath>

using namespace hocket;
using namespace hocket::activations;

/// What sums of doubles may be wrong by, in ns.
static constexpr double kSlackNs = 1;

Totals::Totals(const Model &model, const Bound &bound)
    : problem(model.problem), weights(bound.bestWeights()),
      deviceRoom(problem.deviceCap - problem.fixedBytes),
      hostRoom(problem.hostCap) {
  size_t size = model.size();
  std::vector<std::vector<size_t>> alike(model.numTables());
  for (size_t i = 0; i < size; ++i) {
    forward += problem.layers[i].forward;
    backward += problem.layers[i].backward;
    if (i + 1 < size)
      alike[model.table(i)].push_back(i);
  }
  forwardEnds = problem.layers[size - 1].forward;
  backwardEnds = problem.layers[size - 1].backward;
  if (size > 1) {
    forwardEnds += problem.layers[0].forward;
    backwardEnds += problem.layers[0].backward;
  }
  for (const std::vector<size_t> &layers : alike)
    if (!layers.empty())
      addKinds(layers, problem.mayMove(layers[0]));
  const LayerOptions &last = model.layer(size - 1);
  if (problem.isSliced) {
    // What it keeps is the least that it works on.
    deviceRoom -= problem.layers[size - 1].transient;
    addKinds({size - 1}, false);
  } else {
    // It has all that it needs, whatever it keeps.
    deviceRoom -= last.leastWorking;
    backward += last.leastBackward - problem.layers[size - 1].backward;
    backwardEnds += last.leastBackward - problem.layers[size - 1].backward;
  }
  // Of the last kind only moves are tried: the one of the most.
  std::sort(kinds.begin(), kinds.end(),
            [](const Kind &a, const Kind &b) { return a.count < b.count; });
  auto [t, u, k, h] = weights;
  constantTerm = (1 - t) * double(forward) + t * double(forwardEnds) +
                 (1 - u) * double(backward) + u * double(backwardEnds) -
                 k * double(deviceRoom) - h * double(hostRoom);
  restTerms.assign(kinds.size() + 1, 0);
  for (size_t i = kinds.size(); i-- > 0;) {
    const Kind &kind = kinds[i];
    double least =
        std::min({kind.mayKeep ? term(kind, kind.count, 0) : INFINITY,
                  kind.mayMove ? term(kind, 0, kind.count) : INFINITY,
                  kind.mayRecompute ? term(kind, 0, 0) : INFINITY});
    restTerms[i] = restTerms[i + 1] + least;
  }
  current.resize(kinds.size());
}

void Totals::addKinds(const std::vector<size_t> &layers, bool mayMove) {
  const ActivationsProblem::Layer &layer = problem.layers[layers[0]];
  addKind(Tensor::Input, layers, 1, layer.input, 0, problem.input, mayMove);
  addKind(Tensor::Attention, layers, 1, layer.attention,
          layer.recomputeAttention, problem.attention, mayMove);
  auto perSlice = [&](int64_t whole) {
    return (whole + problem.slices - 1) / problem.slices;
  };
  addKind(Tensor::Slice, layers, problem.slices, perSlice(layer.other),
          perSlice(layer.recompute), problem.other, mayMove);
}

void Totals::addKind(Tensor tensor, const std::vector<size_t> &layers,
                     int64_t perLayer, int64_t bytes, int64_t recompute,
                     const ActivationsProblem::Allowed &allowed, bool mayMove) {
  kinds.push_back({tensor, layers, perLayer * int64_t(layers.size()), bytes,
                   recompute, allowed.keep || (allowed.offload && !mayMove),
                   allowed.offload && mayMove, allowed.recompute});
}

int64_t Totals::value(const Sums &sums) const {
  auto copies = [&](double rate) {
    return int64_t(std::floor(double(sums.moved) * 1e6 / rate));
  };
  return std::max(forward, forwardEnds + copies(problem.toHost)) +
         std::max(backward + sums.recompute,
                  backwardEnds + copies(problem.fromHost));
}

double Totals::term(const Kind &kind, int64_t kept, int64_t moved) const {
  auto [t, u, k, h] = weights;
  double perMoved = t * 1e6 / problem.toHost + u * 1e6 / problem.fromHost + h;
  return double(kept) * double(kind.bytes) * k +
         double(moved) * double(kind.bytes) * perMoved +
         double(kind.count - kept - moved) * double(kind.recompute) * (1 - u);
}

int64_t Totals::minimize(int64_t below, Budget &spent) {
  budget = &spent;
  limit = below;
  isFound = false;
  isComplete = true;
  if (kinds.empty()) // a single layer has all that it works on
    return std::min(limit, value(Sums()));
  branch(0, Sums());
  return isComplete ? limit : 0;
}

void Totals::branch(size_t index, const Sums &before) {
  if (index + 1 == kinds.size())
    return fill(kinds[index], before);
  const Kind &kind = kinds[index];
  for (int64_t moved = 0; moved <= (kind.mayMove ? kind.count : 0); ++moved) {
    int64_t rest = kind.count - moved;
    int64_t least = kind.mayRecompute ? 0 : rest;
    for (int64_t kept = kind.mayKeep ? rest : 0; kept >= least; --kept)
      if (!decide(index, before, kept, moved))
        return;
  }
}

/// False where the budget has ended.
bool Totals::decide(size_t index, const Sums &before, int64_t kept,
                    int64_t moved) {
  if (!budget->spend(3)) {
    isComplete = false;
    return false;
  }
  const Kind &kind = kinds[index];
  Sums sums = before;
  sums.kept += kept * kind.bytes;
  sums.moved += moved * kind.bytes;
  sums.recompute += (kind.count - kept - moved) * kind.recompute;
  sums.terms += term(kind, kept, moved);
  if (sums.kept > deviceRoom || sums.moved > hostRoom || value(sums) >= limit ||
      constantTerm + sums.terms + restTerms[index + 1] >=
          double(limit) + kSlackNs)
    return true;
  current[index] = {kept, moved};
  branch(index + 1, sums);
  return isComplete;
}

/// Of the last kind, keeping as many as fit is best for every number of moves.
void Totals::fill(const Kind &kind, const Sums &before) {
  int64_t room = deviceRoom - before.kept;
  for (int64_t moved = 0; moved <= (kind.mayMove ? kind.count : 0); ++moved) {
    if (!budget->spend(2)) {
      isComplete = false;
      return;
    }
    if (before.moved + moved * kind.bytes > hostRoom)
      return;
    int64_t rest = kind.count - moved, kept = kind.mayKeep ? rest : 0;
    if (kind.bytes > 0)
      kept = std::min(kept, room / kind.bytes);
    if (kept < rest && !kind.mayRecompute)
      continue;
    Sums sums = before;
    sums.moved += moved * kind.bytes;
    sums.recompute += (rest - kept) * kind.recompute;
    int64_t own = value(sums);
    if (own >= limit)
      continue;
    limit = own;
    isFound = true;
    current.back() = {kept, moved};
    for (size_t i = 0; i < kinds.size(); ++i)
      std::tie(kinds[i].kept, kinds[i].moved) = current[i];
  }
}

std::vector<ActivationChoice> Totals::deal() const {
  std::vector<ActivationChoice> choices;
  if (!isFound)
    return choices;
  // The last layer has all that it works on.
  auto held = [](const ActivationsProblem::Allowed &allowed) {
    return allowed.keep || allowed.offload ? ActivationPlace::Keep
                                           : ActivationPlace::Recompute;
  };
  choices.assign(
      problem.size(),
      {held(problem.input), held(problem.attention),
       held(problem.other) == ActivationPlace::Keep ? problem.slices : 0, 0});
  for (const Kind &kind : kinds) {
    int64_t layers = int64_t(kind.layers.size());
    int64_t each = kind.count / layers, movedBefore = 0, heldBefore = 0;
    for (int64_t i = 0; i < layers; ++i) {
      ActivationChoice &choice = choices[kind.layers[size_t(i)]];
      int64_t moved = kind.moved * (i + 1) / layers - movedBefore;
      int64_t held =
          std::clamp((kind.moved + kind.kept) * (i + 1) / layers - heldBefore,
                     moved, each);
      movedBefore += moved;
      heldBefore += held;
      if (kind.tensor == Tensor::Slice) {
        choice.offloaded = int(moved);
        choice.kept = int(held - moved);
        continue;
      }
      ActivationPlace place = moved  ? ActivationPlace::Offload
                              : held ? ActivationPlace::Keep
                                     : ActivationPlace::Recompute;
      (kind.tensor == Tensor::Input ? choice.input : choice.attention) = place;
    }
  }
  return choices;
}
