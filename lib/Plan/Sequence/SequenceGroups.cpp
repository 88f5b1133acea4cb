//===- SequenceGroups.cpp - The groups of a step --------------------------===//

#include "SequenceGroups.h"

#include "hocket/Plan/ModelCheck.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::plan;

static Error fail(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

Result<SequenceGroups> SequenceGroups::create(Plan &plan, const Model &model,
                                              const SequenceMethods &methods) {
  SequenceGroups groups;
  if (Result<void> laidOut = groups.layOut(plan, model, methods); !laidOut)
    return laidOut.error();
  return groups;
}

Result<const SequenceMethod *>
SequenceGroups::methodOf(const std::string &name,
                         const SequenceMethods &registry) {
  auto [found, isNew] = methods.try_emplace(name);
  if (!isNew)
    return found->second.get();
  Result<std::unique_ptr<SequenceMethod>> made = registry.make(name);
  if (!made)
    return made.error();
  found->second = std::move(*made);
  return found->second.get();
}

/// Deals every slice to the members, by member * slices + slice: all of them
/// work on a slice at the same time.
static MemberChunks deal(const MemberChunks &slices,
                         const SequenceMethod &method, uint32_t degree,
                         bool gathers) {
  MemberChunks dealt;
  for (uint32_t member = 0; member < degree; ++member)
    for (const std::vector<TokenChunk> &slice : slices) {
      std::vector<TokenChunk> &list = dealt.emplace_back();
      for (const TokenChunk &run : slice) {
        for (TokenChunk chunk : method.chunks(run.count, member, degree)) {
          chunk.sequence = run.sequence;
          chunk.first += run.first;
          list.push_back(chunk);
        }
        // Of a row for each sequence all members have as many.
        if (gathers && (list.empty() || list.back().sequence != run.sequence))
          list.push_back({run.sequence, 0, 0, 1});
      }
    }
  return dealt;
}

Result<void> SequenceGroups::layOut(Plan &plan, const Model &model,
                                    const SequenceMethods &registry) {
  microbatches = plan.strategy.microbatches;
  slices = plan.strategy.slices;
  uint32_t coordinates = plan.strategy.replicas();
  std::vector<MemberChunks> chunks(coordinates);
  for (MemberChunks &ofCoordinate : chunks)
    ofCoordinate.resize(plan.strategy.numSlices());
  places.resize(size_t(coordinates) * microbatches);
  std::vector<bool> isDealt(plan.lengths.size());
  bool gathers = gathersRows(model);
  for (uint32_t i = 0; i < microbatches; ++i)
    for (const SequenceGroup &group : plan.sequenceGroups[i]) {
      uint32_t degree = uint32_t(group.coordinates.size());
      Result<const SequenceMethod *> method = methodOf(group.method, registry);
      if (!method)
        return method.error();
      for (const Stage &stage : model.stages)
        if (stage.attention)
          if (Result<void> checked = (*method)->check(
                  degree, stage.attention->heads, stage.attention->keyHeads);
              !checked)
            return checked;
      if (gathers && !(*method)->holdsRuns())
        return Error(ErrorCode::InvalidArgument,
                     "a stage scans over the tokens of several ranks, which "
                     "needs a run of each sequence on every rank, and the "
                     "sequence method '" +
                         group.method + "' deals them in another way",
                     {"use ring or ulysses"});
      for (const Stage &stage : model.stages)
        if (stage.gather && degree > stage.gather->slots + 1)
          return fail("a sequence group has " + std::to_string(degree) +
                      " members, and stage '" + stage.name +
                      "' was compiled for at most " +
                      std::to_string(stage.gather->slots + 1));
      if (!std::is_sorted(group.sequences.begin(), group.sequences.end()))
        return fail("the sequences of a group are not sorted");
      Group &made = groups.emplace_back();
      made.group = &group;
      made.method = *method;
      std::vector<TokenChunk> whole;
      for (uint32_t sequence : group.sequences) {
        if (sequence >= isDealt.size() || isDealt[sequence])
          return fail("sequence #" + std::to_string(sequence) +
                      " is not in exactly one group");
        isDealt[sequence] = true;
        whole.push_back({sequence, 0, plan.lengths[sequence]});
      }
      made.chunks =
          deal(cutIntoSlices(whole, slices), **method, degree, gathers);
      for (uint32_t member = 0; member < degree; ++member) {
        uint32_t coordinate = group.coordinates[member];
        if (coordinate >= coordinates)
          return fail("a sequence group has the coordinate " +
                      std::to_string(coordinate) + " of " +
                      std::to_string(coordinates));
        Place &place = places[size_t(coordinate) * microbatches + i];
        if (place.group >= 0)
          return fail("coordinate " + std::to_string(coordinate) +
                      " is in two sequence groups of microbatch " +
                      std::to_string(i));
        place = {int32_t(groups.size()) - 1, member};
        for (uint32_t slice = 0; slice < slices; ++slice)
          chunks[coordinate][i * slices + slice] =
              made.chunks[member * slices + slice];
      }
    }
  for (size_t sequence = 0; sequence < isDealt.size(); ++sequence)
    if (!isDealt[sequence])
      return fail("sequence #" + std::to_string(sequence) +
                  " is in no sequence group");
  plan.firstChunk = {0};
  plan.chunks.clear();
  plan.shapes.clear();
  for (const MemberChunks &ofCoordinate : chunks)
    for (const std::vector<TokenChunk> &list : ofCoordinate) {
      MicrobatchShape shape;
      for (const TokenChunk &chunk : list)
        shape.tokens += chunk.count;
      shape.sequences = int64_t(list.size());
      plan.shapes.push_back(shape);
      plan.chunks.insert(plan.chunks.end(), list.begin(), list.end());
      plan.firstChunk.push_back(uint32_t(plan.chunks.size()));
    }
  return {};
}

MemberProgram SequenceGroups::program(uint32_t coordinate, uint32_t microbatch,
                                      const Attention &attention,
                                      bool isBackward) {
  const Place &place = places[size_t(coordinate) * microbatches + microbatch];
  if (place.group < 0)
    return {};
  Group &group = groups[place.group];
  auto [found, isNew] = group.programs.try_emplace(
      {attention.heads, attention.keyHeads, attention.causal, isBackward});
  if (isNew) {
    AttentionGeometry geometry{attention.heads, attention.keyHeads,
                               attention.causal, group.chunks};
    found->second = isBackward ? group.method->backward(geometry)
                               : group.method->forward(geometry);
  }
  return {&found->second[place.member], group.group};
}

MemberSlices SequenceGroups::slicePrograms(uint32_t coordinate,
                                           uint32_t microbatch,
                                           const Attention &attention) {
  const Place &place = places[size_t(coordinate) * microbatches + microbatch];
  if (place.group < 0)
    return {};
  Group &group = groups[place.group];
  auto [found, isNew] = group.ofSlices.try_emplace(
      {attention.heads, attention.keyHeads, attention.causal});
  if (isNew)
    found->second = writeSlices(
        {attention.heads, attention.keyHeads, attention.causal, group.chunks},
        slices);
  return {&found->second, group.group, place.member};
}

RowMembers SequenceGroups::rowMembers(uint32_t coordinate, uint32_t microbatch,
                                      bool reverse) const {
  const Place &place = places[size_t(coordinate) * microbatches + microbatch];
  RowMembers members;
  if (place.group < 0)
    return members;
  std::vector<uint32_t> order = groups[place.group].group->coordinates;
  if (reverse)
    std::reverse(order.begin(), order.end());
  auto own = std::find(order.begin(), order.end(), coordinate);
  members.before.assign(order.begin(), own);
  members.after.assign(own + 1, order.end());
  return members;
}
