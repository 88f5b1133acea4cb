//===- TokenLocality.cpp - What may be computed token by token ------------===//

#include "TokenLocality.h"

#include "hocket/Dialects/SequenceEnds.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace hocket;

static bool dependsOn(const SizeExpr &extent, unsigned symbol) {
  return llvm::any_of(extent.terms, [&](const SizeExpr::Term &term) {
    return term.power[symbol] > 0;
  });
}

/// The dimensions that depend on a symbol: 0 the tokens, 1 the sequences.
static SmallVector<unsigned> dimsWith(FailureOr<SymbolicShape> shape,
                                      unsigned symbol) {
  SmallVector<unsigned> dims;
  if (succeeded(shape))
    for (auto [dim, extent] : llvm::enumerate(*shape))
      if (dependsOn(extent, symbol))
        dims.push_back(dim);
  return dims;
}

static bool isZero(Operation *op) {
  Attribute value;
  if (!matchPattern(op, m_Constant(&value)))
    return false;
  if (auto splat = dyn_cast<SplatElementsAttr>(value))
    value = splat.getSplatValue<Attribute>();
  if (auto number = dyn_cast<FloatAttr>(value))
    return number.getValue().isZero();
  auto number = dyn_cast<IntegerAttr>(value);
  return number && number.getValue().isZero();
}

TokenLocality::TokenLocality(func::FuncOp stage,
                             const DenseSet<unsigned> &sumInputs)
    : stage(stage), shapes(stage) {
  for (BlockArgument argument : stage.getArguments()) {
    auto binding = stage.getArgAttrOfType<OperandAttr>(argument.getArgNumber(),
                                                       kOperandAttr);
    if (binding.getSlot() == Slot::Input &&
        sumInputs.contains(binding.getIndex()))
      kinds[argument] = Kind::Sum;
    else if (tokenDimOf(argument))
      kinds[argument] = Kind::Tokens;
  }
}

std::optional<unsigned> TokenLocality::tokenDimOf(Value value) {
  if (!isa<RankedTensorType>(value.getType()))
    return std::nullopt;
  SmallVector<unsigned> dims = dimsWith(shapes.shapeOf(value), 0);
  return dims.size() == 1 ? std::optional(dims.front()) : std::nullopt;
}

TokenLocality::Kind TokenLocality::kindOf(Value value) {
  return kinds.lookup(value);
}

/// A whole multiple of the number of tokens.
bool TokenLocality::countsTokens(Value value) {
  FailureOr<SizeExpr> size = shapes.valueOf(value);
  return succeeded(size) && size->terms.size() == 1 &&
         *size == SizeExpr::constant(size->terms.front().coefficient) *
                      SizeExpr::symbol(0);
}

LogicalResult TokenLocality::fail(Operation *op, const Twine &what) {
  return op->emitOpError(what) << "; ranks or slices that share sequences have "
                                  "some of the tokens each, and "
                                  "only hocket.attention and scans bring them together";
}

LogicalResult TokenLocality::checkOffsets() {
  for (BlockArgument argument : stage.getArguments()) {
    if (dimsWith(shapes.shapeOf(argument), 1).empty())
      continue;
    SmallVector<Operation *> readers(argument.getUsers());
    while (!readers.empty()) {
      Operation *reader = readers.pop_back_val();
      if (isa<tensor::CastOp>(reader))
        llvm::append_range(readers, reader->getUsers());
      else if (!isa<AttentionOp, ScanOp, ShiftOp>(reader))
        return reader->emitOpError(
            "reads the offsets of the sequences; ranks or slices that share "
            "sequences "
            "have some of the tokens each, which other offsets divide, so only "
            "hocket.attention, hocket.scan, hocket.shift and hocket.recurrence "
            "may read them");
    }
  }
  return success();
}

LogicalResult TokenLocality::checkSlice(OffsetSizeAndStrideOpInterface op,
                                        Value whole) {
  std::optional<unsigned> dim = tokenDimOf(whole);
  if (!dim)
    return success();
  FailureOr<SizeExpr> size = shapes.valueOf(op.getMixedSizes()[*dim]);
  if (isConstantIntValue(op.getMixedOffsets()[*dim], 0) &&
      isConstantIntValue(op.getMixedStrides()[*dim], 1) && succeeded(size) &&
      *size == (*shapes.shapeOf(whole))[*dim])
    return success();
  return fail(op, "takes some of the tokens out of all of them");
}

/// Groups of dimensions of `fine` become one each, or the other way round.
LogicalResult
TokenLocality::checkReshape(Operation *op, Value fine,
                            ArrayRef<ReassociationIndices> groups) {
  std::optional<unsigned> dim = tokenDimOf(fine);
  auto type = cast<RankedTensorType>(fine.getType());
  for (const ReassociationIndices &group : groups)
    for (int64_t member : group) {
      if (dim && member == int64_t(*dim))
        break;
      if (dim && llvm::is_contained(group, int64_t(*dim)) &&
          type.getDimSize(member) != 1)
        return fail(op, "puts another dimension before the tokens, so that "
                        "those of a rank are not together");
    }
  return success();
}

LogicalResult TokenLocality::check(Operation *op) {
  for (Value result : op->getResults()) {
    auto type = dyn_cast<RankedTensorType>(result.getType());
    if (!type || type.hasStaticShape())
      continue;
    FailureOr<SymbolicShape> shape = shapes.shapeOf(result);
    if (failed(shape))
      return fail(op, "gives a tensor whose extents are not known in terms of "
                      "the tokens");
    if (dimsWith(shape, 0).size() > 1)
      return fail(op, "gives a tensor for pairs of tokens");
    if (!dimsWith(shape, 0).empty())
      kinds[result] = Kind::Tokens;
  }
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return checkLinalg(linalgOp);

  SetVector<Value> read(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), read);
  auto reads = [&](Kind kind) {
    return llvm::any_of(read, [&](Value v) { return kindOf(v) == kind; });
  };
  auto gives = [&](Kind kind) {
    return llvm::any_of(op->getResults(),
                        [&](Value v) { return kindOf(v) == kind; });
  };
  bool tokens = reads(Kind::Tokens) || gives(Kind::Tokens);
  bool sums = reads(Kind::Sum);
  // The kind of what the op takes something of.
  auto propagate = [&](Value from) {
    kinds[op->getResult(0)] = kindOf(from);
    return success();
  };
  auto unless = [&](bool fault, const Twine &what) {
    return fault ? fail(op, what) : success();
  };
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case<AttentionOp, ScanOp, ShiftOp, DetachOp, tensor::EmptyOp>(
          [&](auto) { return success(); })
      .Case<tensor::DimOp>([&](tensor::DimOp dim) {
        FailureOr<SizeExpr> size = shapes.valueOf(dim.getResult());
        if (succeeded(size) && dependsOn(*size, 0))
          kinds[dim.getResult()] = Kind::Sum;
        return success();
      })
      .Case<tensor::CastOp>(
          [&](tensor::CastOp cast) { return propagate(cast.getSource()); })
      .Case<tensor::ExpandShapeOp>([&](tensor::ExpandShapeOp reshape) {
        (void)propagate(reshape.getSrc());
        return checkReshape(op, reshape.getResult(),
                            reshape.getReassociationIndices());
      })
      .Case<tensor::CollapseShapeOp>([&](tensor::CollapseShapeOp reshape) {
        (void)propagate(reshape.getSrc());
        return checkReshape(op, reshape.getSrc(),
                            reshape.getReassociationIndices());
      })
      .Case<tensor::ExtractSliceOp>([&](tensor::ExtractSliceOp slice) {
        (void)propagate(slice.getSource());
        return checkSlice(slice, slice.getSource());
      })
      .Case<tensor::InsertSliceOp>([&](tensor::InsertSliceOp slice) {
        if (kindOf(slice.getSource()) == Kind::Sum ||
            kindOf(slice.getDest()) == Kind::Sum)
          return fail(op, "writes sums over tokens beside other values");
        return checkSlice(slice, slice.getDest());
      })
      .Case<tensor::ConcatOp>([&](tensor::ConcatOp concat) {
        return unless(sums || tokenDimOf(concat.getResult()) == concat.getDim(),
                      "puts tokens after other tokens");
      })
      .Case<tensor::PadOp>([&](tensor::PadOp pad) {
        std::optional<unsigned> dim = tokenDimOf(pad.getResult());
        return unless(
            kindOf(pad.getSource()) == Kind::Sum ||
                (dim && (!isConstantIntValue(pad.getMixedLowPad()[*dim], 0) ||
                         !isConstantIntValue(pad.getMixedHighPad()[*dim], 0))),
            "adds to the tokens");
      })
      .Case<tensor::ExtractOp>([&](tensor::ExtractOp extract) {
        bool counts = llvm::any_of(extract.getIndices(), [&](Value index) {
          return kindOf(index) == Kind::Sum;
        });
        if (tokens || counts)
          return fail(op, "reads the element of one token");
        return propagate(extract.getTensor());
      })
      .Case<tensor::FromElementsOp, tensor::SplatOp>([&](auto made) {
        if (sums && (tokens || llvm::any_of(read, [&](Value v) {
                       return kindOf(v) != Kind::Sum;
                     })))
          return fail(op, "puts sums over tokens beside other values");
        return sums ? propagate(read.front()) : success();
      })
      .Case<affine::AffineApplyOp>([&](affine::AffineApplyOp apply) {
        if (sums)
          kinds[apply.getResult()] = Kind::Sum;
        return success();
      })
      .Default([&](Operation *other) -> LogicalResult {
        if (isZero(other))
          kinds[other->getResult(0)] = Kind::Zero;
        if (OpTrait::hasElementwiseMappableTraits(other)) {
          if (sums)
            return checkLinear(other);
          return success();
        }
        return unless(tokens || sums,
                      "may mix tokens: nothing is known of what it does");
      });
}

LogicalResult TokenLocality::checkResults() {
  Operation *terminator = stage.getBody().front().getTerminator();
  for (auto [number, result] : llvm::enumerate(terminator->getOperands())) {
    auto binding = stage.getResultAttrOfType<OperandAttr>(number, kOperandAttr);
    bool isTotal =
        binding.getSlot() == Slot::Loss || binding.getSlot() == Slot::Weight;
    if (!isTotal || kindOf(result) == Kind::Sum || kindOf(result) == Kind::Zero)
      continue;
    InFlightDiagnostic diagnostic =
        terminator->emitError("result #")
        << number
        << " of the loss is no sum over the tokens, so what the ranks "
        << "that share sequences compute of it would not add up to it";
    diagnostic.attachNote(result.getLoc()) << "computed here";
    return diagnostic;
  }
  return success();
}

LogicalResult TokenLocality::check() {
  if (failed(checkOffsets()))
    return failure();
  for (Operation &op : stage.getBody().front().without_terminator())
    if (failed(check(&op)))
      return failure();
  return checkResults();
}

DenseSet<unsigned> TokenLocality::sumOutputs() {
  DenseSet<unsigned> outputs;
  for (auto [number, result] :
       llvm::enumerate(stage.getBody().front().getTerminator()->getOperands()))
    if (kindOf(result) == Kind::Sum)
      outputs.insert(
          stage.getResultAttrOfType<OperandAttr>(number, kOperandAttr)
              .getIndex());
  return outputs;
}
