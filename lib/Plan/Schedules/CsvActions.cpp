//===- CsvActions.cpp - Messages and shards of a pipelining CSV -----------===//

#include "CsvCells.h"

using namespace hocket;
using namespace hocket::plan;

namespace {

/// The messages and shards between the tasks, which a plan has its own of.
class ActionChecker {
public:
  explicit ActionChecker(const CsvTable &table)
      : table(table), orders(table.orders) {}

  Result<void> run();

private:
  using Key = std::tuple<uint32_t, uint32_t, CsvAction>; // stage, microbatch

  struct ShardState {
    const CsvCell *last = nullptr; // of Unshard and Reshard
    const CsvCell *reduced = nullptr;
    bool isSharded = true;
  };

  Result<void> checkRow(const std::vector<CsvCell> &row);
  Result<void> checkMessage(const CsvCell &cell, size_t position);
  Result<void> checkShard(const CsvCell &cell, ShardState &state);
  Result<void> checkSharded(const CsvCell &cell, const ShardState &state);
  Result<void> checkComplete();
  /// The task that a message comes before or after.
  const CsvCell *taskOf(const CsvCell &message) const;
  static bool isReceive(CsvAction action) {
    return action == CsvAction::ReceiveForward ||
           action == CsvAction::ReceiveBackward;
  }

  const CsvTable &table;
  const TaskOrders &orders;
  std::map<Key, const CsvCell *> messages;
};

const CsvCell *ActionChecker::taskOf(const CsvCell &message) const {
  bool forward = message.action == CsvAction::SendForward ||
                 message.action == CsvAction::ReceiveForward;
  std::vector<TaskKind> kinds = {TaskKind::F};
  if (!forward)
    kinds = {TaskKind::B, TaskKind::Bi};
  for (TaskKind kind : kinds)
    if (auto found = table.tasks.find(
            {message.task.stage, message.task.microbatch, kind});
        found != table.tasks.end())
      return found->second;
  return nullptr;
}

Result<void> ActionChecker::checkMessage(const CsvCell &cell, size_t position) {
  uint32_t stage = cell.task.stage;
  bool toNext = cell.action == CsvAction::SendForward ||
                cell.action == CsvAction::ReceiveBackward;
  if (toNext ? stage + 1 == orders.rankOf.size() : stage == 0)
    return table.failAt(cell, cell.text + " has nobody at its other end");
  if (orders.rankOf[toNext ? stage + 1 : stage - 1] == cell.rank)
    return table.failAt(cell, cell.text + " stays on its rank, where nothing "
                                          "is sent");
  const CsvCell *task = taskOf(cell);
  if (!task)
    return table.failAt(cell, "there is no task for " + cell.text);
  const std::vector<CsvCell> &row = table.rows[cell.rank];
  size_t taskPosition = size_t(task - row.data());
  if (isReceive(cell.action) ? position > taskPosition
                             : position < taskPosition)
    return table.failAt(
        cell,
        cell.text + " comes " +
            (isReceive(cell.action) ? "after " : "before ") + task->text,
        {"that task is at " + table.place(task->rank, task->column)});
  auto [other, isNew] =
      messages.try_emplace({stage, cell.task.microbatch, cell.action}, &cell);
  if (!isNew)
    return table.failAt(
        cell, cell.text + " is there twice",
        {"the first one is at " +
         table.place(other->second->rank, other->second->column)});
  return {};
}

Result<void> ActionChecker::checkShard(const CsvCell &cell, ShardState &state) {
  if (cell.action == CsvAction::ReduceGradient) {
    if (state.reduced)
      return table.failAt(cell, cell.text + " is there twice");
    state.reduced = &cell;
    return {};
  }
  bool unshards = cell.action == CsvAction::Unshard;
  if (state.isSharded != unshards)
    return table.failAt(cell, cell.text + " of a stage that is " +
                                  (state.isSharded ? "sharded" : "whole") +
                                  " already");
  state.isSharded = !unshards;
  state.last = &cell;
  return {};
}

/// Whether the shards of its stage allow a task to run here.
Result<void> ActionChecker::checkSharded(const CsvCell &cell,
                                         const ShardState &state) {
  if (state.last && state.isSharded)
    return table.failAt(
        cell, cell.text + " runs while its stage is sharded",
        {"it is since " + table.place(state.last->rank, state.last->column)});
  if (state.reduced && cell.task.kind != TaskKind::F)
    return table.failAt(
        cell, cell.text + " adds to gradients that are summed up already",
        {"they are at " +
         table.place(state.reduced->rank, state.reduced->column)});
  return {};
}

Result<void> ActionChecker::checkRow(const std::vector<CsvCell> &row) {
  std::map<uint32_t, ShardState> shards; // by stage
  for (size_t i = 0; i < row.size(); ++i) {
    const CsvCell &cell = row[i];
    uint32_t stage = cell.task.stage;
    if (stage >= orders.rankOf.size() || orders.rankOf[stage] != cell.rank)
      return table.failAt(cell, cell.text +
                                    " is of a stage that this rank has no "
                                    "tasks of");
    Result<void> checked;
    if (cell.action == CsvAction::Task)
      checked = checkSharded(cell, shards[stage]);
    else if (cell.action < CsvAction::Unshard)
      checked = checkMessage(cell, i);
    else
      checked = checkShard(cell, shards[stage]);
    if (!checked)
      return checked;
  }
  return {};
}

/// Where some messages are written, all are.
Result<void> ActionChecker::checkComplete() {
  if (messages.empty())
    return {};
  auto need = [&](const CsvCell &task, CsvAction action,
                  const char *keyword) -> Result<void> {
    if (messages.count({task.task.stage, task.task.microbatch, action}))
      return {};
    return table.failAt(task,
                        task.text + " lacks its " +
                            std::to_string(task.task.stage) + keyword +
                            std::to_string(task.task.microbatch),
                        {"write all messages or none"});
  };
  for (const auto &[key, task] : table.tasks) {
    auto [stage, microbatch, kind] = key;
    if (kind == TaskKind::W)
      continue;
    bool forward = kind == TaskKind::F;
    uint32_t rank = orders.rankOf[stage];
    if (stage > 0 && orders.rankOf[stage - 1] != rank)
      if (Result<void> found =
              forward ? need(*task, CsvAction::ReceiveForward, "RECV_F")
                      : need(*task, CsvAction::SendBackward, "SEND_B");
          !found)
        return found;
    if (stage + 1 < orders.rankOf.size() && orders.rankOf[stage + 1] != rank)
      if (Result<void> found =
              forward ? need(*task, CsvAction::SendForward, "SEND_F")
                      : need(*task, CsvAction::ReceiveBackward, "RECV_B");
          !found)
        return found;
  }
  return {};
}

Result<void> ActionChecker::run() {
  for (const std::vector<CsvCell> &row : table.rows)
    if (Result<void> checked = checkRow(row); !checked)
      return checked;
  return checkComplete();
}

} // namespace

Result<void> plan::checkCsvActions(const CsvTable &table) {
  return ActionChecker(table).run();
}
