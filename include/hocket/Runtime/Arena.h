//===- Arena.h - The memory of a rank ---------------------------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_ARENA_H
#define HOCKET_RUNTIME_ARENA_H

#include "hocket/Plan/Plan.h"
#include "hocket/Runtime/Device.h"

#include <memory>
#include <vector>

namespace hocket::runtime {

/// What a rank's buffers lie in, for one plan after another. Parameters,
/// optimizer states and all else that lives through a step stays when the plan
/// changes.
class Arena {
public:
  /// The device must outlive the arena.
  explicit Arena(Device &device) : device(&device) {}
  Arena(Arena &&other) noexcept;
  Arena &operator=(Arena &&) = delete;
  ~Arena();

  /// Makes room for the buffers of `role`, at their offsets. Memory is zeroed
  /// where it is new. It is replaced by other memory only where there is too
  /// little, or where what stays has another place: then what the old role and
  /// the new one both hold is copied. Not while the rank runs. Errors: Runtime
  /// where there is no memory, and where a parameter or an optimizer state of
  /// the new role is not among those of the old one; the arena is as it was
  /// then.
  Result<void> fit(const plan::Role &role);

  /// Null where the device has no memory.
  std::byte *data() const { return memory; }
  /// Memory of the host for Role::hostBytes, 64-byte aligned; nothing in it
  /// stays from one step to the next. Null where the device has no memory.
  std::byte *hostData() const { return host.get(); }
  int64_t bytes() const { return size; }

private:
  /// A buffer that lives through the step.
  struct Piece {
    plan::Slot slot;
    uint32_t index;
    int64_t offset, bytes;
    bool operator==(const Piece &) const = default;
  };
  struct Free {
    void operator()(std::byte *data) const;
  };
  Result<void> fitHost(int64_t bytes);
  static std::vector<Piece> piecesOf(const plan::Role &role);
  const Piece *find(const Piece &piece) const;

  Device *device;
  std::byte *memory = nullptr;
  int64_t size = -1; // nothing is allocated yet
  std::unique_ptr<std::byte, Free> host;
  int64_t hostSize = 0;
  std::vector<Piece> pieces;
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_ARENA_H
