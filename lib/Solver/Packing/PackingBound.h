//===- PackingBound.h - What no packing is faster than ----------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_PACKING_PACKINGBOUND_H
#define HOCKET_LIB_SOLVER_PACKING_PACKINGBOUND_H

#include "PackingModel.h"

namespace hocket::packing {

/// Every solution has at least so many microbatches: the devices' memory holds
/// so many tokens at a time.
int64_t fewestMicrobatches(const Model &model);

/// By the work of all items alone. All items have a shape.
int64_t areaBound(const Model &model);

/// At least areaBound(), and more where long items make the microbatches
/// unequal (PackingRefuter.cpp proves it). Nothing above `enough`, a known
/// value, is sought.
int64_t lowerBound(const Model &model, int64_t enough, Budget &budget);

} // namespace hocket::packing

#endif // HOCKET_LIB_SOLVER_PACKING_PACKINGBOUND_H
