//===- Arena.cpp - The memory of a rank -----------------------------------===//

#include "hocket/Runtime/Arena.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::runtime;

Arena::Arena(Arena &&other) noexcept
    : device(other.device), memory(std::exchange(other.memory, nullptr)),
      size(std::exchange(other.size, -1)), host(std::move(other.host)),
      hostSize(std::exchange(other.hostSize, 0)),
      pieces(std::move(other.pieces)) {}

Arena::~Arena() {
  if (size >= 0)
    device->release(memory, size);
}

std::vector<Arena::Piece> Arena::piecesOf(const Role &role) {
  std::vector<Piece> pieces;
  for (const Buffer &buffer : role.buffers)
    if (buffer.microbatch < 0)
      pieces.push_back({buffer.binding.slot, buffer.binding.index,
                        buffer.offset, buffer.bytes});
  return pieces;
}

const Arena::Piece *Arena::find(const Piece &piece) const {
  for (const Piece &held : pieces)
    if (held.slot == piece.slot && held.index == piece.index &&
        held.bytes == piece.bytes)
      return &held;
  return nullptr;
}

void Arena::Free::operator()(std::byte *data) const { std::free(data); }

Result<void> Arena::fitHost(int64_t bytes) {
  if (!device->hasMemory() || bytes <= hostSize)
    return {};
  int64_t rounded = aligned(bytes);
  auto *data = static_cast<std::byte *>(
      std::aligned_alloc(size_t(kArenaAlignment), size_t(rounded)));
  if (!data)
    return Error(ErrorCode::Runtime,
                 "no memory for the " + std::to_string(bytes) +
                     " bytes of activations that wait on the host",
                 {"offload fewer of them"});
  host.reset(data);
  hostSize = rounded;
  return {};
}

Result<void> Arena::fit(const Role &role) {
  if (Result<void> fits = fitHost(role.hostBytes); !fits)
    return fits;
  // Devices without memory have nothing to keep.
  std::vector<Piece> wanted;
  if (device->hasMemory())
    wanted = piecesOf(role);
  bool isNew = size < 0;
  if (!isNew && wanted == pieces && role.arenaBytes <= size)
    return {};
  for (const Piece &piece : wanted)
    if (bool isTrained =
            piece.slot == Slot::Parameter || piece.slot == Slot::State;
        !isNew && isTrained && !find(piece))
      return Error(ErrorCode::Runtime,
                   "role '" + role.name +
                       "' of the new plan holds a parameter or an optimizer "
                       "state that the rank did not have",
                   {"plans can take each other's place where their ranks hold "
                    "the same stages"});
  int64_t needed = std::max(role.arenaBytes, size);
  Result<std::byte *> allocated = device->allocate(needed);
  if (!allocated)
    return allocated.error();
  for (const Piece &piece : wanted)
    if (const Piece *held = find(piece))
      if (Result<void> copied = device->copy(
              *allocated + piece.offset, memory + held->offset, piece.bytes);
          !copied) {
        device->release(*allocated, needed);
        return copied;
      }
  if (!isNew)
    device->release(memory, size);
  memory = *allocated;
  size = needed;
  pieces = std::move(wanted);
  return {};
}
