//===- Memory.cpp - The memory problem and its verifier -------------------===//

#include "hocket/Solver/Memory.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

using namespace hocket;

const char *hocket::name(SolutionStatus status) {
  switch (status) {
  case SolutionStatus::Optimal:
    return "optimal";
  case SolutionStatus::Feasible:
    return "feasible";
  case SolutionStatus::Infeasible:
    return "infeasible";
  case SolutionStatus::Unknown:
    return "unknown";
  }
  return "unknown";
}

static std::string labelOf(const MemoryProblem &problem, size_t index) {
  return index < problem.names.size() ? "buffer '" + problem.names[index] + "'"
                                      : "buffer #" + std::to_string(index);
}

Result<void> MemoryProblem::check() const {
  auto fail = [](std::string message) {
    return Error(ErrorCode::InvalidArgument, std::move(message));
  };
  if (alignment < 1 || (alignment & (alignment - 1)) != 0)
    return fail("the alignment must be a power of two, not " +
                std::to_string(alignment));
  if (capacity < 0)
    return fail("the capacity is negative");
  auto label = [&](size_t index) { return labelOf(*this, index); };
  constexpr int64_t limit = int64_t(1) << 62;
  int64_t sum = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    const Buffer &buffer = buffers[i];
    if (buffer.lower >= buffer.upper)
      return fail(label(i) + " has an empty lifetime [" +
                  std::to_string(buffer.lower) + ", " +
                  std::to_string(buffer.upper) + ")");
    if (buffer.size < 0)
      return fail(label(i) + " has a negative size");
    if (buffer.size > limit - alignment ||
        sum > limit - buffer.size - alignment)
      return fail("the sizes up to " + label(i) + " add up to more than 2^62");
    sum += buffer.size + alignment - 1;
  }
  return {};
}

Result<void> hocket::verify(const MemoryProblem &problem,
                            const MemorySolution &solution) {
  auto fail = [](std::string message) {
    return Error(ErrorCode::InvalidPlan, std::move(message));
  };
  auto label = [&](size_t index) { return labelOf(problem, index); };
  size_t count = problem.buffers.size();
  if (solution.offsets.size() != count)
    return fail("there are " + std::to_string(solution.offsets.size()) +
                " offsets for " + std::to_string(count) + " buffers");
  int64_t end = 0;
  for (size_t i = 0; i < count; ++i) {
    int64_t offset = solution.offsets[i], size = problem.buffers[i].size;
    if (offset < 0 || offset % problem.alignment != 0)
      return fail(label(i) + " has the misaligned offset " +
                  std::to_string(offset));
    if (size > std::numeric_limits<int64_t>::max() - problem.alignment - offset)
      return fail(label(i) + " ends beyond 64 bits");
    int64_t last = offset + size;
    if (size > 0)
      end = std::max(end, last + (-last & (problem.alignment - 1)));
  }
  if (end > problem.capacity)
    return fail("the arena of " + std::to_string(end) +
                " bytes is larger than the capacity of " +
                std::to_string(problem.capacity));
  if (solution.value != end)
    return fail("the value is said to be " + std::to_string(solution.value) +
                " and is " + std::to_string(end));

  // Sweep over the starts and ends in time, ends first; what is alive is kept
  // by offset, so that only neighbours need to be compared.
  struct Event {
    int64_t time;
    bool starts;
    size_t buffer;
  };
  std::vector<Event> events;
  for (size_t i = 0; i < count; ++i)
    if (problem.buffers[i].size > 0) {
      events.push_back({problem.buffers[i].lower, true, i});
      events.push_back({problem.buffers[i].upper, false, i});
    }
  std::sort(events.begin(), events.end(), [](const Event &a, const Event &b) {
    return std::tie(a.time, a.starts, a.buffer) <
           std::tie(b.time, b.starts, b.buffer);
  });
  std::map<int64_t, size_t> alive;
  for (const Event &event : events) {
    int64_t offset = solution.offsets[event.buffer];
    if (!event.starts) {
      alive.erase(offset);
      continue;
    }
    auto overlap = [&](size_t other) {
      return fail(label(other) + " and " + label(event.buffer) +
                  " overlap at time " + std::to_string(event.time));
    };
    auto next = alive.lower_bound(offset);
    if (next != alive.end() &&
        next->first < offset + problem.buffers[event.buffer].size)
      return overlap(next->second);
    if (next != alive.begin()) {
      auto previous = std::prev(next);
      if (previous->first + problem.buffers[previous->second].size > offset)
        return overlap(previous->second);
    }
    alive.emplace_hint(next, offset, event.buffer);
  }
  return {};
}
