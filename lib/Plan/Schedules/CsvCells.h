//===- CsvCells.h - The cells of a pipelining CSV ---------------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_SCHEDULES_CSVCELLS_H
#define HOCKET_LIB_PLAN_SCHEDULES_CSVCELLS_H

#include "hocket/Plan/Timeline.h"

#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace hocket::plan {

/// What an action of a cell does.
enum class CsvAction : uint8_t {
  Task,
  SendForward,
  ReceiveForward,
  SendBackward,
  ReceiveBackward,
  Unshard,
  Reshard,
  ReduceGradient,
};

/// An action and where it stands: line and column, both from 1.
struct CsvCell {
  CsvAction action = CsvAction::Task;
  ScheduledTask task; // without a kind, unless it is a Task
  uint32_t rank = 0;
  uint32_t column = 0;
  std::string text;
};

/// The actions of one cell, which has neither spaces around it nor commas in
/// it: several where they overlap, none where it is empty. `rank` and `column`
/// are those of the results. Errors: InvalidArgument, without the place.
Result<std::vector<CsvCell>> parseCsvCell(std::string_view text, uint32_t rank,
                                          uint32_t column);

/// A whole file.
struct CsvTable {
  using Key = std::tuple<uint32_t, uint32_t, TaskKind>; // stage, microbatch

  std::string fileName;
  std::vector<std::vector<CsvCell>> rows; // by rank, without empty cells
  std::map<Key, const CsvCell *> tasks;
  TaskOrders orders;

  std::string place(uint32_t rank, uint32_t column) const {
    return fileName + ":" + std::to_string(rank + 1) + ":" +
           std::to_string(column);
  }
  Error failAt(const CsvCell &cell, const std::string &message,
               std::vector<std::string> notes = {}) const {
    return Error(ErrorCode::InvalidArgument,
                 place(cell.rank, cell.column) + ": " + message,
                 std::move(notes));
  }
};

/// Checks the messages and shards of a table whose tasks are all there. Errors:
/// InvalidArgument, with the place.
Result<void> checkCsvActions(const CsvTable &table);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_SCHEDULES_CSVCELLS_H
