//===- PathsTimetable.h - When every node runs what -------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PATHS_PATHSTIMETABLE_H
#define HOCKET_LIB_SOLVER_PATHS_PATHSTIMETABLE_H

#include "PathsRoutes.h"

namespace hocket::paths {

/// The order of the tasks on every node and their starts. Microbatches come and
/// go as wholes; at any moment those that are there obey every rule.
class Timetable {
public:
  explicit Timetable(const PathsProblem &problem);

  /// Before these times no F, loss and B of the first node of a path start, of
  /// the microbatches that are probed and inserted from now on.
  struct Floor {
    int64_t forward = 0, loss = 0, backward = 0;
  };
  void setFloor(const Floor &to) { floor = to; }

  /// When the microbatch would end on this route at the earliest, while all
  /// others stay where they are; nothing where that is not before `limit`.
  std::optional<int64_t> probe(size_t microbatch, const Route &route,
                               int64_t limit);
  /// Puts a microbatch that is absent where probe() found room for it.
  void insert(size_t microbatch, RoutePtr route);
  /// Puts it after all others, which takes no search for room.
  void insertLast(size_t microbatch, RoutePtr route);
  /// Whether some were inserted so: there are better ones that are found soon.
  bool isMakeshift() const { return hasLast; }
  void remove(size_t microbatch);
  bool has(size_t microbatch) const { return routes[microbatch] != nullptr; }
  const RoutePtr &routeOf(size_t microbatch) const {
    return routes[microbatch];
  }
  /// Takes the starts of some microbatches, which must be right, in place of
  /// all that is there.
  void load(const std::vector<size_t> &microbatches,
            const std::vector<PathsSolution::Route> &solution);

  /// Starts every task as early as the order on the nodes allows. False, with
  /// the times undefined, where the order is circular.
  bool tighten();

  /// A task that waits for the one before it on its node.
  struct Wait {
    int node;
    size_t slot; // of the task that waits
  };
  /// Walks back from the end of the last microbatch over what delays it. Wants
  /// the times as tighten() leaves them.
  std::vector<Wait> criticalWaits(std::mt19937_64 &random) const;
  /// Moves the task at `slot` to the earlier `position` on its node. Returns
  /// false, and changes nothing, where memory or other orders forbid it.
  bool advance(int node, size_t slot, size_t position);

  int64_t end(size_t microbatch) const { return ends[microbatch]; }
  int64_t makespan() const;
  /// Microbatches whose tasks are on a node, in order, with repetitions.
  std::vector<size_t> microbatchesOn(int node) const;
  PathsSolution::Route solution(size_t microbatch) const;

  /// Elementary steps since the last call.
  int64_t takeWork() { return std::exchange(work, 0); }

private:
  struct Slot {
    int64_t start, busyEnd;
    int32_t microbatch;
    int16_t step;
    int16_t change;
  };

  bool place(size_t microbatch, const Route &route, int64_t limit);
  int64_t earliestGap(int node, int64_t from, int64_t busy);
  int64_t memoryFrom(int node, int64_t from, int64_t until);
  void addSlots(size_t microbatch, const Route &route);
  void rotate(int node, size_t slot, size_t position);
  void rotateBack(int node, size_t slot, size_t position);
  size_t find(int node, size_t microbatch, size_t step) const;

  const PathsProblem *problem;
  std::vector<std::vector<Slot>> slots; // by node, in order
  std::vector<RoutePtr> routes;         // by microbatch; null: absent
  std::vector<int64_t> ends;            // by microbatch; 0 where it is absent
  // Of the microbatch that was placed last.
  std::vector<int64_t> starts, earliest;
  Floor floor;
  bool hasLast = false;
  int64_t work = 0;
};

} // namespace hocket::paths

#endif // HOCKET_LIB_SOLVER_PATHS_PATHSTIMETABLE_H
