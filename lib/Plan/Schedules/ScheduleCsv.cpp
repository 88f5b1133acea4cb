//===- ScheduleCsv.cpp - Schedules of torch.distributed.pipelining --------===//

#include "hocket/Plan/ScheduleCsv.h"

#include "CsvCells.h"
#include "Ordering.h"

#include "hocket/Plan/TaskText.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

using namespace hocket;
using namespace hocket::plan;

namespace {

class CsvReader {
public:
  CsvReader(std::string_view text, const std::string &fileName,
            const CsvExpectation &expected)
      : text(text), expected(expected) {
    table.fileName = fileName;
  }

  Result<TaskOrders> run();

private:
  Result<void> readRow(std::string_view line);
  Result<void> noteTask(const CsvCell &cell);
  Result<void> checkCounts();
  Result<void> checkComplete();

  Error fail(const std::string &message,
             std::vector<std::string> notes = {}) const {
    return Error(ErrorCode::InvalidArgument, table.fileName + ": " + message,
                 std::move(notes));
  }

  std::string_view text;
  const CsvExpectation &expected;
  CsvTable table;
  std::map<uint32_t, const CsvCell *> firstTask; // by stage
  uint32_t lastMicrobatch = 0;
};

Result<void> CsvReader::readRow(std::string_view line) {
  uint32_t rank = uint32_t(table.rows.size());
  std::vector<CsvCell> &row = table.rows.emplace_back();
  for (size_t begin = 0; begin <= line.size();) {
    size_t end = std::min(line.find(',', begin), line.size());
    size_t first = std::min(line.find_first_not_of(" \t", begin), end);
    size_t last = end;
    while (last > first && (line[last - 1] == ' ' || line[last - 1] == '\t'))
      --last;
    uint32_t column = uint32_t(first + 1);
    Result<std::vector<CsvCell>> cells =
        parseCsvCell(line.substr(first, last - first), rank, column);
    if (!cells) {
      Error error = cells.error();
      error.message = table.place(rank, column) + ": " + error.message;
      return error;
    }
    for (CsvCell &cell : *cells)
      row.push_back(std::move(cell));
    begin = end + 1;
  }
  return {};
}

Result<void> CsvReader::noteTask(const CsvCell &cell) {
  const ScheduledTask &task = cell.task;
  auto [other, isNew] =
      table.tasks.try_emplace({task.stage, task.microbatch, task.kind}, &cell);
  if (!isNew)
    return table.failAt(
        cell, cell.text + " is there twice",
        {"the first one is at " +
         table.place(other->second->rank, other->second->column)});
  const CsvCell *first = firstTask.try_emplace(task.stage, &cell).first->second;
  if (first->rank != cell.rank)
    return table.failAt(cell, cell.text + " is of a stage of another rank",
                        {"that rank has " + first->text + " at " +
                         table.place(first->rank, first->column)});
  lastMicrobatch = std::max(lastMicrobatch, task.microbatch);
  table.orders.ofRank[cell.rank].push_back(task);
  return {};
}

Result<void> CsvReader::checkCounts() {
  auto differs = [&](uint64_t is, uint32_t should, const std::string &what) {
    return fail("the schedule is for " + std::to_string(is) + " " + what +
                ", not " + std::to_string(should));
  };
  for (uint32_t rank = 0; rank < table.rows.size(); ++rank)
    if (table.orders.ofRank[rank].empty())
      return Error(ErrorCode::InvalidArgument,
                   table.place(rank, 1) + ": rank " + std::to_string(rank) +
                       " has no tasks");
  if (expected.ranks && table.rows.size() != expected.ranks)
    return differs(table.rows.size(), expected.ranks, "pipeline ranks");
  uint32_t stage = 0;
  for (const auto &[found, cell] : firstTask) {
    if (found != stage)
      return table.failAt(*cell,
                          "there are tasks of stage " + std::to_string(found) +
                              " and none of stage " + std::to_string(stage));
    table.orders.rankOf.push_back(cell->rank);
    ++stage;
  }
  if (expected.stages && stage != expected.stages)
    return differs(stage, expected.stages, "stages");
  uint64_t count = uint64_t(lastMicrobatch) + 1;
  if (expected.microbatches && count != expected.microbatches)
    return differs(count, expected.microbatches, "microbatches");
  return {};
}

/// Every stage has F of every microbatch and, unless nothing is trained, B or
/// both of its parts.
Result<void> CsvReader::checkComplete() {
  auto find = [&](TaskKind kind, uint32_t stage, uint32_t microbatch) {
    auto found = table.tasks.find({stage, microbatch, kind});
    return found == table.tasks.end() ? nullptr : found->second;
  };
  auto missing = [&](TaskKind kind, uint32_t stage, uint32_t microbatch) {
    uint32_t rank = table.orders.rankOf[stage];
    return fail("rank " + std::to_string(rank) + " (line " +
                std::to_string(rank + 1) + ") lacks the task " +
                formatTask({kind, stage, microbatch}));
  };
  bool isTrained =
      std::any_of(table.tasks.begin(), table.tasks.end(), [](const auto &task) {
        return std::get<TaskKind>(task.first) != TaskKind::F;
      });
  for (uint32_t stage = 0; stage < table.orders.rankOf.size(); ++stage)
    for (uint64_t i = 0; i <= lastMicrobatch; ++i) {
      uint32_t mb = uint32_t(i);
      if (!find(TaskKind::F, stage, mb))
        return missing(TaskKind::F, stage, mb);
      if (!isTrained)
        continue;
      const CsvCell *whole = find(TaskKind::B, stage, mb);
      const CsvCell *inputs = find(TaskKind::Bi, stage, mb);
      const CsvCell *weights = find(TaskKind::W, stage, mb);
      if (whole && (inputs || weights)) {
        const CsvCell *part = inputs ? inputs : weights;
        return table.failAt(
            *part, part->text + " is a part of " + whole->text,
            {"which is at " + table.place(whole->rank, whole->column)});
      }
      if (whole || (inputs && weights))
        continue;
      if (!inputs && !weights)
        return missing(TaskKind::B, stage, mb);
      return missing(inputs ? TaskKind::W : TaskKind::Bi, stage, mb);
    }
  return {};
}

Result<TaskOrders> CsvReader::run() {
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    if (Result<void> read = readRow(line); !read)
      return read.error();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (table.rows.empty())
    return fail("there is no schedule in this file");
  table.orders.ofRank.resize(table.rows.size());
  for (const std::vector<CsvCell> &row : table.rows)
    for (const CsvCell &cell : row)
      if (cell.action == CsvAction::Task)
        if (Result<void> noted = noteTask(cell); !noted)
          return noted.error();
  if (Result<void> checked = checkCounts(); !checked)
    return checked.error();
  if (Result<void> checked = checkComplete(); !checked)
    return checked.error();
  if (Result<void> checked = checkCsvActions(table); !checked)
    return checked.error();
  if (auto played = playTasks(table.orders); !played) {
    const Error &error = played.error();
    return fail(error.message, error.notes);
  }
  return std::move(table.orders);
}

} // namespace

Result<TaskOrders> plan::parseScheduleCsv(std::string_view text,
                                          const std::string &fileName,
                                          const CsvExpectation &expected) {
  return CsvReader(text, fileName, expected).run();
}

Strategy plan::givenStrategy(const TaskOrders &orders) {
  Strategy strategy;
  strategy.schedule = "given";
  strategy.pipelineRanks = uint32_t(orders.ofRank.size());
  strategy.placement = orders.rankOf;
  strategy.orders = orders.ofRank;
  strategy.routes = orders.routes;
  for (const std::vector<ScheduledTask> &order : orders.ofRank)
    for (const ScheduledTask &task : order)
      strategy.microbatches =
          std::max(strategy.microbatches, task.microbatch + 1);
  return strategy;
}

Result<std::string> plan::writeScheduleCsv(const TaskOrders &orders) {
  if (!orders.routes.empty())
    return Error(ErrorCode::InvalidArgument,
                 "a schedule with routes cannot be written as CSV: the format "
                 "has all stages in order");
  TaskDurations unit;
  unit.backward.assign(orders.rankOf.size(), 1);
  Result<std::vector<std::vector<TaskSpan>>> spans = playTasks(orders, unit);
  if (!spans)
    return spans.error();
  size_t columns = 0;
  for (const std::vector<TaskSpan> &row : *spans)
    if (!row.empty())
      columns = std::max(columns, size_t(row.back().end));
  std::string text;
  for (size_t rank = 0; rank < orders.ofRank.size(); ++rank) {
    std::vector<std::string> cells(columns);
    for (size_t i = 0; i < orders.ofRank[rank].size(); ++i)
      cells[size_t((*spans)[rank][i].begin)] =
          formatTask(orders.ofRank[rank][i]);
    for (size_t i = 0; i < columns; ++i)
      text += (i ? "," : "") + cells[i];
    text += '\n';
  }
  return text;
}

/// Readers of the format expect a backward whole, or both of its parts.
static void completeBackwards(std::vector<ScheduledTask> &order) {
  std::set<std::tuple<uint32_t, uint32_t, TaskKind>> present;
  for (const ScheduledTask &task : order)
    present.insert({task.stage, task.microbatch, task.kind});
  auto lacks = [&](const ScheduledTask &task, TaskKind kind) {
    return !present.contains({task.stage, task.microbatch, kind});
  };
  for (ScheduledTask &task : order)
    if ((task.kind == TaskKind::Bi && lacks(task, TaskKind::W)) ||
        (task.kind == TaskKind::W && lacks(task, TaskKind::Bi)))
      task.kind = TaskKind::B;
}

Result<std::string> plan::writeScheduleCsv(const Model &model,
                                           const Strategy &strategy,
                                           const ScheduleRegistry &schedules) {
  Result<TaskOrders> orders = askSchedule(model, strategy, schedules);
  if (!orders)
    return orders.error();
  bool isTrained =
      std::any_of(model.stages.begin(), model.stages.end(),
                  [](const Stage &stage) { return stage.tasks.size() > 1; });
  for (std::vector<ScheduledTask> &order : orders->ofRank) {
    if (!isTrained)
      std::erase_if(order, [](const ScheduledTask &task) {
        return task.kind != TaskKind::F;
      });
    completeBackwards(order);
  }
  return writeScheduleCsv(*orders);
}
