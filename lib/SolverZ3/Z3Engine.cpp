//===- Z3Engine.cpp - Decision queries answered by Z3 ---------------------===//

#include "hocket/Solver/Z3.h"

#include <z3++.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace hocket;

namespace {

/// Interrupts a check that has not ended at its deadline: Z3's own timeout is
/// not looked at in all of its phases.
class Watchdog {
public:
  Watchdog(z3::context &context, double seconds) {
    constexpr double day = 86400;
    if (seconds > day)
      return;
    thread = std::thread([this, &context, seconds] {
      std::unique_lock lock(mutex);
      auto interval = std::chrono::duration<double>(seconds);
      // A single interrupt can be lost between two phases.
      while (!ended.wait_for(lock, interval, [&] { return isDone; })) {
        context.interrupt();
        interval = std::chrono::duration<double>(0.01);
      }
    });
  }
  ~Watchdog() {
    if (!thread.joinable())
      return;
    {
      std::lock_guard lock(mutex);
      isDone = true;
    }
    ended.notify_all();
    thread.join();
  }

private:
  std::thread thread;
  std::mutex mutex;
  std::condition_variable ended;
  bool isDone = false;
};

class Z3Engine : public DecisionEngine {
public:
  Z3Engine(EngineLogic logic, uint64_t seed)
      : solver(context,
               logic == EngineLogic::FiniteDomain ? "QF_FD" : "QF_IDL") {
    z3::params params(context);
    params.set("random_seed", unsigned(seed & 0x3fffffff));
    solver.set(params);
  }

  Literal addBoolean() override {
    z3::symbol name = context.int_symbol(int(booleans.size()));
    booleans.push_back(context.constant(name, context.bool_sort()));
    return Literal::of(int32_t(booleans.size()) - 1);
  }

  Integer addInteger(int64_t low, int64_t high) override {
    std::string name = "i" + std::to_string(integers.size());
    integers.push_back(context.int_const(name.c_str()));
    solver.add(integers.back() >= context.int_val(low));
    solver.add(integers.back() <= context.int_val(high));
    return {int32_t(integers.size()) - 1};
  }

  void addClause(const std::vector<Literal> &literals) override {
    if (literals.size() == 1) {
      solver.add(termOf(literals[0]));
      return;
    }
    z3::expr_vector terms(context);
    for (Literal literal : literals)
      terms.push_back(termOf(literal));
    solver.add(z3::mk_or(terms));
  }

  void addAtMost(const std::vector<std::pair<int64_t, Literal>> &weighted,
                 int64_t bound) override {
    if (bound < 0) {
      solver.add(context.bool_val(false));
      return;
    }
    z3::expr_vector terms(context);
    std::vector<int> weights;
    int64_t sum = 0;
    for (auto [weight, literal] : weighted) {
      if (weight > bound) {
        solver.add(!termOf(literal));
        continue;
      }
      terms.push_back(termOf(literal));
      weights.push_back(int(weight));
      sum += weight;
    }
    if (sum > bound)
      solver.add(z3::pble(terms, weights.data(), int(bound)));
  }

  void addDifference(Integer a, Integer b, int64_t distance,
                     const std::vector<Literal> &unless) override {
    z3::expr difference =
        integers[size_t(a.index)] - integers[size_t(b.index)] <=
        context.int_val(distance);
    if (unless.empty()) {
      solver.add(difference);
      return;
    }
    z3::expr_vector terms(context);
    for (Literal literal : unless)
      terms.push_back(termOf(literal));
    terms.push_back(difference);
    solver.add(z3::mk_or(terms));
  }

  void push() override { solver.push(); }
  void pop() override { solver.pop(); }

  Answer check(const std::vector<Literal> &assumptions,
               Budget &budget) override {
    model.reset();
    coreLiterals.clear();
    if (budget.exhausted())
      return Answer::Unknown;
    z3::expr_vector assumed(context);
    for (Literal literal : assumptions)
      assumed.push_back(termOf(literal));
    try {
      z3::params params(context);
      if (budget.countsWork()) {
        constexpr int64_t largest = std::numeric_limits<int32_t>::max();
        params.set("rlimit",
                   unsigned(std::clamp<int64_t>(
                       budget.remainingWork() / kWorkPerResource, 1, largest)));
      }
      solver.set(params);
      z3::check_result result;
      {
        Watchdog watchdog(context, budget.remainingSeconds());
        result = solver.check(assumed);
      }
      chargeFor(budget);
      if (result == z3::sat) {
        model.emplace(solver.get_model());
        return Answer::Yes;
      }
      if (result == z3::unsat) {
        readCore(assumptions);
        return Answer::No;
      }
    } catch (const z3::exception &) {
      // An interrupt shows as an exception in some phases.
      budget.spend(1);
    }
    return Answer::Unknown;
  }

  bool valueOf(Literal literal) const override {
    bool value =
        model->eval(booleans[size_t(literal.variable())], true).is_true();
    return value != literal.isNegated();
  }

  int64_t valueOf(Integer integer) const override {
    return model->eval(integers[size_t(integer.index)], true)
        .get_numeral_int64();
  }

  std::vector<Literal> core() const override { return coreLiterals; }

private:
  /// A unit of Z3's rlimit is a few of ours.
  static constexpr int64_t kWorkPerResource = 4;

  z3::expr termOf(Literal literal) const {
    const z3::expr &term = booleans[size_t(literal.variable())];
    return literal.isNegated() ? !term : term;
  }

  void chargeFor(Budget &budget) {
    z3::stats statistics = solver.statistics();
    for (unsigned i = 0; i < statistics.size(); ++i)
      if (statistics.key(i) == "rlimit count") {
        uint64_t count = statistics.is_uint(i)
                             ? statistics.uint_value(i)
                             : uint64_t(statistics.double_value(i));
        int64_t used = int64_t(count - std::min(count, resources));
        resources = count;
        budget.spend(std::max<int64_t>(1, used) * kWorkPerResource);
        return;
      }
    budget.spend(1);
  }

  void readCore(const std::vector<Literal> &assumptions) {
    z3::expr_vector core = solver.unsat_core();
    for (const z3::expr &term : core)
      for (Literal literal : assumptions)
        if (z3::eq(termOf(literal), term))
          coreLiterals.push_back(literal);
  }

  z3::context context;
  z3::solver solver;
  std::vector<z3::expr> booleans, integers;
  std::optional<z3::model> model;
  std::vector<Literal> coreLiterals;
  uint64_t resources = 0; // counted so far
};

} // namespace

std::unique_ptr<DecisionEngine> Z3EngineFactory::create(EngineLogic logic,
                                                        uint64_t seed) const {
  return std::make_unique<Z3Engine>(logic, seed);
}
