//===- Costs.h - What a prediction is made with -----------------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETRUN_COSTS_H
#define HOCKET_TOOLS_HOCKETRUN_COSTS_H

#include "Options.h"

#include "hocket/Cost/Profile.h"
#include "hocket/Runtime/Executable.h"
#include "hocket/Runtime/World.h"

#include <memory>
#include <optional>

namespace hocket::run {

/// The costs of an executable's topology, or those of --costs.
class Costs {
public:
  /// Errors: of loadProfile; InvalidArgument for a profile without one of the
  /// plan's kernels.
  static Result<std::unique_ptr<Costs>>
  create(const Options &options, const runtime::Executable &executable);

  /// Those of a profile that has every kernel of the executable's plan.
  Costs(const runtime::Executable &executable, Profile profile)
      : Costs(executable) {
    profiled.emplace(std::move(profile), roofline);
  }

  bool isMeasured() const { return profiled.has_value(); }
  const Profile &profile() const { return profiled->profile(); }
  const CostModel &model() const {
    return profiled ? static_cast<const CostModel &>(*profiled) : roofline;
  }
  /// How many ranks of a threads world compute at the same time on the
  /// profile's machine.
  uint32_t coresForRanks() const;
  /// One step of `plan`, with timelines if asked for. `cores`: that all ranks
  /// share; 0: each has a device of its own.
  Result<runtime::Prediction> predict(const plan::Plan &plan, uint32_t cores,
                                      bool timelines) const;

private:
  explicit Costs(const runtime::Executable &executable)
      : executable(executable), roofline(executable.topology) {}

  const runtime::Executable &executable;
  RooflineCost roofline;
  std::optional<ProfiledCost> profiled;
};

} // namespace hocket::run

#endif // HOCKET_TOOLS_HOCKETRUN_COSTS_H
