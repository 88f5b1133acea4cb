//===- Deserialize.cpp - Reading .hkt files -------------------------------===//
//
// Trusts nothing: the checksum finds damage, the FlatBuffers verifier finds
// offsets that leave the payload, the decoder finds values out of range, and
// plan::check() finds plans that would not run.
//
//===----------------------------------------------------------------------===//

#include "Container.h"
#include "Decode.h"
#include "Decoder.h"

#include "hocket/Plan/Check.h"
#include "hocket/Plan/ModelCheck.h"
#include "hocket/Support/File.h"

#include <cstring>
#include <memory>

using namespace hocket;
using namespace hocket::runtime;

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

Result<void> runtime::checkPlan(const plan::Plan &plan,
                                const plan::Model &model,
                                const Topology &topology) {
  if (plan.ranks.size() > size_t(topology.devices())) {
    const plan::Strategy &strategy = plan.strategy;
    uint32_t replicas = std::max(strategy.replicas(), 1u);
    std::string degrees = std::to_string(strategy.data) + "-way data x ";
    if (strategy.sequence > 1)
      degrees += std::to_string(strategy.sequence) + "-way sequence x ";
    return Error(ErrorCode::InvalidArgument,
                 "the plan needs " + std::to_string(plan.ranks.size()) +
                     " devices (" + degrees +
                     std::to_string(plan.ranks.size() / replicas) +
                     " pipeline ranks) and topology '" + topology.name +
                     "' has " + std::to_string(topology.devices()),
                 {"compile for a larger topology, or with smaller degrees"});
  }
  return plan::check(plan, model,
                     {topology.device.memoryBytes, topology.host.memoryBytes});
}

Result<Executable> runtime::decode(std::string_view bytes) {
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
  return Decoder(payload->size())
      .run(*flatbuffers::GetRoot<format::Executable>(data));
}

Result<Executable> runtime::deserialize(std::string_view bytes) {
  Result<Executable> executable = decode(bytes);
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
