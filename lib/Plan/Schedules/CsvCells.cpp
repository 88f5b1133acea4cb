//===- CsvCells.cpp - The cells of a pipelining CSV -----------------------===//

#include "CsvCells.h"

#include "hocket/Plan/TaskText.h"

#include <algorithm>
#include <charconv>

using namespace hocket;
using namespace hocket::plan;

namespace {

struct Keyword {
  std::string_view text;
  CsvAction action;
  bool hasMicrobatch;
};

constexpr Keyword kKeywords[] = {
    {"SEND_F", CsvAction::SendForward, true},
    {"RECV_F", CsvAction::ReceiveForward, true},
    {"SEND_B", CsvAction::SendBackward, true},
    {"RECV_B", CsvAction::ReceiveBackward, true},
    {"UNSHARD", CsvAction::Unshard, false},
    {"RESHARD", CsvAction::Reshard, false},
    {"REDUCE_GRAD", CsvAction::ReduceGradient, false},
};

Error unknownCell(std::string_view text) {
  return Error(ErrorCode::InvalidArgument,
               "'" + std::string(text) + "' is not an action",
               {"an action is a stage, one of F, I, W, B, SEND_F, RECV_F, "
                "SEND_B and RECV_B, and a microbatch, as in 2F0; a stage and "
                "one of UNSHARD, RESHARD and REDUCE_GRAD; or "
                "(2F1;2B0)OVERLAP_F_B"});
}

/// A message or a shard.
bool parseKeyword(std::string_view text, CsvCell &cell) {
  const char *end = text.data() + text.size();
  auto [letter, stageCode] = std::from_chars(text.data(), end, cell.task.stage);
  std::string_view rest(letter, size_t(end - letter));
  if (stageCode != std::errc() ||
      std::to_string(cell.task.stage) + std::string(rest) != text)
    return false;
  for (const Keyword &keyword : kKeywords) {
    if (!rest.starts_with(keyword.text))
      continue;
    rest.remove_prefix(keyword.text.size());
    cell.action = keyword.action;
    if (!keyword.hasMicrobatch)
      return rest.empty();
    auto [last, code] = std::from_chars(rest.data(), end, cell.task.microbatch);
    return code == std::errc() && last == end &&
           std::to_string(cell.task.microbatch) == rest;
  }
  return false;
}

} // namespace

Result<std::vector<CsvCell>>
plan::parseCsvCell(std::string_view text, uint32_t rank, uint32_t column) {
  std::vector<CsvCell> cells;
  if (text.empty())
    return cells;
  constexpr std::string_view overlap = ")OVERLAP_F_B";
  if (text.front() == '(') {
    if (!text.ends_with(overlap))
      return unknownCell(text);
    std::string_view rest = text.substr(1, text.size() - 1 - overlap.size());
    for (bool isLast = false; !isLast;) {
      size_t end = rest.find(';');
      isLast = end == std::string_view::npos;
      std::string_view part = rest.substr(0, end);
      Result<ScheduledTask> task = parseTask(part);
      if (!task)
        return unknownCell(text);
      cells.push_back(
          {CsvAction::Task, *task, rank, column, std::string(part)});
      if (!isLast)
        rest.remove_prefix(end + 1);
    }
    auto isForward = [](const CsvCell &cell) {
      return cell.task.kind == TaskKind::F;
    };
    if (cells.size() != 2 || isForward(cells[0]) == isForward(cells[1]) ||
        std::any_of(cells.begin(), cells.end(), [](const CsvCell &cell) {
          return cell.task.kind == TaskKind::W;
        }))
      return unknownCell(text);
    return cells;
  }
  CsvCell cell{CsvAction::Task, {}, rank, column, std::string(text)};
  if (Result<ScheduledTask> task = parseTask(text))
    cell.task = *task;
  else if (!parseKeyword(text, cell))
    return unknownCell(text);
  cells.push_back(std::move(cell));
  return cells;
}
