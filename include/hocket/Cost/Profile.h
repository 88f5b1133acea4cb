//===- Profile.h - Costs that were measured ---------------------*- C++ -*-===//
//
// What `hocket-run --profile` writes and `--costs` reads (docs/cost.md): how
// long kernels, copies and waits took on a machine.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_COST_PROFILE_H
#define HOCKET_COST_PROFILE_H

#include "hocket/Cost/Cost.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hocket {

/// Moving n bytes takes latencySeconds + n * secondsPerByte.
struct MoveCost {
  double latencySeconds = 0;
  double secondsPerByte = 0;

  double seconds(int64_t bytes) const {
    return latencySeconds + secondsPerByte * double(bytes);
  }
  /// The line through what was measured that has the least squares of relative
  /// errors; neither number is negative. `samples` are bytes and seconds.
  static MoveCost fit(const std::vector<std::pair<int64_t, double>> &samples);
};

/// A kernel at one shape, with so many operations to do.
struct KernelSample {
  Symbols symbols = {0, 0};
  double seconds = 0; // mean
  int64_t calls = 0;
  int64_t flops = 0; // those of an attention: of the pairs that are visible
};

struct Profile {
  std::string machine; // for people
  int64_t cores = 1;
  int64_t threadsPerRank = 1;    // of a matrix product
  double wakeSeconds = 0;        // until a thread goes on that had to wait
  double instructionSeconds = 0; // of the executor, around a kernel
  MoveCost fill, load, copy;
  MoveCost sum; // adding so many bytes to as many
  /// By symbol; samples are sorted by their symbols and operations.
  std::map<std::string, std::vector<KernelSample>, std::less<>> kernels;

  /// Seconds of a kernel: measured at this shape and for so many operations; or
  /// on the line between those of the same shape with the nearest numbers of
  /// operations; or between those of any shape; or, where operations are not
  /// known (0), between the nearest first extents. Beyond what was measured, in
  /// proportion. Nothing where the kernel was not measured.
  std::optional<double> kernelSeconds(std::string_view kernel,
                                      const Symbols &symbols,
                                      int64_t flops = 0) const;

  /// The file, as JSON.
  std::string str() const;
};

/// Errors: InvalidArgument, naming `source` and the field.
Result<Profile> parseProfile(const std::string &text,
                             const std::string &source);
/// Errors: Io, InvalidArgument.
Result<Profile> loadProfile(const std::string &path);

/// Costs on the machine of a profile, whose ranks share its memory: a message
/// is a copy, and an all-reduce is what InProcessTransport does: each rank sums
/// its part of the bytes of all and copies it to all. A kernel that was not
/// measured costs what `otherwise` says, which must outlive this.
class ProfiledCost : public CostModel {
public:
  ProfiledCost(Profile profile, const CostModel &otherwise)
      : measured(std::move(profile)), otherwise(otherwise) {}

  bool covers(std::string_view kernel) const override {
    return measured.kernels.find(kernel) != measured.kernels.end();
  }
  double workSeconds(const Work &work) const override;
  double transferSeconds(int64_t bytes, int64_t from,
                         int64_t to) const override;
  double allReduceSeconds(int64_t bytes,
                          const std::vector<uint32_t> &ranks) const override;
  const Profile &profile() const { return measured; }

private:
  Profile measured;
  const CostModel &otherwise;
};

} // namespace hocket

#endif // HOCKET_COST_PROFILE_H
