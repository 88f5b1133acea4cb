//===- PackedProduct.cpp - Matrix products on AVX-512 ---------------------===//
//
// A tile of C stays in 24 vector registers while it is summed over a stretch of
// K. What it needs of B has been packed, so that it streams from the second
// level of the cache; rows of A are read where they lie, columns (a transposed
// A) are packed.
//
//===----------------------------------------------------------------------===//

#include "PackedProduct.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

using namespace hocket;

#if defined(__x86_64__)
#define HOCKET_AVX512 __attribute__((target("avx512f")))

namespace {

constexpr int64_t kLanes = 16, kVectors = 4;
constexpr int64_t kTileRows = 6, kTileColumns = kVectors * kLanes;
// 1 MiB of B. Panels of A have a cache line to spare, lest all lie in one set.
constexpr int64_t kDepth = 512, kColumns = 512;
constexpr int64_t kLeftPanel = kDepth * kTileRows + kLanes;
// Of a transposed A: whole cache lines of its rows and whole tiles.
constexpr int64_t kRows = 96, kBlocks = 22;
constexpr int64_t kAhead = 8;

typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));
typedef float Unaligned
    __attribute__((vector_size(kLanes * sizeof(float)), aligned(4)));

struct alignas(64) Packed {
  float right[kDepth * kColumns];
  float left[kLeftPanel * (kRows / kTileRows) * kBlocks];
};

Packed &packed() {
  // Large, and a thread that multiplies nothing needs none.
  thread_local std::unique_ptr<Packed> memory(new Packed);
  return *memory;
}

HOCKET_AVX512 inline Vector load(const float *from) {
  return *reinterpret_cast<const Unaligned *>(from);
}

HOCKET_AVX512 inline void store(float *to, Vector value) {
  *reinterpret_cast<Unaligned *>(to) = value;
}

/// C (+)= A B for a whole tile; element (row, k) of A lies at
/// row * rowStride + k * depthStride.
HOCKET_AVX512 void multiplyTile(int64_t depth, const float *a,
                                int64_t rowStride, int64_t depthStride,
                                const float *b, bool add, float *c,
                                int64_t ldc) {
  for (int64_t row = 0; row < kTileRows; ++row)
    for (int64_t v = 0; v < kVectors; ++v)
      __builtin_prefetch(c + row * ldc + v * kLanes, 1);
  Vector sums[kTileRows][kVectors] = {};
  for (int64_t k = 0; k < depth; ++k) {
    Vector right[kVectors];
    for (int64_t v = 0; v < kVectors; ++v)
      right[v] = load(b + v * kLanes);
    for (int64_t row = 0; row < kTileRows; ++row) {
      Vector left = Vector{} + a[row * rowStride];
      for (int64_t v = 0; v < kVectors; ++v)
        sums[row][v] += left * right[v];
    }
    a += depthStride;
    b += kTileColumns;
  }
  for (int64_t row = 0; row < kTileRows; ++row)
    for (int64_t v = 0; v < kVectors; ++v) {
      float *at = c + row * ldc + v * kLanes;
      store(at, add ? sums[row][v] + load(at) : sums[row][v]);
    }
}

/// The transpose of a square: four times, its halves interleaved.
HOCKET_AVX512 inline void transpose(Vector (&square)[kLanes]) {
  for (int round = 0; round < 4; ++round) {
    Vector next[kLanes];
    for (int i = 0; i < kLanes / 2; ++i) {
      Vector low = square[i], high = square[i + kLanes / 2];
      next[2 * i] = __builtin_shufflevector(low, high, 0, 16, 1, 17, 2, 18, 3,
                                            19, 4, 20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] =
          __builtin_shufflevector(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12,
                                  28, 13, 29, 14, 30, 15, 31);
    }
    for (int i = 0; i < kLanes; ++i)
      square[i] = next[i];
  }
}

/// Panels of a tile's width, `panel` elements apart: of each,
/// packed[k * width + i] = from[k * stride + i], and zeros behind `count`.
template <int64_t width>
void packRows(const float *from, int64_t stride, int64_t depth, int64_t count,
              float *packed, int64_t panel) {
  for (int64_t k = 0; k < depth; ++k) {
    const float *row = from + k * stride;
    float *to = packed + k * width;
    // Rows are pages apart, where the processor does not look ahead.
    if (k + kAhead < depth)
      for (int64_t i = 0; i < count; i += kLanes)
        __builtin_prefetch(row + kAhead * stride + i);
    int64_t i = 0;
    for (; i + width <= count; i += width, to += panel)
      std::memcpy(to, row + i, width * sizeof(float));
    if (i < count) {
      std::copy_n(row + i, count - i, to);
      std::fill(to + (count - i), to + width, 0.0f);
    }
  }
}

/// As packRows of the transpose: packed[k * width + i] = from[i * stride + k].
HOCKET_AVX512 void packColumns(const float *from, int64_t stride, int64_t depth,
                               int64_t count, float *packed) {
  for (int64_t first = 0; first < count; first += kTileColumns)
    for (int64_t part = 0; part < kTileColumns; part += kLanes) {
      const float *rows = from + (first + part) * stride;
      int64_t used = std::clamp<int64_t>(count - first - part, 0, kLanes);
      float *panel = packed + first * depth + part;
      int64_t k = 0;
      if (used == kLanes)
        for (; k + kLanes <= depth; k += kLanes) {
          Vector square[kLanes];
          for (int64_t i = 0; i < kLanes; ++i)
            square[i] = load(rows + i * stride + k);
          transpose(square);
          for (int64_t i = 0; i < kLanes; ++i)
            store(panel + (k + i) * kTileColumns, square[i]);
        }
      for (; k < depth; ++k)
        for (int64_t i = 0; i < kLanes; ++i)
          panel[k * kTileColumns + i] = i < used ? rows[i * stride + k] : 0.0f;
    }
}

/// What tiles share: a stretch of K and of the columns, packed.
struct Stretch {
  int64_t depth, columns;
  const float *right;
  bool add;
  int64_t ldc;
};

void multiplyRows(const Stretch &stretch, int64_t rows, const float *a,
                  int64_t rowStride, int64_t depthStride, float *c) {
  for (int64_t column = 0; column < stretch.columns; column += kTileColumns) {
    int64_t columns = std::min(kTileColumns, stretch.columns - column);
    const float *right = stretch.right + column * stretch.depth;
    float *out = c + column;
    if (rows == kTileRows && columns == kTileColumns) {
      multiplyTile(stretch.depth, a, rowStride, depthStride, right, stretch.add,
                   out, stretch.ldc);
      continue;
    }
    alignas(64) float tile[kTileRows * kTileColumns];
    multiplyTile(stretch.depth, a, rowStride, depthStride, right, false, tile,
                 kTileColumns);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j) {
        float sum = tile[i * kTileColumns + j];
        float &at = out[i * stretch.ldc + j];
        at = stretch.add ? at + sum : sum;
      }
  }
}

/// For all rows of a transposed A: packed with the first columns of C and,
/// where there are more, kept for these.
void multiplyPacked(const Stretch &stretch, int64_t m, const float *a,
                    int64_t lda, bool isFirst, bool isKept, float *left,
                    float *c) {
  for (int64_t block = 0; block < m; block += kRows) {
    float *panel =
        left + (isKept ? block / kTileRows * kLeftPanel : int64_t(0));
    int64_t end = std::min(m, block + kRows);
    if (isFirst)
      packRows<kTileRows>(a + block, lda, stretch.depth, end - block, panel,
                          kLeftPanel);
    for (int64_t row = block; row < end; row += kTileRows, panel += kLeftPanel)
      multiplyRows(stretch, std::min(kTileRows, end - row), panel, 1, kTileRows,
                   c + row * stretch.ldc);
  }
}

/// For all rows of an A that is not.
void multiplyInPlace(const Stretch &stretch, int64_t m, const float *a,
                     int64_t lda, float *spare, float *c) {
  int64_t row = 0;
  for (; row + kTileRows <= m; row += kTileRows)
    multiplyRows(stretch, kTileRows, a + row * lda, lda, 1,
                 c + row * stretch.ldc);
  if (row == m)
    return;
  // A tile would read rows that A does not have.
  std::fill_n(spare, kTileRows * stretch.depth, 0.0f);
  for (int64_t i = 0; i < m - row; ++i)
    std::copy_n(a + (row + i) * lda, stretch.depth, spare + i * stretch.depth);
  multiplyRows(stretch, m - row, spare, stretch.depth, 1,
               c + row * stretch.ldc);
}

} // namespace

bool runtime::hasPackedProduct() {
  static const bool has = __builtin_cpu_supports("avx512f");
  return has;
}

void runtime::packedProduct(bool transA, bool transB, int64_t m, int64_t n,
                            int64_t k, const float *a, int64_t lda,
                            const float *b, int64_t ldb, bool add, float *c,
                            int64_t ldc) {
  constexpr int64_t most = kRows * kBlocks;
  if (transA && m > most) {
    packedProduct(transA, transB, most, n, k, a, lda, b, ldb, add, c, ldc);
    return packedProduct(transA, transB, m - most, n, k, a + most, lda, b, ldb,
                         add, c + most * ldc, ldc);
  }
  Packed &memory = packed();
  for (int64_t first = 0; first < k; first += kDepth) {
    int64_t depth = std::min(kDepth, k - first);
    for (int64_t column = 0; column < n; column += kColumns) {
      Stretch stretch = {depth, std::min(kColumns, n - column), memory.right,
                         add || first > 0, ldc};
      if (transB)
        packColumns(b + column * ldb + first, ldb, depth, stretch.columns,
                    memory.right);
      else
        packRows<kTileColumns>(b + first * ldb + column, ldb, depth,
                               stretch.columns, memory.right,
                               depth * kTileColumns);
      if (transA)
        multiplyPacked(stretch, m, a + first * lda, lda, column == 0,
                       n > kColumns, memory.left, c + column);
      else
        multiplyInPlace(stretch, m, a + first, lda, memory.left, c + column);
    }
  }
}

#else

bool runtime::hasPackedProduct() { return false; }

void runtime::packedProduct(bool, bool, int64_t, int64_t, int64_t,
                            const float *, int64_t, const float *, int64_t,
                            bool, float *, int64_t) {}

#endif
