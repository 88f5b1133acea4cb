//===- Decode.h - What a .hkt file says -------------------------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_FORMAT_DECODE_H
#define HOCKET_RUNTIME_FORMAT_DECODE_H

#include "hocket/Runtime/Executable.h"

#include <string_view>

namespace hocket::runtime {

/// deserialize() without the invariants of the plan: its indices are those that
/// the decoder needs or gives, and may make no sense beyond that. Errors:
/// CorruptFile.
Result<Executable> decode(std::string_view bytes);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_FORMAT_DECODE_H
