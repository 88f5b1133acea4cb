//===- Container.h - Header and checksum of a .hkt file ---------*- C++ -*-===//
//
//   bytes  0..7   magic
//   bytes  8..11  version
//   bytes 12..15  CRC-32 of the payload
//   bytes 16..23  bytes of the payload
//   bytes 24..    the payload, to the end of the file
//
// Numbers are little-endian. The magic is PNG's idea: it breaks if a transfer
// changes line ends or drops the eighth bit.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_RUNTIME_FORMAT_CONTAINER_H
#define HOCKET_RUNTIME_FORMAT_CONTAINER_H

#include "hocket/Support/Result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace hocket::runtime {

/// Raised whenever executable.fbs or the meaning of a field changes.
inline constexpr uint32_t kFormatVersion = 6;
inline constexpr size_t kHeaderBytes = 24;

/// The header for `payload`, and `payload`.
std::string wrapPayload(std::string_view payload);

/// The payload within `bytes`. Errors: CorruptFile.
Result<std::string_view> unwrapPayload(std::string_view bytes);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_FORMAT_CONTAINER_H
