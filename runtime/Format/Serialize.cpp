//===- Serialize.cpp - Writing .hkt files ---------------------------------===//

#include "Container.h"
#include "executable_generated.h"

#include "hocket/Runtime/Executable.h"
#include "hocket/Support/File.h"

using namespace hocket;
using namespace hocket::runtime;
using flatbuffers::Offset;

namespace {

class Writer {
public:
  std::string run(const Executable &executable);

private:
  template <typename T>
  using Offsets = Offset<flatbuffers::Vector<Offset<T>>>;

  Offset<flatbuffers::String> text(const std::string &value) {
    return builder.CreateString(value);
  }

  /// A vector of tables, each made by `make`.
  template <typename List, typename Make>
  auto tables(const List &list, Make make) {
    std::vector<decltype(make(list[0]))> made;
    made.reserve(list.size());
    for (const auto &entry : list)
      made.push_back(make(entry));
    return builder.CreateVector(made);
  }

  auto texts(const std::vector<std::string> &list) {
    return tables(list, [&](const std::string &entry) { return text(entry); });
  }

  auto types(const std::vector<TensorType> &list) {
    return tables(list, [&](const TensorType &type) { return write(type); });
  }

  auto tasks(const std::vector<plan::TaskTemplate> &list) {
    return tables(list,
                  [&](const plan::TaskTemplate &task) { return write(task); });
  }

  /// The sizes of the lists in `lists`, whose entries go to `add`.
  template <typename Lists, typename Add>
  auto flatten(const Lists &lists, Add add) {
    std::vector<uint32_t> sizes;
    for (const auto &entries : lists) {
      sizes.push_back(uint32_t(entries.size()));
      for (const auto &entry : entries)
        add(entry);
    }
    return builder.CreateVector(sizes);
  }

  Offset<format::SizeExpr> write(const SizeExpr &expr);
  Offset<format::TensorType> write(const TensorType &type);
  Offset<format::Task> write(const plan::TaskTemplate &task);
  Offset<format::Stage> write(const plan::Stage &stage);
  Offset<format::Kernel> write(const plan::Kernel &kernel);
  Offset<format::Model> write(const plan::Model &model);
  Offset<format::Topology> write(const Topology &topology);
  Offset<format::Role> write(const plan::Role &role);
  Offset<format::RouteLimits> write(const plan::RouteLimits &limits);
  Offset<format::Strategy> write(const plan::Strategy &strategy);
  Offset<format::SequenceGroup> write(const plan::SequenceGroup &group);
  Offset<format::Plan> write(const plan::Plan &plan);
  Offset<format::Code> write(const KernelImage &code);

  flatbuffers::FlatBufferBuilder builder;
};

Offset<format::SizeExpr> Writer::write(const SizeExpr &expr) {
  std::vector<format::Term> terms;
  for (const SizeExpr::Term &term : expr.terms)
    terms.emplace_back(term.coefficient, term.power[0], term.power[1],
                       term.power[2], term.power[3], term.power[4]);
  return format::CreateSizeExpr(builder, builder.CreateVectorOfStructs(terms));
}

Offset<format::TensorType> Writer::write(const TensorType &type) {
  auto shape =
      tables(type.shape, [&](const SizeExpr &extent) { return write(extent); });
  return format::CreateTensorType(builder, format::ElementType(type.element),
                                  shape);
}

Offset<format::Task> Writer::write(const plan::TaskTemplate &task) {
  std::vector<format::Operand> operands;
  for (const plan::Operand &operand : task.operands)
    operands.emplace_back(format::Slot(operand.slot),
                          format::Access(operand.access), operand.index);
  return format::CreateTask(builder, format::TaskKind(task.kind), task.kernel,
                            builder.CreateVectorOfStructs(operands));
}

Offset<format::Stage> Writer::write(const plan::Stage &stage) {
  auto name = text(stage.name);
  auto inputs = types(stage.inputs), outputs = types(stage.outputs),
       residuals = types(stage.residuals);
  auto templates = tasks(stage.tasks);
  const plan::Attention a = stage.attention.value_or(plan::Attention());
  format::Attention attention(a.query, a.key, a.value, a.heads, a.keyHeads,
                              a.headSize, a.part, a.merge, a.delta, a.partGrad,
                              a.causal, a.isTrained);
  const plan::RowGather g = stage.gather.value_or(plan::RowGather());
  format::RowGather gather(g.row, g.slots, g.reverse, g.isTrained);
  return format::CreateStage(builder, name, inputs, outputs, residuals,
                             templates, stage.attention ? &attention : nullptr,
                             types(stage.attended),
                             stage.gather ? &gather : nullptr);
}

Offset<format::Kernel> Writer::write(const plan::Kernel &kernel) {
  auto symbol = text(kernel.symbol);
  auto operands = types(kernel.operands);
  auto workspaceBytes = write(kernel.workspaceBytes);
  auto flops = write(kernel.flops);
  return format::CreateKernel(builder, symbol, operands, workspaceBytes, flops,
                              write(kernel.bytes));
}

Offset<format::Model> Writer::write(const plan::Model &model) {
  auto name = text(model.name);
  auto parameters = tables(model.parameters, [&](const plan::Parameter &p) {
    auto parameterName = text(p.name);
    return format::CreateParameter(builder, parameterName, write(p.type),
                                   format::Init(p.init), p.stddev);
  });
  auto batch = tables(model.batch, [&](const plan::BatchInput &input) {
    auto inputName = text(input.name);
    return format::CreateBatchInput(builder, inputName, write(input.type),
                                    input.isOffsets);
  });
  auto stages = tables(model.stages,
                       [&](const plan::Stage &stage) { return write(stage); });
  auto kernels = tables(
      model.kernels, [&](const plan::Kernel &kernel) { return write(kernel); });
  auto updates = tasks(model.updates);
  return format::CreateModel(builder, name, parameters, batch, stages, kernels,
                             updates, model.statesPerParameter,
                             texts(model.stateNames));
}

Offset<format::Topology> Writer::write(const Topology &topology) {
  auto link = [](const Link &from) {
    return format::Link(from.latencySeconds, from.bytesPerSecond);
  };
  format::DeviceModel device(
      topology.device.memoryBytes, topology.device.flopsPerSecond,
      topology.device.memoryBytesPerSecond, topology.device.launchSeconds);
  format::Link intraNode = link(topology.intraNode);
  format::Link interNode = link(topology.interNode);
  auto sharing = [](const Link &from) {
    return format::LinkSharing(from.collectiveBytesPerSecond,
                               from.adaptersPerNode);
  };
  const MatrixUnits &units = topology.device.matrix;
  format::MatrixUnits matrix(units.flopsPerSecond, units.processors,
                             units.tileRows, units.tileColumns,
                             units.rampDepth);
  format::LinkSharing intraSharing = sharing(topology.intraNode);
  format::LinkSharing interSharing = sharing(topology.interNode);
  auto name = text(topology.name);
  flatbuffers::Offset<flatbuffers::Vector<double>> latencies;
  if (!topology.nodeLatencySeconds.empty())
    latencies = builder.CreateVector(topology.nodeLatencySeconds);
  return format::CreateTopology(
      builder, name, topology.nodes, topology.devicesPerNode, &device,
      &intraNode, &interNode, topology.device.peakFlopsPerSecond,
      units.flopsPerSecond > 0 ? &matrix : nullptr, &intraSharing,
      &interSharing, latencies, topology.host.memoryBytes,
      topology.host.bytesPerSecond);
}

Offset<format::Role> Writer::write(const plan::Role &role) {
  auto name = text(role.name);
  auto buffers = tables(role.buffers, [&](const plan::Buffer &buffer) {
    const plan::Share &s = buffer.share;
    format::Share share(s.owner, s.firstHead, s.numHeads, s.term, s.again);
    return format::CreateBuffer(
        builder, text(buffer.name), format::Slot(buffer.binding.slot),
        buffer.binding.index, buffer.stage, buffer.microbatch, buffer.bytes,
        buffer.offset, s == plan::Share() ? nullptr : &share, buffer.onHost);
  });
  std::vector<format::Instruction> body;
  std::vector<uint32_t> bodyBuffers;
  for (const plan::Instruction &i : role.body) {
    body.emplace_back(format::Op(i.op), format::TaskKind(i.kind), i.stage,
                      i.microbatch, i.kernel, i.index, i.peer, i.group,
                      uint32_t(i.buffers.size()),
                      format::Workspace(i.workspace.bytes, i.workspace.offset));
    bodyBuffers.insert(bodyBuffers.end(), i.buffers.begin(), i.buffers.end());
  }
  auto instructions = builder.CreateVectorOfStructs(body);
  auto stages = builder.CreateVector(role.stages);
  auto operands = builder.CreateVector(bodyBuffers);
  std::vector<int32_t> numbers;
  auto tableSizes =
      flatten(role.tables, [&](int32_t number) { numbers.push_back(number); });
  return format::CreateRole(builder, name, stages, buffers, instructions,
                            operands, tableSizes, builder.CreateVector(numbers),
                            role.arenaBytes, role.hostBytes);
}

Offset<format::RouteLimits> Writer::write(const plan::RouteLimits &limits) {
  auto optional = [](std::optional<uint32_t> value) {
    return value ? flatbuffers::Optional<uint32_t>(*value)
                 : flatbuffers::nullopt;
  };
  return format::CreateRouteLimits(
      builder, optional(limits.pathLength), optional(limits.maxBackwardStep),
      optional(limits.maxBackwardSum), optional(limits.maxBackwardMoves),
      optional(limits.maxForwardJump), builder.CreateVector(limits.inFlight));
}

Offset<format::Strategy> Writer::write(const plan::Strategy &strategy) {
  std::vector<format::ScheduledTask> tasks;
  std::vector<uint32_t> nodes;
  std::vector<format::Visit> visits;
  auto schedule = text(strategy.schedule);
  auto placement = builder.CreateVector(strategy.placement);
  auto orderSizes =
      flatten(strategy.orders, [&](const plan::ScheduledTask &task) {
        tasks.emplace_back(format::TaskKind(task.kind), task.stage,
                           task.microbatch);
      });
  auto orderTasks = builder.CreateVectorOfStructs(tasks);
  auto nodeCounts =
      flatten(strategy.nodes, [&](uint32_t node) { nodes.push_back(node); });
  auto nodeVector = builder.CreateVector(nodes);
  auto routeSizes = flatten(strategy.routes, [&](const plan::Visit &visit) {
    visits.emplace_back(visit.stage, visit.rank);
  });
  auto visitVector = builder.CreateVectorOfStructs(visits);
  auto method = text(strategy.sequenceMethod);
  auto segments = builder.CreateVector(strategy.segments);
  std::vector<format::SliceActivations> kept;
  for (const plan::SliceActivations &stage : strategy.activations)
    kept.emplace_back(stage.kept, stage.offloaded);
  auto activations = builder.CreateVectorOfStructs(kept);
  return format::CreateStrategy(
      builder, strategy.data, strategy.sequence, method, segments,
      strategy.slices, activations, strategy.microbatches, schedule,
      strategy.chunks, strategy.pipelineRanks, placement, orderSizes,
      orderTasks, nodeCounts, nodeVector, routeSizes, visitVector,
      write(strategy.limits));
}

Offset<format::SequenceGroup> Writer::write(const plan::SequenceGroup &group) {
  auto coordinates = builder.CreateVector(group.coordinates);
  auto sequences = builder.CreateVector(group.sequences);
  return format::CreateSequenceGroup(builder, coordinates, sequences,
                                     text(group.method));
}

Offset<format::Plan> Writer::write(const plan::Plan &plan) {
  auto strategy = write(plan.strategy);
  auto roles =
      tables(plan.roles, [&](const plan::Role &role) { return write(role); });
  std::vector<format::Rank> ranks;
  std::vector<uint32_t> peers, rankGroups, groupSizes, groupRanks;
  for (const plan::Rank &rank : plan.ranks) {
    ranks.emplace_back(rank.role, rank.data, rank.pipeline,
                       uint32_t(rank.peers.size()),
                       uint32_t(rank.groups.size()));
    peers.insert(peers.end(), rank.peers.begin(), rank.peers.end());
    rankGroups.insert(rankGroups.end(), rank.groups.begin(), rank.groups.end());
  }
  for (const std::vector<uint32_t> &group : plan.groups) {
    groupSizes.push_back(uint32_t(group.size()));
    groupRanks.insert(groupRanks.end(), group.begin(), group.end());
  }
  std::vector<format::MicrobatchShape> shapes;
  for (const plan::MicrobatchShape &shape : plan.shapes)
    shapes.emplace_back(shape.tokens, shape.sequences);
  auto rankVector = builder.CreateVectorOfStructs(ranks);
  auto peerVector = builder.CreateVector(peers);
  auto rankGroupVector = builder.CreateVector(rankGroups);
  auto groupSizeVector = builder.CreateVector(groupSizes);
  auto groupRankVector = builder.CreateVector(groupRanks);
  auto shapeVector = builder.CreateVectorOfStructs(shapes);
  auto lengths = builder.CreateVector(plan.lengths);
  auto firstSequence = builder.CreateVector(plan.firstSequence);
  std::vector<Offset<format::SequenceGroup>> sharing;
  auto groupCounts =
      flatten(plan.sequenceGroups, [&](const plan::SequenceGroup &group) {
        sharing.push_back(write(group));
      });
  auto sharingVector = builder.CreateVector(sharing);
  std::vector<format::TokenChunk> chunks;
  for (const plan::TokenChunk &chunk : plan.chunks)
    chunks.emplace_back(chunk.first, chunk.count, chunk.stride, chunk.sequence);
  auto firstChunk = builder.CreateVector(plan.firstChunk);
  return format::CreatePlan(builder, strategy, plan.stages, roles, rankVector,
                            peerVector, rankGroupVector, groupSizeVector,
                            groupRankVector, shapeVector, lengths,
                            firstSequence, groupCounts, sharingVector,
                            firstChunk, builder.CreateVectorOfStructs(chunks));
}

Offset<format::Code> Writer::write(const KernelImage &code) {
  auto triple = text(code.triple), cpu = text(code.cpu);
  auto features = texts(code.features);
  return format::CreateCode(
      builder, triple, cpu, features,
      builder.CreateVector(reinterpret_cast<const uint8_t *>(code.bytes.data()),
                           code.bytes.size()));
}

std::string Writer::run(const Executable &executable) {
  auto model = write(executable.model);
  auto topology = write(executable.topology);
  auto plan = write(executable.plan);
  builder.Finish(format::CreateExecutable(builder, model, topology, plan,
                                          write(executable.code)));
  return wrapPayload(
      {reinterpret_cast<const char *>(builder.GetBufferPointer()),
       builder.GetSize()});
}

} // namespace

std::string runtime::serialize(const Executable &executable) {
  return Writer().run(executable);
}

Result<void> runtime::save(const Executable &executable,
                           const std::string &path) {
  return writeFile(path, serialize(executable));
}
