//===- PathsStages.h - Searching for the stages too -------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHS_PATHSSTAGES_H
#define HOCKET_LIB_SOLVER_PATHS_PATHSSTAGES_H

#include "PathsIncumbent.h"
#include "PathsSearch.h"

namespace hocket::paths {

/// Partitions the nodes into stages. It begins with the paths of a problem
/// without stages, puts nodes into stages in the order in which those paths
/// visit them, and then moves nodes between stages. What a partition is worth
/// is what a short search finds that begins at the timetable of the partition
/// before.
class StageSearch {
public:
  /// `relaxed` is withoutStages(problem) and `sets` are its routes;
  /// `plan` as in Search.
  StageSearch(const PathsProblem &problem, const PathsProblem &relaxed,
              const std::vector<RouteSet> &sets,
              const std::vector<Timetable::Floor> &plan, uint64_t seed);

  std::function<bool()> shouldStop = [] { return false; };

  /// Offers what it finds. Until the budget ends.
  void run(Budget &budget, Incumbent &incumbent);

private:
  struct Candidate {
    Stages stages;
    std::optional<Timetable> table; // none where a microbatch has no route
    int64_t value = Incumbent::kNone;
  };

  Stages fromPaths(const Timetable &table);
  Stages neighbour(const Stages &stages, const Timetable &table);
  void assignRoute(std::vector<int> &stageOf, const Timetable &table);
  bool fillEmptyStages(std::vector<int> &stageOf);
  Candidate evaluate(Stages stages, const Timetable *from, int64_t moves,
                     Budget &budget);
  Stages grouped(const std::vector<int> &stageOf) const;

  const PathsProblem &problem, &relaxed;
  const std::vector<RouteSet> &sets;
  const std::vector<Timetable::Floor> &plan;
  std::vector<size_t> classes;
  std::vector<int> relaxedStages; // by node
  std::vector<int> others;        // the nodes that are no heads
  std::mt19937_64 random;
};

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHS_PATHSSTAGES_H
