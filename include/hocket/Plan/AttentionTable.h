//===- AttentionTable.h - What queries attend to ----------------*- C++ -*-===//
//
// The tables of a role (Role::tables), which the attention kernels read:
//
//   header  rows, what to initialise, query heads per key head, head shift
//   row     queries: first token, count    keys: first token, count
//           queries: position, stride      keys: position, stride
//
// Token i of a row's queries is at position + i * stride of its sequence, and
// its keys likewise. Query head h reads key head (h + shift) / group.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PLAN_ATTENTIONTABLE_H
#define HOCKET_PLAN_ATTENTIONTABLE_H

#include "hocket/Plan/Plan.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hocket::plan {

/// Numbers of a table's header and of each of its rows.
inline constexpr size_t kTableHeader = 4, kTableRow = 8;

/// Whether `table` has its header and as many rows as that says, with counts,
/// positions, a shift and what to initialise of at least 0, strides and a group
/// of at least 1.
bool isTable(const std::vector<int32_t> &table);

/// The (query, key) pairs of a table that are visible: all of its rows, or with
/// `causal` those whose key is at no later position than the query. Takes time
/// linear in the rows. isTable(table) holds; saturates at INT64_MAX.
int64_t countPairs(const std::vector<int32_t> &table, bool causal);

} // namespace hocket::plan

#endif // HOCKET_PLAN_ATTENTIONTABLE_H
