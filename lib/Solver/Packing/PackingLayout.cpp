//===- PackingLayout.cpp - Groups on devices ------------------------------===//

#include "PackingLayout.h"

#include <algorithm>
#include <cassert>
#include <numeric>

using namespace hocket;
using namespace hocket::packing;

namespace {

/// The devices of a microbatch by node, as FreeDevices counts them.
class Nodes {
public:
  explicit Nodes(const PackingProblem &problem)
      : perNode(size_t(std::min(problem.devicesPerNode, problem.devices))) {
    nodes.resize(size_t(problem.devices) / perNode);
    for (size_t i = 0; i < nodes.size() * perNode; ++i)
      nodes[i / perNode].push_back(int(i));
  }

  std::vector<int> take(int degree) {
    std::vector<int> taken;
    for (size_t left = size_t(degree); left > 0;) {
      size_t count = std::min(left, perNode);
      auto best = nodes.end();
      for (auto node = nodes.begin(); node != nodes.end(); ++node)
        if (node->size() >= count &&
            (best == nodes.end() || node->size() < best->size()))
          best = node;
      assert(best != nodes.end() && "the builder counted wrongly");
      taken.insert(taken.end(), best->begin(), best->begin() + long(count));
      best->erase(best->begin(), best->begin() + long(count));
      left -= count;
    }
    std::sort(taken.begin(), taken.end());
    return taken;
  }

private:
  size_t perNode;
  std::vector<std::vector<int>> nodes; // free devices
};

} // namespace

PackingSolution packing::toSolution(const Model &model,
                                    const Packing &packing) {
  PackingSolution solution;
  solution.value = packing.value;
  for (int microbatch = 0; microbatch < packing.microbatches; ++microbatch) {
    std::vector<size_t> order;
    for (size_t i = 0; i < packing.groups.size(); ++i)
      if (packing.groups[i].microbatch == microbatch)
        order.push_back(i);
    if (order.empty())
      continue;
    auto degreeOf = [&](size_t group) {
      return model.shapes[size_t(packing.groups[group].shape)].degree;
    };
    // Otherwise in the order in which the builder found places for them.
    if (model.isNested)
      std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return std::pair(-degreeOf(a), a) < std::pair(-degreeOf(b), b);
      });
    Nodes nodes(model.problem);
    PackingSolution::Microbatch groups;
    for (size_t i : order) {
      const Builder::Group &group = packing.groups[i];
      PackingSolution::Group placed;
      placed.devices = nodes.take(degreeOf(i));
      placed.method = model.shapes[size_t(group.shape)].method;
      for (uint32_t item : group.items)
        placed.sequences.push_back(model.sequences[item]);
      std::sort(placed.sequences.begin(), placed.sequences.end());
      groups.groups.push_back(std::move(placed));
    }
    solution.microbatches.push_back(std::move(groups));
  }
  return solution;
}
