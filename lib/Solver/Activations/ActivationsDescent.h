//===- ActivationsDescent.h - Better choices, one layer at a time -*- C++
//-*-===//

#ifndef HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSDESCENT_H
#define HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSDESCENT_H

#include "ActivationsModel.h"

#include <optional>

namespace hocket::activations {

/// Whether the host has room and no task waits that must not.
bool fitsButForDevice(const ActivationsProblem &problem,
                      const ActivationsSolution &solution);

/// Gives one layer after the other another option, or two of them one that
/// differs little, as long as that makes the step shorter. What does not fit is
/// made to fit first, if such changes can. None where they cannot.
std::optional<ActivationsSolution>
descend(const Model &model, std::vector<ActivationChoice> choices,
        Budget &budget);

} // namespace hocket::activations

#endif // HOCKET_LIB_SOLVER_ACTIVATIONS_ACTIVATIONSDESCENT_H
