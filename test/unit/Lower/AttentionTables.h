//===- AttentionTables.h - Parts of attention in tests ----------*- C++ -*-===//
//
// Tables of hocket.attention_part, what they mean in double precision, and how
// sequences are spread over ranks.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_TEST_UNIT_LOWER_ATTENTIONTABLES_H
#define HOCKET_TEST_UNIT_LOWER_ATTENTIONTABLES_H

#include <cstdint>
#include <string>
#include <vector>

namespace hocket::test {

struct TableRow {
  int32_t queryBegin, queryCount, keyBegin, keyCount;
  int32_t queryPosition = 0, queryStride = 1, keyPosition = 0, keyStride = 1;
};

struct Table {
  int32_t initialize = 0, group = 1, shift = 0;
  std::vector<TableRow> rows;
  std::vector<int32_t> numbers() const;
};

/// [queries, heads, size], and [keys, keyHeads, size].
struct PartSizes {
  int64_t queries, keys, heads, keyHeads, size;
};

/// What the ops do, from their definition.
class PartReference {
public:
  using Numbers = std::vector<double>;
  PartReference(const PartSizes &sizes, float scale, bool causal,
                const std::vector<float> &q, const std::vector<float> &k,
                const std::vector<float> &v)
      : sizes(sizes), scale(scale), causal(causal), q(q.begin(), q.end()),
        k(k.begin(), k.end()), v(v.begin(), v.end()) {}

  void forward(const Table &table, Numbers &output, Numbers &lse) const;
  void backward(const Table &table, const Numbers &lse, const Numbers &dout,
                const Numbers &delta, Numbers &dq, Numbers &dk,
                Numbers &dv) const;
  Numbers delta(const Numbers &output, const Numbers &dout) const;

private:
  bool sees(const TableRow &row, int64_t i, int64_t j) const;
  double score(int64_t query, int64_t key, int64_t h, int64_t kh) const;
  size_t queryAt(int64_t query, int64_t h) const {
    return size_t((query * sizes.heads + h) * sizes.size);
  }
  size_t keyAt(int64_t key, int64_t kh) const {
    return size_t((key * sizes.keyHeads + kh) * sizes.size);
  }

  PartSizes sizes;
  double scale;
  bool causal;
  Numbers q, k, v;
};

/// Tokens first, first + stride, ... of a sequence.
struct Chunk {
  int64_t sequence, first, count, stride;
};
enum class Layout { Contiguous, Zigzag, Striped };

/// The chunks of a rank, in the order in which it holds them.
std::vector<Chunk> chunksOf(const std::vector<int32_t> &lengths, Layout layout,
                            int64_t rank, int64_t ranks);
/// The positions of a rank's tokens in the packed sequences.
std::vector<int64_t> tokensOf(const std::vector<int32_t> &lengths,
                              const std::vector<Chunk> &chunks);
/// All pairs of a chunk of queries and a chunk of keys of one sequence.
std::vector<TableRow> pairsOf(const std::vector<Chunk> &queries,
                              const std::vector<Chunk> &keys);

} // namespace hocket::test

#endif // HOCKET_TEST_UNIT_LOWER_ATTENTIONTABLES_H
