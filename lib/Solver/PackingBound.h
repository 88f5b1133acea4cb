//===- PackingBound.h - What no packing is faster than ----------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PACKINGBOUND_H
#define HOCKET_LIB_SOLVER_PACKINGBOUND_H

#include "PackingModel.h"

namespace hocket::packing {

/// Every solution has at least so many microbatches: the devices' memory holds
/// so many tokens at a time.
int64_t fewestMicrobatches(const Model &model);

/// All items have a shape.
int64_t lowerBound(const Model &model);

} // namespace hocket::packing

#endif // HOCKET_LIB_SOLVER_PACKINGBOUND_H
