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

YieldOp PipelineOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

YieldOp StageOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

SmallVector<StageOp, 4> PipelineOp::getStages() {
  return llvm::to_vector<4>(getBody().getOps<StageOp>());
}
