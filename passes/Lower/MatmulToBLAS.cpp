//===- MatmulToBLAS.cpp - Matrix products become calls --------------------===//

#include "StridedAccess.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Passes/Lower.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace hocket {
#define GEN_PASS_DEF_MATMULTOBLAS
#include "passes/Lower/Passes.h.inc"
} // namespace hocket

using namespace mlir;
using namespace hocket;
using linalg::LinalgOp;

namespace {

/// sum += a * b, and nothing else, in f32.
bool isProductSum(LinalgOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      !op.hasPureBufferSemantics())
    return false;
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    if (!type || !type.getElementType().isF32())
      return false;
  }
  for (AffineMap map : op.getIndexingMapsArray())
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return false;
  Block *body = op.getBlock();
  auto sum =
      body->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!sum || std::distance(body->begin(), body->end()) != 3)
    return false;
  Value lhs = sum.getLhs(), rhs = sum.getRhs();
  if (lhs != body->getArgument(2))
    std::swap(lhs, rhs);
  auto product = rhs.getDefiningOp<arith::MulFOp>();
  if (lhs != body->getArgument(2) || !product)
    return false;
  Value a = body->getArgument(0), b = body->getArgument(1);
  return (product.getLhs() == a && product.getRhs() == b) ||
         (product.getLhs() == b && product.getRhs() == a);
}

/// The buffer that `value` is a view of.
Value rootOf(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>())
    value = view.getViewSource();
  return value;
}

/// The fill with zero of `buffer` just before `op`, if nothing that touches the
/// same memory comes between.
Operation *findZeroFill(Operation *op, Value buffer) {
  Value root = rootOf(buffer);
  for (Operation *before = op->getPrevNode(); before;
       before = before->getPrevNode()) {
    if (auto fill = dyn_cast<linalg::FillOp>(before))
      if (fill.getOutputs()[0] == buffer)
        return matchPattern(fill.getInputs()[0], m_PosZeroFloat()) ? before
                                                                   : nullptr;
    if (isMemoryEffectFree(before))
      continue;
    WalkResult touched = before->walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        // A pointer taken of a buffer may be of any.
        if (isa<LLVM::LLVMPointerType>(operand.getType()) ||
            (isa<MemRefType>(operand.getType()) && rootOf(operand) == root))
          return WalkResult::interrupt();
      return WalkResult::advance();
    });
    if (touched.wasInterrupted())
      return nullptr;
  }
  return nullptr;
}

/// One dimension of the product: its extent and its loops, which are adjacent
/// in memory in both operands that have them. Without loops the extent is 1.
struct Dimension {
  SmallVector<unsigned> loops;
  Value extent;
  bool absent() const { return loops.empty(); }
};

/// An operand as BLAS describes it.
struct Matrix {
  bool transposed = false;
  Value leading;
};

class Product {
public:
  Product(OpBuilder &builder, LinalgOp op)
      : builder(builder), op(op), loc(op.getLoc()) {}

  /// Emits the calls; failure (and nothing but dead code) where the strides do
  /// not fit.
  LogicalResult emit();

private:
  enum { Lhs, Rhs, Out };
  bool has(unsigned operand, unsigned loop) {
    return !access[operand].isInvariant(loop);
  }
  Dimension makeDimension(unsigned operand, unsigned other,
                          SmallVector<unsigned> loops);
  std::optional<Matrix> describe(unsigned operand, const Dimension &rows,
                                 const Dimension &columns);
  Value integer(Value index) {
    return arith::IndexCastOp::create(builder, loc, builder.getI64Type(),
                                      index);
  }
  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value flag(bool value) {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getI64IntegerAttr(value));
  }
  Value real(float value) {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getF32FloatAttr(value));
  }
  Value pointer(unsigned operand, ValueRange indices);

  OpBuilder &builder;
  LinalgOp op;
  Location loc;
  SmallVector<StridedAccess> access;
  SmallVector<OpFoldResult> extents;
  SmallVector<unsigned> batch;
};

} // namespace

/// Joins the loops, outermost first, that are adjacent in both operands with
/// the innermost; the others become loops around the call.
Dimension Product::makeDimension(unsigned operand, unsigned other,
                                 SmallVector<unsigned> loops) {
  Dimension dimension;
  dimension.extent = constant(1);
  // The loops in the order in which memory has them: `outer` before `inner`.
  for (size_t i = 0; i < loops.size(); ++i)
    for (size_t j = i + 1; j < loops.size(); ++j)
      if (access[operand].isNested(loops[j], loops[i]))
        std::swap(loops[i], loops[j]);
  while (!loops.empty()) {
    unsigned loop = loops.pop_back_val();
    if (!dimension.absent() &&
        !(access[operand].isNested(loop, dimension.loops.back()) &&
          access[other].isNested(loop, dimension.loops.back()))) {
      batch.push_back(loop);
      continue;
    }
    dimension.loops.push_back(loop); // innermost first
    Value extent = getValueOrCreateConstantIndexOp(builder, loc, extents[loop]);
    dimension.extent =
        dimension.loops.size() == 1
            ? extent
            : arith::MulIOp::create(builder, loc, dimension.extent, extent)
                  .getResult();
  }
  return dimension;
}

std::optional<Matrix> Product::describe(unsigned operand, const Dimension &rows,
                                        const Dimension &columns) {
  auto unit = [&](const Dimension &dimension) {
    return dimension.absent() ||
           access[operand].isContiguous(dimension.loops.front());
  };
  // The distance of neighbours along `dimension`, or any legal one where there
  // are none.
  auto leading = [&](const Dimension &dimension, const Dimension &other) {
    if (dimension.absent())
      return other.extent;
    return getValueOrCreateConstantIndexOp(
        builder, loc, access[operand].stride(dimension.loops.front()));
  };
  if (unit(columns))
    return Matrix{false, leading(rows, columns)};
  if (unit(rows))
    return Matrix{true, leading(columns, rows)};
  return std::nullopt;
}

Value Product::pointer(unsigned operand, ValueRange indices) {
  Value base = access[operand].pointer(builder, loc);
  Value element = access[operand].linearIndex(builder, loc, indices);
  if (isConstantIntValue(element, 0))
    return base;
  return LLVM::GEPOp::create(builder, loc, base.getType(), builder.getF32Type(),
                             base, ArrayRef<LLVM::GEPArg>{integer(element)});
}

LogicalResult Product::emit() {
  extents = loopExtents(builder, op);
  if (llvm::is_contained(extents, OpFoldResult()))
    return failure();
  for (OpOperand &operand : op->getOpOperands()) {
    FailureOr<StridedAccess> strided = StridedAccess::create(
        builder, loc, operand.get(), op.getMatchingIndexingMap(&operand));
    if (failed(strided))
      return failure();
    access.push_back(*strided);
  }

  SmallVector<unsigned> rowLoops, columnLoops, summedLoops;
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    bool inLhs = has(Lhs, loop), inRhs = has(Rhs, loop), inOut = has(Out, loop);
    if (isConstantIntValue(extents[loop], 1))
      continue;
    if (inLhs && inRhs && inOut)
      batch.push_back(loop);
    else if (inLhs && inOut)
      rowLoops.push_back(loop);
    else if (inRhs && inOut)
      columnLoops.push_back(loop);
    else if (inLhs && inRhs)
      summedLoops.push_back(loop);
    else
      return failure();
  }
  // Dot products and products by element are better off as vector code.
  if (summedLoops.empty() || (rowLoops.empty() && columnLoops.empty()))
    return failure();
  Dimension rows = makeDimension(Lhs, Out, rowLoops);
  Dimension columns = makeDimension(Rhs, Out, columnLoops);
  // Loops around the call over what is summed would overwrite the output.
  size_t batches = batch.size();
  Dimension summed = makeDimension(Lhs, Rhs, summedLoops);
  bool sumsAround = batch.size() != batches;

  unsigned lhs = Lhs, rhs = Rhs;
  std::optional<Matrix> out = describe(Out, rows, columns);
  if (out && out->transposed) {
    // The transposed product: out^T = rhs^T lhs^T.
    std::swap(lhs, rhs);
    std::swap(rows, columns);
    out = describe(Out, rows, columns);
  }
  std::optional<Matrix> left = describe(lhs, rows, summed);
  std::optional<Matrix> right = describe(rhs, summed, columns);
  if (!out || !left || !right)
    return failure();

  Operation *fill =
      sumsAround ? nullptr : findZeroFill(op, op.getDpsInits()[0]);
  SmallVector<Value> indices(op.getNumLoops());
  OpBuilder::InsertionGuard guard(builder);
  llvm::sort(batch);
  for (unsigned loop : batch) {
    auto around = scf::ForOp::create(
        builder, loc, constant(0),
        getValueOrCreateConstantIndexOp(builder, loc, extents[loop]),
        constant(1));
    builder.setInsertionPointToStart(around.getBody());
    indices[loop] = around.getInductionVar();
  }
  Value operands[] = {
      flag(left->transposed),  flag(right->transposed),  integer(rows.extent),
      integer(columns.extent), integer(summed.extent),   real(1.0f),
      pointer(lhs, indices),   integer(left->leading),   pointer(rhs, indices),
      integer(right->leading), real(fill ? 0.0f : 1.0f), pointer(Out, indices),
      integer(out->leading)};
  func::CallOp::create(builder, loc, kSgemm, TypeRange(), operands);
  if (fill)
    fill->erase();
  return success();
}

namespace {

struct MatmulToBLASPass : hocket::impl::MatmulToBLASBase<MatmulToBLASPass> {
  using MatmulToBLASBase::MatmulToBLASBase;

  void runOnOperation() override {
    SmallVector<LinalgOp> products;
    getOperation()->walk([&](LinalgOp op) {
      if (isProductSum(op))
        products.push_back(op);
    });
    OpBuilder builder(&getContext());
    bool any = false;
    for (LinalgOp op : products) {
      builder.setInsertionPoint(op);
      if (failed(Product(builder, op).emit()))
        continue;
      ++numCalls;
      any = true;
      op->erase();
    }
    if (any)
      declare();
  }

  /// The declaration of hocket_sgemm.
  void declare() {
    ModuleOp module = getOperation();
    if (module.lookupSymbol(kSgemm))
      return;
    auto builder = OpBuilder::atBlockBegin(module.getBody());
    Type integer = builder.getI64Type(), real = builder.getF32Type();
    Type pointer = LLVM::LLVMPointerType::get(&getContext());
    auto function = func::FuncOp::create(
        builder, module.getLoc(), kSgemm,
        builder.getFunctionType({integer, integer, integer, integer, integer,
                                 real, pointer, integer, pointer, integer, real,
                                 pointer, integer},
                                {}));
    function.setPrivate();
  }
};

} // namespace
