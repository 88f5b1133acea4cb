//===- KernelEntry.cpp - Native entry points of kernels -------------------===//

#include "KernelSymbols.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"
#include "hocket/Passes/Lower.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"

namespace hocket {
#define GEN_PASS_DEF_KERNELENTRY
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

namespace {

/// The symbols and the workspace, the last arguments of a kernel.
constexpr unsigned kNumTrailing = kNumSymbols + 1;

struct KernelEntryPass : hocket::impl::KernelEntryBase<KernelEntryPass> {
  using KernelEntryBase::KernelEntryBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    callThroughPointer(module);
    for (auto function :
         llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
      if (!function->hasAttr(kKernelAttr)) {
        if (function.isPrivate())
          function.erase();
      } else if (failed(addEntry(function))) {
        return signalPassFailure();
      }
    }
  }

  void callThroughPointer(ModuleOp module);
  LogicalResult addEntry(func::FuncOp kernel);
};

/// A dense memref of these extents at `pointer`.
Value describe(OpBuilder &builder, Location loc,
               const LLVMTypeConverter &converter, MemRefType type,
               Value pointer, ValueRange extents) {
  auto index = [&](int64_t value) -> Value {
    return LLVM::ConstantOp::create(builder, loc, converter.getIndexType(),
                                    builder.getIndexAttr(value));
  };
  auto descriptor =
      MemRefDescriptor::poison(builder, loc, converter.convertType(type));
  descriptor.setAllocatedPtr(builder, loc, pointer);
  descriptor.setAlignedPtr(builder, loc, pointer);
  descriptor.setOffset(builder, loc, index(0));
  Value stride = index(1);
  for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
    Value extent = arith::IndexCastOp::create(
        builder, loc, converter.getIndexType(), extents[dim]);
    descriptor.setSize(builder, loc, dim, extent);
    descriptor.setStride(builder, loc, dim, stride);
    stride = LLVM::MulOp::create(builder, loc, stride, extent);
  }
  return UnrealizedConversionCastOp::create(builder, loc, TypeRange(type),
                                            ValueRange(Value(descriptor)))
      .getResult(0);
}

} // namespace

void KernelEntryPass::callThroughPointer(ModuleOp module) {
  auto declaration = module.lookupSymbol<func::FuncOp>(kSgemm);
  if (!declaration)
    return;
  SmallVector<func::CallOp> calls;
  module.walk([&](func::CallOp call) {
    if (call.getCallee() == kSgemm)
      calls.push_back(call);
  });
  Location loc = declaration.getLoc();
  declaration.erase();
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto pointerType = LLVM::LLVMPointerType::get(&getContext());
  auto global =
      LLVM::GlobalOp::create(builder, loc, pointerType, /*isConstant=*/false,
                             LLVM::Linkage::External, kSgemm, Attribute());
  Block *initializer = builder.createBlock(&global.getInitializerRegion());
  builder.setInsertionPointToStart(initializer);
  Value null = LLVM::ZeroOp::create(builder, loc, pointerType);
  LLVM::ReturnOp::create(builder, loc, null);

  Type i64 = builder.getI64Type();
  for (func::CallOp call : calls) {
    builder.setInsertionPoint(call);
    loc = call.getLoc();
    SmallVector<Value> operands;
    SmallVector<Type> types;
    for (Value operand : call.getOperands()) {
      if (operand.getType().isIndex())
        operand = arith::IndexCastOp::create(builder, loc, i64, operand);
      operands.push_back(operand);
      types.push_back(operand.getType());
    }
    Value address =
        LLVM::AddressOfOp::create(builder, loc, pointerType, kSgemm);
    Value callee = LLVM::LoadOp::create(builder, loc, pointerType, address);
    auto type = LLVM::LLVMFunctionType::get(
        LLVM::LLVMVoidType::get(&getContext()), types);
    operands.insert(operands.begin(), callee);
    LLVM::CallOp::create(builder, loc, type, operands);
    call.erase();
  }
}

LogicalResult KernelEntryPass::addEntry(func::FuncOp kernel) {
  Location loc = kernel.getLoc();
  OpBuilder builder(kernel);
  MLIRContext *context = &getContext();
  auto pointerType = LLVM::LLVMPointerType::get(context);
  Type i64 = builder.getI64Type();
  unsigned numOperands = kernel.getNumArguments() - kNumTrailing;

  // The body takes pointers and rebuilds the memrefs.
  SmallVector<SymbolicShape> shapes(numOperands);
  SymbolicShapes annotated(kernel);
  for (unsigned number = 0; number < numOperands; ++number) {
    FailureOr<SymbolicShape> shape =
        annotated.shapeOf(kernel.getArgument(number));
    if (failed(shape))
      return kernel.emitOpError("argument #")
             << number << " has dynamic extents and no `" << kShapeAttr << "`";
    shapes[number] = *shape;
  }
  SmallVector<Type> types(numOperands, pointerType);
  types.append(kNumSymbols, i64);
  types.push_back(pointerType);
  std::string name = kernel.getName().str();
  auto body = func::FuncOp::create(builder, loc, name + ".body",
                                   builder.getFunctionType(types, {}));
  body.setPrivate();
  body->setAttr("llvm.linkage",
                LLVM::LinkageAttr::get(context, LLVM::Linkage::Internal));
  for (unsigned number = 0; number < types.size(); ++number)
    if (types[number] == pointerType)
      body.setArgAttr(number, LLVM::LLVMDialect::getNoAliasAttrName(),
                      builder.getUnitAttr());
  body.getBody().takeBody(kernel.getBody());
  Block &entry = body.getBody().front();
  SmallVector<Value> pointers;
  for (Type type : types)
    pointers.push_back(entry.addArgument(type, loc));
  builder.setInsertionPointToStart(&entry);
  LLVMTypeConverter converter(context);
  std::array<Value, kNumSymbols> symbols;
  for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol) {
    symbols[symbol] = arith::IndexCastOp::create(
        builder, loc, builder.getIndexType(), pointers[numOperands + symbol]);
    entry.getArgument(numOperands + symbol).replaceAllUsesWith(symbols[symbol]);
  }
  for (unsigned number = 0; number < numOperands; ++number) {
    SmallVector<Value> extents;
    for (const SizeExpr &extent : shapes[number])
      extents.push_back(materialize(builder, loc, extent, symbols));
    BlockArgument argument = entry.getArgument(number);
    argument.replaceAllUsesWith(describe(builder, loc, converter,
                                         cast<MemRefType>(argument.getType()),
                                         pointers[number], extents));
  }
  // Every use is a view within the bytes that the caller provides.
  BlockArgument workspace = entry.getArgument(numOperands + kNumSymbols);
  Value unbounded = arith::ConstantIndexOp::create(
      builder, loc, std::numeric_limits<int64_t>::max());
  workspace.replaceAllUsesWith(describe(builder, loc, converter,
                                        cast<MemRefType>(workspace.getType()),
                                        pointers.back(), unbounded));
  entry.eraseArguments(0, numOperands + kNumTrailing);

  // The entry point loads the pointers and symbols and calls the body.
  Attribute kernelKind = kernel->getAttr(kKernelAttr);
  Attribute workspaceSize = kernel->getAttr(kWorkspaceAttr);
  kernel.erase();
  builder.setInsertionPoint(body);
  auto function = func::FuncOp::create(
      builder, loc, name,
      builder.getFunctionType({pointerType, pointerType, pointerType}, {}));
  function->setAttr(kKernelAttr, kernelKind);
  if (workspaceSize)
    function->setAttr(kWorkspaceAttr, workspaceSize);
  builder.setInsertionPointToStart(function.addEntryBlock());
  auto load = [&](Value array, Type type, unsigned number) -> Value {
    Value address =
        LLVM::GEPOp::create(builder, loc, pointerType, type, array,
                            ArrayRef<LLVM::GEPArg>{int32_t(number)});
    return LLVM::LoadOp::create(builder, loc, type, address);
  };
  SmallVector<Value> arguments;
  for (unsigned number = 0; number < numOperands; ++number)
    arguments.push_back(load(function.getArgument(0), pointerType, number));
  for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol)
    arguments.push_back(load(function.getArgument(1), i64, symbol));
  arguments.push_back(function.getArgument(2));
  func::CallOp::create(builder, loc, body, arguments);
  func::ReturnOp::create(builder, loc);
  return success();
}
