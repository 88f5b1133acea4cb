//===- AttentionTable.cpp - What queries attend to ------------------------===//

#include "hocket/Plan/AttentionTable.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// Tokens of one side of a row.
struct Tokens {
  int64_t count, position, stride;
};

/// The sum of (offset + i * step) / divisor, rounded down, over i from 0 to
/// count - 1: Euclid's algorithm on the lattice points below a line. No number
/// is negative, the divisor not 0.
int64_t sumOfQuotients(int64_t count, int64_t step, int64_t offset,
                       int64_t divisor) {
  int64_t sum = 0;
  while (count > 0) {
    sum += (step / divisor) * (count * (count - 1) / 2) +
           (offset / divisor) * count;
    step %= divisor;
    offset %= divisor;
    // What is left stays below `height`; count it column by column.
    int64_t top = step * count + offset;
    count = top / divisor;
    offset = top % divisor;
    std::swap(step, divisor);
  }
  return sum;
}

/// The least i with offset + i * step >= value.
int64_t firstAtLeast(int64_t value, int64_t offset, int64_t step) {
  return value <= offset ? 0 : (value - offset + step - 1) / step;
}

/// Query i sees the keys j with keys.position + j * keys.stride <= its own.
int64_t countCausal(const Tokens &queries, const Tokens &keys) {
  int64_t ahead = queries.position - keys.position;
  int64_t some =
      std::min(queries.count, firstAtLeast(0, ahead, queries.stride));
  int64_t all = std::clamp(
      firstAtLeast((keys.count - 1) * keys.stride, ahead, queries.stride), some,
      queries.count);
  return (queries.count - all) * keys.count + (all - some) +
         sumOfQuotients(all - some, queries.stride,
                        ahead + some * queries.stride, keys.stride);
}

} // namespace

bool plan::isTable(const std::vector<int32_t> &table) {
  if (table.size() < kTableHeader || table[0] < 0 || table[1] < 0 ||
      table[2] < 1 || table[3] < 0 ||
      table.size() - kTableHeader != size_t(table[0]) * kTableRow)
    return false;
  for (size_t row = kTableHeader; row < table.size(); row += kTableRow) {
    auto first = table.begin() + ptrdiff_t(row);
    if (std::any_of(first, first + kTableRow,
                    [](int32_t number) { return number < 0; }) ||
        first[5] < 1 || first[7] < 1)
      return false;
  }
  return true;
}

int64_t plan::countPairs(const std::vector<int32_t> &table, bool causal) {
  int64_t sum = 0;
  for (size_t row = kTableHeader; row + kTableRow <= table.size();
       row += kTableRow) {
    const int32_t *numbers = table.data() + row;
    Tokens queries = {numbers[1], numbers[4], numbers[5]};
    Tokens keys = {numbers[3], numbers[6], numbers[7]};
    if (queries.count == 0 || keys.count == 0)
      continue;
    int64_t pairs =
        causal ? countCausal(queries, keys) : queries.count * keys.count;
    if (__builtin_add_overflow(sum, pairs, &sum))
      return INT64_MAX;
  }
  return sum;
}
