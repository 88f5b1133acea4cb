//===- PackingFixture.h - Problems of packing for tests ---------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_SOLVER_PACKINGFIXTURE_H
#define HOCKET_TEST_UNIT_SOLVER_PACKINGFIXTURE_H

#include "hocket/Solver/Packing.h"

#include <algorithm>
#include <fstream>
#include <random>

namespace hocket::test {

/// Four devices in nodes of two; sizes 1, 2 and 4. Times are whole tenths of a
/// microsecond, so that nothing is rounded.
inline PackingProblem smallPacking(std::vector<int64_t> lengths) {
  PackingProblem problem;
  problem.lengths = std::move(lengths);
  problem.padTo = 1;
  problem.devices = 4;
  problem.devicesPerNode = 2;
  problem.degrees = {1, 2, 4};
  problem.cost = {1e-4, 0.1, 20, 1, 1 << 16, {{2, 10}, {4, 2}}};
  problem.memory = {1, 0, 300};
  return problem;
}

inline PackingProblem randomPacking(unsigned seed, size_t count) {
  std::mt19937 random(seed);
  std::vector<int64_t> lengths;
  for (size_t i = 0; i < count; ++i)
    lengths.push_back(int64_t(20 + random() % (i == 0 ? 800 : 280)));
  PackingProblem problem = smallPacking(std::move(lengths));
  problem.cost.b1 = double(random() % 3) * 20;
  if (seed % 4 == 3)
    problem.methods = {PackingMethod::Ulysses, PackingMethod::ZigZag};
  return problem;
}

/// The least value of all packings with barriers, by trying every one.
class PackingBruteForce {
public:
  explicit PackingBruteForce(const PackingProblem &problem)
      : problem(problem) {}

  int64_t run() {
    extend(0);
    return best;
  }

private:
  struct Group {
    size_t microbatch;
    int degree;
    PackingMethod method;
    int64_t time, bytes;
  };

  int64_t value() const {
    std::vector<int64_t> slowest(free.size(), 0);
    for (const Group &group : groups)
      slowest[group.microbatch] =
          std::max(slowest[group.microbatch], group.time);
    int64_t sum = problem.sharedTime();
    for (int64_t time : slowest)
      sum += problem.fixedTime() + time;
    return sum;
  }

  void extend(size_t sequence) {
    if (value() >= best)
      return;
    if (sequence == problem.lengths.size()) {
      best = value();
      return;
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      Group before = groups[i];
      if (add(groups[i], sequence))
        extend(sequence + 1);
      groups[i] = before;
    }
    for (size_t j = 0; j <= free.size(); ++j) {
      bool isNew = j == free.size();
      if (isNew)
        free.push_back(problem.devices);
      for (int degree : problem.degrees)
        for (PackingMethod method : problem.methods) {
          if (degree > free[j] || (degree == 1 && method != problem.methods[0]))
            continue;
          Group group{j, degree, method, 0, 0};
          if (!add(group, sequence))
            continue;
          free[j] -= degree;
          groups.push_back(group);
          extend(sequence + 1);
          groups.pop_back();
          free[j] += degree;
        }
      if (isNew) {
        free.pop_back();
        break;
      }
    }
  }

  bool add(Group &group, size_t sequence) const {
    auto time = problem.time(sequence, group.degree, group.method);
    if (!time)
      return false;
    group.time += *time;
    group.bytes += problem.bytes(sequence, group.degree, group.method);
    return group.bytes <= problem.capacity(group.degree);
  }

  const PackingProblem &problem;
  std::vector<Group> groups;
  std::vector<int> free; // devices by microbatch
  int64_t best = std::numeric_limits<int64_t>::max();
};

/// The least value of all packings without barriers: every set of groups, in
/// every order, each on every block of devices as soon as they are free.
class ApartBruteForce {
public:
  explicit ApartBruteForce(const PackingProblem &problem) : problem(problem) {}

  int64_t run() {
    extend(0);
    return best;
  }

private:
  struct Group {
    int degree;
    int64_t time, bytes;
  };

  void extend(size_t sequence) {
    if (sequence == problem.lengths.size()) {
      std::vector<int64_t> freeAt(size_t(problem.devices), 0);
      schedule(std::vector<char>(groups.size(), 0), freeAt);
      return;
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      Group before = groups[i];
      if (add(groups[i], sequence))
        extend(sequence + 1);
      groups[i] = before;
    }
    for (int degree : problem.degrees) {
      Group group{degree, problem.fixedTime(), 0};
      if (!add(group, sequence))
        continue;
      groups.push_back(group);
      extend(sequence + 1);
      groups.pop_back();
    }
  }

  void schedule(std::vector<char> isPlaced, std::vector<int64_t> freeAt) {
    int64_t end = *std::max_element(freeAt.begin(), freeAt.end());
    if (end >= best)
      return;
    if (std::count(isPlaced.begin(), isPlaced.end(), 0) == 0) {
      best = end;
      return;
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      if (isPlaced[i])
        continue;
      isPlaced[i] = 1;
      int degree = groups[i].degree;
      for (int first = 0; first + degree <= problem.devices; first += degree) {
        std::vector<int64_t> after = freeAt;
        auto block = after.begin() + first;
        int64_t until = *std::max_element(block, block + degree);
        std::fill(block, block + degree, until + groups[i].time);
        schedule(isPlaced, after);
      }
      isPlaced[i] = 0;
    }
  }

  bool add(Group &group, size_t sequence) const {
    PackingMethod method = problem.methods[0];
    group.time += *problem.time(sequence, group.degree, method);
    group.bytes += problem.bytes(sequence, group.degree, method);
    return group.bytes <= problem.capacity(group.degree);
  }

  const PackingProblem &problem;
  std::vector<Group> groups;
  int64_t best = std::numeric_limits<int64_t>::max();
};

/// The models of FlexSP at a context of 192K, with their published costs on
/// devices of 40 GB, 30 GB of them usable.
struct FlexSPModel {
  const char *name;
  double a1, a2, b1, perToken;
  int64_t hidden, layers;
  double parameters; // billions
};
inline constexpr FlexSPModel kFlexSPModels[] = {
    {"7B", 5.128e-6, .18396, 629.36, 4.480, 4096, 32, 7.1174},
    {"13B", 9.285e-6, .30602, 1132.56, 4.220, 5120, 40, 13.116},
    {"30B", 15.426e-6, .80357, 2789.36, 3.417, 6656, 60, 31.525},
};

inline PackingProblem flexSP(const FlexSPModel &model, int devices,
                             std::vector<int64_t> lengths) {
  PackingProblem problem;
  problem.lengths = std::move(lengths);
  problem.devices = devices;
  problem.devicesPerNode = 8;
  problem.degrees = {1, 2, 4, 8, 16, 32, 64};
  problem.cost = {model.a1,
                  model.a2,
                  model.b1,
                  model.layers,
                  model.hidden,
                  {{2, 119.54},
                   {4, 104.07},
                   {8, 96.5},
                   {16, 10.33},
                   {32, 5.94},
                   {64, 4.87}}};
  problem.memory = {model.perToken, model.parameters * 16 / devices * 1024,
                    30 * 1024};
  return problem;
}

/// The lengths in a file, one a line, up to 192K.
inline std::vector<int64_t> lengthsUpTo192K(const std::string &path) {
  std::ifstream file(path);
  std::vector<int64_t> lengths;
  for (int64_t length = 0; file >> length;)
    if (length <= 192 * 1024)
      lengths.push_back(length);
  return lengths;
}

/// A batch drawn with replacement.
inline std::vector<int64_t> drawBatch(const std::vector<int64_t> &lengths,
                                      unsigned seed, size_t count) {
  std::mt19937_64 random(seed);
  std::vector<int64_t> batch;
  while (batch.size() < count)
    batch.push_back(lengths[random() % lengths.size()]);
  return batch;
}

} // namespace hocket::test

#endif // HOCKET_TEST_UNIT_SOLVER_PACKINGFIXTURE_H
