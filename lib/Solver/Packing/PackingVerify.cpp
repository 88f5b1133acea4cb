//===- PackingVerify.cpp - Whether a solution of packing is one -----------===//

#include "hocket/Solver/Packing.h"

#include <algorithm>
#include <set>

using namespace hocket;

namespace {

Error violation(std::string message) {
  return Error(ErrorCode::InvalidPlan, std::move(message));
}

std::string number(int64_t value) { return std::to_string(value); }

class Verifier {
public:
  Verifier(const PackingProblem &problem, const PackingSolution &solution)
      : problem(problem), solution(solution),
        isPacked(problem.lengths.size(), 0),
        busy(problem.hasBarriers ? 0 : size_t(problem.devices)) {}

  Result<void> run() {
    if (!problem.hasBarriers && solution.microbatches.size() > 1)
      return violation("there are " +
                       number(int64_t(solution.microbatches.size())) +
                       " microbatches; without barriers there is one, of "
                       "groups that start when they can");
    int64_t end = 0;
    for (size_t i = 0; i < solution.microbatches.size(); ++i) {
      Result<int64_t> time = checkMicrobatch(i);
      if (!time)
        return time.error();
      end += *time;
    }
    for (size_t i = 0; i < isPacked.size(); ++i)
      if (!isPacked[i])
        return violation("P8: sequence " + number(int64_t(i)) +
                         " is in no group");
    if (!problem.hasBarriers)
      if (Result<void> checked = checkOverlaps(); !checked)
        return checked;
    int64_t value = problem.sharedTime() + end;
    if (solution.value != value)
      return violation("the value is said to be " + number(solution.value) +
                       " ns and is " + number(value) + " ns");
    return {};
  }

private:
  using Group = PackingSolution::Group;

  /// The time that the microbatch adds to the step.
  Result<int64_t> checkMicrobatch(size_t index) {
    const auto &groups = solution.microbatches[index].groups;
    if (groups.empty())
      return violation("microbatch " + number(int64_t(index)) +
                       " has no groups");
    std::set<int> taken;
    int64_t slowest = 0;
    for (size_t i = 0; i < groups.size(); ++i) {
      where = "microbatch " + number(int64_t(index)) + ", group " +
              number(int64_t(i)) + ": ";
      if (Result<void> checked = checkDevices(groups[i]); !checked)
        return checked.error();
      Result<int64_t> time = checkSequences(groups[i]);
      if (!time)
        return time.error();
      if (problem.hasBarriers) {
        for (int device : groups[i].devices)
          if (!taken.insert(device).second)
            return violation(where + "device " + number(device) +
                             " is in another group, too");
        slowest = std::max(slowest, *time);
        continue;
      }
      int64_t start = groups[i].start;
      if (start < 0)
        return violation(where + "starts before the step");
      int64_t end = start + problem.fixedTime() + *time;
      for (int device : groups[i].devices)
        busy[size_t(device)].push_back({start, end, where});
      slowest = std::max(slowest, end);
    }
    return problem.hasBarriers ? problem.fixedTime() + slowest : slowest;
  }

  Result<void> checkDevices(const Group &group) {
    std::set<int> devices(group.devices.begin(), group.devices.end()), nodes;
    if (devices.size() != group.devices.size())
      return violation(where + "a device is there twice");
    for (int device : devices) {
      if (device < 0 || device >= problem.devices)
        return violation(where + "there is no device " + number(device));
      nodes.insert(device / problem.devicesPerNode);
    }
    int degree = int(devices.size());
    if (std::find(problem.degrees.begin(), problem.degrees.end(), degree) ==
        problem.degrees.end())
      return violation(where + "it has " + number(degree) +
                       " devices, which is none of the degrees");
    int perNode = problem.devicesPerNode;
    int fewest = (degree + perNode - 1) / perNode;
    if (int(nodes.size()) > fewest)
      return violation(where + "its " + number(degree) + " devices are on " +
                       number(int64_t(nodes.size())) + " nodes, not on " +
                       number(fewest));
    if (std::find(problem.methods.begin(), problem.methods.end(),
                  group.method) == problem.methods.end())
      return violation(where + "the method " + name(group.method) +
                       " is none of the methods");
    return {};
  }

  /// The time of the group.
  Result<int64_t> checkSequences(const Group &group) {
    if (group.sequences.empty())
      return violation(where + "it has no sequences");
    int degree = int(group.devices.size());
    int64_t time = 0, bytes = 0;
    for (size_t sequence : group.sequences) {
      if (sequence >= isPacked.size())
        return violation(where + "there is no sequence " +
                         number(int64_t(sequence)));
      if (isPacked[sequence]++)
        return violation("P8: " + where + "sequence " +
                         number(int64_t(sequence)) + " is packed once more");
      std::optional<int64_t> own = problem.time(sequence, degree, group.method);
      if (!own)
        return violation(where + "the method " + name(group.method) +
                         " cannot have " + number(degree) + " devices with " +
                         number(problem.cost.heads) + " heads");
      time += *own;
      bytes += problem.bytes(sequence, degree, group.method);
    }
    if (bytes > problem.capacity(degree))
      return violation("P5: " + where + "its sequences take " + number(bytes) +
                       " bytes, and its devices have " +
                       number(problem.capacity(degree)));
    return time;
  }

  /// No device is in two groups at a time.
  Result<void> checkOverlaps() {
    for (size_t device = 0; device < busy.size(); ++device) {
      auto &intervals = busy[device];
      std::sort(intervals.begin(), intervals.end(),
                [](const Interval &a, const Interval &b) {
                  return a.start < b.start;
                });
      for (size_t i = 1; i < intervals.size(); ++i)
        if (intervals[i].start < intervals[i - 1].end)
          return violation(intervals[i].where + "it starts while device " +
                           number(int64_t(device)) + " is still busy with " +
                           intervals[i - 1].where.substr(
                               0, intervals[i - 1].where.size() - 2));
    }
    return {};
  }

  struct Interval {
    int64_t start, end;
    std::string where;
  };

  const PackingProblem &problem;
  const PackingSolution &solution;
  std::vector<char> isPacked;              // by sequence
  std::vector<std::vector<Interval>> busy; // by device, without barriers
  std::string where;                       // begins errors
};

} // namespace

Result<void> hocket::verify(const PackingProblem &problem,
                            const PackingSolution &solution) {
  return Verifier(problem, solution).run();
}
