//===- CutAttentionTest.cpp - Stages cut at attentions, and put together --===//

#include "hocket/Compiler/InitAll.h"
#include "hocket/Compiler/KernelImage.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"
#include "hocket/Passes/Expand.h"
#include "hocket/Passes/Import.h"
#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Passes/Pipelines.h"
#include "hocket/Plan/ModelCheck.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/IR/Verifier.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace hocket;

namespace {

constexpr const char *kGptTiny =
    HOCKET_SOURCE "/test/fixtures/gpt-tiny/model.mlir";

/// Whether values of two functions are computed in the same way from arguments
/// of the same binding. Extents are equal if they are as polynomials.
class Comparison {
public:
  Comparison(func::FuncOp a, func::FuncOp b) : shapesA(a), shapesB(b) {}

  bool areEqual(Value a, Value b) {
    if (auto it = known.find({a, b}); it != known.end())
      return it->second;
    return known[{a, b}] = compute(a, b);
  }

private:
  bool compute(Value a, Value b) {
    if (a.getType() != b.getType())
      return false;
    if (a.getType().isIndex()) {
      FailureOr<SizeExpr> sizeA = shapesA.valueOf(a),
                          sizeB = shapesB.valueOf(b);
      if (succeeded(sizeA) && succeeded(sizeB))
        return *sizeA == *sizeB;
    }
    auto argumentA = dyn_cast<BlockArgument>(a),
         argumentB = dyn_cast<BlockArgument>(b);
    if (argumentA && argumentB)
      return bindingOf(argumentA) &&
             bindingOf(argumentA) == bindingOf(argumentB);
    auto resultA = dyn_cast<OpResult>(a), resultB = dyn_cast<OpResult>(b);
    if (!resultA || !resultB ||
        resultA.getResultNumber() != resultB.getResultNumber())
      return false;
    return OperationEquivalence::isEquivalentTo(
        resultA.getOwner(), resultB.getOwner(),
        [&](Value x, Value y) { return success(areEqual(x, y)); },
        [&](Value x, Value y) { known[{x, y}] = true; },
        OperationEquivalence::IgnoreLocations);
  }

  /// Null for arguments of the bodies of ops.
  static Attribute bindingOf(BlockArgument argument) {
    auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return function ? function.getArgAttr(argument.getArgNumber(), kOperandAttr)
                    : Attribute();
  }

  SymbolicShapes shapesA, shapesB;
  DenseMap<std::pair<Value, Value>, bool> known;
};

class CutAttention : public testing::Test {
protected:
  CutAttention() {
    DialectRegistry registry;
    mlir::registerAllDialects(registry);
    mlir::registerAllExtensions(registry);
    hocket::registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.disableMultithreading();
  }

  OwningOpRef<ModuleOp> parse(const char *path) {
    OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(path, &context);
    EXPECT_TRUE(module) << path;
    return module;
  }

  static ParallelizeOptions options(int64_t pipeline) {
    ParallelizeOptions options;
    options.sequence = 2;
    options.method = "ring";
    options.pipeline = pipeline;
    options.microbatches = 2;
    options.schedule = "1f1b";
    return options;
  }

  static SmallVector<func::FuncOp> stagesOf(ModuleOp module) {
    SmallVector<func::FuncOp> stages;
    for (auto function : module.getOps<func::FuncOp>())
      if (function->hasAttr(kStageAttr))
        stages.push_back(function);
    llvm::sort(stages, [](func::FuncOp a, func::FuncOp b) {
      return a->getAttrOfType<IntegerAttr>(kStageAttr).getInt() <
             b->getAttrOfType<IntegerAttr>(kStageAttr).getInt();
    });
    return stages;
  }

  /// A function with the arguments of `stage` that runs `segments` one after
  /// the other, with a hocket.attention between two of them. Its return has the
  /// results of the last one.
  func::FuncOp compose(func::FuncOp stage, ArrayRef<func::FuncOp> segments) {
    OpBuilder builder(&context);
    builder.setInsertionPointToEnd(segments.front()->getBlock());
    auto whole = func::FuncOp::create(builder, stage.getLoc(), "whole",
                                      stage.getFunctionType());
    Block *entry = whole.addEntryBlock();
    DenseMap<Attribute, Value> bound;
    Value offsets;
    for (unsigned i = 0; i < stage.getNumArguments(); ++i) {
      whole.setArgAttrs(i, stage.getArgAttrDict(i));
      bound[stage.getArgAttr(i, kOperandAttr)] = entry->getArgument(i);
      if (cast<RankedTensorType>(stage.getArgumentTypes()[i])
              .getElementType()
              .isInteger(32) &&
          llvm::any_of(stage.getArgument(i).getUsers(),
                       llvm::IsaPred<AttentionOp>))
        offsets = entry->getArgument(i);
    }
    builder.setInsertionPointToEnd(entry);
    SmallVector<Value> given; // what the segment before returns
    for (func::FuncOp segment : segments) {
      Value attended;
      if (auto attends = segment->getAttrOfType<DictionaryAttr>(kAttendsAttr)) {
        auto input = [&](StringRef name) {
          return given[attends.getAs<IntegerAttr>(name).getInt()];
        };
        Value query = input("query");
        auto type = cast<RankedTensorType>(query.getType());
        auto attention = AttentionOp::create(
            builder, segment.getLoc(), type,
            RankedTensorType::get(type.getShape().drop_back(),
                                  builder.getF32Type()),
            query, input("key"), input("value"), offsets,
            attends.getAs<FloatAttr>("scale"),
            attends.getAs<BoolAttr>("causal").getValue() ? builder.getUnitAttr()
                                                         : UnitAttr());
        attended = attention.getOutput();
      }
      IRMapping mapping;
      for (BlockArgument argument : segment.getArguments()) {
        auto binding = segment.getArgAttrOfType<OperandAttr>(
            argument.getArgNumber(), kOperandAttr);
        if (binding.getSlot() == Slot::Attended)
          mapping.map(argument, attended);
        else if (binding.getSlot() == Slot::Input && !given.empty())
          mapping.map(argument, given[binding.getIndex()]);
        else
          mapping.map(argument, bound.at(binding));
      }
      for (Operation &op : segment.getBody().front().without_terminator())
        builder.clone(op, mapping);
      given.clear();
      for (Value result :
           segment.getBody().front().getTerminator()->getOperands())
        given.push_back(mapping.lookup(result));
    }
    func::ReturnOp::create(builder, stage.getLoc(), given);
    return whole;
  }

  /// Cuts the model's stages and compares what the segments compute together
  /// with what the stages did.
  void expectSame(int64_t pipeline, ArrayRef<size_t> segments) {
    OwningOpRef<ModuleOp> module = parse(kGptTiny);
    PassManager outline(&context);
    outline.addPass(createParallelize(options(pipeline)));
    outline.addPass(createInlinerPass());
    outline.addPass(createOutline());
    ASSERT_TRUE(succeeded(outline.run(*module)));
    OwningOpRef<ModuleOp> cut(module->clone());
    PassManager cutting(&context);
    cutting.addPass(createCutAttention());
    ASSERT_TRUE(succeeded(cutting.run(*cut)));
    SmallVector<func::FuncOp> stages = stagesOf(*module),
                              parts = stagesOf(*cut);
    ArrayRef<func::FuncOp> left = parts;
    ASSERT_EQ(stages.size(), segments.size());
    for (auto [stage, count] : llvm::zip_equal(stages, segments)) {
      ASSERT_GE(left.size(), count);
      func::FuncOp whole = compose(stage, left.take_front(count));
      left = left.drop_front(count);
      ASSERT_TRUE(succeeded(verify(whole)));
      Comparison comparison(stage, whole);
      Operation *expected = stage.getBody().front().getTerminator(),
                *actual = whole.getBody().front().getTerminator();
      ASSERT_EQ(expected->getNumOperands(), actual->getNumOperands());
      for (auto [a, b] :
           llvm::zip_equal(expected->getOperands(), actual->getOperands()))
        EXPECT_TRUE(comparison.areEqual(a, b)) << stage.getName().str();
      // The loss is no weight.
      if (actual->getNumOperands() == 2)
        EXPECT_FALSE(comparison.areEqual(expected->getOperand(0),
                                         actual->getOperand(1)));
      whole.erase();
    }
    EXPECT_TRUE(left.empty());
  }

  MLIRContext context;
};

TEST_F(CutAttention, SegmentsComputeWhatTheStageDoes) { expectSame(1, {5}); }

TEST_F(CutAttention, SegmentsOfPipelineStagesComputeWhatTheStagesDo) {
  expectSame(2, {3, 3});
}

/// Of the four blocks of the model the three segments between two attentions
/// are the same code, and both kernels of it are shared.
TEST_F(CutAttention, GptBecomesAModel) {
  for (StageForm form :
       {StageForm::Forward, StageForm::Whole, StageForm::Split}) {
    OwningOpRef<ModuleOp> module = parse(kGptTiny);
    PassManager manager(&context);
    manager.addPass(createParallelize(options(1)));
    buildStagesPipeline(manager);
    buildKernelsPipeline(manager, form);
    ASSERT_TRUE(succeeded(manager.run(*module)));
    FailureOr<ModelSource> source = buildModel(*module);
    ASSERT_TRUE(succeeded(source));
    const plan::Model &model = source->model;
    Result<void> checked = plan::checkModel(model);
    EXPECT_TRUE(checked) << checked.error();
    EXPECT_EQ(source->strategy.sequence, 2u);
    EXPECT_EQ(source->strategy.sequenceMethod, "ring");
    EXPECT_EQ(source->strategy.segments, std::vector<uint32_t>{5});
    ASSERT_EQ(model.stages.size(), 5u);
    EXPECT_FALSE(model.stages[0].attention);
    bool isTrained = form != StageForm::Forward;
    for (size_t i = 1; i < 5; ++i) {
      const std::optional<plan::Attention> &attention =
          model.stages[i].attention;
      ASSERT_TRUE(attention);
      EXPECT_EQ(attention, model.stages[1].attention);
      EXPECT_EQ(attention->heads, 4u);
      EXPECT_EQ(attention->keyHeads, 2u);
      EXPECT_EQ(attention->headSize, 8u);
      EXPECT_TRUE(attention->causal);
      EXPECT_EQ(attention->isTrained, isTrained);
      EXPECT_EQ(model.stages[i].inputs.size(), 4u);
      EXPECT_EQ(model.stages[i].attended.size(), 3u);
      for (const plan::TaskTemplate &task : model.stages[i].tasks)
        if (i < 4)
          EXPECT_EQ(task.kernel, model.stages[1].find(task.kind)->kernel);
      // W adds to parameters alone; the gradient goes on in the other part.
      bool gives = false;
      for (const plan::TaskTemplate &task : model.stages[i].tasks)
        for (const plan::Operand &operand : task.operands)
          if (operand.slot == plan::Slot::AttendedGradient) {
            gives = true;
            EXPECT_EQ(task.kind, form == StageForm::Whole ? plan::TaskKind::B
                                                          : plan::TaskKind::Bi);
          }
      EXPECT_EQ(gives, isTrained);
    }
  }
}

/// Native code of all kernels, those of the attention among them.
TEST_F(CutAttention, KernelsCompile) {
  for (StageForm form : {StageForm::Whole, StageForm::Split}) {
    OwningOpRef<ModuleOp> module = parse(kGptTiny);
    PassManager manager(&context);
    manager.addPass(createParallelize(options(2)));
    buildStagesPipeline(manager);
    buildKernelsPipeline(manager, form);
    ASSERT_TRUE(succeeded(manager.run(*module)));
    FailureOr<ModelSource> source = buildModel(*module);
    ASSERT_TRUE(succeeded(source));
    FailureOr<CompiledKernels> compiled = compileKernels(*module, {});
    ASSERT_TRUE(succeeded(compiled));
    const std::vector<plan::Kernel> &kernels = source->model.kernels;
    ASSERT_EQ(compiled->kernels.size(), kernels.size());
    for (size_t i = 0; i < kernels.size(); ++i) {
      EXPECT_EQ(compiled->kernels[i].symbol, kernels[i].symbol);
      EXPECT_EQ(compiled->kernels[i].operands, kernels[i].operands);
    }
    const plan::Attention &attention = *source->model.stages[1].attention;
    EXPECT_FALSE(compiled->kernels[attention.part].flops.terms.empty());
    EXPECT_FALSE(compiled->kernels[attention.partGrad].flops.terms.empty());
  }
}

} // namespace
