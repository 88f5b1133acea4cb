//===- DecodeModel.cpp - Reading models, topologies and code --------------===//

#include "Decoder.h"

#include <cmath>

using namespace hocket;
using namespace hocket::runtime;

static_assert(format::ElementType::MAX ==
              format::ElementType(ElementType::I64));
static_assert(format::Init::MAX == format::Init(plan::Init::Normal));
static_assert(format::Slot::MAX == format::Slot(plan::Slot::Step));
static_assert(format::Access::MAX == format::Access(plan::Access::ReadWrite));
static_assert(format::TaskKind::MAX ==
              format::TaskKind(plan::TaskKind::Update));
static_assert(format::Op::MAX == format::Op(plan::Op::WaitCopy));

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
  if (const format::Attention *from = in->attention())
    out.attention =
        plan::Attention{from->query(),  from->key(),       from->value(),
                        from->heads(),  from->key_heads(), from->head_size(),
                        from->causal(), from->part(),      from->merge(),
                        from->delta(),  from->part_grad(), from->is_trained()};
  list(in->attended(), out.attended, toType);
  if (const format::RowGather *from = in->gather())
    out.gather = plan::RowGather{from->row(), from->slots(), from->reverse(),
                                 from->is_trained()};
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
  out.host = {in->host_memory_bytes(),
              positive(in->host_bytes_per_second(), true)};
  if (out.host.memoryBytes < 0)
    fail("the topology's hosts have less than no memory");
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

void Decoder::code(const format::Code *in, KernelImage &out) {
  out.triple = text(in->triple());
  out.cpu = text(in->cpu());
  list(in->features(), out.features,
       [&](const flatbuffers::String *entry) { return text(entry); });
  if (charge(in->bytes()->size()))
    out.bytes.assign(reinterpret_cast<const char *>(in->bytes()->data()),
                     in->bytes()->size());
}
