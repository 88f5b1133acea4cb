//===- AttentionWriter.cpp - Programs of an attention, by phases ----------===//

#include "AttentionWriter.h"

#include "hocket/Plan/AttentionTable.h"

using namespace hocket;
using namespace hocket::plan;

AttentionWriter::AttentionWriter(const AttentionGeometry &geometry)
    : geometry(geometry), tokens(geometry.degree()), phases(geometry.degree()),
      numSends(geometry.degree()), touched(geometry.degree()),
      program(geometry.degree()) {
  for (uint32_t member = 0; member < geometry.degree(); ++member)
    for (const TokenChunk &chunk : geometry.chunks[member])
      tokens[member] += chunk.count;
  for (uint32_t query = 0; query < geometry.degree(); ++query)
    for (uint32_t key = 0; key < geometry.degree(); ++key)
      rows.push_back(geometry.rows(query, key));
}

HeadRange AttentionWriter::queryHeads(uint32_t part, uint32_t parts) const {
  uint32_t first = uint32_t(uint64_t(geometry.heads) * part / parts);
  uint32_t end = uint32_t(uint64_t(geometry.heads) * (part + 1) / parts);
  return {first, end - first};
}

HeadRange AttentionWriter::keyHeads(HeadRange queryHeads) const {
  uint32_t group = geometry.heads / geometry.keyHeads;
  uint32_t first = queryHeads.first / group;
  uint32_t last = (queryHeads.first + queryHeads.count - 1) / group;
  return {first, last - first + 1};
}

AttentionValue AttentionWriter::value(Quantity quantity, uint32_t member,
                                      uint32_t owner,
                                      HeadRange queryHeads) const {
  bool ofKeys = hasKeyHeads(quantity);
  HeadRange heads = ofKeys ? keyHeads(queryHeads) : queryHeads;
  uint32_t all = ofKeys ? geometry.keyHeads : geometry.heads;
  if (heads.count == all && member == owner)
    return own(quantity);
  return shared(quantity, owner, heads);
}

AttentionValue AttentionWriter::shared(Quantity quantity, uint32_t owner,
                                       HeadRange heads, int32_t term) {
  Share share;
  share.owner = int32_t(owner);
  share.firstHead = heads.first;
  share.numHeads = heads.count;
  share.term = term;
  return {quantity, share};
}

void AttentionWriter::send(uint32_t from, uint32_t to, AttentionValue sent,
                           AttentionValue received) {
  AttentionStep post;
  post.op = Op::Send;
  post.peer = to;
  post.values = {sent};
  phases[from].sends.push_back(std::move(post));
  AttentionStep recv;
  recv.op = Op::Recv;
  recv.peer = from;
  recv.values = {received};
  phases[to].receives.push_back(std::move(recv));
}

void AttentionWriter::copyBefore(uint32_t member, AttentionValue to,
                                 AttentionValue from) {
  AttentionStep step;
  step.op = Op::CopyHeads;
  step.values = {to, from};
  phases[member].before.push_back(std::move(step));
}

void AttentionWriter::addBefore(uint32_t member, AttentionValue to,
                                AttentionValue from) {
  AttentionStep step;
  step.op = Op::Add;
  step.values = {to, from};
  phases[member].before.push_back(std::move(step));
}

void AttentionWriter::zeroBefore(uint32_t member, AttentionValue value) {
  AttentionStep step;
  step.op = Op::Zero;
  step.values = {value};
  phases[member].before.push_back(std::move(step));
}

void AttentionWriter::mergeBefore(uint32_t member, AttentionValue output,
                                  AttentionValue lse,
                                  AttentionValue otherOutput,
                                  AttentionValue otherLse) {
  AttentionStep step;
  step.kernel = AttentionKernel::Merge;
  step.values = {output, lse, otherOutput, otherLse};
  phases[member].before.push_back(std::move(step));
}

std::vector<int32_t> AttentionWriter::table(uint32_t queryOwner,
                                            uint32_t keyOwner,
                                            HeadRange queryHeads,
                                            int32_t initialise) const {
  const std::vector<int32_t> &pairs = rowsOf(queryOwner, keyOwner);
  int32_t group = int32_t(geometry.heads / geometry.keyHeads);
  std::vector<int32_t> table = {int32_t(pairs.size() / kTableRow), initialise,
                                group, int32_t(queryHeads.first) % group};
  table.insert(table.end(), pairs.begin(), pairs.end());
  return table;
}

void AttentionWriter::part(uint32_t member, uint32_t queryOwner,
                           uint32_t keyOwner, HeadRange queryHeads,
                           AttentionValue query, AttentionValue key,
                           AttentionValue value, AttentionValue output,
                           AttentionValue lse) {
  AttentionStep step;
  step.kernel = AttentionKernel::Part;
  step.values = {query, key, value, output, lse};
  step.table =
      table(queryOwner, keyOwner, queryHeads, isFirst(member, output) ? 1 : 0);
  phases[member].work.push_back(std::move(step));
}

void AttentionWriter::delta(uint32_t member, AttentionValue output,
                            AttentionValue gradient, AttentionValue delta) {
  AttentionStep step;
  step.kernel = AttentionKernel::Delta;
  step.values = {output, gradient, delta};
  phases[member].work.push_back(std::move(step));
}

void AttentionWriter::partGrad(uint32_t member, uint32_t queryOwner,
                               uint32_t keyOwner, HeadRange queryHeads,
                               std::vector<AttentionValue> values) {
  int32_t initialise = isFirst(member, values[6]) ? 1 : 0;
  if (isFirst(member, values[7]))
    initialise |= 2;
  AttentionStep step;
  step.kernel = AttentionKernel::PartGrad;
  step.values = std::move(values);
  step.table = table(queryOwner, keyOwner, queryHeads, initialise);
  phases[member].work.push_back(std::move(step));
}

void AttentionWriter::fillEmpty(std::initializer_list<Quantity> quantities) {
  for (uint32_t member = 0; member < geometry.degree(); ++member)
    for (Quantity quantity : quantities)
      if (!hasTokens(member))
        zeroBefore(member, own(quantity));
}

void AttentionWriter::endPhase() {
  for (uint32_t member = 0; member < geometry.degree(); ++member) {
    Phase &phase = phases[member];
    std::vector<AttentionStep> &steps = program[member];
    for (std::vector<AttentionStep> *list :
         {&phase.before, &phase.sends, &phase.work, &phase.receives})
      std::move(list->begin(), list->end(), std::back_inserter(steps));
    for (size_t k = 0; k < phase.sends.size(); ++k) {
      AttentionStep wait;
      wait.op = Op::WaitSend;
      wait.send = numSends[member]++;
      steps.push_back(std::move(wait));
    }
    phase = {};
  }
}

AttentionProgram AttentionWriter::finish() {
  endPhase();
  return std::move(program);
}
