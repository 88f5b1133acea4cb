//===- TensorType.h - Tensor types with symbolic extents --------*- C++ -*-===//
//
// A kernel is compiled once and runs on microbatches of every size, so shapes
// are polynomials in the kernel's symbols. The kernels of a stage have two
// symbols: T, the tokens of the microbatch, and S, the length of its
// `cu_seqlens` (sequences + 1). An update kernel has one: the number of
// elements of the parameter that it updates. The kernels of a distributed
// attention have five: the tokens of the query and of the keys (in the places
// of T and S), the heads of both (H and K), and the numbers of their table (N).
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SUPPORT_TENSORTYPE_H
#define HOCKET_SUPPORT_TENSORTYPE_H

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace hocket {

inline constexpr unsigned kNumSymbols = 5;
/// The values of the symbols of one kernel call: {T, S} or {elements, 0}.
using Symbols = std::array<int64_t, kNumSymbols>;

/// A polynomial in the symbols with integer coefficients: a number of elements,
/// bytes or floating-point operations. The empty sum is 0.
struct SizeExpr {
  struct Term {
    int64_t coefficient = 0;
    std::array<uint8_t, kNumSymbols> power = {};
    bool operator==(const Term &) const = default;
  };
  /// Sorted by power, no zero coefficients, no power twice.
  std::vector<Term> terms;

  static SizeExpr constant(int64_t value);
  static SizeExpr symbol(unsigned index);

  /// The value at `symbols`; saturates at INT64_MAX instead of overflowing.
  int64_t evaluate(const Symbols &symbols) const;
  bool isConstant() const;
  /// Readable form, for example "64*T + 4".
  std::string str() const;

  SizeExpr operator+(const SizeExpr &other) const;
  SizeExpr operator*(const SizeExpr &other) const;
  bool operator==(const SizeExpr &) const = default;
};

enum class ElementType : uint8_t { F32, F64, F16, BF16, I1, I8, I32, I64 };

/// Bytes that one element takes in memory (I1 takes one byte).
int64_t byteWidth(ElementType type);
/// The name that MLIR uses: "f32", "i1".
const char *name(ElementType type);

/// A dense row-major tensor.
struct TensorType {
  ElementType element = ElementType::F32;
  std::vector<SizeExpr> shape;

  SizeExpr elements() const;
  SizeExpr bytes() const;
  /// Readable form, for example "T x 64 x f32".
  std::string str() const;
  bool operator==(const TensorType &) const = default;
};

} // namespace hocket

#endif // HOCKET_SUPPORT_TENSORTYPE_H
