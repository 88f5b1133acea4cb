//===- Packing.cpp - The problem of packing and its costs -----------------===//

#include "hocket/Solver/Packing.h"

#include <algorithm>
#include <cmath>

using namespace hocket;

const char *hocket::name(PackingMethod method) {
  switch (method) {
  case PackingMethod::Ulysses:
    return "ulysses";
  case PackingMethod::Ring:
    return "ring";
  case PackingMethod::ZigZag:
    return "zigzag";
  }
  return "ulysses";
}

namespace {

constexpr double kMegabyte = 0x1p20;
constexpr double kNanosecondsPerMs = 1e6;
constexpr int kBytesPerElement = 2;

Error mistake(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

Result<void> checkDevices(const PackingProblem &problem) {
  if (problem.devices < 1)
    return mistake("devices must be at least 1");
  if (problem.devicesPerNode < 1)
    return mistake("devices_per_node must be at least 1");
  if (problem.devices % problem.devicesPerNode != 0 &&
      problem.devices > problem.devicesPerNode)
    return mistake("devices must be a multiple of devices_per_node: " +
                   std::to_string(problem.devices) + " are no whole nodes of " +
                   std::to_string(problem.devicesPerNode));
  if (problem.degrees.empty())
    return mistake("degrees is empty");
  for (size_t i = 0; i < problem.degrees.size(); ++i) {
    std::string field = "degrees[" + std::to_string(i) + "]";
    int degree = problem.degrees[i];
    if (degree < 1 || degree > problem.devices)
      return mistake(field + " must be from 1 to the devices, " +
                     std::to_string(problem.devices) + ", not " +
                     std::to_string(degree));
    if (i > 0 && degree <= problem.degrees[i - 1])
      return mistake(field + " must be larger than the degree before it");
  }
  if (problem.methods.empty())
    return mistake("methods is empty");
  return {};
}

Result<void> checkCost(const PackingProblem &problem) {
  const PackingProblem::Cost &cost = problem.cost;
  // Written so that a NaN is refused.
  for (auto [field, value] :
       {std::pair{"a1", cost.a1}, {"a2", cost.a2}, {"b1", cost.b1}})
    if (!(value >= 0) || !std::isfinite(value))
      return mistake(std::string("cost.") + field + " must not be negative");
  if (cost.a1 == 0 && cost.a2 == 0)
    return mistake("cost.a1 and cost.a2 must not both be 0");
  for (auto [field, value] :
       {std::pair{"layers", cost.layers}, {"hidden", cost.hidden}})
    if (value < 1 || value > 1'000'000)
      return mistake(std::string("cost.") + field +
                     " must be from 1 to 1000000");
  if (cost.keyValueHidden < 0 || cost.keyValueHidden > cost.hidden)
    return mistake("cost.key_value_hidden must be at most cost.hidden");
  if (cost.heads < 0)
    return mistake("cost.heads must not be negative");
  for (auto [degree, speed] : cost.bandwidth) {
    if (degree < 2)
      return mistake("cost.bandwidth has the degree " + std::to_string(degree) +
                     "; a group that sends has at least 2 devices");
    if (!(speed > 0) || !std::isfinite(speed))
      return mistake("cost.bandwidth." + std::to_string(degree) +
                     " must be positive");
  }
  for (int degree : problem.degrees)
    if (degree > 1 &&
        (cost.bandwidth.empty() || degree < cost.bandwidth.begin()->first ||
         degree > cost.bandwidth.rbegin()->first))
      return mistake("cost.bandwidth must reach from the smallest to the "
                     "largest of the degrees; " +
                     std::to_string(degree) + " is outside");
  return {};
}

Result<void> checkMemory(const PackingProblem &problem) {
  const PackingProblem::Memory &memory = problem.memory;
  for (auto [field, value] : {std::pair{"per_token", memory.perToken},
                              {"states", memory.states},
                              {"cap", memory.cap}})
    if (!(value >= 0) || !(value <= 0x1p40))
      return mistake(std::string("memory.") + field +
                     " must be from 0 to 2^40 MB");
  // A difference of less than a byte is nothing, too.
  if (problem.capacity(1) < 1)
    return mistake("memory.states must be less than memory.cap: nothing is "
                   "left for activations");
  return {};
}

Result<void> checkOptions(const PackingProblem &problem) {
  auto positive = [](const char *field, double value) -> Result<void> {
    if (!(value > 0) || !std::isfinite(value))
      return mistake(std::string(field) + " must be positive");
    return {};
  };
  if (problem.offload) {
    if (auto checked = positive("offload.to_host", problem.offload->toHost);
        !checked)
      return checked;
    if (auto checked = positive("offload.from_host", problem.offload->fromHost);
        !checked)
      return checked;
    if (!(problem.offload->mostRatio >= 0 && problem.offload->mostRatio <= 1))
      return mistake("offload.most_ratio must be from 0 to 1");
  }
  if (problem.routing) {
    if (problem.routing->nics < 1 ||
        problem.routing->nics > problem.devicesPerNode)
      return mistake("routing.nics must be from 1 to devices_per_node");
    if (auto checked =
            positive("routing.bandwidth", problem.routing->bandwidth);
        !checked)
      return checked;
  }
  if (problem.remapping) {
    if (auto checked =
            positive("remapping.bandwidth", problem.remapping->bandwidth);
        !checked)
      return checked;
    if (!problem.hasBarriers)
      return mistake("remapping needs barriers: the linear layers run on all "
                     "devices together");
  }
  return {};
}

Result<void> checkLengths(const PackingProblem &problem) {
  if (problem.lengths.empty())
    return mistake("lengths is empty");
  constexpr int64_t longest = int64_t(1) << 40;
  if (problem.padTo < 1 || problem.padTo > longest)
    return mistake("pad_to must be from 1 to 2^40");
  for (size_t i = 0; i < problem.lengths.size(); ++i)
    if (problem.lengths[i] < 1 || problem.lengths[i] > longest)
      return mistake("lengths[" + std::to_string(i) +
                     "] must be from 1 to 2^40, not " +
                     std::to_string(problem.lengths[i]));
  // The work of all sequences, and of one on all devices for its whole time.
  const PackingProblem::Cost &cost = problem.cost;
  double slowest = std::numeric_limits<double>::infinity();
  for (auto [degree, speed] : cost.bandwidth)
    slowest = std::min(slowest, speed);
  if (problem.routing)
    slowest = std::min(slowest, problem.routing->bandwidth);
  if (problem.remapping)
    slowest = std::min(slowest, problem.remapping->bandwidth);
  bool hasRing = std::any_of(
      problem.methods.begin(), problem.methods.end(),
      [](PackingMethod method) { return method != PackingMethod::Ulysses; });
  double perToken = 3.0 * 16 * double(cost.layers) * double(cost.hidden);
  if (hasRing)
    perToken *= problem.degrees.back();
  double work = 0, largest = 0, bytes = 0;
  for (size_t i = 0; i < problem.lengths.size(); ++i) {
    double tokens = double(problem.paddedLength(i));
    double own = 2 * cost.a1 * tokens * tokens + cost.a2 * tokens +
                 perToken * tokens / kMegabyte / slowest +
                 cost.b1 * problem.devices;
    work += own;
    largest = std::max(largest, own);
    bytes += tokens * problem.memory.perToken * kMegabyte;
  }
  if (std::max(work, largest * problem.devices) * kNanosecondsPerMs > 0x1p60)
    return mistake("the times add up to more than 2^60 ns on all devices; use "
                   "a larger unit of cost.a1, cost.a2 and cost.b1");
  if (bytes > 0x1p60 || (problem.memory.cap + problem.memory.states) *
                                kMegabyte * problem.devices >
                            0x1p60)
    return mistake("memory adds up to more than 2^60 bytes");
  return {};
}

} // namespace

Result<void> PackingProblem::check() const {
  for (auto step :
       {checkDevices, checkCost, checkMemory, checkOptions, checkLengths})
    if (Result<void> checked = step(*this); !checked)
      return checked;
  return {};
}

int64_t PackingProblem::paddedLength(size_t sequence) const {
  return (lengths[sequence] + padTo - 1) / padTo * padTo;
}

double PackingProblem::bandwidthOf(int degree) const {
  auto above = cost.bandwidth.lower_bound(degree);
  if (above->first == degree)
    return above->second;
  auto below = std::prev(above);
  bool isInNode = degree <= devicesPerNode;
  // A measurement within a node says nothing of what crosses nodes.
  if (!isInNode && below->first <= devicesPerNode)
    return above->second;
  if (isInNode && above->first > devicesPerNode)
    return below->second;
  double share = std::log(double(degree) / below->first) /
                 std::log(double(above->first) / below->first);
  return below->second * std::pow(above->second / below->second, share);
}

std::optional<int64_t> PackingProblem::time(size_t sequence, int degree,
                                            PackingMethod method) const {
  double tokens = double(paddedLength(sequence)), size = degree;
  double attention = cost.a1 * tokens * tokens / size;
  double linear = remapping ? 0 : cost.a2 * tokens / size;
  double remapped = 0;
  if (remapping) {
    double bytes = 4.0 * kBytesPerElement * double(cost.layers * cost.hidden);
    remapped = bytes * tokens / size / kMegabyte / remapping->bandwidth;
  }
  auto toTime = [&](double ms) {
    return int64_t(std::llround((ms + linear + remapped) * kNanosecondsPerMs));
  };
  if (degree == 1)
    return toTime(attention);
  double layers = double(cost.layers), sent;
  if (method == PackingMethod::Ulysses) {
    if (cost.heads > 0 && degree > cost.heads)
      return std::nullopt;
    sent = 4.0 * 2 * kBytesPerElement * layers * double(cost.hidden) * tokens /
           size;
  } else {
    int64_t width = cost.keyValueHidden > 0 ? cost.keyValueHidden : cost.hidden;
    // Keys and values in the forward and again in the backward, and their
    // gradients in single precision.
    double perSlice = 2.0 * 2 * (size - 1) * kBytesPerElement + 2.0 * size * 4;
    sent = perSlice * layers * double(width) * tokens / size;
  }
  double megabytes = sent / kMegabyte, speed = bandwidthOf(degree);
  double transfer = megabytes / speed;
  if (routing && degree > devicesPerNode)
    transfer = megabytes / (speed * routing->nics) +
               2 * megabytes / routing->bandwidth;
  if (method == PackingMethod::Ulysses)
    return toTime(attention + transfer);
  if (method == PackingMethod::Ring)
    attention *= (2 * size - 1) / size;
  // A ring computes with one slice while the next is on its way.
  return toTime(std::max(attention, transfer));
}

int64_t PackingProblem::fixedTime() const {
  return std::llround(cost.b1 * kNanosecondsPerMs);
}

int64_t PackingProblem::sharedTime() const {
  if (!remapping)
    return 0;
  double tokens = 0;
  for (size_t i = 0; i < lengths.size(); ++i)
    tokens += double(paddedLength(i));
  return std::llround(cost.a2 * tokens / devices * kNanosecondsPerMs);
}

int64_t PackingProblem::bytes(size_t sequence, int degree,
                              PackingMethod method) const {
  double megabytes = memory.perToken * double(paddedLength(sequence));
  double kept = 1;
  if (offload && cost.layers > 2 && megabytes > 0) {
    // The first and the last layer stay.
    double ms =
        double(time(sequence, degree, method).value_or(0)) / kNanosecondsPerMs;
    double speed = std::min(offload->toHost, offload->fromHost);
    double ratio =
        std::min(offload->mostRatio, ms * speed * degree / megabytes);
    double layers = double(cost.layers);
    kept = (2 + (1 - ratio) * (layers - 2)) / layers;
  }
  return int64_t(std::ceil(megabytes * kept * kMegabyte));
}

int64_t PackingProblem::capacity(int degree) const {
  return int64_t(std::floor((memory.cap - memory.states) * degree * kMegabyte));
}
