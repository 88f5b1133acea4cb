//===- Messages.cpp - What pipeline ranks send each other -----------------===//

#include "Messages.h"

#include "hocket/Plan/ModelCheck.h"

#include <algorithm>
#include <map>
#include <tuple>

using namespace hocket;
using namespace hocket::plan;

namespace {

class MessageFinder {
public:
  MessageFinder(const Model &model, const TaskOrders &orders,
                const std::vector<std::vector<TaskSpan>> &spans)
      : model(model), orders(orders), spans(spans),
        itinerary(orders.itinerary()) {}

  std::vector<Message> run();

private:
  void findConsumers();
  void addSends(uint32_t rank, size_t position);
  void add(uint32_t rank, size_t position, Slot slot, uint32_t index,
           const Visit &to);
  void setReceives();

  const Model &model;
  const TaskOrders &orders;
  const std::vector<std::vector<TaskSpan>> &spans;
  Itinerary itinerary;
  /// For each stage and microbatch the positions of its forward and of the
  /// first task of its backward.
  using Consumer = std::tuple<uint32_t, uint32_t, bool>;
  std::map<Consumer, size_t> consumers;
  std::vector<Message> messages;
};

void MessageFinder::findConsumers() {
  for (const std::vector<ScheduledTask> &tasks : orders.ofRank)
    for (size_t i = 0; i < tasks.size(); ++i)
      if (tasks[i].kind != TaskKind::R)
        consumers.try_emplace(
            {tasks[i].stage, tasks[i].microbatch, tasks[i].kind == TaskKind::F},
            i);
}

void MessageFinder::add(uint32_t rank, size_t position, Slot slot,
                        uint32_t index, const Visit &to) {
  const ScheduledTask &task = orders.ofRank[rank][position];
  auto consumer =
      consumers.find({to.stage, task.microbatch, slot == Slot::Output});
  // Where nobody takes it, the check of the plan says so (P8).
  if (consumer == consumers.end())
    return;
  messages.push_back({rank, to.rank, slot, index, task.stage, to.stage,
                      task.microbatch, position, consumer->second});
}

void MessageFinder::addSends(uint32_t rank, size_t position) {
  const ScheduledTask &task = orders.ofRank[rank][position];
  const Stage &stage = model.stages[task.stage];
  if (task.kind == TaskKind::R)
    return; // its results are there already
  bool isForward = task.kind == TaskKind::F;
  std::optional<Visit> to = isForward
                                ? itinerary.after(task.stage, task.microbatch)
                                : itinerary.before(task.stage, task.microbatch);
  if (!to || to->rank == rank)
    return;
  if (isForward) {
    for (uint32_t k = 0; k < stage.outputs.size(); ++k)
      add(rank, position, Slot::Output, k, *to);
    return;
  }
  std::vector<uint32_t> written;
  for (const Operand &operand : stage.find(task.kind)->operands)
    if (operand.slot == Slot::InputGradient && operand.access != Access::Read &&
        binds(model.stages[to->stage], Slot::OutputGradient, operand.index))
      written.push_back(operand.index);
  if (stage.attention && writesAttendedGradient(*stage.find(task.kind)))
    for (uint32_t k :
         {stage.attention->query, stage.attention->key, stage.attention->value})
      if (binds(model.stages[to->stage], Slot::OutputGradient, k))
        written.push_back(k);
  if (stage.gather && writesAttendedGradient(*stage.find(task.kind)) &&
      binds(model.stages[to->stage], Slot::OutputGradient, stage.gather->row))
    written.push_back(stage.gather->row);
  std::sort(written.begin(), written.end());
  for (uint32_t k : written)
    add(rank, position, Slot::InputGradient, k, *to);
}

void MessageFinder::setReceives() {
  // From the last message of each pair of ranks to the first.
  std::map<std::pair<uint32_t, uint32_t>, size_t> earliest;
  for (auto message = messages.rbegin(); message != messages.rend();
       ++message) {
    auto [found, isNew] = earliest.try_emplace({message->from, message->to},
                                               message->receivedBefore);
    found->second = std::min(found->second, message->receivedBefore);
    message->receivedBefore = found->second;
    message->receivedAt = spans[message->to][found->second].begin;
  }
}

std::vector<Message> MessageFinder::run() {
  findConsumers();
  for (uint32_t rank = 0; rank < orders.ofRank.size(); ++rank)
    for (size_t i = 0; i < orders.ofRank[rank].size(); ++i)
      addSends(rank, i);
  setReceives();
  return std::move(messages);
}

} // namespace

std::vector<Message>
plan::findMessages(const Model &model, const TaskOrders &orders,
                   const std::vector<std::vector<TaskSpan>> &spans) {
  return MessageFinder(model, orders, spans).run();
}
