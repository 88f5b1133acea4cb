//===- PathsFixture.h - Random networks, and all of their timetables ------===//

#ifndef HOCKET_TEST_UNIT_SOLVER_PATHSFIXTURE_H
#define HOCKET_TEST_UNIT_SOLVER_PATHSFIXTURE_H

#include "hocket/Solver/Paths.h"

#include <algorithm>
#include <limits>
#include <random>

namespace hocket::test {

struct PathsShape {
  int nodes = 8, stages = 4, pathLength = 3, heads = 2, microbatches = 4;
  bool isHeterogeneous = true;
};

/// Asymmetric links, gaps and memories of 1 to 3 where it is heterogeneous.
inline PathsProblem randomPaths(unsigned seed, const PathsShape &shape) {
  std::mt19937 random(seed);
  auto draw = [&](int low, int high) {
    return shape.isHeterogeneous
               ? low + int(random() % unsigned(high - low + 1))
               : (low + high) / 2;
  };
  PathsProblem problem;
  size_t count = size_t(shape.nodes);
  problem.link.assign(count, std::vector<int64_t>(count, 0));
  for (size_t a = 0; a < count; ++a) {
    problem.forward.push_back(draw(2, 6));
    problem.lossOnHead.push_back(draw(1, 2));
    problem.backward.push_back(draw(3, 9));
    problem.memory.push_back(draw(1, 3));
    for (size_t b = 0; b < count; ++b)
      if (a != b)
        problem.link[a][b] = draw(0, 10);
  }
  problem.stages.resize(size_t(shape.stages));
  for (int node = 0; node < shape.nodes; ++node)
    problem
        .stages[node < shape.heads
                    ? 0
                    : size_t(1 + (node - shape.heads) % (shape.stages - 1))]
        .push_back(node);
  problem.stageCount = shape.stages;
  problem.pathLength = shape.pathLength;
  problem.gapAfterTask = draw(0, 2);
  problem.gapAfterInjection = draw(0, 2);
  for (int i = 0; i < shape.microbatches; ++i)
    problem.microbatches.push_back(
        {i % shape.heads, (i / shape.heads) * draw(0, 4), {}});
  return problem;
}

/// The same with the stages left to the scheduler.
inline PathsProblem withStagesChosen(PathsProblem problem) {
  problem.stages.clear();
  return problem;
}

/// The least makespan, by trying all paths and all orders: at every step one
/// microbatch's next task comes last on its node. Written from the definition,
/// for a handful of tasks.
class PathsBruteForce {
public:
  explicit PathsBruteForce(const PathsProblem &problem)
      : problem(problem), free(problem.nodeCount(), 0),
        inFlight(problem.nodeCount(), 0), paths(problem.microbatches.size()),
        done(paths.size(), 0), ready(paths.size(), 0) {}

  int64_t run() {
    choosePaths(0);
    return best;
  }

private:
  void choosePaths(size_t microbatch) {
    if (microbatch == paths.size()) {
      for (size_t i = 0; i < paths.size(); ++i)
        ready[i] = problem.microbatches[i].release;
      order(0);
      return;
    }
    std::vector<int> path = {problem.microbatches[microbatch].head};
    extend(microbatch, path, {0});
  }

  void extend(size_t microbatch, std::vector<int> &path,
              std::vector<int> visited) {
    if (int(path.size()) == problem.pathLength) {
      paths[microbatch] = path;
      choosePaths(microbatch + 1);
      return;
    }
    for (int stage = 1; stage < problem.stageCount; ++stage) {
      std::vector<int> longer = visited;
      longer.push_back(stage);
      if (!allows(longer))
        continue;
      for (int node : problem.stages[size_t(stage)]) {
        path.push_back(node);
        extend(microbatch, path, longer);
        path.pop_back();
      }
    }
  }

  bool allows(const std::vector<int> &visited) const {
    int sum = 0, moves = 0;
    for (size_t i = 1; i < visited.size(); ++i) {
      int frontier =
          *std::max_element(visited.begin(), visited.begin() + long(i));
      if (std::find(visited.begin(), visited.begin() + long(i), visited[i]) !=
          visited.begin() + long(i))
        return false;
      if (visited[i] > frontier + problem.convergence.maxForwardJump)
        return false;
      if (visited[i] < frontier) {
        sum += frontier - visited[i];
        ++moves;
        if (frontier - visited[i] > problem.convergence.maxBackwardStep)
          return false;
      }
    }
    return sum <= problem.convergence.maxBackwardSum &&
           moves <= problem.convergence.maxBackwardMoves;
  }

  void order(int64_t makespan) {
    if (makespan >= best)
      return;
    bool isDone = true;
    int length = problem.pathLength;
    for (size_t i = 0; i < paths.size(); ++i) {
      int task = done[i];
      if (task > 2 * length)
        continue;
      isDone = false;
      auto nodeOf = [&](int t) {
        return t < length    ? paths[i][size_t(t)]
               : t == length ? problem.microbatches[i].head
                             : paths[i][size_t(2 * length - t)];
      };
      size_t node = size_t(nodeOf(task));
      int change = task < length ? 1 : task == length ? 0 : -1;
      if (inFlight[node] + change > problem.memory[node])
        continue;
      int64_t duration = task < length    ? problem.forward[node]
                         : task == length ? problem.lossOnHead[node]
                                          : problem.backward[node];
      int64_t start = std::max(ready[i], free[node]);
      int64_t end = start + duration;
      int64_t oldReady = ready[i], oldFree = free[node];
      free[node] =
          end + (task == 0 ? problem.gapAfterInjection : problem.gapAfterTask);
      ready[i] = end;
      if (task < 2 * length)
        ready[i] += problem.link[node][size_t(nodeOf(task + 1))];
      ++done[i];
      inFlight[node] += change;
      order(std::max(makespan, end));
      inFlight[node] -= change;
      --done[i];
      ready[i] = oldReady;
      free[node] = oldFree;
    }
    if (isDone)
      best = makespan;
  }

  const PathsProblem &problem;
  std::vector<int64_t> free;
  std::vector<int> inFlight;
  std::vector<std::vector<int>> paths;
  std::vector<int> done;
  std::vector<int64_t> ready;
  int64_t best = std::numeric_limits<int64_t>::max();
};

} // namespace hocket::test

#endif // HOCKET_TEST_UNIT_SOLVER_PATHSFIXTURE_H
