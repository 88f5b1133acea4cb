//===- SkylineSearch.h - Does a component fit into a height? ----*- C++ -*-===//
//
// Branch and bound over packings that cannot be pushed down any further. Every
// item has a lowest offset that is still possible; the lowest offset over the
// items of a section is its floor, and the floors are the skyline. The search
// takes a section at a local minimum of the skyline and one of the items that
// can lie there, and tries two cases:
//
//   it lies there   what shares a section with it moves on top of it;
//   it does not     then it rests on an item that is still to come, and its
//                   lowest offset rises to the lowest top among those.
//
// A branch ends where a floor and the sizes still to come exceed the capacity.
// Sections without items left cut the rest in parts that are searched by
// themselves. States that have failed are kept: what is left to come and how
// low it may lie decides a state, and not the order in which the rest was put
// down.
//
// Skylines in order of lowest floors, floors as bounds and the decomposition
// are in Moffitt, "MiniMalloc: A Lightweight Memory Allocator for
// Hardware-Accelerated Machine Learning", ASPLOS 2023. Two cases instead of one
// per item, local minima with fewest choices first and the kept failures are
// ours.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_SOLVER_MEMORY_SKYLINESEARCH_H
#define HOCKET_LIB_SOLVER_MEMORY_SKYLINESEARCH_H

#include "FailedStates.h"
#include "MemorySections.h"

#include "hocket/Solver/Budget.h"
#include "hocket/Solver/Engine.h"

namespace hocket {

/// Which of the local minima is looked at first.
enum class SkylineOrder : uint8_t {
  FewestChoices, ///< the section with the fewest items to choose from
  Lowest,        ///< the lowest one
  Tightest,      ///< the section with the least room to spare
};
inline constexpr SkylineOrder kSkylineOrders[] = {
    SkylineOrder::FewestChoices, SkylineOrder::Lowest, SkylineOrder::Tightest};

class SkylineSearch {
public:
  /// `component` must outlive the search.
  explicit SkylineSearch(const MemoryComponent &component);

  /// What the search of a component would take, in numbers kept.
  static int64_t footprint(const MemoryComponent &component);

  struct Question {
    int64_t capacity = 0; // in units
    SkylineOrder order = SkylineOrder::FewestChoices;
    /// By item; of those that can lie at a place the largest comes first.
    std::vector<double> priorities;
    /// Placements and rises after which the search gives up.
    int64_t nodeLimit = 0;
  };
  /// Yes: offsets() is a packing. No: proven, there is none. Unknown: the node
  /// limit or the budget, which is charged, was not enough.
  Answer decide(const Question &question, Budget &budget);

  /// In units, by item.
  const std::vector<int64_t> &offsets() const { return offset; }

private:
  using Item = MemoryComponent::Item;

  /// What an undo restores.
  struct Change {
    enum Kind : uint8_t { Lowest, Floor, Placed } kind;
    int32_t index;
    int64_t old;
  };

  void reset();
  bool searchPart(int32_t first, int32_t last);
  bool searchRest(int32_t first, int32_t last);
  int32_t chooseItem(int32_t first, int32_t last);
  bool place(int32_t index);
  bool rise(int32_t index);
  void setLowest(int32_t index, int64_t value);
  /// `item` no longer lies at `level`: the floors that nothing else is at are
  /// stale.
  void leave(const Item &item, int64_t level);
  void enter(const Item &item, int64_t level);
  bool refreshFloors();
  void undo(size_t mark);
  template <typename Function>
  void forEachConflict(int32_t index, Function function);

  const MemoryComponent &component;
  int32_t numItems, numSections;
  /// Items by section, as one list with the start of each section's part.
  std::vector<int32_t> sectionItems, sectionStart;
  /// Items are sorted by first section: where those of each section begin.
  std::vector<int32_t> firstItem;
  /// The next item with the same sections and size, which lies above; or -1.
  std::vector<int32_t> twin;

  // The state.
  std::vector<int64_t> lowest, offset;     // by item
  std::vector<char> isPlaced;              // by item
  std::vector<int64_t> floor, sizesToCome; // by section
  std::vector<int32_t> numToCome;          // by section
  std::vector<int32_t>
      numAtFloor;             // by section: items to come that may lie there
  std::vector<int32_t> stale; // sections whose floor must be found anew
  PartialKeys keys;           // of the items to come: how low they may lie
  std::vector<Change> trail;

  const Question *question = nullptr;
  Budget *budget = nullptr;
  int64_t nodes = 0, steps = 0;
  bool gaveUp = false;
  /// Of states that do not fit in `failedCapacity` units.
  FailedStates failed;
  int64_t failedCapacity = 0;
};

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_MEMORY_SKYLINESEARCH_H
