//===- Verifiers.cpp - Verifiers of strategies and topology ---------------===//
//
// verify() looks at operands, attributes and block arguments; verifyRegions()
// at the body, once the operations in it are known to be well formed.
//
//===----------------------------------------------------------------------===//

#include "hocket/Dialects/Hocket.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace hocket;

//===----------------------------------------------------------------------===//
// What strategy ops share
//===----------------------------------------------------------------------===//

/// Block arguments match the operands one to one.
static LogicalResult verifyBlockArguments(Operation *op) {
  Block &body = op->getRegion(0).front();
  if (body.getNumArguments() != op->getNumOperands())
    return op->emitOpError()
           << "has " << op->getNumOperands() << " operands, but its body has "
           << body.getNumArguments() << " block arguments";
  for (auto [argument, operand] :
       llvm::zip(body.getArguments(), op->getOperands())) {
    if (argument.getType() == operand.getType())
      continue;
    InFlightDiagnostic diagnostic =
        op->emitOpError() << "needs block argument #" << argument.getArgNumber()
                          << " to be of its operand's type, "
                          << operand.getType() << ", not "
                          << argument.getType();
    diagnostic.attachNote(operand.getLoc()) << "the operand comes from here";
    return diagnostic;
  }
  return success();
}

/// The body ends with a yield of values that match the results.
static LogicalResult verifyYield(Operation *op) {
  Block &body = op->getRegion(0).front();
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!yield) {
    InFlightDiagnostic diagnostic =
        op->emitOpError("needs its body to end with a 'hocket.yield'");
    diagnostic.attachNote(body.back().getLoc()) << "it ends here";
    return diagnostic;
  }
  if (yield.getValues().getTypes() == op->getResultTypes())
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError();
  if (yield.getNumOperands() != op->getNumResults()) {
    diagnostic << "has " << op->getNumResults() << " results, but its body "
               << "yields " << yield.getNumOperands() << " values";
  } else {
    for (auto [i, value, type] :
         llvm::enumerate(yield.getValues(), op->getResultTypes())) {
      if (value.getType() == type)
        continue;
      diagnostic << "has result #" << i << " of type " << type
                 << ", but its body yields " << value.getType();
      break;
    }
  }
  diagnostic.attachNote(yield.getLoc()) << "yielded here";
  return diagnostic;
}

/// No op of type `InnerT` is within `op`; the outermost one gets a note.
template <typename InnerT>
static LogicalResult verifyHasNo(Operation *op, StringRef advice) {
  WalkResult result =
      op->getRegion(0).walk<WalkOrder::PreOrder>([&](InnerT inner) {
        InFlightDiagnostic diagnostic = op->emitOpError()
                                        << "cannot contain a '"
                                        << inner->getName() << "': " << advice;
        diagnostic.attachNote(inner.getLoc()) << "it is here";
        return WalkResult::interrupt();
      });
  return failure(result.wasInterrupted());
}

//===----------------------------------------------------------------------===//
// data and pipeline
//===----------------------------------------------------------------------===//

/// What is cut can be cut, and into tensors of the types of the block
/// arguments.
template <typename OpT>
static LogicalResult verifyTokens(OpT op, StringRef partsName) {
  bool cuts = op.getParts() > 1;
  auto isTyped = [](Value value) {
    return cast<RankedTensorType>(value.getType());
  };
  auto report = [&](Value culprit, const Twine &message) {
    InFlightDiagnostic diagnostic = op.emitOpError(message);
    diagnostic.attachNote(culprit.getLoc()) << "it comes from here";
    return diagnostic;
  };

  for (Value tokens : op.getTokens()) {
    if (isTyped(tokens).getRank() == 0)
      return report(tokens, "cannot cut a scalar along its tokens: pass it as "
                            "'shared'");
    if (cuts && !isTyped(tokens).isDynamicDim(0))
      return report(tokens,
                    "needs a dynamic first dimension of its tokens at " +
                        Twine(partsName) + "(" + Twine(op.getParts()) +
                        "): the body sees a part of them");
  }
  for (Value tokens : op.getTokens()) {
    Value first = op.getTokens().front();
    if (isTyped(tokens).getDimSize(0) == isTyped(first).getDimSize(0))
      continue;
    InFlightDiagnostic diagnostic = op.emitOpError(
        "needs all of its tokens to have one first dimension, their number");
    diagnostic.attachNote(first.getLoc())
        << "of type " << first.getType() << " here";
    diagnostic.attachNote(tokens.getLoc())
        << "of type " << tokens.getType() << " here";
    return diagnostic;
  }

  if (Value offsets = op.getOffsets()) {
    RankedTensorType type = isTyped(offsets);
    if (type.getRank() != 1 || !type.getElementType().isInteger(32))
      return report(offsets, "needs one-dimensional offsets of type i32 "
                             "(cu_seqlens)");
    if (cuts && !type.isDynamicDim(0))
      return report(offsets, "needs a dynamic number of offsets at " +
                                 Twine(partsName) + "(" + Twine(op.getParts()) +
                                 "): the body sees a part of the sequences");
    if (op.getTokens().empty())
      return report(offsets, "has offsets, but no tokens that they divide");
  }

  // A copy that is given whole would not agree with the one that is cut.
  for (Value shared : op.getShared()) {
    bool isOffsets = shared == op.getOffsets();
    if (isOffsets || llvm::is_contained(op.getTokens(), shared))
      return report(shared, Twine("shares whole what it also cuts as ") +
                                (isOffsets ? "offsets" : "tokens") +
                                ": the body would not compute what the "
                                "sequential program does");
  }

  for (auto [i, type] : llvm::enumerate(op.getResultTypes())) {
    auto tensor = cast<RankedTensorType>(type);
    if (tensor.getRank() != 0 || !tensor.getElementType().isF32())
      return op.emitOpError()
             << "sums its results over the parts, so they are of type "
                "tensor<f32>; result #"
             << i << " is of type " << type;
  }
  return success();
}

LogicalResult DataOp::verify() {
  if (failed(verifyBlockArguments(*this)))
    return failure();
  return verifyTokens(*this, "degree");
}

LogicalResult DataOp::verifyRegions() {
  if (failed(verifyYield(*this)))
    return failure();
  return verifyHasNo<DataOp>(
      *this, "merge the two into one whose degree is the product");
}

LogicalResult PipelineOp::verify() {
  auto isWord = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '-'; };
  if (getSchedule().empty() || !llvm::all_of(getSchedule(), isWord))
    return emitOpError() << "has a schedule named \"" << getSchedule()
                         << "\"; a name is made of letters, digits, '_' and "
                            "'-'; \"auto\" leaves the choice to the compiler";
  if (failed(verifyBlockArguments(*this)))
    return failure();
  return verifyTokens(*this, "microbatches");
}

/// `value` is read by `reader`, the stage after `previous` or, where there is
/// no next stage, the yield.
static LogicalResult verifyProducer(PipelineOp pipeline, Operation *reader,
                                    StageOp previous, Value value) {
  auto producer = value.getDefiningOp<StageOp>();
  if (!producer || producer == previous)
    return success();
  InFlightDiagnostic diagnostic =
      reader->emitOpError("reads a value of a stage that is not the one just "
                          "before it: stages hand their values to the next "
                          "stage only");
  diagnostic.attachNote(producer.getLoc())
      << "computed here; pass it through the stages between as an operand and "
         "a result of each";
  return diagnostic;
}

LogicalResult PipelineOp::verifyRegions() {
  if (failed(verifyYield(*this)))
    return failure();

  StageOp previous;
  for (Operation &op : getBody().front().without_terminator()) {
    auto stage = dyn_cast<StageOp>(op);
    if (!stage) {
      InFlightDiagnostic diagnostic =
          emitOpError("holds stages and a yield, nothing else: move other "
                      "operations into a stage");
      diagnostic.attachNote(op.getLoc())
          << "'" << op.getName() << "' is outside of every stage";
      return diagnostic;
    }
    for (Value input : stage.getInputs())
      if (failed(verifyProducer(*this, stage, previous, input)))
        return failure();
    previous = stage;
  }
  if (!previous)
    return emitOpError("needs at least one 'hocket.stage'");
  int64_t numStages = getStages().size();
  if (numStages % getChunks())
    return emitOpError("has ")
           << numStages << " stages, which is no multiple of its "
           << getChunks() << " chunks per pipeline rank";

  if (getYield().getValues() != previous.getResults()) {
    InFlightDiagnostic diagnostic = emitOpError(
        "needs to yield the results of its last stage, all and in order");
    diagnostic.attachNote(getYield().getLoc()) << "yielded here";
    diagnostic.attachNote(previous.getLoc()) << "the last stage is here";
    return diagnostic;
  }
  return success();
}

LogicalResult StageOp::verify() { return verifyBlockArguments(*this); }

LogicalResult StageOp::verifyRegions() {
  if (failed(verifyYield(*this)))
    return failure();
  return verifyHasNo<StrategyOpInterface>(
      *this, "put data parallelism around the pipeline, and more stages into "
             "it");
}

//===----------------------------------------------------------------------===//
// topology
//===----------------------------------------------------------------------===//

/// A clause of the topology that may be left out: all of its fields or none.
static LogicalResult
verifyClause(TopologyOp op, StringRef clause,
             ArrayRef<std::pair<StringRef, Attribute>> fields,
             bool integersMayBeZero) {
  const Attribute first = fields.front().second;
  for (auto [name, attribute] : fields) {
    if (!attribute != !first)
      return op.emitOpError() << "needs all fields of its clause '" << clause
                              << "' or none: '" << name << "'";
    auto integer = dyn_cast_or_null<IntegerAttr>(attribute);
    if (integer && integer.getInt() < (integersMayBeZero ? 0 : 1))
      return op.emitOpError() << "needs "
                              << (integersMayBeZero ? "a number of at least 0"
                                                    : "a positive number")
                              << " as its " << clause << " " << name << ", not "
                              << integer.getInt();
  }
  return success();
}

LogicalResult TopologyOp::verify() {
  auto check = [&](StringRef name, const APFloat &value,
                   bool mayBeZero) -> LogicalResult {
    if (value.isFinite() && (!value.isNegative() || value.isZero()) &&
        (mayBeZero || !value.isZero()))
      return success();
    SmallString<32> text;
    value.toString(text);
    return emitOpError() << "needs a finite "
                         << (mayBeZero ? "number that is not negative"
                                       : "positive number")
                         << " as its " << name << ", not " << text;
  };
  int64_t devices;
  if (llvm::MulOverflow<int64_t>(getNodes(), getDevicesPerNode(), devices))
    return emitOpError() << "has more devices than an i64 counts: "
                         << getNodes() << " nodes of " << getDevicesPerNode();
  bool valid =
      succeeded(check("flops_per_second", getFlopsPerSecond(), false)) &&
      succeeded(
          check("memory_bytes_per_second", getMemoryBytesPerSecond(), false)) &&
      succeeded(check("launch_seconds", getLaunchSeconds(), true)) &&
      succeeded(check("intra_node latency_seconds",
                      getIntraNodeLatencySeconds(), true)) &&
      succeeded(check("intra_node bytes_per_second",
                      getIntraNodeBytesPerSecond(), false)) &&
      succeeded(check("inter_node latency_seconds",
                      getInterNodeLatencySeconds(), true)) &&
      succeeded(check("inter_node bytes_per_second",
                      getInterNodeBytesPerSecond(), false));
  struct {
    StringRef name;
    std::optional<APFloat> value;
    bool mayBeZero;
  } optionalNumbers[] = {
      {"peak_flops_per_second", getPeakFlopsPerSecond(), false},
      {"matrix flops_per_second", getMatrixFlopsPerSecond(), false},
      {"matrix ramp_depth", getMatrixRampDepth(), true},
      {"collective_bytes_per_second intra_node", getIntraNodeCollective(),
       false},
      {"collective_bytes_per_second inter_node", getInterNodeCollective(),
       false}};
  for (const auto &[name, value, mayBeZero] : optionalNumbers)
    valid = valid && (!value || succeeded(check(name, *value, mayBeZero)));
  if (!valid)
    return failure();
  if (failed(verifyClause(*this, "matrix",
                          {{"flops_per_second", getMatrixFlopsPerSecondAttr()},
                           {"processors", getMatrixProcessorsAttr()},
                           {"tile_rows", getMatrixTileRowsAttr()},
                           {"tile_columns", getMatrixTileColumnsAttr()},
                           {"ramp_depth", getMatrixRampDepthAttr()}},
                          false)) ||
      failed(verifyClause(*this, "collective_bytes_per_second",
                          {{"intra_node", getIntraNodeCollectiveAttr()},
                           {"inter_node", getInterNodeCollectiveAttr()}},
                          false)))
    return failure();
  return verifyClause(*this, "adapters_per_node",
                      {{"intra_node", getIntraNodeAdaptersAttr()},
                       {"inter_node", getInterNodeAdaptersAttr()}},
                      true);
}
