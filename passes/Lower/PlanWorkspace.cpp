//===- PlanWorkspace.cpp - One workspace for all allocations --------------===//

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"
#include "hocket/Passes/Lower.h"

#include "KernelSymbols.h"

#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

namespace hocket {
#define GEN_PASS_DEF_PLANWORKSPACE
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;

namespace {

constexpr int64_t kAlignment = 64;

/// An allocation, and the ops of the function's block between which it lives.
struct Allocation {
  memref::AllocOp op;
  SmallVector<SizeExpr> shape;
  SizeExpr bytes;
  unsigned first = 0, last = 0;
  unsigned place = 0;
};

/// A part of the workspace, and the op until which it is taken.
struct Place {
  SizeExpr bytes;
  unsigned takenUntil = 0;
};

/// True if `a` is at least `b` wherever both symbols are at least 1.
bool covers(const SizeExpr &a, const SizeExpr &b) {
  return llvm::all_of(b.terms, [&](const SizeExpr::Term &term) {
    return llvm::any_of(a.terms, [&](const SizeExpr::Term &other) {
      return other.power == term.power && other.coefficient >= term.coefficient;
    });
  });
}

/// The larger of two sizes, one of which covers the other.
SizeExpr larger(const SizeExpr &a, const SizeExpr &b) {
  return covers(a, b) ? a : b;
}

struct PlanWorkspacePass : hocket::impl::PlanWorkspaceBase<PlanWorkspacePass> {
  using PlanWorkspaceBase::PlanWorkspaceBase;

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!kernel->hasAttr(kKernelAttr) || kernel.isExternal())
      return;
    FailureOr<SmallVector<Allocation>> allocations = collect(kernel);
    if (failed(allocations))
      return signalPassFailure();
    SmallVector<Place> places = assign(*allocations);
    rewrite(kernel, *allocations, places);
  }

  FailureOr<SmallVector<Allocation>> collect(func::FuncOp kernel);
  static SmallVector<Place> assign(MutableArrayRef<Allocation> allocations);
  static void rewrite(func::FuncOp kernel, ArrayRef<Allocation> allocations,
                      ArrayRef<Place> places);
};

} // namespace

FailureOr<SmallVector<Allocation>>
PlanWorkspacePass::collect(func::FuncOp kernel) {
  Block &entry = kernel.getBody().front();
  DenseMap<Operation *, unsigned> order;
  for (Operation &op : entry)
    order[&op] = order.size();

  SymbolicShapes shapes(kernel);
  BufferViewFlowAnalysis views(kernel);
  SmallVector<Allocation> allocations;
  LogicalResult result = success();
  kernel.walk([&](memref::AllocOp op) {
    Allocation allocation{op, {}, {}};
    FailureOr<SymbolicShape> shape = shapes.shapeOf(op);
    FailureOr<hocket::TensorType> type = failure();
    if (succeeded(shape))
      type = toTensorType(op.getType(), *shape);
    if (failed(type)) {
      result = op.emitOpError("needs a workspace whose size is not a "
                              "polynomial in the kernel's symbols: ")
               << op.getType();
      return;
    }
    allocation.shape = *shape;
    allocation.bytes = type->bytes();
    allocation.first = ~0u;
    for (Value alias : views.resolve(op.getResult()))
      for (Operation *user : alias.getUsers()) {
        if (isa<LoopLikeOpInterface>(op->getParentOp()) &&
            user == op->getBlock()->getTerminator())
          result = op.emitOpError("is a buffer that every iteration of a loop "
                                  "would have to allocate anew");
        unsigned position = order[entry.findAncestorOpInBlock(*user)];
        allocation.first = std::min(allocation.first, position);
        allocation.last = std::max(allocation.last, position);
      }
    if (allocation.first != ~0u)
      allocations.push_back(allocation);
  });
  if (failed(result))
    return failure();
  return allocations;
}

/// First allocation first: a place that is free and large enough, else the
/// largest free one that can grow, else a new one.
SmallVector<Place>
PlanWorkspacePass::assign(MutableArrayRef<Allocation> allocations) {
  SmallVector<Place> places;
  SmallVector<Allocation *> byStart;
  for (Allocation &allocation : allocations)
    byStart.push_back(&allocation);
  llvm::sort(byStart, [](Allocation *a, Allocation *b) {
    return std::pair(a->first, a) < std::pair(b->first, b);
  });
  for (Allocation *allocation : byStart) {
    Place *best = nullptr;
    for (Place &place : places) {
      if (place.takenUntil >= allocation->first)
        continue;
      if (covers(place.bytes, allocation->bytes)) {
        if (!best || !covers(best->bytes, allocation->bytes) ||
            covers(best->bytes, place.bytes))
          best = &place;
      } else if (covers(allocation->bytes, place.bytes)) {
        if (!best || (!covers(best->bytes, allocation->bytes) &&
                      covers(place.bytes, best->bytes)))
          best = &place;
      }
    }
    if (!best) {
      places.emplace_back();
      best = &places.back();
    }
    best->bytes = larger(best->bytes, allocation->bytes);
    best->takenUntil = allocation->last;
    allocation->place = best - places.begin();
  }
  return places;
}

void PlanWorkspacePass::rewrite(func::FuncOp kernel,
                                ArrayRef<Allocation> allocations,
                                ArrayRef<Place> places) {
  Location loc = kernel.getLoc();
  OpBuilder builder(kernel.getContext());
  DictionaryAttr none = builder.getDictionaryAttr({});
  unsigned count = kernel.getNumArguments();
  Type index = builder.getIndexType();
  auto bytesType =
      MemRefType::get({ShapedType::kDynamic}, builder.getIntegerType(8));
  SmallVector<Type> types(kNumSymbols, index);
  types.push_back(bytesType);
  for (Type type : types)
    if (failed(
            kernel.insertArgument(kernel.getNumArguments(), type, none, loc)))
      llvm_unreachable("arguments of functions can be added");
  Block &entry = kernel.getBody().front();
  std::array<Value, kNumSymbols> symbols;
  for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol)
    symbols[symbol] = entry.getArgument(count + symbol);
  Value workspace = entry.getArgument(count + kNumSymbols);

  // Each place begins at the next multiple of the alignment.
  builder.setInsertionPointToStart(&entry);
  SizeExpr total;
  SmallVector<Value> offsets;
  Value end = arith::ConstantIndexOp::create(builder, loc, 0);
  for (const Place &place : places) {
    offsets.push_back(end);
    SizeExpr padded = place.bytes + SizeExpr::constant(kAlignment - 1);
    total = total + padded;
    Value next = arith::AddIOp::create(
        builder, loc, end, materialize(builder, loc, padded, symbols));
    Value mask = arith::ConstantIndexOp::create(builder, loc, -kAlignment);
    end = arith::AndIOp::create(builder, loc, next, mask);
  }
  for (const Allocation &allocation : allocations) {
    SmallVector<Value> sizes;
    memref::AllocOp op = allocation.op;
    for (auto [dim, extent] : llvm::enumerate(allocation.shape))
      if (op.getType().isDynamicDim(dim))
        sizes.push_back(materialize(builder, loc, extent, symbols));
    Value view =
        memref::ViewOp::create(builder, op.getLoc(), op.getType(), workspace,
                               offsets[allocation.place], sizes);
    op.replaceAllUsesWith(view);
    op.erase();
  }
  SmallVector<int64_t> encoded;
  for (const SizeExpr::Term &term : total.terms) {
    encoded.push_back(term.coefficient);
    encoded.append(term.power.begin(), term.power.end());
  }
  kernel->setAttr(kWorkspaceAttr, builder.getDenseI64ArrayAttr(encoded));
}
