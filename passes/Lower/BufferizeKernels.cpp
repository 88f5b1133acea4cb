//===- BufferizeKernels.cpp - From kernels on tensors to buffers ----------===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/KernelSignature.h"
#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace hocket {
#define GEN_PASS_DEF_BUFFERIZEKERNELS
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

namespace {

struct BufferizeKernelsPass
    : hocket::impl::BufferizeKernelsBase<BufferizeKernelsPass> {
  using BufferizeKernelsBase::BufferizeKernelsBase;

  void runOnOperation() override {
    SmallVector<func::FuncOp> kernels;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(kKernelAttr))
        kernels.push_back(function);
    for (func::FuncOp kernel : kernels)
      if (failed(replaceSignature(kernel)) || failed(bufferize(kernel)))
        return signalPassFailure();
  }

  LogicalResult replaceSignature(func::FuncOp kernel);
  LogicalResult bufferize(func::FuncOp kernel);
};

} // namespace

static MemRefType bufferTypeOf(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return MemRefType::get(type.getShape(), type.getElementType());
}

/// True if `tensor` is an argument's, or a view of one.
static bool isArgument(Value tensor) {
  while (Operation *op = tensor.getDefiningOp()) {
    if (isa<bufferization::ToTensorOp>(op))
      return true;
    if (!isa<tensor::CastOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
             tensor::ExtractSliceOp>(op))
      return false;
    tensor = op->getOperand(0);
  }
  return false;
}

/// Arguments become to_tensor ops of memrefs, results become copies into them
/// (which bufferization then makes disappear).
LogicalResult BufferizeKernelsPass::replaceSignature(func::FuncOp kernel) {
  FailureOr<SmallVector<KernelOperand>> operands = kernelOperands(kernel);
  if (failed(operands))
    return failure();
  if (!kernel.getBody().hasOneBlock())
    return kernel.emitOpError("must have a body of one block to be lowered");
  auto terminator =
      dyn_cast<func::ReturnOp>(kernel.getBody().front().getTerminator());
  if (!terminator)
    return kernel.emitOpError("must end in a return to be lowered");

  OpBuilder builder(kernel.getContext());
  Block &entry = kernel.getBody().front();
  SmallVector<Type> types;
  SmallVector<Attribute> attributes;
  builder.setInsertionPointToStart(&entry);
  // Arguments come first: then no returned value is an argument any more.
  SmallVector<std::pair<unsigned, Value>> shared; // result, argument's tensor
  SmallVector<std::pair<Value, Value>> written;   // result, buffer
  for (const KernelOperand &operand : *operands) {
    DictionaryAttr attribute;
    if (operand.argument) {
      BlockArgument argument = entry.getArgument(*operand.argument);
      attribute = kernel.getArgAttrDict(*operand.argument);
      Type tensorType = argument.getType();
      argument.setType(bufferTypeOf(tensorType));
      auto tensor = bufferization::ToTensorOp::create(
          builder, argument.getLoc(), tensorType, argument, /*restrict=*/true,
          /*writable=*/operand.result.has_value());
      argument.replaceAllUsesExcept(tensor, tensor);
      if (operand.result)
        shared.push_back({*operand.result, tensor});
    } else {
      Value result = terminator.getOperand(*operand.result);
      BlockArgument argument =
          entry.addArgument(bufferTypeOf(result.getType()), result.getLoc());
      attribute = kernel.getResultAttrDict(*operand.result);
      written.push_back({result, argument});
    }
    types.push_back(entry.getArguments()[attributes.size()].getType());
    attributes.push_back(attribute ? attribute : builder.getDictionaryAttr({}));
  }
  builder.setInsertionPoint(terminator);
  Location loc = kernel.getLoc();
  // Results of their own may be arguments: read before these are updated.
  for (auto [result, buffer] : written) {
    auto copy = bufferization::MaterializeInDestinationOp::create(
        builder, loc, result, buffer);
    copy.setRestrict(true);
    copy.setWritable(true);
  }
  for (auto [number, tensor] : shared) {
    Value result = terminator.getOperand(number);
    if (result != tensor && isArgument(result))
      terminator.setOperand(
          number, bufferization::AllocTensorOp::create(
                      builder, loc, cast<RankedTensorType>(result.getType()),
                      ValueRange(), result));
  }
  SmallVector<std::pair<Value, Value>> copiedBack; // tensor, buffer
  for (auto [number, tensor] : shared) {
    if (terminator.getOperand(number) == tensor)
      continue;
    Value updated = bufferization::MaterializeInDestinationOp::create(
                        builder, loc, tensor.getType(),
                        terminator.getOperand(number), tensor)
                        .getResult();
    copiedBack.push_back(
        {updated,
         tensor.getDefiningOp<bufferization::ToTensorOp>().getBuffer()});
  }
  // The analysis does not see that these write the arguments, so they are
  // last. Most are copies of a buffer to itself and vanish.
  for (auto [updated, buffer] : copiedBack)
    bufferization::MaterializeInDestinationOp::create(builder, loc, updated,
                                                      buffer)
        .setWritable(true);
  terminator->setOperands({});
  kernel.setType(builder.getFunctionType(types, {}));
  kernel.setAllArgAttrs(attributes);
  kernel.removeResAttrsAttr();
  return success();
}

/// Whether what holds `use` only reads it there.
static bool isRead(OpOperand &use) {
  if (auto op = dyn_cast<DestinationStyleOpInterface>(use.getOwner()))
    return !op.isDpsInit(&use);
  return isa<tensor::ExtractOp, tensor::ExtractSliceOp>(use.getOwner());
}

/// Gives each use of `op` a clone of its own, but one to all that read it in
/// the same nested op: a loop is to fill once what it only reads.
static void cloneForUses(Operation *op) {
  OpBuilder builder(op->getContext());
  llvm::SmallDenseMap<Operation *, Value> readIn;
  bool isFirst = true;
  for (OpOperand &use : llvm::make_early_inc_range(op->getUses())) {
    Operation *owner = use.getOwner();
    Operation *outer = op->getBlock()->findAncestorOpInBlock(*owner);
    bool isShared = outer != owner && isRead(use);
    Value value = isShared ? readIn.lookup(outer) : Value();
    if (!value) {
      builder.setInsertionPoint(isShared ? outer : owner);
      value = isFirst ? use.get() : builder.clone(*op)->getResult(0);
      isFirst = false;
    }
    if (isShared)
      readIn[outer] = value;
    use.set(value);
  }
}

/// Gives every op a destination of its own where CSE has merged them. A shared
/// one would be replaced by the buffer of one result and then also hold what
/// belongs to another; and it costs copies.
static void separateDestinations(func::FuncOp kernel) {
  SmallVector<linalg::FillOp> fills;
  kernel.walk([&](linalg::FillOp fill) {
    if (fill.getDpsInits()[0].getDefiningOp<tensor::EmptyOp>())
      fills.push_back(fill);
  });
  for (linalg::FillOp fill : fills)
    cloneForUses(fill);
  SmallVector<tensor::EmptyOp> empties;
  kernel.walk([&](tensor::EmptyOp empty) { empties.push_back(empty); });
  for (tensor::EmptyOp empty : empties)
    cloneForUses(empty);
}

LogicalResult BufferizeKernelsPass::bufferize(func::FuncOp kernel) {
  // An empty tensor that is reshaped is an empty tensor.
  RewritePatternSet patterns(&getContext());
  tensor::populateFoldTensorEmptyPatterns(patterns);
  if (failed(applyPatternsGreedily(kernel, std::move(patterns))))
    return failure();
  separateDestinations(kernel);

  IRRewriter rewriter(&getContext());
  bufferization::OneShotBufferizationOptions options;
  {
    bufferization::OneShotAnalysisState state(kernel, options);
    if (failed(bufferization::analyzeOp(kernel, state)) ||
        failed(bufferization::eliminateEmptyTensors(rewriter, kernel, state)))
      return failure();
  }
  bufferization::BufferizationState state;
  return bufferization::runOneShotBufferize(kernel, options, state);
}
