//===- CheckSequences.cpp - Who holds which tokens of a step --------------===//
//
// Where ranks share sequences: every sequence is in one group, its tokens are
// each held by one member, and shapes are those of the tokens.
//
//===----------------------------------------------------------------------===//

#include "Checker.h"

#include <algorithm>
#include <numeric>

using namespace hocket;
using namespace hocket::plan;

namespace {

class SequencesChecker {
public:
  explicit SequencesChecker(const CheckContext &context)
      : context(context), plan(context.plan),
        replicas(plan.strategy.replicas()),
        microbatches(plan.strategy.microbatches),
        numSlices(plan.strategy.numSlices()) {}

  Found run();

private:
  Found checkSizes();
  Found checkGroups();
  Found checkChunks();
  Found checkCover();
  Found checkRuns();

  Found fail(std::string message) {
    return context.violation("structure", std::move(message));
  }
  static int64_t last(const TokenChunk &chunk) {
    return chunk.first + (chunk.count - 1) * chunk.stride;
  }
  /// Whether two chunks of a sequence may have a token in common.
  static bool overlap(const TokenChunk &a, const TokenChunk &b) {
    if (last(a) < b.first || last(b) < a.first)
      return false;
    // A single token has no stride.
    int64_t strides = a.count == 1   ? b.stride
                      : b.count == 1 ? a.stride
                                     : std::gcd(a.stride, b.stride);
    return (a.first - b.first) % strides == 0;
  }

  const CheckContext &context;
  const Plan &plan;
  uint32_t replicas, microbatches, numSlices;
  /// By sequence: its group, as microbatch and number; by coordinate and
  /// microbatch: the number of the group, or -1.
  std::vector<std::pair<int64_t, int64_t>> groupOf;
  std::vector<int64_t> numberOf;
};

Found SequencesChecker::checkSizes() {
  uint64_t places = uint64_t(replicas) * numSlices;
  if (plan.sequenceGroups.size() != microbatches ||
      plan.shapes.size() != places || plan.firstChunk.size() != places + 1 ||
      !plan.firstSequence.empty())
    return fail("the sequence groups, shapes and chunks are not those of " +
                std::to_string(replicas) + " replicas x " +
                std::to_string(numSlices) + " microbatches");
  if (plan.firstChunk.front() != 0 ||
      plan.firstChunk.back() != plan.chunks.size() ||
      !std::is_sorted(plan.firstChunk.begin(), plan.firstChunk.end()))
    return fail("the chunks of the microbatches are out of order");
  constexpr int64_t maxTokens = int64_t(1) << 31;
  int64_t sum = 0;
  for (int64_t length : plan.lengths) {
    if (length <= 0 || length > maxTokens || sum > (int64_t(1) << 48) - length)
      return fail("a sequence of the batch has the length " +
                  std::to_string(length));
    sum += length;
  }
  return std::nullopt;
}

Found SequencesChecker::checkGroups() {
  groupOf.assign(plan.lengths.size(), {-1, -1});
  numberOf.assign(size_t(replicas) * microbatches, -1);
  for (uint32_t i = 0; i < microbatches; ++i)
    for (size_t number = 0; number < plan.sequenceGroups[i].size(); ++number) {
      const SequenceGroup &group = plan.sequenceGroups[i][number];
      if (group.coordinates.empty())
        return fail("a sequence group has no coordinates");
      for (uint32_t coordinate : group.coordinates) {
        if (coordinate >= replicas)
          return fail("a sequence group has the coordinate " +
                      std::to_string(coordinate) + " of " +
                      std::to_string(replicas));
        int64_t &place = numberOf[size_t(coordinate) * microbatches + i];
        if (place >= 0)
          return fail("coordinate " + std::to_string(coordinate) +
                      " is in two sequence groups of microbatch " +
                      std::to_string(i));
        place = int64_t(number);
      }
      for (uint32_t sequence : group.sequences) {
        if (sequence >= plan.lengths.size() || groupOf[sequence].first >= 0)
          return fail("sequence #" + std::to_string(sequence) +
                      " is not in exactly one sequence group");
        groupOf[sequence] = {i, int64_t(number)};
      }
    }
  for (size_t sequence = 0; sequence < groupOf.size(); ++sequence)
    if (groupOf[sequence].first < 0)
      return fail("sequence #" + std::to_string(sequence) +
                  " is in no sequence group");
  return std::nullopt;
}

Found SequencesChecker::checkChunks() {
  int64_t least = gathersRows(context.model) ? 0 : 1;
  for (uint32_t coordinate = 0; coordinate < replicas; ++coordinate)
    for (uint32_t i = 0; i < numSlices; ++i) {
      size_t place = size_t(coordinate) * numSlices + i;
      uint32_t microbatch = plan.strategy.microbatchOf(i);
      int64_t group = numberOf[size_t(coordinate) * microbatches + microbatch];
      int64_t tokens = 0;
      uint32_t begin = plan.firstChunk[place], end = plan.firstChunk[place + 1];
      for (uint32_t k = begin; k < end; ++k) {
        const TokenChunk &chunk = plan.chunks[k];
        std::string what = "chunk #" + std::to_string(k);
        if (chunk.sequence >= plan.lengths.size() ||
            groupOf[chunk.sequence] !=
                std::pair<int64_t, int64_t>(microbatch, group))
          return fail(what + " is of a sequence of another group");
        int64_t length = plan.lengths[chunk.sequence];
        if (chunk.first < 0 || chunk.count < least || chunk.stride < 1 ||
            chunk.first >= length || chunk.stride > length ||
            chunk.count > length || last(chunk) >= length)
          return fail(what + " is not within its sequence");
        if (k > begin && plan.chunks[k - 1].sequence > chunk.sequence)
          return fail(what + " is out of order");
        tokens += chunk.count;
      }
      const MicrobatchShape &shape = plan.shapes[place];
      if (shape.tokens != tokens || shape.sequences != int64_t(end) - begin)
        return fail("the shape of " + plan.strategy.describe(i) +
                    " of coordinate " + std::to_string(coordinate) +
                    " is not that of its chunks");
    }
  return std::nullopt;
}

/// The chunks of a sequence have all its tokens, and none twice.
Found SequencesChecker::checkCover() {
  std::vector<std::vector<const TokenChunk *>> chunks(plan.lengths.size());
  for (const TokenChunk &chunk : plan.chunks)
    chunks[chunk.sequence].push_back(&chunk);
  for (size_t sequence = 0; sequence < chunks.size(); ++sequence) {
    auto &list = chunks[sequence];
    int64_t tokens = 0;
    std::sort(list.begin(), list.end(),
              [](const TokenChunk *a, const TokenChunk *b) {
                return a->first < b->first;
              });
    int64_t furthest = -1;
    for (size_t k = 0; k < list.size(); ++k) {
      tokens += list[k]->count;
      for (size_t other = 0; other < k && furthest >= list[k]->first; ++other)
        if (overlap(*list[other], *list[k]))
          return context.violation("P8", "tokens of sequence #" +
                                             std::to_string(sequence) +
                                             " are held twice");
      furthest = std::max(furthest, last(*list[k]));
    }
    if (tokens != plan.lengths[sequence])
      return context.violation(
          "P8", "of the " + std::to_string(plan.lengths[sequence]) +
                    " tokens of sequence #" + std::to_string(sequence) +
                    " the ranks hold " + std::to_string(tokens));
  }
  return std::nullopt;
}

/// Where rows are gathered, each member has one run of each sequence of its
/// group, perhaps an empty one, and the runs follow each other as the members
/// do.
Found SequencesChecker::checkRuns() {
  if (!gathersRows(context.model))
    return std::nullopt;
  for (uint32_t i = 0; i < numSlices; ++i)
    for (const SequenceGroup &group :
         plan.sequenceGroups[plan.strategy.microbatchOf(i)]) {
      std::vector<int64_t> next(group.sequences.size()); // token
      for (uint32_t coordinate : group.coordinates) {
        size_t place = size_t(coordinate) * numSlices + i;
        uint32_t begin = plan.firstChunk[place];
        size_t count = plan.firstChunk[place + 1] - begin;
        bool isRun = count == next.size();
        for (size_t k = 0; k < count && isRun; ++k) {
          const TokenChunk &chunk = plan.chunks[begin + k];
          isRun = chunk.sequence == group.sequences[k];
          if (!isRun || chunk.count == 0)
            continue;
          isRun =
              chunk.first == next[k] && (chunk.stride == 1 || chunk.count == 1);
          next[k] += chunk.count;
        }
        if (!isRun)
          return context.violation(
              "P8", "coordinate " + std::to_string(coordinate) +
                        " of a group that scans does not have the next run of "
                        "each sequence in " +
                        plan.strategy.describe(i));
      }
    }
  return std::nullopt;
}

Found SequencesChecker::run() {
  for (auto check :
       {&SequencesChecker::checkSizes, &SequencesChecker::checkGroups,
        &SequencesChecker::checkChunks, &SequencesChecker::checkCover,
        &SequencesChecker::checkRuns})
    if (Found found = (this->*check)())
      return found;
  return std::nullopt;
}

} // namespace

Found plan::checkSequenceGroups(const CheckContext &context) {
  return SequencesChecker(context).run();
}
