//===- StrategiesTest.cpp - Building strategy ops -------------------------===//

#include "hocket/Dialects/Hocket.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace hocket;

namespace {

class StrategiesTest : public testing::Test {
protected:
  StrategiesTest() : builder(&context) {
    context.loadDialect<HocketDialect, func::FuncDialect>();
    module = ModuleOp::create(builder.getUnknownLoc());
    scalar = RankedTensorType::get({}, builder.getF32Type());
    tokens =
        RankedTensorType::get({ShapedType::kDynamic}, builder.getF32Type());
    offsets =
        RankedTensorType::get({ShapedType::kDynamic}, builder.getI32Type());
    builder.setInsertionPointToStart(module->getBody());
    function = func::FuncOp::create(
        builder, builder.getUnknownLoc(), "loss",
        builder.getFunctionType({tokens, offsets, scalar}, {scalar}));
    builder.setInsertionPointToStart(function.addEntryBlock());
  }

  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
  RankedTensorType scalar, tokens, offsets;
};

TEST_F(StrategiesTest, BuildsNestedStrategies) {
  Location loc = builder.getUnknownLoc();
  auto data = DataOp::create(
      builder, loc, TypeRange(scalar), ValueRange(function.getArgument(0)),
      function.getArgument(1), ValueRange(function.getArgument(2)), 2,
      [&](OpBuilder &inData, Location loc, ValueRange arguments) {
        auto pipeline = PipelineOp::create(
            inData, loc, TypeRange(scalar), arguments.take_front(1),
            arguments[1], arguments.take_back(1), 4, "gpipe", 1,
            [&](OpBuilder &inPipeline, Location loc, ValueRange arguments) {
              auto stage = StageOp::create(
                  inPipeline, loc, TypeRange(scalar), arguments.take_back(1),
                  "only",
                  [](OpBuilder &inStage, Location loc, ValueRange arguments) {
                    YieldOp::create(inStage, loc, arguments);
                  });
              YieldOp::create(inPipeline, loc, stage.getResults());
            });
        YieldOp::create(inData, loc, pipeline.getResults());
      });
  func::ReturnOp::create(builder, loc, data.getResults());
  ASSERT_TRUE(succeeded(verify(*module)));

  EXPECT_EQ(data.getParts(), 2);
  EXPECT_EQ(data.getTokenArguments().size(), 1u);
  EXPECT_EQ(data.getOffsetsArgument(), data.getBody().getArgument(1));
  EXPECT_EQ(data.getSharedArguments().front(), data.getBody().getArgument(2));
  auto pipeline = cast<PipelineOp>(data.getBody().front().front());
  EXPECT_EQ(pipeline.getParts(), 4);
  EXPECT_EQ(pipeline.getSchedule(), "gpipe");
  EXPECT_EQ(pipeline.getBatchOffsets(), data.getOffsetsArgument());
  ASSERT_EQ(pipeline.getStages().size(), 1u);
  StageOp stage = pipeline.getStages().front();
  EXPECT_EQ(stage.getName(), "only");
  EXPECT_EQ(pipeline.getYield().getValues().front(), stage.getResult(0));
  EXPECT_FALSE(cast<StrategyOpInterface>(*stage).getBatchOffsets());
}

TEST_F(StrategiesTest, BuildsWithoutOffsetsAndBody) {
  Location loc = builder.getUnknownLoc();
  auto data = DataOp::create(builder, loc, TypeRange(), ValueRange(), Value(),
                             ValueRange(function.getArgument(2)), 3);
  EXPECT_FALSE(data.getOffsets());
  EXPECT_FALSE(data.getOffsetsArgument());
  ASSERT_TRUE(data.getBody().hasOneBlock());
  EXPECT_TRUE(data.getBody().front().empty());
  EXPECT_EQ(data.getBody().getArgument(0).getType(), scalar);
  auto inside = OpBuilder::atBlockEnd(&data.getBody().front());
  YieldOp::create(inside, loc, ValueRange());
  func::ReturnOp::create(builder, loc, function.getArgument(2));
  EXPECT_TRUE(succeeded(verify(*module)));
}

TEST_F(StrategiesTest, InlinesSequentially) {
  Location loc = builder.getUnknownLoc();
  auto data =
      DataOp::create(builder, loc, TypeRange(scalar), ValueRange(), Value(),
                     ValueRange(function.getArgument(2)), 2,
                     [](OpBuilder &inside, Location loc, ValueRange arguments) {
                       YieldOp::create(inside, loc, arguments);
                     });
  auto result = func::ReturnOp::create(builder, loc, data.getResults());
  IRRewriter rewriter(&context);
  rewriter.setInsertionPoint(data);
  auto strategy = cast<StrategyOpInterface>(*data);
  EXPECT_EQ(strategy.getParts(), 2);
  ASSERT_TRUE(succeeded(strategy.inlineSequentially(rewriter, 1)));
  EXPECT_EQ(result.getOperand(0), function.getArgument(2));
  EXPECT_EQ(function.getBody().front().getOperations().size(), 1u);
}

} // namespace
