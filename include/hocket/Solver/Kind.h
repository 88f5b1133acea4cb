//===- Kind.h - The kinds of problems, as files -----------------*- C++ -*-===//
//
// What `hocket-solve` knows of a kind of problem: how an instance is read, how
// it is solved, and how a stranger's solution is checked. Files are described
// in docs/solve.md.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SOLVER_KIND_H
#define HOCKET_SOLVER_KIND_H

#include "hocket/Solver/Budget.h"
#include "hocket/Solver/Solution.h"
#include "hocket/Support/Result.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hocket {

/// What a scheduler answered, as text.
struct SolutionReport {
  SolutionSummary summary;
  std::string file; // the contents of a solution file; empty without a solution
  /// What a person should know: why there is no solution, what the numbers are.
  std::vector<std::string> notes;
};

/// A problem that has been read and has passed its check.
class SolverInstance {
public:
  virtual ~SolverInstance() = default;
  virtual const std::string &name() const = 0;
  /// Value and bound are whole numbers of 10^-decimals of the problem's unit.
  virtual int decimals() const { return 0; }
  /// The schedulers that solve it; the first is used unless asked otherwise.
  virtual std::vector<std::string> schedulers() const = 0;
  /// Errors: InvalidArgument, for a scheduler that there is not or that needs
  /// an engine where there is none.
  virtual Result<SolutionReport> solve(std::string_view scheduler,
                                       const SolverOptions &options) const = 0;
  /// Whether the contents of a solution file solve the instance. Errors:
  /// InvalidArgument for a file that is none of this instance, InvalidPlan for
  /// a rule that is violated.
  virtual Result<void> verify(const std::string &solution) const = 0;
};

/// An option that only some kinds have.
struct KindOption {
  std::string name;  // "--capacity"
  std::string value; // its placeholder; empty for a flag without a value
  std::string help;
};

class SolverKind {
public:
  virtual ~SolverKind() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;
  virtual std::vector<KindOption> options() const { return {}; }
  /// `options` maps names of options() to what they were given. Errors: Io,
  /// InvalidArgument naming the field.
  virtual Result<std::unique_ptr<SolverInstance>>
  read(const std::string &path,
       const std::map<std::string, std::string> &options) const = 0;
};

/// The kinds that a context knows. Owned by its user.
class SolverKindRegistry {
public:
  static SolverKindRegistry withBuiltins();

  void add(std::unique_ptr<SolverKind> kind);
  /// Null where there is none of that name.
  const SolverKind *find(std::string_view name) const;
  std::vector<const SolverKind *> kinds() const;

private:
  std::map<std::string, std::unique_ptr<SolverKind>, std::less<>> byName;
};

/// A whole number of 10^-decimals as text: 33314 with 3 decimals is "33.314".
std::string formatDecimal(int64_t value, int decimals);

} // namespace hocket

#endif // HOCKET_SOLVER_KIND_H
