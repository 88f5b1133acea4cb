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

std::optional<double> Profile::kernelSeconds(std::string_view kernel,
                                             const Symbols &symbols) const {
  auto found = kernels.find(kernel);
  if (found == kernels.end() || found->second.empty())
    return std::nullopt;
  const std::vector<KernelSample> &samples = found->second;
  auto isLess = [](const KernelSample &sample, const Symbols &wanted) {
    return sample.symbols < wanted;
  };
  auto above =
      std::lower_bound(samples.begin(), samples.end(), symbols, isLess);
  if (above != samples.end() && above->symbols == symbols)
    return above->seconds;
  auto scaled = [&](const KernelSample &sample) {
    return sample.symbols[0] > 0
               ? sample.seconds * double(symbols[0]) / double(sample.symbols[0])
               : sample.seconds;
  };
  if (above == samples.end())
    return scaled(samples.back());
  if (above == samples.begin())
    return scaled(*above);
  const KernelSample &low = *std::prev(above), &high = *above;
  int64_t width = high.symbols[0] - low.symbols[0];
  double share =
      width > 0 ? double(symbols[0] - low.symbols[0]) / double(width) : 0.5;
  return low.seconds + share * (high.seconds - low.seconds);
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
      measured.kernelSeconds(work.kernel, work.symbols);
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
