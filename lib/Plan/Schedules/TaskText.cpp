//===- TaskText.cpp - Tasks and orders as text ----------------------------===//

#include "hocket/Plan/TaskText.h"

#include <algorithm>
#include <charconv>
#include <optional>

using namespace hocket;
using namespace hocket::plan;

static std::optional<TaskKind> kindOf(char letter) {
  switch (letter) {
  case 'F':
    return TaskKind::F;
  case 'I':
    return TaskKind::Bi;
  case 'W':
    return TaskKind::W;
  case 'B':
    return TaskKind::B;
  default:
    return std::nullopt;
  }
}

std::string plan::formatTask(const ScheduledTask &task) {
  const char *kind = task.kind == TaskKind::Bi ? "I" : name(task.kind);
  return std::to_string(task.stage) + kind + std::to_string(task.microbatch);
}

Result<ScheduledTask> plan::parseTask(std::string_view text) {
  const char *end = text.data() + text.size();
  ScheduledTask task;
  auto [letter, stageCode] = std::from_chars(text.data(), end, task.stage);
  if (stageCode == std::errc() && letter != end)
    if (std::optional<TaskKind> kind = kindOf(*letter)) {
      task.kind = *kind;
      auto [rest, code] = std::from_chars(letter + 1, end, task.microbatch);
      if (code == std::errc() && rest == end && formatTask(task) == text)
        return task;
    }
  return Error(
      ErrorCode::InvalidArgument, "'" + std::string(text) + "' is not a task",
      {"write the stage, F, I (the input's gradient), W (the weights') "
       "or B (both), and the microbatch, as in 2F0"});
}

std::string plan::formatOrder(const std::vector<ScheduledTask> &tasks) {
  std::string text;
  for (const ScheduledTask &task : tasks)
    text += (text.empty() ? "" : " ") + formatTask(task);
  return text;
}

Result<std::vector<ScheduledTask>> plan::parseOrder(std::string_view text) {
  std::vector<ScheduledTask> tasks;
  constexpr std::string_view spaces = " \t\r\n";
  while (true) {
    size_t begin = text.find_first_not_of(spaces);
    if (begin == std::string_view::npos)
      return tasks;
    text.remove_prefix(begin);
    size_t end = std::min(text.find_first_of(spaces), text.size());
    Result<ScheduledTask> task = parseTask(text.substr(0, end));
    if (!task) {
      Error error = task.error();
      error.message =
          "task " + std::to_string(tasks.size() + 1) + ": " + error.message;
      return error;
    }
    tasks.push_back(*task);
    text.remove_prefix(end);
  }
}
