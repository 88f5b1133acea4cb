//===- Parallelize.cpp - The pass hocket-parallelize ----------------------===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Import.h"
#include "hocket/Plan/Schedule.h"
#include "hocket/Plan/ScheduleCsv.h"
#include "hocket/Plan/TaskText.h"
#include "hocket/Support/File.h"
#include "passes/Import/StageAssignment.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/StringExtras.h"

namespace hocket {
#define GEN_PASS_DEF_PARALLELIZE
#include "passes/Import/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

namespace {

/// As many as a model may have.
constexpr int64_t kMaxStages = UINT16_MAX;

/// The arguments of the loss function by how a strategy takes them.
struct Arguments {
  SmallVector<Value> tokens, shared;
  Value offsets;
};

FailureOr<Arguments> classifyArguments(func::FuncOp loss) {
  Arguments arguments;
  for (BlockArgument argument : loss.getArguments()) {
    unsigned number = argument.getArgNumber();
    auto role = loss.getArgAttrOfType<RoleAttr>(number, kRoleAttr);
    if (!role)
      return loss.emitOpError("argument #")
             << number << " has no '" << kRoleAttr
             << "'; say whether it is a param, batch, or offsets";
    if (!isa<RankedTensorType>(argument.getType()))
      return loss.emitOpError("argument #")
             << number << " is not a ranked tensor but " << argument.getType();
    if (role.getValue() == Role::Offsets) {
      if (arguments.offsets)
        return loss.emitOpError("has two arguments of the role offsets, #")
               << cast<BlockArgument>(arguments.offsets).getArgNumber()
               << " and #" << number << "; a batch has one set of boundaries";
      arguments.offsets = argument;
    } else if (role.getValue() == Role::Batch) {
      arguments.tokens.push_back(argument);
    } else if (!argument.use_empty()) {
      arguments.shared.push_back(argument);
    }
  }
  return arguments;
}

/// Computes the results of a strategy's body, given where the values of @loss
/// are in it.
using BodyFunction =
    llvm::function_ref<SmallVector<Value>(OpBuilder &, IRMapping &)>;

struct ParallelizePass : hocket::impl::ParallelizeBase<ParallelizePass> {
  using ParallelizeBase::ParallelizeBase;

  void runOnOperation() override {
    for (auto [name, value] : {std::pair<StringRef, int64_t>{"data", data},
                               {"sequence", sequence},
                               {"slices", slices},
                               {"pipeline", pipeline},
                               {"microbatches", microbatches},
                               {"chunks", chunks}})
      if (value < 1) {
        getOperation().emitError("hocket-parallelize: ")
            << name << "=" << value << " must be at least 1";
        return signalPassFailure();
      }
    if (failed(checkSequence()) || failed(checkStream()))
      return signalPassFailure();
    if (failed(checkSkip()))
      return signalPassFailure();
    if (!orders.empty() && failed(readOrders()))
      return signalPassFailure();
    if (placement == "v" && chunks == 1)
      chunks = 2;
    if (pipeline > kMaxStages / chunks) {
      getOperation().emitError("hocket-parallelize: pipeline=")
          << pipeline.getValue() << " x chunks=" << chunks.getValue()
          << " is more than " << kMaxStages << " stages";
      return signalPassFailure();
    }
    if (failed(checkSchedule()))
      return signalPassFailure();
    if (!placement.empty() && failed(placeStages()))
      return signalPassFailure();
    auto loss = getOperation().lookupSymbol<func::FuncOp>(function);
    if (!loss || loss.isExternal()) {
      getOperation().emitError("there is no function @")
          << function << " with a body; name the model's loss function with "
          << "the option `function`";
      return signalPassFailure();
    }
    if (data == 1 && sequence == 1 && !isStreamed() && !isPipelined() &&
        skipStages == 0)
      return;
    if (failed(parallelize(loss)))
      signalPassFailure();
  }

  bool isPipelined() const {
    return pipeline > 1 || microbatches > 1 || chunks > 1 || schedule != "auto";
  }
  bool isStreamed() const { return slices > 1 || activations != "keep"; }
  LogicalResult checkSequence();
  LogicalResult checkStream();
  LogicalResult checkSkip();
  LogicalResult checkSchedule();
  LogicalResult placeStages();
  LogicalResult readOrders();
  LogicalResult fail(const Error &error);
  LogicalResult parallelize(func::FuncOp loss);
  LogicalResult check(func::FuncOp loss);
  /// Creates a strategy op that takes the arguments of @loss.
  template <typename StrategyOp, typename... Config>
  SmallVector<Value> wrap(OpBuilder &builder, const IRMapping &mapping,
                          BodyFunction body, Config... config);
  SmallVector<Value> buildStream(OpBuilder &builder, IRMapping &mapping,
                                 BodyFunction body);
  SmallVector<Value> buildPipeline(OpBuilder &builder, IRMapping &mapping);
  SmallVector<Value> buildSkipPipeline(OpBuilder &builder, IRMapping &mapping);
  void rotatePaths(SkipPipelineOp pipeline);
  SmallVector<Value> buildStages(OpBuilder &builder, IRMapping &mapping);
  SmallVector<Value> buildPart(OpBuilder &builder, const StagePart &part,
                               ValueRange results, IRMapping &mapping);

  Arguments arguments;
  func::ReturnOp terminator;
  SmallVector<StagePart> parts;
  SmallVector<int64_t> rankOf;          // by stage; empty: as the schedule says
  SmallVector<std::string> givenOrders; // by rank, of the schedule given

  std::optional<int64_t> ulyssesDegree() const {
    return ulysses == 0 ? std::nullopt
                        : std::optional<int64_t>(ulysses.getValue());
  }
  int64_t numStages() const {
    return rankOf.empty() ? pipeline * chunks : int64_t(rankOf.size());
  }
};

LogicalResult ParallelizePass::fail(const Error &error) {
  InFlightDiagnostic diagnostic =
      getOperation().emitError("hocket-parallelize: ") << error.message;
  for (const std::string &note : error.notes)
    diagnostic.attachNote() << note;
  return diagnostic;
}

/// Orders and placement come from the file; the degrees that the options name
/// must be its own.
LogicalResult ParallelizePass::readOrders() {
  if (skipStages != 0 || !placement.empty() || chunks != 1 ||
      (schedule != "auto" && schedule != "given"))
    return getOperation().emitError(
        "hocket-parallelize: orders says the schedule and which rank runs "
        "which "
        "stage: leave out schedule, chunks, placement and skip_stages");
  Result<std::string> text = readFile(orders);
  if (!text)
    return fail(text.error());
  auto expected = [](int64_t value) -> uint32_t {
    return value == 1 ? 0 : uint32_t(std::min<int64_t>(value, UINT32_MAX));
  };
  plan::CsvExpectation expectation;
  expectation.ranks = expected(pipeline);
  expectation.microbatches = expected(microbatches);
  Result<plan::TaskOrders> parsed =
      plan::parseScheduleCsv(*text, orders, expectation);
  if (!parsed)
    return fail(parsed.error());
  rankOf.assign(parsed->rankOf.begin(), parsed->rankOf.end());
  for (const auto &order : parsed->ofRank)
    givenOrders.push_back(plan::formatOrder(order));
  pipeline = int64_t(givenOrders.size());
  microbatches = int64_t(plan::givenStrategy(*parsed).microbatches);
  schedule = "given";
  return success();
}

/// That there is the schedule, for so many ranks and stages.
LogicalResult ParallelizePass::checkSchedule() {
  // Who has a placement, too, learns from the op that it is one or the other.
  if (schedule == "auto" || schedule == "given" || !placement.empty())
    return success();
  plan::ScheduleRegistry schedules = plan::ScheduleRegistry::withBuiltins();
  Result<const plan::Schedule *> found = schedules.get(schedule.getValue());
  if (!found)
    return fail(found.error());
  Result<void> checked =
      (*found)->check({uint32_t(pipeline), uint32_t(chunks),
                       uint32_t(std::min<int64_t>(microbatches, UINT32_MAX))});
  return checked ? success() : fail(checked.error());
}

/// The pipeline rank of each stage under the named placement.
LogicalResult ParallelizePass::placeStages() {
  int64_t ranks = pipeline;
  for (int64_t stage = 0; stage < ranks * chunks; ++stage) {
    int64_t chunk = stage / ranks, position = stage % ranks;
    if (placement == "linear")
      rankOf.push_back(stage / chunks);
    else if (placement == "interleaved")
      rankOf.push_back(position);
    else if (placement == "v")
      rankOf.push_back(chunk % 2 ? ranks - 1 - position : position);
    else
      return getOperation().emitError("hocket-parallelize: there is no "
                                      "placement '")
             << placement << "'; write linear, interleaved or v";
  }
  return success();
}

LogicalResult ParallelizePass::checkSequence() {
  auto fail = [&]() {
    return getOperation().emitError("hocket-parallelize: ");
  };
  if (ulysses < 0)
    return fail() << "ulysses=" << ulysses.getValue() << " must be at least 1";
  if (!sequence.hasValue() && (method.hasValue() || ulysses.hasValue()))
    return fail()
           << "method and ulysses go with sequence: they say how so many "
              "ranks share the tokens";
  if (auto fault = checkSequenceMethod(method, sequence, ulyssesDegree()))
    return fail() << "sequence=" << sequence.getValue() << " " << *fault;
  if (sequence > 1 && skipStages != 0)
    return fail() << "sequence=" << sequence.getValue()
                  << " goes without skip_stages: ranks cannot share the "
                     "sequences of a skip-pipeline yet";
  return success();
}

LogicalResult ParallelizePass::checkStream() {
  auto fail = [&]() {
    return getOperation().emitError("hocket-parallelize: ");
  };
  if (!llvm::is_contained(activationPolicies(), StringRef(activations)))
    return fail() << "there are no activations '" << activations
                  << "'; write one of "
                  << llvm::join(activationPolicies(), ", ");
  if (kept < 0 || offloaded < 0 || kept > slices || offloaded > slices - kept)
    return fail() << "kept=" << kept.getValue()
                  << " and offloaded=" << offloaded.getValue()
                  << " must be at least 0, and together at most slices="
                  << slices.getValue();
  if ((kept > 0 || offloaded > 0) && activations != "recompute")
    return fail() << "kept and offloaded go with activations=recompute: they "
                     "are the slices that are not computed again";
  if (isStreamed() && skipStages != 0)
    return fail() << "slices and activations go without skip_stages: the ranks "
                     "of a skip-pipeline cannot walk slices yet";
  return success();
}

LogicalResult ParallelizePass::checkSkip() {
  auto fail = [&]() {
    return getOperation().emitError("hocket-parallelize: ");
  };
  if (skipStages == 0 &&
      (pathLength != 0 || nodes != 0 || paths != "auto" || !limits.empty()))
    return fail() << "path_length, nodes, paths and limits go with "
                     "skip_stages: they say how microbatches go through so "
                     "many stages";
  if (skipStages == 0)
    return success();
  if (skipStages < 2 || skipStages > kMaxStages)
    return fail() << "skip_stages=" << skipStages.getValue()
                  << " must be from 2 to " << kMaxStages;
  if (pathLength < 1 || pathLength > skipStages)
    return fail() << "path_length=" << pathLength.getValue()
                  << " must be from 1 to skip_stages=" << skipStages.getValue();
  if (nodes == 0)
    nodes = skipStages.getValue();
  if (nodes < skipStages || nodes > kMaxStages)
    return fail() << "nodes=" << nodes.getValue()
                  << " must be from skip_stages=" << skipStages.getValue()
                  << " to " << kMaxStages;
  if (pipeline != 1 || chunks != 1 || schedule != "auto" || !placement.empty())
    return fail() << "skip_stages goes without pipeline, chunks, schedule and "
                     "placement: it makes a skip-pipeline instead";
  if (paths != "auto" && paths != "rotate")
    return fail() << "there are no paths '" << paths
                  << "'; write auto or rotate";
  if (!limits.empty() && limits.size() != 4)
    return fail() << "limits takes four numbers: max_backward_step, "
                     "max_backward_sum, max_backward_moves, max_forward_jump";
  return success();
}

LogicalResult ParallelizePass::check(func::FuncOp loss) {
  if (!llvm::hasSingleElement(loss.getBody()))
    return loss.emitOpError("must be straight-line code");
  StrategyOpInterface existing;
  loss.walk([&](StrategyOpInterface op) { existing = op; });
  if (existing) {
    InFlightDiagnostic diagnostic = loss.emitOpError(
        "has a strategy already; erase it first (hocket-erase)");
    diagnostic.attachNote(existing->getLoc()) << "it is here";
    return diagnostic;
  }
  auto scalar = RankedTensorType::get({}, Float32Type::get(loss.getContext()));
  if (loss.getNumResults() != 2 ||
      !llvm::all_of(loss.getResultTypes(),
                    [&](Type type) { return type == scalar; }))
    return loss.emitOpError("must return the sum of the loss and its weight, "
                            "two values of type ")
           << scalar << "; its type is " << loss.getFunctionType();
  return success();
}

template <typename StrategyOp, typename... Config>
SmallVector<Value> ParallelizePass::wrap(OpBuilder &builder,
                                         const IRMapping &mapping,
                                         BodyFunction body, Config... config) {
  auto operands = [&](ArrayRef<Value> values) {
    return llvm::map_to_vector(
        values, [&](Value value) { return mapping.lookupOrDefault(value); });
  };
  Value offsets =
      arguments.offsets ? mapping.lookupOrDefault(arguments.offsets) : Value();
  auto op = StrategyOp::create(
      builder, terminator.getLoc(), terminator.getOperandTypes(),
      operands(arguments.tokens), offsets, operands(arguments.shared),
      config..., [&](OpBuilder &inner, Location loc, ValueRange own) {
        SmallVector<Value> outer = arguments.tokens;
        if (offsets)
          outer.push_back(arguments.offsets);
        llvm::append_range(outer, arguments.shared);
        IRMapping innerMapping;
        innerMapping.map(outer, own);
        YieldOp::create(inner, loc, body(inner, innerMapping));
      });
  return llvm::to_vector_of<Value>(op.getResults());
}

/// Clones the operations of `part`; returns where `results` are.
SmallVector<Value> ParallelizePass::buildPart(OpBuilder &builder,
                                              const StagePart &part,
                                              ValueRange results,
                                              IRMapping &mapping) {
  for (Operation *op : part.operations)
    builder.clone(*op, mapping);
  return llvm::map_to_vector(
      results, [&](Value result) { return mapping.lookup(result); });
}

SmallVector<Value> ParallelizePass::buildStages(OpBuilder &builder,
                                                IRMapping &mapping) {
  SmallVector<Value> last;
  for (auto [index, part] : llvm::enumerate(parts)) {
    bool isLast = index + 1 == parts.size();
    ValueRange results = isLast ? ValueRange(terminator.getOperands())
                                : ValueRange(parts[index + 1].received);
    SmallVector<Value> values = part.arguments;
    llvm::append_range(values, part.received);
    auto inputs = llvm::map_to_vector(
        values, [&](Value value) { return mapping.lookup(value); });
    Location loc = part.operations.empty() ? terminator.getLoc()
                                           : part.operations.front()->getLoc();
    auto stage = StageOp::create(
        builder, loc, results.getTypes(), inputs,
        ("stage" + Twine(index)).str(),
        [&](OpBuilder &inner, Location innerLoc, ValueRange own) {
          IRMapping stageMapping;
          stageMapping.map(ValueRange(values), own);
          YieldOp::create(inner, innerLoc,
                          buildPart(inner, part, results, stageMapping));
        });
    mapping.map(results, stage.getResults());
    last = llvm::to_vector_of<Value>(stage.getResults());
  }
  return last;
}

SmallVector<Value> ParallelizePass::buildStream(OpBuilder &builder,
                                                IRMapping &mapping,
                                                BodyFunction body) {
  SmallVector<Value> results = wrap<StreamOp>(
      builder, mapping, body, slices.getValue(), StringRef(activations));
  auto stream = results.front().getDefiningOp<StreamOp>();
  if (kept > 0)
    stream.setKept(SmallVector<int64_t>(stream.countStages(), kept));
  if (offloaded > 0)
    stream.setOffloaded(SmallVector<int64_t>(stream.countStages(), offloaded));
  return results;
}

SmallVector<Value> ParallelizePass::buildPipeline(OpBuilder &builder,
                                                  IRMapping &mapping) {
  SmallVector<Value> results = wrap<PipelineOp>(
      builder, mapping,
      [&](OpBuilder &inner, IRMapping &own) { return buildStages(inner, own); },
      microbatches.getValue(), StringRef(schedule),
      rankOf.empty() ? chunks.getValue() : 1);
  auto op = results.front().getDefiningOp<PipelineOp>();
  if (!rankOf.empty())
    op.setPlacement(rankOf);
  if (!givenOrders.empty())
    op.setOrdersAttr(
        builder.getStrArrayAttr(llvm::to_vector_of<StringRef>(givenOrders)));
  return results;
}

/// Microbatch i leaves out the bodies i, i + 1, ..., counted round and round,
/// and takes the others in order, each on the node whose turn it is.
void ParallelizePass::rotatePaths(SkipPipelineOp pipeline) {
  OpBuilder builder(pipeline);
  int64_t bodies = skipStages - 1, left = skipStages - pathLength;
  SmallVector<Attribute> all;
  for (int64_t i = 0; i < microbatches; ++i) {
    SmallVector<int64_t> path;
    for (auto [stage, list] : llvm::enumerate(pipeline.getNodes())) {
      auto nodes = cast<DenseI64ArrayAttr>(list).asArrayRef();
      int64_t turn = (int64_t(stage) - 1 - i % bodies + bodies) % bodies;
      if (stage == 0 || turn >= left)
        path.push_back(nodes[i % nodes.size()]);
    }
    all.push_back(builder.getDenseI64ArrayAttr(path));
  }
  pipeline.setPathsAttr(builder.getArrayAttr(all));
}

SmallVector<Value> ParallelizePass::buildSkipPipeline(OpBuilder &builder,
                                                      IRMapping &mapping) {
  // Consecutive nodes, as equally many for each stage as can be.
  SmallVector<SmallVector<int64_t>> nodesOf(skipStages);
  for (int64_t stage = 0; stage < skipStages; ++stage)
    for (int64_t node = stage * nodes / skipStages;
         node < (stage + 1) * nodes / skipStages; ++node)
      nodesOf[stage].push_back(node);
  SmallVector<Value> results = wrap<SkipPipelineOp>(
      builder, mapping,
      [&](OpBuilder &inner, IRMapping &own) { return buildStages(inner, own); },
      microbatches.getValue(), ArrayRef(nodesOf), pathLength.getValue());
  auto pipeline = results.front().getDefiningOp<SkipPipelineOp>();
  if (paths == "rotate")
    rotatePaths(pipeline);
  if (!limits.empty()) {
    pipeline.setMaxBackwardStep(limits[0]);
    pipeline.setMaxBackwardSum(limits[1]);
    pipeline.setMaxBackwardMoves(limits[2]);
    pipeline.setMaxForwardJump(limits[3]);
  }
  return results;
}

LogicalResult ParallelizePass::parallelize(func::FuncOp loss) {
  if (failed(check(loss)))
    return failure();
  FailureOr<Arguments> classified = classifyArguments(loss);
  if (failed(classified))
    return failure();
  arguments = std::move(*classified);
  if (arguments.tokens.empty())
    return loss.emitOpError("has no argument of the role batch that could be "
                            "cut into parts");
  bool skips = skipStages != 0;
  FailureOr<SmallVector<StagePart>> assigned = assignStages(
      loss, skips ? skipStages + 1 : numStages(), /*hasExit=*/skips);
  if (failed(assigned))
    return failure();
  parts = std::move(*assigned);

  Block &body = loss.getBody().front();
  terminator = cast<func::ReturnOp>(body.getTerminator());
  OpBuilder builder(terminator);
  IRMapping mapping;
  SmallVector<Value> results;
  auto buildInner = [&](OpBuilder &inner, IRMapping &own) {
    if (skips)
      return buildSkipPipeline(inner, own);
    return isPipelined()
               ? buildPipeline(inner, own)
               : buildPart(inner, parts.front(), terminator.getOperands(), own);
  };
  auto buildSlices = [&](OpBuilder &inner, IRMapping &own) {
    return isStreamed() ? buildStream(inner, own, buildInner)
                        : buildInner(inner, own);
  };
  auto buildShared = [&](OpBuilder &inner, IRMapping &own) {
    return sequence == 1
               ? buildSlices(inner, own)
               : wrap<SequenceOp>(inner, own, buildSlices, sequence.getValue(),
                                  StringRef(method), ulyssesDegree());
  };
  if (data == 1)
    results = buildShared(builder, mapping);
  else
    results = wrap<DataOp>(builder, mapping, buildShared, data.getValue());
  terminator->setOperands(results);
  // Everything else has been cloned into the strategy.
  Operation *strategy = results.front().getDefiningOp();
  SmallVector<Operation *> cloned;
  for (Operation &op : body.without_terminator())
    if (&op != strategy)
      cloned.push_back(&op);
  for (Operation *op : llvm::reverse(cloned))
    op->erase();
  return success();
}

} // namespace
