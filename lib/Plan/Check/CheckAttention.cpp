//===- CheckAttention.cpp - P8: every query meets the keys that it sees ---===//
//
// Follows the attention of each group, stage and microbatch from rank to rank
// without data. What a buffer of a sum holds is a list of terms: the owner of
// the queries, the owner of the keys, and the query heads. A result is right if
// it has every term that has a visible pair of a query and a key, once. Owners
// are the slices of coordinates, of which most plans have one each.
//
//===----------------------------------------------------------------------===//

#include "Checker.h"

#include "hocket/Plan/Sequence.h"
#include "hocket/Plan/Shares.h"

#include <algorithm>
#include <deque>
#include <set>

using namespace hocket;
using namespace hocket::plan;

namespace {

/// What one call of a kernel adds; owners are slices of coordinates.
struct Term {
  uint32_t query = 0, key = 0;
  uint32_t firstHead = 0, numHeads = 0;
};
using Terms = std::vector<Term>;

class GroupChecker {
public:
  GroupChecker(const CheckContext &context, const Meeting &meeting)
      : context(context), plan(context.plan), stage(meeting.stage),
        microbatch(meeting.microbatch), slices(plan.strategy.slices),
        attention(*context.model.stages[stage].attention) {
    for (size_t i = 0; i < meeting.ranks.size(); ++i) {
      uint32_t coordinate = meeting.group.coordinates[i];
      members.push_back({meeting.ranks[i], coordinate});
      collect(members.back());
      for (uint32_t slice = 0; slice < slices; ++slice)
        owners.push_back(coordinate * slices + slice);
    }
  }

  Found run();

private:
  struct Member {
    uint32_t rank = 0, coordinate = 0;
    std::vector<uint32_t> instructions = {};
    size_t next = 0;
    std::map<uint32_t, Terms> terms = {}; // by buffer
    std::set<uint32_t> whole = {};        // buffers found to have every term
  };

  void collect(Member &member);
  bool isPeer(const Member &member, const Instruction &instruction) const;
  /// True where the member could go on.
  bool advance(Member &member, Found &found);
  Found attend(Member &member, uint32_t index);
  Found checkTable(const Member &member, uint32_t index, uint32_t query,
                   uint32_t key, uint32_t firstHead);
  Found checkWhole(Member &member, int64_t index, uint32_t buffer);
  Found checkResults(Member &member);
  Found checkResult(const Member &member, int64_t index, uint32_t buffer);
  Found expect(const Member &member, int64_t instruction, uint32_t buffer,
               const Terms &terms, bool ofKeys, uint32_t owner,
               uint32_t firstHead, uint32_t numHeads);
  bool sees(uint32_t query, uint32_t key) const;
  /// The owners of queries that see the keys of `owner`, or of keys that its
  /// queries see; sorted.
  const std::vector<uint32_t> &partnersOf(uint32_t owner, bool ofKeys);

  const Buffer &bufferOf(const Member &member, uint32_t buffer) const {
    return context.roleOf(member.rank).buffers[buffer];
  }
  uint32_t ownerOf(const Member &member, const Buffer &buffer) const {
    return hocket::plan::ownerOf(buffer, member.coordinate) * slices +
           uint32_t(buffer.microbatch) % slices;
  }
  std::string describe(uint32_t owner) const {
    std::string text = "coordinate " + std::to_string(owner / slices);
    return slices == 1
               ? text
               : "slice " + std::to_string(owner % slices) + " of " + text;
  }
  std::pair<const TokenChunk *, const TokenChunk *>
  chunksOf(uint32_t owner) const {
    size_t place = size_t(owner / slices) * plan.strategy.numSlices() +
                   size_t(microbatch) * slices + owner % slices;
    return {plan.chunks.data() + plan.firstChunk[place],
            plan.chunks.data() + plan.firstChunk[place + 1]};
  }
  bool isVisible(const TokenChunk &query, const TokenChunk &key) const {
    return query.sequence == key.sequence && query.count > 0 && key.count > 0 &&
           (!attention.causal ||
            key.first <= query.first + (query.count - 1) * query.stride);
  }
  Found fail(std::string message, const Member &member, int64_t instruction,
             int64_t buffer = -1) const {
    return context.violation("P8", std::move(message),
                             {context.on(member.rank, instruction, buffer)});
  }

  const CheckContext &context;
  const Plan &plan;
  uint32_t stage, microbatch, slices;
  const Attention &attention;
  std::vector<Member> members;
  std::vector<uint32_t> owners;
  std::map<std::pair<uint32_t, uint32_t>, std::deque<Terms>> queues; // by ranks
  std::map<std::pair<uint32_t, bool>, std::vector<uint32_t>> partners;
};

bool GroupChecker::isPeer(const Member &member,
                          const Instruction &instruction) const {
  const Rank &rank = plan.ranks[member.rank];
  return plan.ranks[rank.peers[instruction.peer]].pipeline == rank.pipeline;
}

/// What the attention does, and who reads its results: the stage's kernels, and
/// those of the stage before or messages to it.
void GroupChecker::collect(Member &member) {
  const Role &role = context.roleOf(member.rank);
  for (uint32_t i = 0; i < role.body.size(); ++i) {
    const Instruction &instruction = role.body[i];
    if (instruction.microbatch < 0 ||
        plan.strategy.microbatchOf(instruction.microbatch) != microbatch)
      continue;
    bool isKernel = instruction.op == Op::Kernel;
    bool isBefore = isKernel && instruction.stage == int32_t(stage) - 1;
    if (!isBefore && instruction.stage != int32_t(stage))
      continue;
    if (instruction.op != Op::Recv || isPeer(member, instruction))
      member.instructions.push_back(i);
  }
}

bool GroupChecker::sees(uint32_t query, uint32_t key) const {
  auto [queryBegin, queryEnd] = chunksOf(query);
  auto [keyBegin, keyEnd] = chunksOf(key);
  for (const TokenChunk *q = queryBegin; q != queryEnd; ++q)
    for (const TokenChunk *k = keyBegin; k != keyEnd; ++k)
      if (isVisible(*q, *k))
        return true;
  return false;
}

const std::vector<uint32_t> &GroupChecker::partnersOf(uint32_t owner,
                                                      bool ofKeys) {
  auto [found, isNew] = partners.try_emplace({owner, ofKeys});
  if (isNew) {
    for (uint32_t other : owners)
      if (ofKeys ? sees(other, owner) : sees(owner, other))
        found->second.push_back(other);
    std::sort(found->second.begin(), found->second.end());
  }
  return found->second;
}

/// Every pair of chunks that see each other has one row, with the places and
/// positions of both.
Found GroupChecker::checkTable(const Member &member, uint32_t index,
                               uint32_t query, uint32_t key,
                               uint32_t firstHead) {
  const Role &role = context.roleOf(member.rank);
  const std::vector<int32_t> &table = role.tables[role.body[index].index];
  auto wrong = [&](const char *what) {
    return fail(std::string("the table of an attention ") + what, member,
                index);
  };
  uint32_t headsPerKey = attention.heads / attention.keyHeads;
  if (table.size() < 4 || (table.size() - 4) % 8 != 0 ||
      size_t(table[0]) != (table.size() - 4) / 8 ||
      table[2] != int32_t(headsPerKey) ||
      table[3] != int32_t(firstHead % headsPerKey))
    return wrong("has a wrong head");
  std::set<std::pair<const TokenChunk *, const TokenChunk *>> found;
  auto chunkAt = [&](uint32_t owner, const int32_t *place,
                     const int32_t *position) -> const TokenChunk * {
    int64_t begin = 0;
    auto [first, end] = chunksOf(owner);
    for (const TokenChunk *chunk = first; chunk != end; ++chunk) {
      if (begin == place[0] && chunk->count == place[1] &&
          chunk->first == position[0] && chunk->stride == position[1])
        return chunk;
      begin += chunk->count;
    }
    return nullptr;
  };
  for (size_t row = 4; row < table.size(); row += 8) {
    const int32_t *r = &table[row];
    const TokenChunk *queries = chunkAt(query, r, r + 4);
    const TokenChunk *keys = chunkAt(key, r + 2, r + 6);
    if (!queries || !keys || queries->sequence != keys->sequence)
      return wrong("has a row that is not one of two chunks of a sequence");
    if (!found.emplace(queries, keys).second)
      return wrong("has a row twice");
  }
  auto [queryBegin, queryEnd] = chunksOf(query);
  auto [keyBegin, keyEnd] = chunksOf(key);
  for (const TokenChunk *q = queryBegin; q != queryEnd; ++q)
    for (const TokenChunk *k = keyBegin; k != keyEnd; ++k)
      if (isVisible(*q, *k) && !found.count({q, k}))
        return wrong("lacks a row for tokens that see others");
  return std::nullopt;
}

/// Output, lse: every term of its queries is there.
Found GroupChecker::checkWhole(Member &member, int64_t index, uint32_t number) {
  if (!member.whole.insert(number).second)
    return std::nullopt;
  const Buffer &buffer = bufferOf(member, number);
  auto terms = member.terms.find(number);
  uint32_t heads = uint32_t(buffer.type.shape[1].evaluate({}));
  return expect(member, index, number,
                terms == member.terms.end() ? Terms() : terms->second, false,
                ownerOf(member, buffer), buffer.share.firstHead, heads);
}

Found GroupChecker::attend(Member &member, uint32_t index) {
  const Role &role = context.roleOf(member.rank);
  const Instruction &attend = role.body[index];
  const std::vector<uint32_t> &buffers = attend.buffers;
  auto shareAt = [&](size_t k) {
    const Buffer &buffer = role.buffers[buffers[k]];
    return std::tuple(ownerOf(member, buffer), buffer.share.firstHead,
                      uint32_t(buffer.type.shape[1].evaluate({})));
  };
  auto agree = [&](std::initializer_list<size_t> operands) {
    return std::all_of(operands.begin(), operands.end(), [&](size_t k) {
      return shareAt(k) == shareAt(*operands.begin());
    });
  };
  const char *mixed =
      "an attention's operands are of different tokens or heads";
  if (attend.kernel == attention.merge) {
    if (!agree({0, 1, 2, 3}))
      return fail(mixed, member, index);
    for (size_t k : {size_t(0), size_t(1)}) {
      const Terms &from = member.terms[buffers[k + 2]];
      Terms &to = member.terms[buffers[k]];
      to.insert(to.end(), from.begin(), from.end());
      member.whole.erase(buffers[k]);
    }
    return std::nullopt;
  }
  if (attention.isTrained && attend.kernel == attention.delta)
    return agree({0, 1, 2}) ? checkWhole(member, index, buffers[0])
                            : fail(mixed, member, index);
  bool isPart = attend.kernel == attention.part;
  bool fits = isPart ? agree({0, 3, 4}) && agree({1, 2})
                     : agree({0, 3, 4, 5, 6}) && agree({1, 2, 7, 8});
  auto [query, firstHead, numHeads] = shareAt(0);
  auto [key, firstKeyHead, numKeyHeads] = shareAt(1);
  uint32_t headsPerKey = attention.heads / attention.keyHeads;
  fits &= firstKeyHead == firstHead / headsPerKey &&
          (firstHead + numHeads - 1) / headsPerKey - firstKeyHead + 1 ==
              numKeyHeads;
  if (!fits)
    return fail(mixed, member, index);
  if (Found found = checkTable(member, index, query, key, firstHead))
    return found;
  if (!isPart)
    if (Found found = checkWhole(member, index, buffers[3]))
      return found;
  for (size_t k = isPart ? 3 : 6; k < buffers.size(); ++k) {
    member.terms[buffers[k]].push_back({query, key, firstHead, numHeads});
    member.whole.erase(buffers[k]);
  }
  return std::nullopt;
}

bool GroupChecker::advance(Member &member, Found &found) {
  const Role &role = context.roleOf(member.rank);
  uint32_t index = member.instructions[member.next];
  const Instruction &instruction = role.body[index];
  const Rank &rank = plan.ranks[member.rank];
  switch (instruction.op) {
  case Op::Send:
    if (!isPeer(member, instruction)) {
      found = checkResult(member, index, instruction.buffers[0]);
      break;
    }
    queues[{member.rank, rank.peers[instruction.peer]}].push_back(
        member.terms[instruction.buffers[0]]);
    break;
  case Op::Recv: {
    auto &queue = queues[{rank.peers[instruction.peer], member.rank}];
    if (queue.empty())
      return false;
    member.terms[instruction.buffers[0]] = std::move(queue.front());
    member.whole.erase(instruction.buffers[0]);
    queue.pop_front();
    break;
  }
  case Op::CopyHeads:
  case Op::Add:
  case Op::Offload:
  case Op::Fetch: {
    const Terms &from = member.terms[instruction.buffers[1]];
    Terms &to = member.terms[instruction.buffers[0]];
    to.insert(to.end(), from.begin(), from.end());
    member.whole.erase(instruction.buffers[0]);
    break;
  }
  case Op::Attend:
    found = attend(member, index);
    break;
  case Op::Kernel:
    for (uint32_t buffer : instruction.buffers)
      if (!found && role.buffers[buffer].stage == int32_t(stage))
        found = role.buffers[buffer].binding.slot == Slot::Attended
                    ? checkWhole(member, index, buffer)
                    : checkResult(member, index, buffer);
    break;
  default:
    break;
  }
  ++member.next;
  return true;
}

Found GroupChecker::expect(const Member &member, int64_t instruction,
                           uint32_t buffer, const Terms &terms, bool ofKeys,
                           uint32_t owner, uint32_t firstHead,
                           uint32_t numHeads) {
  // By query head: the other owners.
  std::vector<std::vector<uint32_t>> others(attention.heads);
  const std::vector<uint32_t> &expected = partnersOf(owner, ofKeys);
  for (const Term &term : terms) {
    if ((ofKeys ? term.key : term.query) != owner)
      return fail("a sum has a term of other tokens", member, instruction,
                  buffer);
    // A member may meet itself for nothing.
    uint32_t other = ofKeys ? term.query : term.key;
    if (other == owner &&
        !std::binary_search(expected.begin(), expected.end(), owner))
      continue;
    for (uint32_t head = 0; head < term.numHeads; ++head)
      others[term.firstHead + head].push_back(other);
  }
  for (uint32_t head = 0; head < attention.heads; ++head) {
    bool isHere = head >= firstHead && head < firstHead + numHeads;
    std::vector<uint32_t> &list = others[head];
    std::sort(list.begin(), list.end());
    auto twice = std::adjacent_find(list.begin(), list.end());
    if (twice != list.end() || (!isHere && !list.empty()))
      return fail("head " + std::to_string(head) +
                      (isHere ? " of a sum has the term of " +
                                    describe(*twice) + " twice"
                              : " is in a sum of other heads"),
                  member, instruction, buffer);
    if (!isHere || std::includes(list.begin(), list.end(), expected.begin(),
                                 expected.end()))
      continue;
    auto lacks =
        std::find_if(expected.begin(), expected.end(), [&](uint32_t other) {
          return !std::binary_search(list.begin(), list.end(), other);
        });
    return fail("head " + std::to_string(head) +
                    " of a sum lacks the term of " + describe(*lacks),
                member, instruction, buffer);
  }
  return std::nullopt;
}

/// The gradient of query, key or value has every term, if `number` is one.
Found GroupChecker::checkResult(const Member &member, int64_t index,
                                uint32_t number) {
  const Buffer &buffer = bufferOf(member, number);
  uint32_t value = buffer.binding.index;
  bool ofKeys = value == attention.key || value == attention.value;
  if (buffer.binding.slot != Slot::InputGradient ||
      buffer.stage != int32_t(stage) || buffer.share != Share() ||
      (!ofKeys && value != attention.query))
    return std::nullopt;
  auto terms = member.terms.find(number);
  return expect(member, index, number,
                terms == member.terms.end() ? Terms() : terms->second, ofKeys,
                ownerOf(member, buffer), 0, attention.heads);
}

/// At the end nothing is missing, nor was anything added after the last reader.
Found GroupChecker::checkResults(Member &member) {
  const Role &role = context.roleOf(member.rank);
  for (uint32_t i = 0; i < role.buffers.size(); ++i) {
    const Buffer &buffer = role.buffers[i];
    if (buffer.stage != int32_t(stage) || buffer.microbatch < 0 ||
        plan.strategy.microbatchOf(buffer.microbatch) != microbatch)
      continue;
    bool isAttended = buffer.binding.slot == Slot::Attended &&
                      buffer.binding.index < 2 && member.terms.count(i);
    if (Found found = isAttended && buffer.share.owner < 0
                          ? checkWhole(member, -1, i)
                          : checkResult(member, -1, i))
      return found;
  }
  return std::nullopt;
}

Found GroupChecker::run() {
  bool isMoving = true;
  Found found;
  while (isMoving) {
    isMoving = false;
    for (Member &member : members)
      while (member.next < member.instructions.size() &&
             advance(member, found)) {
        if (found)
          return found;
        isMoving = true;
      }
  }
  for (Member &member : members) {
    if (member.next < member.instructions.size())
      return fail("an attention waits for a message that its group does not "
                  "send",
                  member, member.instructions[member.next]);
    if (Found wrong = checkResults(member))
      return wrong;
  }
  return std::nullopt;
}

} // namespace

Found plan::checkAttention(const CheckContext &context) {
  return context.findInMeetings(
      [](const Stage &stage) { return stage.attention.has_value(); },
      [&](const Meeting &meeting) {
        return GroupChecker(context, meeting).run();
      });
}
