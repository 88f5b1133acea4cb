//===- Segments.h - What segments of a stage pass on ------------*- C++ -*-===//

#ifndef HOCKET_DIALECTS_SEGMENTS_H
#define HOCKET_DIALECTS_SEGMENTS_H

#include "llvm/ADT/StringRef.h"

namespace hocket {

/// On inputs, outputs and attended arguments of a stage function that is one of
/// several segments: a unit attribute where no gradient passes through.
inline constexpr llvm::StringLiteral kDetachedAttr = "hocket.detached";

} // namespace hocket

#endif // HOCKET_DIALECTS_SEGMENTS_H
