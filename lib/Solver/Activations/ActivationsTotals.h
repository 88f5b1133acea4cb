//===- ActivationsTotals.h - How much of what, whichever layer --*- C++ -*-===//
//
// A relaxation of activations in whole numbers. The inputs of equal layers are
// alike, so are their attentions and the slices of the rest: what counts is how
// many of each are kept and moved, not of which layer. With K, M and R the
// bytes kept, the bytes moved and the time of computing again of all layers
//
//   value >= max(sum of F, F[0] + M / to host + F[n-1])
//          + max(sum of B + R, B[0] + M / from host + B[n-1])
//
// where K and the last layer must fit in the device, and M in the host. The
// least such value over all numbers is found by branch and bound. It is above
// the Lagrangian bound by what indivisible slices cost, and mostly is the value
// of a solution, which is found by dealing the numbers out to the layers.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSTOTALS_H
#define HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSTOTALS_H

#include "ActivationsBound.h"

namespace hocket::activations {

class Totals {
public:
  Totals(const Model &model, const Bound &bound);

  /// Looks for totals of less than `limit`. Returns a bound of all solutions
  /// that are below the limit, which is the limit if there are none; 0 if the
  /// budget ended before that was known.
  int64_t minimize(int64_t limit, Budget &budget);

  /// The totals found, dealt out to the layers evenly; empty where there are
  /// none. They need not fit.
  std::vector<ActivationChoice> deal() const;

private:
  enum class Tensor { Input, Attention, Slice };
  /// Tensors that are alike.
  struct Kind {
    Tensor tensor;
    std::vector<size_t> layers;
    int64_t count;     // of all the layers
    int64_t bytes;     // of each
    int64_t recompute; // ns, of each
    bool mayKeep, mayMove, mayRecompute;
    int64_t kept = 0, moved = 0; // the totals found
  };
  struct Sums {
    int64_t kept = 0, moved = 0, recompute = 0;
    double terms = 0; // of the Lagrangian
  };

  void addKinds(const std::vector<size_t> &layers, bool mayMove);
  void addKind(Tensor tensor, const std::vector<size_t> &layers,
               int64_t perLayer, int64_t bytes, int64_t recompute,
               const ActivationsProblem::Allowed &allowed, bool mayMove);
  int64_t value(const Sums &sums) const;
  double term(const Kind &kind, int64_t kept, int64_t moved) const;
  void branch(size_t index, const Sums &before);
  void fill(const Kind &kind, const Sums &before);
  bool decide(size_t index, const Sums &before, int64_t kept, int64_t moved);

  const ActivationsProblem &problem;
  Bound::Weights weights;
  std::vector<Kind> kinds;
  std::vector<double> restTerms; // the least of the kinds from there on
  int64_t deviceRoom, hostRoom;
  int64_t forward = 0, forwardEnds = 0;   // all tasks, the first and the last
  int64_t backward = 0, backwardEnds = 0; // without computing again
  double constantTerm = 0;

  // Of one call of minimize().
  Budget *budget = nullptr;
  int64_t limit = 0;
  bool isFound = false, isComplete = true;
  std::vector<std::pair<int64_t, int64_t>> current; // kept and moved, by kind
};

} // namespace hocket::activations

#endif // HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSTOTALS_H
