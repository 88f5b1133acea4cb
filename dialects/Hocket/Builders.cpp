//===- Builders.cpp - Builders and accessors of strategies
//----------------------===//

#include "hocket/Dialects/Hocket.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace hocket;

/// Adds the body's region with its entry block, one argument for each operand
/// of `state`, and lets `bodyBuilder`, if any, fill it.
static void buildBody(OpBuilder &builder, OperationState &state,
                      BodyBuilder bodyBuilder) {
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Type> types;
  SmallVector<Location> locations;
  for (Value operand : state.operands) {
    types.push_back(operand.getType());
    locations.push_back(operand.getLoc());
  }
  Region *body = state.addRegion();
  Block *block = builder.createBlock(body, body->end(), types, locations);
  if (bodyBuilder)
    bodyBuilder(builder, state.location, block->getArguments());
}

/// Adds the operands and their segment sizes.
template <typename Properties>
static Properties &addStrategyOperands(OperationState &state, TypeRange results,
                                       ValueRange tokens, Value offsets,
                                       ValueRange shared) {
  state.addTypes(results);
  state.addOperands(tokens);
  if (offsets)
    state.addOperands(offsets);
  state.addOperands(shared);
  auto &properties = state.getOrAddProperties<Properties>();
  llvm::copy(
      ArrayRef<int32_t>({static_cast<int32_t>(tokens.size()), offsets ? 1 : 0,
                         static_cast<int32_t>(shared.size())}),
      properties.operandSegmentSizes.begin());
  return properties;
}

void DataOp::build(OpBuilder &builder, OperationState &state, TypeRange results,
                   ValueRange tokens, Value offsets, ValueRange shared,
                   int64_t degree, BodyBuilder bodyBuilder) {
  auto &properties =
      addStrategyOperands<Properties>(state, results, tokens, offsets, shared);
  properties.degree = builder.getI64IntegerAttr(degree);
  buildBody(builder, state, bodyBuilder);
}

void SequenceOp::build(OpBuilder &builder, OperationState &state,
                       TypeRange results, ValueRange tokens, Value offsets,
                       ValueRange shared, int64_t degree, StringRef method,
                       std::optional<int64_t> ulysses,
                       BodyBuilder bodyBuilder) {
  auto &properties =
      addStrategyOperands<Properties>(state, results, tokens, offsets, shared);
  properties.degree = builder.getI64IntegerAttr(degree);
  properties.method = builder.getStringAttr(method);
  if (ulysses)
    properties.ulysses = builder.getI64IntegerAttr(*ulysses);
  buildBody(builder, state, bodyBuilder);
}

void StreamOp::build(OpBuilder &builder, OperationState &state,
                     TypeRange results, ValueRange tokens, Value offsets,
                     ValueRange shared, int64_t slices, StringRef activations,
                     BodyBuilder bodyBuilder) {
  auto &properties =
      addStrategyOperands<Properties>(state, results, tokens, offsets, shared);
  properties.slices = builder.getI64IntegerAttr(slices);
  properties.activations = builder.getStringAttr(activations);
  buildBody(builder, state, bodyBuilder);
}

void PipelineOp::build(OpBuilder &builder, OperationState &state,
                       TypeRange results, ValueRange tokens, Value offsets,
                       ValueRange shared, int64_t microbatches,
                       StringRef schedule, int64_t chunks,
                       BodyBuilder bodyBuilder) {
  auto &properties =
      addStrategyOperands<Properties>(state, results, tokens, offsets, shared);
  properties.microbatches = builder.getI64IntegerAttr(microbatches);
  properties.schedule = builder.getStringAttr(schedule);
  properties.chunks = builder.getI64IntegerAttr(chunks);
  buildBody(builder, state, bodyBuilder);
}

static ArrayAttr listsAttr(OpBuilder &builder,
                           ArrayRef<SmallVector<int64_t>> lists) {
  return builder.getArrayAttr(llvm::map_to_vector(
      lists, [&](const SmallVector<int64_t> &list) -> Attribute {
        return builder.getDenseI64ArrayAttr(list);
      }));
}

void SkipPipelineOp::build(OpBuilder &builder, OperationState &state,
                           TypeRange results, ValueRange tokens, Value offsets,
                           ValueRange shared, int64_t microbatches,
                           ArrayRef<SmallVector<int64_t>> nodes,
                           int64_t pathLength, BodyBuilder bodyBuilder) {
  auto &properties =
      addStrategyOperands<Properties>(state, results, tokens, offsets, shared);
  properties.microbatches = builder.getI64IntegerAttr(microbatches);
  properties.nodes = listsAttr(builder, nodes);
  properties.path_length = builder.getI64IntegerAttr(pathLength);
  buildBody(builder, state, bodyBuilder);
}

void MicrobatchesOp::build(OpBuilder &builder, OperationState &state,
                           TypeRange results, ValueRange tokens, Value offsets,
                           ValueRange shared, int64_t count,
                           BodyBuilder bodyBuilder) {
  auto &properties =
      addStrategyOperands<Properties>(state, results, tokens, offsets, shared);
  properties.count = builder.getI64IntegerAttr(count);
  buildBody(builder, state, bodyBuilder);
}

void SwitchMicrobatchOp::build(OpBuilder &builder, OperationState &state,
                               ValueRange inputs,
                               ArrayRef<SmallVector<int64_t>> cases,
                               CaseBuilder caseBuilder) {
  state.addTypes(inputs.getTypes());
  state.addOperands(inputs);
  state.getOrAddProperties<Properties>().cases = listsAttr(builder, cases);
  for (size_t number = 0; number < cases.size(); ++number)
    buildBody(builder, state,
              [&](OpBuilder &inner, Location loc, ValueRange arguments) {
                caseBuilder(inner, loc, number, arguments);
              });
}

void StageOp::build(OpBuilder &builder, OperationState &state,
                    TypeRange results, ValueRange inputs, StringRef name,
                    BodyBuilder bodyBuilder) {
  state.addTypes(results);
  state.addOperands(inputs);
  if (!name.empty())
    state.getOrAddProperties<Properties>().name = builder.getStringAttr(name);
  buildBody(builder, state, bodyBuilder);
}

YieldOp DataOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

YieldOp SequenceOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

YieldOp StreamOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

YieldOp PipelineOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

YieldOp SkipPipelineOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

YieldOp MicrobatchesOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

YieldOp StageOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

SmallVector<StageOp, 4> PipelineOp::getStages() {
  return llvm::to_vector<4>(getBody().getOps<StageOp>());
}

int64_t PipelineOp::getPipelineRanks() {
  if (getOrders())
    return getOrders()->size();
  if (getPlacement() && !getPlacement()->empty())
    return *llvm::max_element(*getPlacement()) + 1;
  return getStages().size() / getChunks();
}

int64_t PipelineOp::getRankOf(int64_t stage) {
  if (getPlacement())
    return (*getPlacement())[stage];
  return stage % getPipelineRanks();
}
