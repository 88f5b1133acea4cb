//===- Messages.h - What pipeline ranks send each other ---------*- C++ -*-===//

#ifndef HOCKET_LIB_PLAN_EXPAND_MESSAGES_H
#define HOCKET_LIB_PLAN_EXPAND_MESSAGES_H

#include "hocket/Plan/Timeline.h"

#include <utility>

namespace hocket::plan {

/// A value on its way from one pipeline rank to another.
struct Message {
  uint32_t from = 0, to = 0; // pipeline ranks
  /// What the sender's buffer holds: Output or InputGradient of its stage.
  Slot slot = Slot::Output;
  uint32_t index = 0;
  uint32_t stage = 0;
  uint32_t receivedStage = 0; // that of the receiver's buffer
  uint32_t microbatch = 0;
  /// The positions of the task that it is sent after and of the one that it is
  /// received before, in the orders of the two ranks.
  size_t sentAfter = 0, receivedBefore = 0;
  /// When the latter begins, in the time of playTasks().
  double receivedAt = 0;

  /// What the receiver's buffer holds.
  Slot receivedSlot() const {
    return slot == Slot::Output ? Slot::Input : Slot::OutputGradient;
  }
};

/// All messages of a step at one data coordinate, in the order in which each
/// rank sends. Those of two ranks are received in that order as well: a task
/// that needs one first receives all that were sent before it, which are there
/// by then. `spans` are those of playTasks().
std::vector<Message>
findMessages(const Model &model, const TaskOrders &orders,
             const std::vector<std::vector<TaskSpan>> &spans);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_EXPAND_MESSAGES_H
