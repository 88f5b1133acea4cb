//===- Container.cpp - Header and checksum of a .hkt file -----------------===//

#include "Container.h"

#include <algorithm>

#include <zlib.h>

using namespace hocket;
using namespace hocket::runtime;

static constexpr std::string_view kMagic("\x89HKT\r\n\x1a\n", 8);

static void putNumber(std::string &out, uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    out.push_back(char(value >> (8 * i)));
}

static uint64_t getNumber(std::string_view in, size_t offset, unsigned bytes) {
  uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= uint64_t(uint8_t(in[offset + i])) << (8 * i);
  return value;
}

static uint32_t checksum(std::string_view payload) {
  uLong sum = crc32_z(0, nullptr, 0);
  return uint32_t(crc32_z(sum, reinterpret_cast<const Bytef *>(payload.data()),
                          payload.size()));
}

std::string runtime::wrapPayload(std::string_view payload) {
  std::string file;
  file.reserve(kHeaderBytes + payload.size());
  file += kMagic;
  putNumber(file, kFormatVersion, 4);
  putNumber(file, checksum(payload), 4);
  putNumber(file, payload.size(), 8);
  file += payload;
  return file;
}

Result<std::string_view> runtime::unwrapPayload(std::string_view bytes) {
  auto fail = [](std::string message, std::vector<std::string> notes = {}) {
    return Error(ErrorCode::CorruptFile, std::move(message), std::move(notes));
  };
  std::string_view start = bytes.substr(0, kMagic.size());
  if (start != kMagic.substr(0, start.size()))
    return fail("not a Hocket executable: it does not start as a .hkt file");
  auto truncated = [&](uint64_t expected) {
    return fail("the executable is truncated: it has " +
                std::to_string(bytes.size()) + " bytes of " +
                std::to_string(expected));
  };
  if (bytes.size() < kHeaderBytes)
    return truncated(kHeaderBytes);
  uint64_t version = getNumber(bytes, 8, 4);
  if (version != kFormatVersion)
    return fail("the executable is of format version " +
                    std::to_string(version) + " and this program reads " +
                    "version " + std::to_string(kFormatVersion),
                {"compile the model again with the hocket-compile of this "
                 "version"});
  uint64_t size = getNumber(bytes, 16, 8);
  uint64_t present = bytes.size() - kHeaderBytes;
  if (size > present)
    return truncated(size + kHeaderBytes);
  if (size < present)
    return fail("the executable has " + std::to_string(present - size) +
                " bytes after its end");
  std::string_view payload = bytes.substr(kHeaderBytes);
  if (getNumber(bytes, 12, 4) != checksum(payload))
    return fail("the executable is damaged: its checksum does not match");
  return payload;
}
