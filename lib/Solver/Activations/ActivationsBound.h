//===- ActivationsBound.h - What no choice of activations beats -*- C++ -*-===//
//
// A Lagrangian bound. The value of a solution is Tf + Tb, the ends of the two
// halves of a step (ActivationsModel.h). Of the first half (and of the second
// in the same way)
//
//   Tf >= sum of all tasks
//   Tf >= F[0] + sum of all copies + F[n-1]
//
// since the engine starts after F[0] at the earliest and F[n-1] starts after
// the last copy. What is kept, and the last layer at work, must fit in the
// device; what moves must fit in the host. For weights t, u in [0, 1] and k, h
// >= 0
//
//   value >= (1-t) tasks + t (copies + ..) + the same with u
//            + k (kept bytes - room on the device)
//            + h (moved bytes - room on the host)
//
// and the right side falls apart into a sum over layers, each of which takes
// the option that makes its term smallest. The weights that make the bound
// largest are found once, by the ellipsoid method; any weights are right. The
// same holds for what is left of a step once its first layers are fixed.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSBOUND_H
#define HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSBOUND_H

#include "ActivationsModel.h"

#include <array>

namespace hocket::activations {

/// A step whose layers up to some one are fixed.
struct Prefix {
  Clock forward, backward;
  int64_t kept = 0;            // bytes, of all of these layers
  int64_t moved = 0, host = 0; // bytes, of the last of them and of all
};

class Bound {
public:
  /// Weights are sought as long as the budget lasts.
  Bound(const Model &model, Budget &budget);

  /// Of every step that begins as `prefix`, whose layers are those before
  /// `next`, which is a layer.
  int64_t operator()(const Prefix &prefix, size_t next) const;
  int64_t ofWholeStep() const { return (*this)(Prefix(), 0); }

  /// Weights of copies t, u and of bytes k, h (ns per byte).
  using Weights = std::array<double, 4>;
  /// Those that make the bound of the whole step largest.
  const Weights &bestWeights() const { return relaxations[1].weights; }

private:
  struct Relaxation {
    Weights weights;
    /// For each layer the sum of the least terms from there on, and the room of
    /// device and host, in 2^-16 ns.
    std::vector<int64_t> rest;
  };

  void add(const Weights &weights);
  /// The layer's share of the bound with an option.
  int64_t term(const Weights &weights, size_t layer,
               const Option &option) const;
  const Option &best(const Weights &weights, size_t layer) const;
  /// The same by unrounded numbers, which takes a tenth of the time.
  const Option &about(const Weights &weights, size_t layer) const;
  /// Of a whole step, by unrounded numbers; the gradient by weights.
  double value(const Weights &weights, Weights &gradient) const;
  Weights largestWeights() const;
  Weights maximize(const std::array<bool, 4> &isFree, Budget &budget) const;

  const Model &model;
  int64_t numOptions = 0;      // of all tables
  double deviceRoom, hostRoom; // bytes
  std::vector<Relaxation> relaxations;
};

} // namespace hocket::activations

#endif // HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSBOUND_H
