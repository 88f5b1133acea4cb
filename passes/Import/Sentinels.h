//===- Sentinels.h - Sizes that stand for dynamic ones ----------*- C++ -*-===//

#ifndef HOCKET_PASSES_IMPORT_SENTINELS_H
#define HOCKET_PASSES_IMPORT_SENTINELS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace mlir {
class Operation;
class OpBuilder;
} // namespace mlir

namespace hocket {

/// factor * (sentinel + shift)
struct SentinelSize {
  unsigned sentinel;
  int64_t factor;
  int64_t shift;
};

/// Recognizes sentinels in sizes. What is recognized is every multiple of a
/// number close to a sentinel: a model pads, shifts and flattens its tokens.
class Sentinels {
public:
  explicit Sentinels(llvm::ArrayRef<int64_t> values)
      : values(values.begin(), values.end()) {}

  int64_t value(unsigned sentinel) const { return values[sentinel]; }

  std::optional<SentinelSize> match(int64_t size) const;

  /// The sentinel that is exactly `number`, or one more if `orLast`.
  std::optional<SentinelSize> matchExactly(int64_t number, bool orLast) const;

  /// `type` with `?` for the sizes that match; null where there is none, or
  /// where it is not a ranked tensor.
  mlir::RankedTensorType dynamicType(mlir::Type type) const;

private:
  llvm::SmallVector<int64_t> values;
};

/// Computes sizes from the dimensions of arguments, at the beginning of the
/// function (or the isolated op) that needs them. To be given the arguments'
/// types before they become dynamic.
class SizeMaterializer {
public:
  explicit SizeMaterializer(const Sentinels &sentinels)
      : sentinels(sentinels) {}

  /// The value of `size` at `user`; null after an error at `user`, where no
  /// argument has such a size.
  mlir::Value materialize(mlir::Operation *user, SentinelSize size);

  /// Remembers which arguments of the isolated op `scope` have which sizes.
  void recordArguments(mlir::Operation *scope);

private:
  struct Source {
    mlir::BlockArgument argument;
    int64_t dim;
    SentinelSize size;
  };
  using Key = std::pair<mlir::Operation *, unsigned>;

  mlir::Value sentinelAt(mlir::Operation *user, mlir::Operation *scope,
                         unsigned sentinel);

  const Sentinels &sentinels;
  llvm::DenseMap<Key, Source> sources;
  llvm::DenseMap<Key, mlir::Value> values;
  /// By scope, sentinel, factor and shift.
  llvm::DenseMap<std::tuple<mlir::Operation *, unsigned, int64_t, int64_t>,
                 mlir::Value>
      sizes;
};

} // namespace hocket

#endif // HOCKET_PASSES_IMPORT_SENTINELS_H
