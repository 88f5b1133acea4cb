//===- PackingLayout.h - Groups on devices ----------------------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PACKING_PACKINGLAYOUT_H
#define HOCKET_LIB_SOLVER_PACKING_PACKINGLAYOUT_H

#include "PackingSearch.h"

namespace hocket::packing {

/// The solution of a packing with barriers: groups get their devices, the
/// largest first within a microbatch.
PackingSolution toSolution(const Model &model, const Packing &packing);

} // namespace hocket::packing

#endif // HOCKET_LIB_SOLVER_PACKING_PACKINGLAYOUT_H
