//===- AttentionTables.cpp - Parts of attention in tests ------------------===//

#include "AttentionTables.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace hocket;
using namespace hocket::test;

std::vector<int32_t> Table::numbers() const {
  std::vector<int32_t> numbers = {int32_t(rows.size()), initialize, group,
                                  shift};
  for (const TableRow &row : rows)
    numbers.insert(numbers.end(),
                   {row.queryBegin, row.queryCount, row.keyBegin, row.keyCount,
                    row.queryPosition, row.queryStride, row.keyPosition,
                    row.keyStride});
  return numbers;
}

bool PartReference::sees(const TableRow &row, int64_t i, int64_t j) const {
  return !causal || row.keyPosition + j * row.keyStride <=
                        row.queryPosition + i * row.queryStride;
}

double PartReference::score(int64_t query, int64_t key, int64_t h,
                            int64_t kh) const {
  double sum = 0;
  for (int64_t e = 0; e < sizes.size; ++e)
    sum += q[queryAt(query, h) + e] * k[keyAt(key, kh) + e];
  return sum * scale;
}

void PartReference::forward(const Table &table, Numbers &output,
                            Numbers &lse) const {
  if (table.initialize) {
    std::fill(output.begin(), output.end(), 0);
    std::fill(lse.begin(), lse.end(), -std::numeric_limits<double>::infinity());
  }
  for (const TableRow &row : table.rows)
    for (int64_t h = 0; h < sizes.heads; ++h)
      for (int64_t i = 0; i < row.queryCount; ++i) {
        int64_t query = row.queryBegin + i,
                kh = (h + table.shift) / table.group;
        // One key after the other, each merged by the rule of the op.
        double &running = lse[query * sizes.heads + h];
        for (int64_t j = 0; j < row.keyCount; ++j) {
          if (!sees(row, i, j))
            continue;
          int64_t key = row.keyBegin + j;
          double s = score(query, key, h, kh), top = std::max(running, s);
          double next =
              top + std::log(std::exp(running - top) + std::exp(s - top));
          for (int64_t e = 0; e < sizes.size; ++e) {
            double &o = output[queryAt(query, h) + e];
            o = std::exp(running - next) * o +
                std::exp(s - next) * v[keyAt(key, kh) + e];
          }
          running = next;
        }
      }
}

PartReference::Numbers PartReference::delta(const Numbers &output,
                                            const Numbers &dout) const {
  Numbers sums(size_t(sizes.queries * sizes.heads));
  for (size_t i = 0; i < output.size(); ++i)
    sums[i / size_t(sizes.size)] += output[i] * dout[i];
  return sums;
}

void PartReference::backward(const Table &table, const Numbers &lse,
                             const Numbers &dout, const Numbers &delta,
                             Numbers &dq, Numbers &dk, Numbers &dv) const {
  if (table.initialize & 1)
    std::fill(dq.begin(), dq.end(), 0);
  if (table.initialize & 2) {
    std::fill(dk.begin(), dk.end(), 0);
    std::fill(dv.begin(), dv.end(), 0);
  }
  for (const TableRow &row : table.rows)
    for (int64_t h = 0; h < sizes.heads; ++h)
      for (int64_t i = 0; i < row.queryCount; ++i)
        for (int64_t j = 0; j < row.keyCount; ++j) {
          if (!sees(row, i, j))
            continue;
          int64_t query = row.queryBegin + i, key = row.keyBegin + j;
          int64_t kh = (h + table.shift) / table.group;
          size_t number = size_t(query * sizes.heads + h);
          double p = std::exp(score(query, key, h, kh) - lse[number]), dp = 0;
          for (int64_t e = 0; e < sizes.size; ++e) {
            double gradient = dout[queryAt(query, h) + e];
            dp += gradient * v[keyAt(key, kh) + e];
            dv[keyAt(key, kh) + e] += p * gradient;
          }
          double ds = p * (dp - delta[number]) * scale;
          for (int64_t e = 0; e < sizes.size; ++e) {
            dq[queryAt(query, h) + e] += ds * k[keyAt(key, kh) + e];
            dk[keyAt(key, kh) + e] += ds * q[queryAt(query, h) + e];
          }
        }
}

std::vector<Chunk> test::chunksOf(const std::vector<int32_t> &lengths,
                                  Layout layout, int64_t rank, int64_t ranks) {
  std::vector<Chunk> chunks;
  for (int64_t sequence = 0; sequence < int64_t(lengths.size()); ++sequence) {
    int64_t length = lengths[size_t(sequence)];
    // Piece `which` of `pieces`, as equal as can be.
    auto piece = [&](int64_t which, int64_t pieces) {
      int64_t begin = length * which / pieces;
      int64_t end = length * (which + 1) / pieces;
      chunks.push_back({sequence, begin, end - begin, 1});
    };
    if (layout == Layout::Contiguous) {
      piece(rank, ranks);
    } else if (layout == Layout::Zigzag) {
      piece(rank, 2 * ranks);
      piece(2 * ranks - 1 - rank, 2 * ranks);
    } else {
      int64_t count = std::max<int64_t>(0, (length - rank + ranks - 1) / ranks);
      chunks.push_back({sequence, rank, count, ranks});
    }
  }
  return chunks;
}

std::vector<int64_t> test::tokensOf(const std::vector<int32_t> &lengths,
                                    const std::vector<Chunk> &chunks) {
  std::vector<int64_t> begins = {0}, tokens;
  for (int32_t length : lengths)
    begins.push_back(begins.back() + length);
  for (const Chunk &chunk : chunks)
    for (int64_t i = 0; i < chunk.count; ++i)
      tokens.push_back(begins[size_t(chunk.sequence)] + chunk.first +
                       i * chunk.stride);
  return tokens;
}

std::vector<TableRow> test::pairsOf(const std::vector<Chunk> &queries,
                                    const std::vector<Chunk> &keys) {
  std::vector<TableRow> rows;
  int32_t queryBegin = 0;
  for (const Chunk &query : queries) {
    int32_t keyBegin = 0;
    for (const Chunk &key : keys) {
      if (query.sequence == key.sequence)
        rows.push_back({queryBegin, int32_t(query.count), keyBegin,
                        int32_t(key.count), int32_t(query.first),
                        int32_t(query.stride), int32_t(key.first),
                        int32_t(key.stride)});
      keyBegin += int32_t(key.count);
    }
    queryBegin += int32_t(query.count);
  }
  return rows;
}
