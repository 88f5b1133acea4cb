//===- PathsSearch.h - Large neighbourhood search for paths -----*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHS_PATHSSEARCH_H
#define HOCKET_LIB_SOLVER_PATHS_PATHSSEARCH_H

#include "PathsTimetable.h"

#include <functional>

namespace hocket::paths {

/// Searches with the stages given. Microbatches are taken out and put back on
/// other routes or in another order, and tasks that delay the end are moved
/// forward on their nodes; worse timetables are accepted as simulated annealing
/// does, in rounds that grow.
class Search {
public:
  /// Every microbatch must have a route in the set of its class.
  Search(const PathsProblem &problem, const std::vector<RouteSet> &sets,
         const std::vector<int> &stageOf, uint64_t seed);

  /// Called with every better makespan.
  std::function<void(const Timetable &)> onImprovement;
  /// By microbatch, when its head had better do what; may be empty.
  std::vector<Timetable::Floor> plan;
  /// Polled after every move.
  std::function<bool()> shouldStop = [] { return false; };

  /// Makes timetables from nothing.
  void construct(Budget &budget);
  /// Begins at another timetable of the same problem, where it is better. What
  /// these stages do not allow in it takes other routes.
  void adopt(const Timetable &timetable, Budget &budget);
  /// Puts what is absent into a part of a timetable, in some orders.
  void complete(const Timetable &part, Budget &budget);
  /// A round of annealing from the best timetable; longer than the one before.
  void runRound(Budget &budget);
  void run(Budget &budget, int64_t moves);

  const Timetable &best() const { return bestTable; }
  int64_t value() const { return bestValue; }

private:
  void sortForInsertion(std::vector<size_t> &order, int kind);
  bool advanceTask(Timetable &table);
  void reroute(Timetable &table);
  std::vector<size_t> chooseMicrobatches(Timetable &table);
  std::vector<size_t> chooseOfHead(const Timetable &table);
  void insertBest(Timetable &table, size_t microbatch, const RoutePtr &current);
  void insertAll(Timetable &table, const std::vector<size_t> &microbatches,
                 Budget &budget);
  RoutePtr mutate(const Route &route, size_t microbatch);
  void record(const Timetable &table);
  double energy(const Timetable &table) const;
  void sortByRelease(std::vector<size_t> &order) const;

  const PathsProblem &problem;
  const std::vector<RouteSet> &sets;
  std::vector<size_t> classes;
  const std::vector<int> &stageOf;
  std::mt19937_64 random;
  Timetable bestTable;
  int64_t bestValue = std::numeric_limits<int64_t>::max();
  int64_t round = 0;
  bool usesPlan = false; // microbatches are inserted as planned
  bool isBold = false;   // or on any route
};

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHS_PATHSSEARCH_H
