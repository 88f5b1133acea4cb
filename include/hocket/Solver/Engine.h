//===- Engine.h - Decision queries ------------------------------*- C++ -*-===//
//
// What a scheduler asks an SMT solver: is there an assignment of Booleans and
// integers that satisfies all of this? Schedulers are written against this
// interface, so that the solver behind it stays a module of its own.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SOLVER_ENGINE_H
#define HOCKET_SOLVER_ENGINE_H

#include "hocket/Solver/Budget.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace hocket {

/// A Boolean variable or its negation.
class Literal {
public:
  Literal() = default;
  static Literal of(int32_t variable) { return Literal(2 * variable); }
  Literal operator!() const { return Literal(code ^ 1); }
  int32_t variable() const { return code >> 1; }
  bool isNegated() const { return code & 1; }
  bool operator==(const Literal &) const = default;

private:
  explicit Literal(int32_t code) : code(code) {}
  int32_t code = 0;
};

/// An integer variable.
struct Integer {
  int32_t index = 0;
};

enum class Answer : uint8_t { Yes, No, Unknown };

/// Which procedure decides. The finite domain takes Booleans, clauses and
/// weighted sums only; difference logic also integers.
enum class EngineLogic : uint8_t { FiniteDomain, Differences };

class DecisionEngine {
public:
  virtual ~DecisionEngine() = default;

  virtual Literal addBoolean() = 0;
  /// With low <= value <= high. Differences only.
  virtual Integer addInteger(int64_t low, int64_t high) = 0;
  /// At least one of the literals holds.
  virtual void addClause(const std::vector<Literal> &literals) = 0;
  /// The weights of the literals that hold add up to at most `bound`. Weights
  /// are positive, and what does not exceed the bound adds up to less than
  /// 2^31.
  virtual void
  addAtMost(const std::vector<std::pair<int64_t, Literal>> &weighted,
            int64_t bound) = 0;
  /// a - b <= distance, or one of `unless` holds. Differences only.
  virtual void addDifference(Integer a, Integer b, int64_t distance,
                             const std::vector<Literal> &unless = {}) = 0;
  /// What is added after push() is forgotten at the pop() that belongs to it.
  virtual void push() = 0;
  virtual void pop() = 0;

  /// Yes: valueOf() tells a solution. No: proven, there is none under these
  /// assumptions, and core() is a subset of them that suffices for it. Unknown:
  /// the budget, which is charged, was not enough.
  virtual Answer check(const std::vector<Literal> &assumptions,
                       Budget &budget) = 0;
  virtual bool valueOf(Literal literal) const = 0;
  virtual int64_t valueOf(Integer integer) const = 0;
  virtual std::vector<Literal> core() const = 0;
};

class DecisionEngineFactory {
public:
  virtual ~DecisionEngineFactory() = default;
  virtual std::unique_ptr<DecisionEngine> create(EngineLogic logic,
                                                 uint64_t seed) const = 0;
};

} // namespace hocket

#endif // HOCKET_SOLVER_ENGINE_H
