//===- SequenceVerifier.cpp - Who has which tokens ------------------------===//

#include "SequenceVerifier.h"

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

uint64_t planir::countReplicas(ProgramOp program) {
  return uint64_t(program.getData()) * program.getSequence();
}

uint64_t planir::countSlices(ProgramOp program) {
  return uint64_t(program.getMicrobatches()) * program.getSlices();
}

LengthsOp planir::sharedLengths(ProgramOp program) {
  auto all = program.getBody().getOps<LengthsOp>();
  return all.empty() ? LengthsOp() : *all.begin();
}

namespace {

/// Ops that list something for each microbatch, one for each coordinate.
template <typename OpT>
LogicalResult verifyPerCoordinate(ProgramOp program) {
  size_t found = 0;
  for (OpT op : program.getBody().getOps<OpT>()) {
    ++found;
    if (op.getCounts().size() == countSlices(program))
      continue;
    InFlightDiagnostic diagnostic =
        op.emitOpError("lists ") << op.getCounts().size() << " microbatches of "
                                 << program.getMicrobatches();
    if (program.getSlices() > 1)
      diagnostic << " x " << program.getSlices() << " slices";
    diagnostic.attachNote(program.getLoc()) << "the program is here";
    return diagnostic;
  }
  if (found == countReplicas(program))
    return success();
  InFlightDiagnostic diagnostic = program.emitOpError("has ")
                                  << found << " '" << OpT::getOperationName()
                                  << "' for a data degree of "
                                  << program.getData();
  if (program.getSequence() > 1)
    diagnostic << " and a sequence degree of " << program.getSequence();
  return diagnostic;
}

/// That there is no op of a kind that says the same in another way.
template <typename OpT>
LogicalResult verifyNone(ProgramOp program, StringRef why) {
  for (OpT op : program.getBody().getOps<OpT>())
    return op.emitOpError() << why;
  return success();
}

LogicalResult verifyGroup(SequenceGroupOp group, ProgramOp program,
                          LengthsOp lengths) {
  if (group.getMicrobatch() >= program.getMicrobatches())
    return group.emitOpError("is of microbatch ")
           << group.getMicrobatch() << ", but there are "
           << program.getMicrobatches();
  auto verifyTable = [&](ArrayRef<int32_t> table, uint64_t count,
                         StringRef what) -> LogicalResult {
    for (int32_t entry : table)
      if (entry < 0 || uint64_t(entry) >= count)
        return group.emitOpError("names ")
               << what << ' ' << entry << ", but there are " << count;
    return success();
  };
  return success(
      succeeded(verifyTable(group.getCoordinates(), countReplicas(program),
                            "coordinate")) &&
      succeeded(verifyTable(group.getSequences(), lengths.getLengths().size(),
                            "sequence")));
}

/// At least `least` tokens each.
LogicalResult verifyChunks(ChunksOp op, LengthsOp lengths, int64_t least) {
  ArrayRef<int64_t> all = lengths.getLengths();
  for (ArrayRef<int64_t> rest = op.getChunks(); !rest.empty();
       rest = rest.drop_front(4)) {
    int64_t count = rest[0], sequence = rest[1], first = rest[2],
            stride = rest[3];
    bool isKnown = sequence >= 0 && uint64_t(sequence) < all.size();
    if (isKnown && count >= least && stride >= 1 && first >= 0 &&
        first < all[sequence] &&
        count - 1 <= (all[sequence] - 1 - first) / stride)
      continue;
    InFlightDiagnostic diagnostic = op.emitOpError("has ")
                                    << count << " tokens of sequence "
                                    << sequence << " at " << first << " by "
                                    << stride << ", which are not there";
    diagnostic.attachNote(lengths.getLoc()) << "the lengths are here";
    return diagnostic;
  }
  return success();
}

} // namespace

LogicalResult planir::verifySequences(ProgramOp program) {
  LengthsOp lengths = sharedLengths(program);
  if (!lengths) {
    StringRef why = "needs a 'plan.lengths' that tells how long sequences are";
    return success(succeeded(verifyNone<SequenceGroupOp>(program, why)) &&
                   succeeded(verifyNone<ChunksOp>(program, why)) &&
                   succeeded(verifyPerCoordinate<SequencesOp>(program)));
  }
  for (LengthsOp other : program.getBody().getOps<LengthsOp>()) {
    if (other == lengths)
      continue;
    InFlightDiagnostic diagnostic = other.emitOpError("is a second one");
    diagnostic.attachNote(lengths.getLoc()) << "the first is here";
    return diagnostic;
  }
  if (failed(verifyNone<SequencesOp>(
          program,
          "stands beside 'plan.lengths'; write 'plan.chunks' instead")))
    return failure();
  for (auto group : program.getBody().getOps<SequenceGroupOp>())
    if (failed(verifyGroup(group, program, lengths)))
      return failure();
  if (failed(verifyPerCoordinate<ChunksOp>(program)))
    return failure();
  // Where ranks have a row for every sequence, a chunk may be empty.
  bool gathersRows =
      llvm::any_of(program.getBody().getOps<StageOp>(), [](StageOp stage) {
        return !stage.getBody().getOps<GatherOp>().empty();
      });
  for (auto chunks : program.getBody().getOps<ChunksOp>())
    if (failed(verifyChunks(chunks, lengths, gathersRows ? 0 : 1)))
      return failure();
  return success();
}
