//===- TaskText.h - Tasks and orders as text --------------------*- C++ -*-===//
//
// As in the schedules of torch.distributed.pipelining: "2F0" is the forward of
// stage 2 and microbatch 0. The kinds are F, I (Bi), W and B.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_PLAN_TASKTEXT_H
#define HOCKET_PLAN_TASKTEXT_H

#include "hocket/Plan/Plan.h"

#include <string>
#include <string_view>

namespace hocket::plan {

/// "2F0". The kind is one of F, Bi, W and B.
std::string formatTask(const ScheduledTask &task);
/// Errors: InvalidArgument, for anything else than formatTask() writes.
Result<ScheduledTask> parseTask(std::string_view text);

/// Tasks with a space between them: "0F0 0F1 0B0 0B1".
std::string formatOrder(const std::vector<ScheduledTask> &tasks);
/// Errors: InvalidArgument, naming the task by its position from 1.
Result<std::vector<ScheduledTask>> parseOrder(std::string_view text);

} // namespace hocket::plan

#endif // HOCKET_PLAN_TASKTEXT_H
