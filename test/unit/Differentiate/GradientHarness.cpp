//===- GradientHarness.cpp - Kernels against finite differences -----------===//

#include "GradientHarness.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/Support/TargetSelect.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <map>
#include <random>

using namespace mlir;
using namespace hocket;
using namespace hocket::test;

namespace {

constexpr const char *kLowering =
    "func.func(hocket-lower-scan),one-shot-bufferize{bufferize-function-"
    "boundaries "
    "function-boundary-type-conversion=identity-layout-map},"
    "buffer-results-to-out-params{modify-public-functions},func.func(convert-"
    "linalg-to-loops),"
    "expand-strided-metadata,lower-affine,convert-scf-to-cf,"
    "convert-math-to-llvm,convert-math-to-libm,convert-vector-to-llvm,"
    "convert-arith-to-llvm,finalize-memref-to-llvm,convert-func-to-llvm,"
    "convert-cf-to-llvm,reconcile-unrealized-casts";

/// A dense tensor and the descriptor that generated code expects.
struct Buffer {
  std::vector<int64_t> shape;
  Type element;
  std::vector<char> data;

  size_t elements() const {
    size_t product = 1;
    for (int64_t extent : shape)
      product *= extent;
    return product;
  }
  double *f64() { return reinterpret_cast<double *>(data.data()); }

  std::vector<int64_t> descriptor() {
    auto pointer = reinterpret_cast<int64_t>(data.data());
    std::vector<int64_t> words{pointer, pointer, 0};
    words.insert(words.end(), shape.begin(), shape.end());
    int64_t stride = elements();
    for (int64_t extent : shape) {
      stride /= extent;
      words.push_back(stride);
    }
    return words;
  }
};

using Binding = std::pair<Slot, uint32_t>;

/// What is known of a kernel before it is lowered.
struct Signature {
  std::string name;
  std::vector<Binding> arguments, results;
  std::vector<Buffer> argumentBuffers, resultBuffers; // without data
};

Buffer makeBuffer(RankedTensorType type, int64_t tokens) {
  Buffer buffer;
  buffer.element = type.getElementType();
  for (int64_t extent : type.getShape())
    buffer.shape.push_back(ShapedType::isDynamic(extent) ? tokens : extent);
  unsigned bits =
      buffer.element.isIndex() ? 64 : buffer.element.getIntOrFloatBitWidth();
  buffer.data.assign(buffer.elements() * ((bits + 7) / 8) + 64, 0);
  return buffer;
}

Signature signatureOf(func::FuncOp kernel, int64_t tokens) {
  Signature signature;
  signature.name = kernel.getName().str();
  for (unsigned i = 0; i < kernel.getNumArguments(); ++i) {
    auto binding = kernel.getArgAttrOfType<OperandAttr>(i, kOperandAttr);
    signature.arguments.push_back({binding.getSlot(), binding.getIndex()});
    signature.argumentBuffers.push_back(makeBuffer(
        cast<RankedTensorType>(kernel.getArgumentTypes()[i]), tokens));
  }
  for (unsigned i = 0; i < kernel.getNumResults(); ++i) {
    auto binding = kernel.getResultAttrOfType<OperandAttr>(i, kOperandAttr);
    signature.results.push_back({binding.getSlot(), binding.getIndex()});
    signature.resultBuffers.push_back(
        makeBuffer(cast<RankedTensorType>(kernel.getResultTypes()[i]), tokens));
  }
  return signature;
}

using Values = std::map<Binding, Buffer>;

/// Calls a kernel; the results replace or join the values.
void call(ExecutionEngine &engine, const Signature &signature, Values &values) {
  std::vector<Buffer> buffers;
  for (auto [index, binding] : llvm::enumerate(signature.arguments)) {
    auto it = values.find(binding);
    ASSERT_NE(it, values.end()) << signature.name << " argument " << index;
    ASSERT_EQ(it->second.shape, signature.argumentBuffers[index].shape);
    buffers.push_back(it->second); // a copy: kernels may write over it
  }
  for (const Buffer &result : signature.resultBuffers)
    buffers.push_back(result);
  std::vector<std::vector<int64_t>> descriptors;
  for (Buffer &buffer : buffers)
    descriptors.push_back(buffer.descriptor());
  std::vector<void *> pointers, packed;
  for (std::vector<int64_t> &descriptor : descriptors)
    pointers.push_back(descriptor.data());
  for (void *&pointer : pointers)
    packed.push_back(&pointer);
  llvm::Error error =
      engine.invokePacked("_mlir_ciface_" + signature.name, packed);
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  for (auto [index, binding] : llvm::enumerate(signature.results))
    values[binding] = buffers[signature.arguments.size() + index];
}

void fillRandomly(Buffer &buffer, const GradientCase &gradientCase,
                  std::mt19937_64 &random) {
  if (isa<FloatType>(buffer.element)) {
    std::uniform_real_distribution<double> draw(gradientCase.low,
                                                gradientCase.high);
    for (size_t i = 0; i < buffer.elements(); ++i)
      buffer.f64()[i] = draw(random);
    return;
  }
  size_t width = (buffer.element.getIntOrFloatBitWidth() + 7) / 8;
  for (size_t i = 0; i < buffer.elements(); ++i) {
    int64_t value = random() % gradientCase.integers;
    std::memcpy(buffer.data.data() + i * width, &value, width);
  }
}

} // namespace

std::unique_ptr<MLIRContext> hocket::test::makeContext() {
  static const bool once = [] {
    mlir::registerAllPasses();
    registerHocketLowerPasses();
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)once;
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  registry.insert<HocketDialect>();
  registerDifferentiationModels(registry);
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  // A pass would load what its ops come from.
  context->loadDialect<HocketDialect, arith::ArithDialect, func::FuncDialect,
                       linalg::LinalgDialect, math::MathDialect,
                       scf::SCFDialect, tensor::TensorDialect>();
  return context;
}

OwningOpRef<ModuleOp> hocket::test::parseStage(const GradientCase &gradientCase,
                                               MLIRContext &context) {
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(gradientCase.source, &context);
  EXPECT_TRUE(module);
  if (!module)
    return {};
  auto stage = module->lookupSymbol<func::FuncOp>("stage0");
  EXPECT_TRUE(stage);
  if (!stage)
    return {};
  auto shapeOf = [&](Type type) -> AffineMapAttr {
    auto tensor = cast<RankedTensorType>(type);
    SymbolicShape shape;
    for (int64_t extent : tensor.getShape())
      shape.push_back(ShapedType::isDynamic(extent)
                          ? SizeExpr::symbol(0)
                          : SizeExpr::constant(extent));
    return AffineMapAttr::get(*toAffineMap(shape, &context));
  };
  std::map<char, uint32_t> counts;
  const std::map<char, Slot> slots = {
      {'p', Slot::Parameter}, {'i', Slot::Input}, {'b', Slot::Batch}};
  for (unsigned i = 0; i < stage.getNumArguments(); ++i) {
    char role = gradientCase.roles.at(i);
    stage.setArgAttr(
        i, kOperandAttr,
        OperandAttr::get(&context, slots.at(role), counts[role]++));
    stage.setArgAttr(i, kShapeAttr, shapeOf(stage.getArgumentTypes()[i]));
  }
  for (unsigned i = 0; i < stage.getNumResults(); ++i) {
    Slot slot = !gradientCase.isLast ? Slot::Output
                : i == 0             ? Slot::Loss
                                     : Slot::Weight;
    stage.setResultAttr(
        i, kOperandAttr,
        OperandAttr::get(&context, slot, gradientCase.isLast ? 0 : i));
    stage.setResultAttr(i, kShapeAttr, shapeOf(stage.getResultTypes()[i]));
  }
  return module;
}

static OwningOpRef<ModuleOp> lower(ModuleOp module) {
  OwningOpRef<ModuleOp> lowered(cast<ModuleOp>(module->clone()));
  lowered->walk([](func::FuncOp function) {
    function.setPublic();
    // The attributes speak of tensors.
    SmallVector<DictionaryAttr> none(function.getNumArguments());
    function.setAllArgAttrs(none);
    none.resize(function.getNumResults());
    function.setAllResultAttrs(none);
    function->setDiscardableAttrs(ArrayRef<NamedAttribute>());
    function->setAttr("llvm.emit_c_interface",
                      UnitAttr::get(function.getContext()));
  });
  RewritePatternSet patterns(module.getContext());
  tensor::populateDecomposeTensorConcatPatterns(patterns);
  (void)applyPatternsGreedily(*lowered, std::move(patterns));
  PassManager manager(module.getContext());
  if (failed(parsePassPipeline(kLowering, manager)) ||
      failed(manager.run(*lowered)))
    return {};
  return lowered;
}

static void checkForm(const GradientCase &gradientCase, BackwardForm form) {
  std::unique_ptr<MLIRContext> context = makeContext();
  OwningOpRef<ModuleOp> module = parseStage(gradientCase, *context);
  ASSERT_TRUE(module);
  if (!gradientCase.before.empty()) {
    PassManager manager(context.get());
    ASSERT_TRUE(succeeded(parsePassPipeline(gradientCase.before, manager)));
    ASSERT_TRUE(succeeded(manager.run(*module)));
  }
  auto stage = module->lookupSymbol<func::FuncOp>("stage0");
  FailureOr<StageKernels> kernels = differentiateStage(stage, form);
  ASSERT_TRUE(succeeded(kernels));
  stage.erase();
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream);
  SCOPED_TRACE(text);
  ASSERT_TRUE(succeeded(module->verify()));

  int64_t tokens = gradientCase.tokens;
  Signature forward = signatureOf(kernels->forward, tokens);
  std::vector<Signature> backward;
  for (func::FuncOp kernel :
       {kernels->backward, kernels->inputBackward, kernels->weightBackward})
    if (kernel)
      backward.push_back(signatureOf(kernel, tokens));
  OwningOpRef<ModuleOp> lowered = lower(*module);
  ASSERT_TRUE(lowered);
  const StringRef libraries[] = {HOCKET_RUNNER_UTILS}; // has memrefCopy
  ExecutionEngineOptions options;
  options.sharedLibPaths = libraries;
  llvm::Expected<std::unique_ptr<ExecutionEngine>> engine =
      ExecutionEngine::create(*lowered, options);
  ASSERT_TRUE(bool(engine)) << llvm::toString(engine.takeError());

  std::mt19937_64 random(20240607);
  Values values;
  for (auto [binding, like] :
       llvm::zip(forward.arguments, forward.argumentBuffers)) {
    values[binding] = like;
    fillRandomly(values[binding], gradientCase, random);
  }
  for (const Signature &kernel : backward)
    for (auto [binding, like] :
         llvm::zip(kernel.arguments, kernel.argumentBuffers))
      if ((binding.first == Slot::OutputGradient ||
           binding.first == Slot::Gradient) &&
          !values.contains(binding)) {
        values[binding] = like;
        fillRandomly(values[binding], gradientCase, random);
      }

  // The sum of the outputs, weighted by their gradients, or the loss.
  auto objective = [&](Values at) {
    double loss = gradientCase.isLast ? -at.at({Slot::Loss, 0}).f64()[0] : 0.0;
    call(**engine, forward, at);
    double sum = 0.0;
    for (const Binding &result : forward.results) {
      if (result.first == Slot::Loss)
        sum += at.at(result).f64()[0] + loss;
      if (result.first != Slot::Output ||
          !at.contains({Slot::OutputGradient, result.second}))
        continue;
      Buffer &weights = at.at({Slot::OutputGradient, result.second});
      for (size_t i = 0; i < weights.elements(); ++i)
        sum += at.at(result).f64()[i] * weights.f64()[i];
    }
    return sum;
  };

  Values after = values;
  call(**engine, forward, after);
  std::vector<Binding> results;
  for (const Signature &kernel : backward) {
    call(**engine, kernel, after);
    for (const Binding &result : kernel.results)
      if (result.first != Slot::Residual)
        results.push_back(result);
  }

  double largest = 0.0;
  for (const Binding &result : results) {
    bool isParameter = result.first == Slot::Gradient;
    Binding primal{isParameter ? Slot::Parameter : Slot::Input, result.second};
    Buffer &gradient = after.at(result);
    for (size_t i = 0; i < gradient.elements(); ++i) {
      double computed = gradient.f64()[i];
      if (isParameter)
        computed -= values.at(result).f64()[i];
      Values moved = values;
      const double step = 1e-5;
      moved.at(primal).f64()[i] += step;
      double above = objective(moved);
      moved.at(primal).f64()[i] -= 2 * step;
      double below = objective(moved);
      double expected = (above - below) / (2 * step);
      EXPECT_NEAR(computed, expected, 1e-6 * std::max(1.0, std::abs(expected)))
          << (isParameter ? "parameter " : "input ") << result.second
          << " element " << i;
      largest = std::max(largest, std::abs(computed));
    }
  }
  EXPECT_GT(largest, 1e-3) << "every gradient is zero";
}

void hocket::test::checkGradients(const GradientCase &gradientCase) {
  {
    SCOPED_TRACE("the backward as one kernel");
    checkForm(gradientCase, BackwardForm::Whole);
  }
  SCOPED_TRACE("the backward in two parts");
  checkForm(gradientCase, BackwardForm::Split);
}
