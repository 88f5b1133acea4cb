//===- PackingModel.h - Costs of packing as tables --------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PACKING_PACKINGMODEL_H
#define HOCKET_LIB_SOLVER_PACKING_PACKINGMODEL_H

#include "hocket/Solver/Packing.h"

#include <limits>

namespace hocket::packing {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

/// What a group can be. The work of a sequence is its time on all the devices
/// of its group together.
struct Shape {
  int degree = 1;
  PackingMethod method = PackingMethod::Ulysses;
  int64_t capacity = 0; // bytes
};

/// Items are the sequences, longest first; shapes are those that no other shape
/// of the same degree is at least as good as for all items.
class Model {
public:
  /// With `onlyDegree`, groups have that size.
  explicit Model(const PackingProblem &problem,
                 std::optional<int> onlyDegree = {});

  /// Of some items of another model, in its order; without its shared time.
  Model(const Model &whole, const std::vector<uint32_t> &items);

  const PackingProblem &problem;
  std::vector<Shape> shapes;
  std::vector<size_t> sequences; // by item
  int64_t fixedTime, sharedTime;
  /// Whether every degree divides the next larger one and so do the nodes:
  /// groups that are few enough devices then always find their places.
  bool isNested = true;
  /// By shape, whether its degree is one of a chain of degrees that are nested:
  /// groups of these leave no gaps in nodes. All of them where isNested.
  std::vector<char> isInChain;

  /// Items of equal length, which follow each other.
  struct Class {
    uint32_t first = 0, count = 0;
  };
  std::vector<Class> classes;

  size_t numItems() const { return sequences.size(); }
  size_t numShapes() const { return shapes.size(); }
  /// kNever where the shape cannot hold the item.
  int64_t time(size_t item, size_t shape) const {
    return times[item * shapes.size() + shape];
  }
  int64_t bytes(size_t item, size_t shape) const {
    return sizes[item * shapes.size() + shape];
  }
  int64_t work(size_t item, size_t shape) const {
    return time(item, shape) * shapes[shape].degree;
  }
  /// The shapes that hold the item, least work first.
  const std::vector<uint16_t> &shapesOf(size_t item) const {
    return shapeOrders[item];
  }
  bool isSame(size_t item, size_t other) const {
    return problem.paddedLength(sequences[item]) ==
           problem.paddedLength(sequences[other]);
  }
  int64_t leastWork(size_t item) const {
    return work(item, shapeOrders[item][0]);
  }
  int64_t leastTime(size_t item) const;
  /// The first item that no shape holds.
  std::optional<size_t> itemWithoutShape() const;

private:
  void findShapes(const std::vector<int> &degrees);
  void fillTables();
  void findClasses();
  void findChain();

  std::vector<int64_t> times, sizes;
  std::vector<std::vector<uint16_t>> shapeOrders;
};

/// Why no solution exists, where an item has no shape.
std::string whyNot(const Model &model, size_t item);

} // namespace hocket::packing

#endif // HOCKET_LIB_SOLVER_PACKING_PACKINGMODEL_H
