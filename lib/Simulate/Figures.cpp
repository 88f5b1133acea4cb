//===- Figures.cpp - What is known of a step before it runs ---------------===//

#include "hocket/Simulate/Simulate.h"

#include "hocket/Plan/Lifetimes.h"
#include "hocket/Plan/Work.h"

#include <algorithm>
#include <functional>
#include <map>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::simulate;

namespace {

/// The live bytes along a role's body: what begins with an instruction, and
/// what ends with it.
class LiveBuffers {
public:
  explicit LiveBuffers(const Role &role);

  /// Buffers that are first used at, or last used by, an instruction.
  std::vector<std::vector<uint32_t>> begin, end;
  std::vector<uint32_t> always; // live through the step
};

LiveBuffers::LiveBuffers(const Role &role)
    : begin(role.body.size()), end(role.body.size()) {
  std::vector<Lifetime> lives = lifetimes(role);
  for (uint32_t i = 0; i < role.buffers.size(); ++i) {
    const Buffer &buffer = role.buffers[i];
    if (buffer.microbatch < 0) {
      always.push_back(i);
    } else if (!buffer.onHost && lives[i].lower >= 0) {
      begin[size_t(lives[i].lower)].push_back(i);
      end[size_t(lives[i].upper) - 1].push_back(i);
    }
  }
}

int64_t peakOf(const Plan &plan, const Model &model, const Rank &rank,
               const LiveBuffers &buffers) {
  const Role &role = plan.roles[rank.role];
  auto bytes = [&](uint32_t buffer) {
    return bytesOf(plan, rank, role.buffers[buffer]);
  };
  int64_t live = 0, peak = 0;
  for (uint32_t buffer : buffers.always)
    live += bytes(buffer);
  for (size_t i = 0; i < role.body.size(); ++i) {
    const Instruction &instruction = role.body[i];
    for (uint32_t buffer : buffers.begin[i])
      live += bytes(buffer);
    int64_t workspace = 0;
    if (instruction.op == Op::Kernel || instruction.op == Op::Attend)
      workspace = model.kernels[instruction.kernel].workspaceBytes.evaluate(
          symbolsOf(plan, model, rank, instruction));
    peak = std::max(peak, live + workspace);
    for (uint32_t buffer : buffers.end[i])
      live -= bytes(buffer);
  }
  return std::max(peak, live);
}

/// By coordinate: the first one whose microbatches have the same shapes.
/// Replicas often do, and then their ranks are alike: what they hold of others
/// is the same for all ranks of a role.
std::vector<uint32_t> equalReplicas(const Plan &plan) {
  std::map<std::vector<std::pair<int64_t, int64_t>>, uint32_t> first;
  std::vector<uint32_t> same;
  if (plan.ranks.empty())
    return same; // it has no shapes either
  for (uint32_t data = 0; data < plan.strategy.replicas(); ++data) {
    std::vector<std::pair<int64_t, int64_t>> shapes;
    for (uint32_t i = 0; i < plan.strategy.numSlices(); ++i)
      shapes.emplace_back(plan.shape(data, i).tokens,
                          plan.shape(data, i).sequences);
    same.push_back(first.try_emplace(std::move(shapes), data).first->second);
  }
  return same;
}

/// What is computed again for the backward is not among it.
bool isForwardAttend(const Model &model, const Role &role,
                     const Instruction &instruction) {
  return instruction.op == Op::Attend &&
         instruction.kernel ==
             model.stages[instruction.stage].attention->part &&
         role.buffers[instruction.buffers.back()].share.again == 0;
}

/// Calls `value` for one rank of those that are alike.
template <typename Value>
std::vector<Value>
forEachKind(const Plan &plan, const std::function<Value(const Rank &)> &value) {
  std::vector<uint32_t> replica = equalReplicas(plan);
  std::map<std::pair<uint32_t, uint32_t>, Value> known;
  std::vector<Value> all;
  for (const Rank &rank : plan.ranks) {
    std::pair kind(rank.role, replica[rank.data]);
    auto found = known.find(kind);
    if (found == known.end())
      found = known.emplace(kind, value(rank)).first;
    all.push_back(found->second);
  }
  return all;
}

} // namespace

std::vector<int64_t> simulate::peakBytes(const Plan &plan, const Model &model) {
  std::vector<LiveBuffers> buffers;
  for (const Role &role : plan.roles)
    buffers.emplace_back(role);
  return forEachKind<int64_t>(plan, [&](const Rank &rank) {
    return peakOf(plan, model, rank, buffers[rank.role]);
  });
}

double simulate::modelFlops(const Plan &plan, const Model &model) {
  bool hasBackward = false;
  std::vector<double> flops = forEachKind<double>(plan, [&](const Rank &rank) {
    double sum = 0;
    for (const Instruction &instruction : plan.roles[rank.role].body) {
      bool isKernel = instruction.op == Op::Kernel;
      hasBackward |= isKernel && (instruction.kind == TaskKind::B ||
                                  instruction.kind == TaskKind::Bi);
      if (isKernel ? instruction.kind == TaskKind::F
                   : isForwardAttend(model, plan.roles[rank.role], instruction))
        sum += double(workOf(plan, model, rank, instruction).flops);
    }
    return sum;
  });
  double forward = 0;
  for (double one : flops)
    forward += one;
  return forward * (hasBackward ? 3 : 1);
}

double Simulation::bubbleRate() const {
  double total = seconds * double(busySeconds.size());
  double busy = 0;
  for (double one : busySeconds)
    busy += one;
  return total > 0 ? std::max(0.0, 1 - busy / total) : 0;
}

double Simulation::utilization(double peak) const {
  double most = seconds * double(busySeconds.size()) * peak;
  return most > 0 ? modelFlops / most : 0;
}
