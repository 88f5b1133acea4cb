//===- DecodePlan.cpp - Reading plans
//--------------------------------------===//

#include "Decoder.h"

#include "hocket/Plan/ModelCheck.h"
#include "hocket/Plan/Shares.h"

using namespace hocket;
using namespace hocket::runtime;

/// Whether the tokens of `chunk` are some of a sequence of `length` tokens, at
/// least so many.
static bool isWithin(const plan::TokenChunk &chunk, int64_t length,
                     int64_t least) {
  if (chunk.first < 0 || chunk.first >= length || chunk.count < least ||
      chunk.stride < 1)
    return false;
  return chunk.count - 1 <= (length - 1 - chunk.first) / chunk.stride;
}

plan::Share Decoder::share(const format::Share *in, const TensorType &whole) {
  if (!in)
    return {};
  plan::Share out{in->owner(), in->first_head(), in->num_heads(), in->term(),
                  in->again()};
  auto check = [&](int64_t coordinate, int64_t least) {
    if (coordinate < least || coordinate >= int64_t(replicas))
      fail("a share is of coordinate " + std::to_string(coordinate) + " of " +
           std::to_string(replicas));
  };
  check(out.owner, -1);
  check(out.term, plan::Share::kTotal);
  if (!plan::hasHeads(whole, out))
    fail("a share has heads that its value, " + whole.str() + ", has not");
  return out;
}

plan::Role Decoder::role(const format::Role *in, const plan::Model &model) {
  plan::Role out;
  out.name = text(in->name());
  numbers(in->stages(), out.stages);
  list(in->buffers(), out.buffers, [&](const format::Buffer *entry) {
    plan::Buffer buffer;
    buffer.name = text(entry->name());
    buffer.binding = {enumerator<plan::Slot>(entry->slot(), "slot"),
                      entry->index(), plan::Access::Read};
    buffer.stage = entry->stage();
    bool inRange =
        buffer.stage >= -1 && buffer.stage < int64_t(model.stages.size());
    const plan::Stage &stage =
        model.stages[inRange ? std::max(buffer.stage, 0) : 0];
    const TensorType *found = plan::typeOf(model, stage, buffer.binding);
    if (inRange && found) {
      buffer.share = share(entry->share(), *found);
      if (!failed)
        buffer.type = plan::shareType(*found, buffer.share);
    } else {
      fail("a buffer is bound to a value that the model does not have");
    }
    buffer.microbatch = entry->microbatch();
    buffer.bytes = entry->bytes();
    buffer.offset = entry->offset();
    buffer.onHost = entry->on_host();
    return buffer;
  });
  std::vector<uint32_t> buffers;
  size_t next = 0;
  numbers(in->body_buffers(), buffers);
  list(in->body(), out.body, [&](const format::Instruction *entry) {
    plan::Instruction made;
    made.op = enumerator<plan::Op>(entry->op(), "operation");
    made.kind = enumerator<plan::TaskKind>(entry->kind(), "task kind");
    made.stage = entry->stage();
    made.microbatch = entry->microbatch();
    made.kernel = entry->kernel();
    made.index = entry->index();
    made.peer = entry->peer();
    made.group = entry->group();
    made.workspace = {entry->workspace().bytes(), entry->workspace().offset()};
    made.buffers = take(buffers, next, entry->num_buffers(), "buffers");
    return made;
  });
  std::vector<int32_t> tableNumbers;
  numbers(in->table_numbers(), tableNumbers);
  split(in->table_sizes(), tableNumbers, out.tables, "numbers of tables");
  out.arenaBytes = in->arena_bytes();
  out.hostBytes = in->host_bytes();
  return out;
}

plan::Strategy Decoder::strategy(const format::Strategy *in) {
  plan::Strategy out;
  out.data = in->data();
  out.sequence = in->sequence();
  out.sequenceMethod = text(in->sequence_method());
  numbers(in->segments(), out.segments);
  out.slices = in->slices();
  list(in->activations(), out.activations,
       [](const format::SliceActivations *stage) {
         return plan::SliceActivations{stage->kept(), stage->offloaded()};
       });
  out.microbatches = in->microbatches();
  out.schedule = text(in->schedule());
  out.chunks = in->chunks();
  out.pipelineRanks = in->pipeline_ranks();
  numbers(in->placement(), out.placement);
  std::vector<plan::ScheduledTask> tasks;
  list(in->order_tasks(), tasks, [&](const format::ScheduledTask *task) {
    return plan::ScheduledTask{
        enumerator<plan::TaskKind>(task->kind(), "task kind"), task->stage(),
        task->microbatch()};
  });
  split(in->order_sizes(), tasks, out.orders, "tasks");
  std::vector<uint32_t> nodes;
  numbers(in->nodes(), nodes);
  split(in->node_counts(), nodes, out.nodes, "nodes");
  std::vector<plan::Visit> visits;
  list(in->visits(), visits, [](const format::Visit *visit) {
    return plan::Visit{visit->stage(), visit->rank()};
  });
  split(in->route_sizes(), visits, out.routes, "visits");
  auto optional = [](flatbuffers::Optional<uint32_t> value) {
    return value ? std::optional<uint32_t>(*value) : std::nullopt;
  };
  const format::RouteLimits *limits = in->limits();
  out.limits.pathLength = optional(limits->path_length());
  out.limits.maxBackwardStep = optional(limits->max_backward_step());
  out.limits.maxBackwardSum = optional(limits->max_backward_sum());
  out.limits.maxBackwardMoves = optional(limits->max_backward_moves());
  out.limits.maxForwardJump = optional(limits->max_forward_jump());
  numbers(limits->in_flight(), out.limits.inFlight);
  return out;
}

plan::SequenceGroup Decoder::sequenceGroup(const format::SequenceGroup *in) {
  plan::SequenceGroup out;
  numbers(in->coordinates(), out.coordinates);
  numbers(in->sequences(), out.sequences);
  out.method = text(in->method());
  return out;
}

/// Who shares which sequences, and the tokens that each coordinate has. The
/// plan's lengths have been read.
void Decoder::sharing(const format::Plan *in, const plan::Model &model,
                      plan::Plan &out) {
  int64_t least = plan::gathersRows(model) ? 0 : 1;
  std::vector<plan::SequenceGroup> groups;
  list(in->sequence_groups(), groups, [&](const format::SequenceGroup *entry) {
    return sequenceGroup(entry);
  });
  split(in->group_counts(), groups, out.sequenceGroups, "sequence groups");
  for (const plan::SequenceGroup &group : groups) {
    for (uint32_t coordinate : group.coordinates)
      if (coordinate >= replicas)
        fail("a sequence group has coordinate " + std::to_string(coordinate) +
             " of " + std::to_string(replicas));
    for (uint32_t sequence : group.sequences)
      if (sequence >= out.lengths.size())
        fail("a sequence group has sequence " + std::to_string(sequence) +
             " of " + std::to_string(out.lengths.size()));
  }
  numbers(in->first_chunk(), out.firstChunk);
  list(in->chunks(), out.chunks, [&](const format::TokenChunk *entry) {
    plan::TokenChunk chunk{entry->sequence(), entry->first(), entry->count(),
                           entry->stride()};
    if (chunk.sequence >= out.lengths.size() ||
        !isWithin(chunk, out.lengths[chunk.sequence], least))
      fail("a token chunk does not lie in its sequence");
    return chunk;
  });
  size_t parts = 0;
  if (!out.sequenceGroups.empty()) {
    if (out.sequenceGroups.size() != out.strategy.microbatches)
      fail("there are not sequence groups for each microbatch");
    parts = size_t(replicas) * out.strategy.numSlices() + 1;
  }
  if (out.firstChunk.size() != parts ||
      !std::is_sorted(out.firstChunk.begin(), out.firstChunk.end()) ||
      (parts > 0 ? out.firstChunk.front() != 0 ||
                       out.firstChunk.back() != out.chunks.size()
                 : !out.chunks.empty()))
    fail("the token chunks are not those of its microbatches");
}

void Decoder::plan(const format::Plan *in, const plan::Model &model,
                   plan::Plan &out) {
  out.strategy = strategy(in->strategy());
  replicas = uint64_t(out.strategy.data) * out.strategy.sequence;
  if (replicas > INT32_MAX)
    fail("there are " + std::to_string(replicas) + " replicas");
  uint64_t slices = uint64_t(out.strategy.microbatches) * out.strategy.slices;
  if (slices > INT32_MAX)
    fail("there are " + std::to_string(slices) + " slices");
  out.stages = in->stages();
  list(in->roles(), out.roles,
       [&](const format::Role *entry) { return role(entry, model); });
  std::vector<uint32_t> peers, rankGroups, groupSizes, groupRanks;
  numbers(in->peers(), peers);
  numbers(in->rank_groups(), rankGroups);
  numbers(in->group_sizes(), groupSizes);
  numbers(in->group_ranks(), groupRanks);
  size_t nextPeer = 0, nextGroup = 0, nextMember = 0;
  list(in->ranks(), out.ranks, [&](const format::Rank *entry) {
    return plan::Rank{
        entry->role(), entry->data(), entry->pipeline(),
        take(peers, nextPeer, entry->num_peers(), "peers"),
        take(rankGroups, nextGroup, entry->num_groups(), "groups")};
  });
  for (uint32_t size : groupSizes)
    out.groups.push_back(take(groupRanks, nextMember, size, "members"));
  list(in->shapes(), out.shapes, [&](const format::MicrobatchShape *entry) {
    return plan::MicrobatchShape{entry->tokens(), entry->sequences()};
  });
  numbers(in->lengths(), out.lengths);
  numbers(in->first_sequence(), out.firstSequence);
  sharing(in, model, out);
}
