//===- SequenceMethods.h - The built-in sequence methods --------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SEQUENCE_SEQUENCEMETHODS_H
#define HOCKET_LIB_PLAN_SEQUENCE_SEQUENCEMETHODS_H

#include "hocket/Plan/Sequence.h"

namespace hocket::plan {

/// Which tokens of a sequence the places of a ring hold: a run each; a run from
/// the front and one from the back, so that causal work is even; every n-th.
enum class TokenOrder : uint8_t { Contiguous, Zigzag, Striped };

/// A ring of `columns` Ulysses columns; none: Ulysses over all members.
std::unique_ptr<SequenceMethod>
makeRingAttention(TokenOrder order, std::optional<uint32_t> columns);
std::unique_ptr<SequenceMethod> makeGatherAttention();
std::unique_ptr<SequenceMethod> makeTokenRing();

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SEQUENCE_SEQUENCEMETHODS_H
