//===- Paths.h - Paths and start times of a skip-pipeline -------*- C++ -*-===//
//
// The problem kind `paths`: the nodes of a network form stages, and every
// microbatch visits some of the stages, not all. Choose the nodes that it
// visits and when every task starts, so that the last backward ends as early as
// it can. After SkipPipe (Blagoev et al., "SkipPipe: Partial and Reordered
// Pipelining Framework for Training LLMs in Heterogeneous Networks", 2025).
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SOLVER_PATHS_H
#define HOCKET_SOLVER_PATHS_H

#include "hocket/Solver/Budget.h"
#include "hocket/Solver/Solution.h"
#include "hocket/Support/Result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hocket {

/// All times are whole numbers of one unit, the tick.
///
/// A microbatch runs F on each node of its path, then the loss on its head,
/// then B on each node of the path in reverse. Each task starts a link time
/// after the one before it has ended; a hop from a node to itself takes none. A
/// node runs one task at a time, whatever its kind, and rests for a gap after
/// it.
struct PathsProblem {
  struct Microbatch {
    int head = 0;        // runs the loss, and the first F and the last B
    int64_t release = 0; // the first F starts no earlier
    /// Where it is not empty, the path that the microbatch takes.
    std::vector<int> path;
  };
  /// What a path may do. Its frontier is the highest stage visited so far; a
  /// visit below the frontier is a backward move, as long as it is below.
  struct Convergence {
    /// A path begins at the head of its microbatch. Otherwise it begins on any
    /// node, and the frontier with it.
    bool startAtHead = true;
    int maxBackwardStep = 1;  // of one move
    int maxBackwardSum = 2;   // of all moves of a path
    int maxBackwardMoves = 2; // how many there are in a path
    int maxForwardJump = 4;   // from the frontier to a stage above it
  };

  /// Durations by node; all are positive.
  std::vector<int64_t> forward, lossOnHead, backward;
  /// By node, the microbatches that may be in flight there, from the start of F
  /// to the end of B. A node of 0 is on no path.
  std::vector<int> memory;
  /// link[a][b] is the time from a to b; the diagonal is 0.
  std::vector<std::vector<int64_t>> link;
  /// Every node is in one stage, and no stage is empty. Stage 0 holds the
  /// heads. Empty: the stages are part of the solution.
  std::vector<std::vector<int>> stages;
  int stageCount = 0;
  /// How many stages a path visits, that of its head included.
  int pathLength = 0;
  Convergence convergence;
  std::vector<Microbatch> microbatches;
  /// A node rests this long after the first F of a microbatch (injection) and
  /// after any other task; what it has computed is sent at once.
  int64_t gapAfterInjection = 0, gapAfterTask = 0;
  /// For messages: a time is a whole number of 10^-timeDecimals of its unit.
  int timeDecimals = 0;

  size_t nodeCount() const { return forward.size(); }
  /// Errors: InvalidArgument, naming the field as in docs/solve.md.
  Result<void> check() const;
};

/// `value` is the end of the last B. Without a solution the vectors are empty.
struct PathsSolution : SolutionSummary {
  struct Route {
    std::vector<int> path;         // the nodes in order of their F
    std::vector<int64_t> forward;  // the start of F on path[i]
    int64_t loss = 0;              // the start of the loss on the head
    std::vector<int64_t> backward; // the start of B on path[i]
  };
  std::vector<std::vector<int>> stages;
  std::vector<Route> microbatches;
  /// What would have to change, where the status is Infeasible.
  std::string reason;
};

class PathsScheduler {
public:
  virtual ~PathsScheduler() = default;
  /// `problem` has passed check().
  virtual PathsSolution solve(const PathsProblem &problem,
                              const SolverOptions &options) const = 0;
};

/// The names that createPathsScheduler knows, the one to use first:
///   auto       the heuristic, then decision queries where there is an engine
///   heuristic  large neighbourhood search, and bounds without an engine
///   z3         decision queries alone, for small problems
std::vector<std::string> pathsSchedulers();

/// Null for a name that there is not. "z3" wants an engine in its options, and
/// answers Unknown without.
std::unique_ptr<PathsScheduler> createPathsScheduler(std::string_view name);

/// A value that no solution is below, in little time; 0 where no microbatch has
/// a path.
int64_t pathsLowerBound(const PathsProblem &problem);

/// Whether the solution solves the problem and the value is its own. Shares no
/// code with any scheduler. Errors: InvalidPlan, naming microbatch and node; P7
/// are the limits of paths and memory, P8 is that every task runs once.
Result<void> verify(const PathsProblem &problem, const PathsSolution &solution);

} // namespace hocket

#endif // HOCKET_SOLVER_PATHS_H
