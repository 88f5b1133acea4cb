//===- Shares.h - Parts of values that ranks send about ---------*- C++ -*-===//

#ifndef HOCKET_PLAN_SHARES_H
#define HOCKET_PLAN_SHARES_H

#include "hocket/Plan/Plan.h"

#include <utility>

namespace hocket::plan {

/// Whether a value of type `whole` has the heads that `share` names: no heads
/// means all of them; else the value is [tokens, heads, ...] with a constant
/// number of heads.
bool hasHeads(const TensorType &whole, const Share &share);

/// The type of `share` of a value of type `whole`, which has its heads: as many
/// heads as the share names. The tokens are those of the share's owner.
TensorType shareType(const TensorType &whole, const Share &share);

/// The heads that two buffers have, from the first to behind the last one, and
/// the bytes of one head of one token. Both have heads.
std::pair<uint32_t, uint32_t> commonHeads(const Buffer &a, const Buffer &b);
int64_t headBytes(const Buffer &buffer);

/// The coordinate whose tokens `buffer` holds on a rank of coordinate `own`.
uint32_t ownerOf(const Buffer &buffer, uint32_t own);

} // namespace hocket::plan

#endif // HOCKET_PLAN_SHARES_H
