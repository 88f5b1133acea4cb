//===- Deserialize.cpp - Reading .hkt files -------------------------------===//
//
// Trusts nothing: the checksum finds damage, the FlatBuffers verifier finds
// offsets that leave the payload, the decoder finds values out of range, and
// plan::check() finds plans that would not run.
//
//===----------------------------------------------------------------------===//

#include "Container.h"
#include "executable_generated.h"

#include "hocket/Plan/Check.h"
#include "hocket/Plan/ModelCheck.h"
#include "hocket/Runtime/Executable.h"
#include "hocket/Support/File.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <type_traits>

using namespace hocket;
using namespace hocket::runtime;

namespace {

static_assert(format::ElementType::MAX ==
              format::ElementType(ElementType::I64));
static_assert(format::Init::MAX == format::Init(plan::Init::Normal));
static_assert(format::Slot::MAX == format::Slot(plan::Slot::Step));
static_assert(format::Access::MAX == format::Access(plan::Access::ReadWrite));
static_assert(format::TaskKind::MAX ==
              format::TaskKind(plan::TaskKind::Update));
static_assert(format::Op::MAX == format::Op(plan::Op::Add));

/// Copies a verified FlatBuffer into our own types. The first mistake is kept
/// and everything after it is meaningless.
class Decoder {
public:
  explicit Decoder(size_t payloadBytes) : budget(payloadBytes) {}

  Result<Executable> run(const format::Executable &in);

private:
  void fail(const std::string &what) {
    if (!failed)
      failure = "the executable is damaged: " + what;
    failed = true;
  }

  /// No writer shares vectors or strings, so those of a file together are not
  /// longer than the file. Sharing could make a small file decode into any
  /// amount of memory.
  bool charge(size_t bytes) {
    if (bytes > budget)
      fail("its parts overlap");
    else
      budget -= bytes;
    return !failed;
  }

  std::string text(const flatbuffers::String *in) {
    return charge(in->size()) ? in->str() : std::string();
  }

  /// Our enumerator of the same number.
  template <typename To, typename From>
  To enumerator(From value, const char *what) {
    if (value > From::MAX)
      fail(std::string("there is no ") + what + " number " +
           std::to_string(unsigned(value)));
    return To(value);
  }

  template <typename T, typename List, typename Make>
  void list(const List *in, std::vector<T> &out, Make make) {
    using Entry =
        std::remove_const_t<std::remove_pointer_t<typename List::return_type>>;
    constexpr bool isInline = !std::is_base_of_v<flatbuffers::Table, Entry> &&
                              !std::is_same_v<flatbuffers::String, Entry>;
    if (!charge(in->size() * (isInline ? sizeof(Entry) : 4)))
      return;
    out.reserve(in->size());
    for (flatbuffers::uoffset_t i = 0; i < in->size() && !failed; ++i) {
      if constexpr (isInline) {
        // The verifier aligns vectors, but not what is in them.
        alignas(Entry) std::byte copy[sizeof(Entry)];
        std::memcpy(copy, in->Data() + i * sizeof(Entry), sizeof(Entry));
        const Entry *entry = reinterpret_cast<const Entry *>(copy);
        if constexpr (std::is_pointer_v<typename List::return_type>)
          out.push_back(make(entry));
        else
          out.push_back(make(flatbuffers::EndianScalar(*entry)));
      } else {
        out.push_back(make(in->Get(i)));
      }
    }
  }

  template <typename T>
  void numbers(const flatbuffers::Vector<T> *in, std::vector<T> &out) {
    list(in, out, [](T value) { return value; });
  }

  /// The next `count` of `in`, from `next` on.
  template <typename T>
  std::vector<T> take(const std::vector<T> &in, size_t &next, uint32_t count,
                      const char *what) {
    if (count > in.size() - next)
      fail(std::string("there are fewer ") + what + " than counted");
    if (failed)
      return {};
    next += count;
    return {in.begin() + ptrdiff_t(next - count), in.begin() + ptrdiff_t(next)};
  }

  /// Lists of these sizes out of one that has all their entries.
  template <typename T>
  void split(const flatbuffers::Vector<uint32_t> *sizes,
             const std::vector<T> &entries, std::vector<std::vector<T>> &out,
             const char *what) {
    size_t next = 0;
    list(sizes, out,
         [&](uint32_t size) { return take(entries, next, size, what); });
    if (next != entries.size())
      fail(std::string("there are more ") + what + " than counted");
  }

  SizeExpr size(const format::SizeExpr *in);
  TensorType type(const format::TensorType *in);
  plan::TaskTemplate task(const format::Task *in);
  plan::Stage stage(const format::Stage *in);
  plan::Kernel kernel(const format::Kernel *in);
  void model(const format::Model *in, plan::Model &out);
  void topology(const format::Topology *in, Topology &out);
  plan::Strategy strategy(const format::Strategy *in);
  plan::Role role(const format::Role *in, const plan::Model &model);
  void plan(const format::Plan *in, const plan::Model &model, plan::Plan &out);
  void code(const format::Code *in, KernelImage &out);

  size_t budget;
  bool failed = false;
  std::string failure;
};

SizeExpr Decoder::size(const format::SizeExpr *in) {
  SizeExpr out;
  list(in->terms(), out.terms, [&](const format::Term *term) {
    return SizeExpr::Term{term->coefficient(),
                          {term->power_t(), term->power_s(), term->power_h(),
                           term->power_k(), term->power_n()}};
  });
  // Comparisons of types rely on the normal form.
  for (size_t i = 0; i < out.terms.size(); ++i)
    if (out.terms[i].coefficient == 0 ||
        (i > 0 && out.terms[i - 1].power >= out.terms[i].power))
      fail("a size is not a polynomial in normal form");
  return out;
}

TensorType Decoder::type(const format::TensorType *in) {
  TensorType out;
  out.element = enumerator<ElementType>(in->element(), "element type");
  list(in->shape(), out.shape,
       [&](const format::SizeExpr *extent) { return size(extent); });
  return out;
}

plan::TaskTemplate Decoder::task(const format::Task *in) {
  plan::TaskTemplate out;
  out.kind = enumerator<plan::TaskKind>(in->kind(), "task kind");
  out.kernel = in->kernel();
  list(in->operands(), out.operands, [&](const format::Operand *operand) {
    return plan::Operand{enumerator<plan::Slot>(operand->slot(), "slot"),
                         operand->index(),
                         enumerator<plan::Access>(operand->access(), "access")};
  });
  return out;
}

plan::Stage Decoder::stage(const format::Stage *in) {
  plan::Stage out;
  auto toType = [&](const format::TensorType *entry) { return type(entry); };
  out.name = text(in->name());
  list(in->inputs(), out.inputs, toType);
  list(in->outputs(), out.outputs, toType);
  list(in->residuals(), out.residuals, toType);
  list(in->tasks(), out.tasks,
       [&](const format::Task *entry) { return task(entry); });
  return out;
}

plan::Kernel Decoder::kernel(const format::Kernel *in) {
  plan::Kernel out;
  out.symbol = text(in->symbol());
  list(in->operands(), out.operands,
       [&](const format::TensorType *entry) { return type(entry); });
  out.workspaceBytes = size(in->workspace_bytes());
  out.flops = size(in->flops());
  out.bytes = size(in->bytes());
  return out;
}

void Decoder::model(const format::Model *in, plan::Model &out) {
  out.name = text(in->name());
  list(in->parameters(), out.parameters, [&](const format::Parameter *entry) {
    if (!std::isfinite(entry->stddev()) || entry->stddev() < 0)
      fail("a standard deviation is not a number of at least 0");
    return plan::Parameter{
        text(entry->name()), type(entry->type()),
        enumerator<plan::Init>(entry->init(), "way to start a parameter"),
        entry->stddev()};
  });
  list(in->batch(), out.batch, [&](const format::BatchInput *entry) {
    return plan::BatchInput{text(entry->name()), type(entry->type()),
                            entry->is_offsets()};
  });
  list(in->stages(), out.stages,
       [&](const format::Stage *entry) { return stage(entry); });
  list(in->kernels(), out.kernels,
       [&](const format::Kernel *entry) { return kernel(entry); });
  list(in->updates(), out.updates,
       [&](const format::Task *entry) { return task(entry); });
  out.statesPerParameter = in->states_per_parameter();
  list(in->state_names(), out.stateNames,
       [&](const flatbuffers::String *entry) { return text(entry); });
}

void Decoder::topology(const format::Topology *in, Topology &out) {
  auto positive = [&](double value, bool zeroAllowed = false) {
    if (!std::isfinite(value) || value < 0 || (value == 0 && !zeroAllowed))
      fail("a speed or a latency of the topology makes no sense");
    return value;
  };
  auto link = [&](const format::Link *from,
                  const format::LinkSharing *sharing) {
    Link link;
    link.latencySeconds = positive(from->latency_seconds(), true);
    link.bytesPerSecond = positive(from->bytes_per_second());
    if (!sharing)
      return link;
    link.collectiveBytesPerSecond =
        positive(sharing->collective_bytes_per_second(), true);
    link.adaptersPerNode = sharing->adapters_per_node();
    if (link.adaptersPerNode < 0)
      fail("the topology has an impossible number of adapters");
    return link;
  };
  out.name = text(in->name());
  out.nodes = in->nodes();
  out.devicesPerNode = in->devices_per_node();
  constexpr int64_t limit = INT32_MAX;
  if (out.nodes < 1 || out.devicesPerNode < 1 || out.nodes > limit ||
      out.devicesPerNode > limit || out.devices() > limit)
    fail("the topology has an impossible number of devices");
  out.device.memoryBytes = in->device()->memory_bytes();
  if (out.device.memoryBytes < 1)
    fail("the topology's devices have no memory");
  out.device.flopsPerSecond = positive(in->device()->flops_per_second());
  out.device.memoryBytesPerSecond =
      positive(in->device()->memory_bytes_per_second());
  out.device.launchSeconds = positive(in->device()->launch_seconds(), true);
  out.device.peakFlopsPerSecond = positive(in->peak_flops_per_second(), true);
  if (const format::MatrixUnits *matrix = in->matrix()) {
    out.device.matrix = {positive(matrix->flops_per_second()),
                         matrix->processors(), matrix->tile_rows(),
                         matrix->tile_columns(),
                         positive(matrix->ramp_depth(), true)};
    if (matrix->processors() < 1 || matrix->tile_rows() < 1 ||
        matrix->tile_columns() < 1)
      fail("the topology's matrix units make no sense");
  }
  out.intraNode = link(in->intra_node(), in->intra_node_sharing());
  out.interNode = link(in->inter_node(), in->inter_node_sharing());
  if (!in->node_latency_seconds())
    return; // one latency between all nodes
  numbers(in->node_latency_seconds(), out.nodeLatencySeconds);
  const std::vector<double> &latencies = out.nodeLatencySeconds;
  // As doubles, since nodes may be any number here.
  double pairs = double(out.nodes) * double(out.nodes);
  if (!latencies.empty() && double(latencies.size()) != pairs)
    fail("the topology does not have a latency for each pair of nodes");
  for (double latency : latencies)
    positive(latency, true);
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
    if (inRange && found)
      buffer.type = *found;
    else
      fail("a buffer is bound to a value that the model does not have");
    buffer.microbatch = entry->microbatch();
    buffer.bytes = entry->bytes();
    buffer.offset = entry->offset();
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
    made.buffers = take(buffers, next, entry->num_buffers(), "buffers");
    return made;
  });
  out.workspaceBytes = in->workspace_bytes();
  out.workspaceOffset = in->workspace_offset();
  out.arenaBytes = in->arena_bytes();
  return out;
}

plan::Strategy Decoder::strategy(const format::Strategy *in) {
  plan::Strategy out;
  out.data = in->data();
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

void Decoder::plan(const format::Plan *in, const plan::Model &model,
                   plan::Plan &out) {
  out.strategy = strategy(in->strategy());
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
}

void Decoder::code(const format::Code *in, KernelImage &out) {
  out.triple = text(in->triple());
  out.cpu = text(in->cpu());
  list(in->features(), out.features,
       [&](const flatbuffers::String *entry) { return text(entry); });
  if (charge(in->bytes()->size()))
    out.bytes.assign(reinterpret_cast<const char *>(in->bytes()->data()),
                     in->bytes()->size());
}

Result<Executable> Decoder::run(const format::Executable &in) {
  Executable out;
  model(in.model(), out.model);
  topology(in.topology(), out.topology);
  code(in.code(), out.code);
  if (!failed) {
    // The plan is read against the model: its indices must make sense first.
    if (Result<void> checked = plan::checkModel(out.model); !checked)
      fail(checked.error().message);
    else
      plan(in.plan(), out.model, out.plan);
  }
  if (failed)
    return Error(ErrorCode::CorruptFile, failure);
  return out;
}

} // namespace

Result<void> runtime::checkPlan(const plan::Plan &plan,
                                const plan::Model &model,
                                const Topology &topology) {
  if (plan.ranks.size() > size_t(topology.devices()))
    return Error(ErrorCode::InvalidArgument,
                 "the plan needs " + std::to_string(plan.ranks.size()) +
                     " devices (" + std::to_string(plan.strategy.data) +
                     "-way data x " +
                     std::to_string(plan.ranks.size() /
                                    std::max(plan.strategy.data, 1u)) +
                     " pipeline ranks) and topology '" + topology.name +
                     "' has " + std::to_string(topology.devices()),
                 {"compile for a larger topology, or with smaller degrees"});
  return plan::check(plan, model, topology.device.memoryBytes);
}

Result<Executable> runtime::deserialize(std::string_view bytes) {
  Result<std::string_view> payload = unwrapPayload(bytes);
  if (!payload)
    return payload.error();
  // FlatBuffers reads numbers in place, so they must lie as it aligned them.
  auto aligned =
      std::make_unique<uint64_t[]>(payload->size() / sizeof(uint64_t) + 1);
  const uint8_t *data = reinterpret_cast<const uint8_t *>(aligned.get());
  std::memcpy(aligned.get(), payload->data(), payload->size());

  // Every table takes at least the 4 bytes that point to it.
  constexpr flatbuffers::uoffset_t maxDepth = 16;
  flatbuffers::Verifier verifier(
      data, payload->size(), maxDepth,
      flatbuffers::uoffset_t(payload->size() / 4 + 1));
  if (payload->size() >= FLATBUFFERS_MAX_BUFFER_SIZE ||
      !verifier.VerifyBuffer<format::Executable>(nullptr))
    return Error(ErrorCode::CorruptFile,
                 "the executable is damaged: its tables are malformed");
  Result<Executable> executable =
      Decoder(payload->size())
          .run(*flatbuffers::GetRoot<format::Executable>(data));
  if (!executable)
    return executable;
  if (Result<void> checked =
          checkPlan(executable->plan, executable->model, executable->topology);
      !checked)
    return checked.error();
  return executable;
}

Result<Executable> runtime::load(const std::string &path) {
  Result<std::string> bytes = readFile(path);
  if (!bytes)
    return bytes.error();
  Result<Executable> executable = deserialize(*bytes);
  if (!executable) {
    Error error = executable.error();
    error.message = path + ": " + error.message;
    return error;
  }
  return executable;
}
