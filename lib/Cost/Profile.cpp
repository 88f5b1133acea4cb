//===- Profile.cpp - Costs that were measured -----------------------------===//

#include "hocket/Cost/Profile.h"

#include "hocket/Support/File.h"

#include <algorithm>
#include <cmath>

using namespace hocket;

MoveCost MoveCost::fit(const std::vector<std::pair<int64_t, double>> &samples) {
  // Sums for a line a + b x, each sample weighted by 1 / seconds^2.
  double w = 0, x = 0, xx = 0, y = 0, xy = 0;
  for (auto [bytes, seconds] : samples) {
    if (seconds <= 0)
      continue;
    double weight = 1 / (seconds * seconds);
    w += weight;
    x += weight * double(bytes);
    xx += weight * double(bytes) * double(bytes);
    y += weight * seconds;
    xy += weight * double(bytes) * seconds;
  }
  double determinant = w * xx - x * x;
  MoveCost cost;
  if (determinant > 1e-12 * w * xx) {
    cost.latencySeconds = (y * xx - x * xy) / determinant;
    cost.secondsPerByte = (w * xy - x * y) / determinant;
  }
  // All samples of one size, or a line that leaves the quadrant: through 0.
  if (cost.secondsPerByte <= 0 || cost.latencySeconds < 0)
    cost = {0, xx > 0 ? xy / xx : 0};
  return cost;
}

/// Of samples at `position`: on the line between the nearest two, or in
/// proportion to the nearest one.
template <typename Position>
static double secondsBetween(const KernelSample *begin, const KernelSample *end,
                             int64_t wanted, Position position) {
  const KernelSample *low = nullptr, *high = nullptr;
  for (const KernelSample *sample = begin; sample != end; ++sample) {
    int64_t here = position(*sample);
    if (here <= wanted && (!low || here > position(*low)))
      low = sample;
    if (here >= wanted && (!high || here < position(*high)))
      high = sample;
  }
  if (low && high) {
    double width = double(position(*high)) - double(position(*low));
    double share =
        width > 0 ? (double(wanted) - double(position(*low))) / width : 0;
    return low->seconds + share * (high->seconds - low->seconds);
  }
  const KernelSample &nearest = low ? *low : *high;
  double there = double(position(nearest));
  return there > 0 ? nearest.seconds * double(wanted) / there : nearest.seconds;
}

std::optional<double> Profile::kernelSeconds(std::string_view kernel,
                                             const Symbols &symbols,
                                             int64_t flops) const {
  auto found = kernels.find(kernel);
  if (found == kernels.end() || found->second.empty())
    return std::nullopt;
  const std::vector<KernelSample> &samples = found->second;
  const KernelSample *begin = samples.data(), *end = begin + samples.size();
  auto byFlops = [](const KernelSample &sample) { return sample.flops; };
  auto isCounted = [](const KernelSample &sample) { return sample.flops > 0; };
  struct Compare {
    bool operator()(const KernelSample &a, const Symbols &b) const {
      return a.symbols < b;
    }
    bool operator()(const Symbols &a, const KernelSample &b) const {
      return a < b.symbols;
    }
  };
  auto [first, last] = std::equal_range(begin, end, symbols, Compare());
  if (first != last && (flops <= 0 || !std::all_of(first, last, isCounted)))
    return first->seconds;
  if (first != last)
    return secondsBetween(first, last, flops, byFlops);
  if (flops > 0 && std::all_of(begin, end, isCounted))
    return secondsBetween(begin, end, flops, byFlops);
  return secondsBetween(begin, end, symbols[0], [](const KernelSample &sample) {
    return sample.symbols[0];
  });
}

Result<Profile> hocket::loadProfile(const std::string &path) {
  Result<std::string> text = readFile(path);
  if (!text)
    return text.error();
  return parseProfile(*text, path);
}

double ProfiledCost::workSeconds(const Work &work) const {
  if (work.kernel.empty())
    return (work.isLoad ? measured.load : measured.fill).seconds(work.bytes);
  std::optional<double> seconds =
      measured.kernelSeconds(work.kernel, work.symbols, work.flops);
  return measured.instructionSeconds +
         (seconds ? *seconds : otherwise.workSeconds(work));
}

double ProfiledCost::transferSeconds(int64_t bytes, int64_t, int64_t) const {
  return measured.copy.seconds(bytes);
}

double
ProfiledCost::allReduceSeconds(int64_t bytes,
                               const std::vector<uint32_t> &ranks) const {
  if (ranks.size() < 2)
    return 0;
  double count = double(ranks.size());
  double part = double(bytes) / count;
  return part * ((count + 1) * measured.copy.secondsPerByte +
                 (count - 1) * measured.sum.secondsPerByte);
}
