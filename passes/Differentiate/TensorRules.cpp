//===- TensorRules.cpp - Differentiation of the tensor dialect ------------===//

#include "ScalarRules.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hocket;

namespace {

/// Moving data costs about as much as reading it: all models are cheap to
/// recompute.
template <typename Model, typename Op>
struct TensorModel
    : ReverseDifferentiableOpInterface::ExternalModel<Model, Op> {
  LogicalResult buildAdjoints(Operation *op, OpBuilder &builder,
                              Adjoints &adjoints) const {
    static_cast<const Model *>(this)->differentiate(cast<Op>(op), builder,
                                                    adjoints);
    return success();
  }
  bool isCheapToRecompute(Operation *) const { return true; }
};

/// A gradient in the type of the source of a view.
Value unview(OpBuilder &builder, tensor::ExpandShapeOp op, Value gradient) {
  return tensor::CollapseShapeOp::create(builder, op.getLoc(),
                                         op.getSrc().getType(), gradient,
                                         op.getReassociationIndices());
}
Value unview(OpBuilder &builder, tensor::CollapseShapeOp op, Value gradient) {
  return tensor::ExpandShapeOp::create(
      builder, op.getLoc(), op.getSrc().getType(), gradient,
      op.getReassociationIndices(),
      tensor::getMixedSizes(builder, op.getLoc(), op.getSrc()));
}
Value unview(OpBuilder &builder, tensor::CastOp op, Value gradient) {
  return tensor::CastOp::create(builder, op.getLoc(), op.getSource().getType(),
                                gradient);
}

Value view(OpBuilder &builder, tensor::ExpandShapeOp op, Value source) {
  return tensor::ExpandShapeOp::create(
      builder, op.getLoc(), op.getType(), source, op.getReassociationIndices(),
      tensor::getMixedSizes(builder, op.getLoc(), op.getResult()));
}
Value view(OpBuilder &builder, tensor::CollapseShapeOp op, Value source) {
  return tensor::CollapseShapeOp::create(builder, op.getLoc(), op.getType(),
                                         source, op.getReassociationIndices());
}
Value view(OpBuilder &builder, tensor::CastOp op, Value source) {
  return tensor::CastOp::create(builder, op.getLoc(), op.getType(), source);
}

template <typename Op>
struct ViewModel : TensorModel<ViewModel<Op>, Op> {
  void differentiate(Op op, OpBuilder &builder, Adjoints &adjoints) const {
    Value source = op->getOperand(0), result = op->getResult(0);
    adjoints.addView(builder, source, result,
                     unview(builder, op, adjoints.get(builder, result)));
  }
  Value viewAccumulator(Operation *op, OpBuilder &builder,
                        Value accumulator) const {
    return view(builder, cast<Op>(op), accumulator);
  }
};

struct ExtractSliceModel
    : TensorModel<ExtractSliceModel, tensor::ExtractSliceOp> {
  void differentiate(tensor::ExtractSliceOp op, OpBuilder &builder,
                     Adjoints &adjoints) const {
    adjoints.addSlice(
        builder, op.getSource(), adjoints.get(builder, op.getResult()),
        op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides());
  }
};

struct InsertSliceModel : TensorModel<InsertSliceModel, tensor::InsertSliceOp> {
  void differentiate(tensor::InsertSliceOp op, OpBuilder &builder,
                     Adjoints &adjoints) const {
    Value gradient = adjoints.get(builder, op.getResult());
    if (adjoints.isActive(op.getSource()))
      adjoints.add(builder, op.getSource(),
                   tensor::ExtractSliceOp::create(
                       builder, op.getLoc(), op.getSourceType(), gradient,
                       op.getMixedOffsets(), op.getMixedSizes(),
                       op.getMixedStrides()));
    if (adjoints.isActive(op.getDest()))
      adjoints.add(builder, op.getDest(),
                   tensor::InsertSliceOp::create(
                       builder, op.getLoc(),
                       adjoints.zeros(builder, op.getSource()), gradient,
                       op.getMixedOffsets(), op.getMixedSizes(),
                       op.getMixedStrides()));
  }
};

struct PadModel
    : ReverseDifferentiableOpInterface::ExternalModel<PadModel, tensor::PadOp> {
  LogicalResult buildAdjoints(Operation *op, OpBuilder &builder,
                              Adjoints &adjoints) const {
    auto pad = cast<tensor::PadOp>(op);
    WalkResult checked = pad->walk([&](Operation *inner) {
      bool active = inner != pad &&
                    llvm::any_of(inner->getOperands(),
                                 [&](Value v) { return adjoints.isActive(v); });
      return active ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (checked.wasInterrupted())
      return op->emitOpError(
          "pads with a value that needs a gradient, which "
          "has no differentiation rule; pad with a constant");
    Value source = pad.getSource();
    if (!adjoints.isActive(source))
      return success();
    SmallVector<OpFoldResult> strides(pad.getSourceType().getRank(),
                                      builder.getIndexAttr(1));
    adjoints.add(
        builder, source,
        tensor::ExtractSliceOp::create(
            builder, op->getLoc(), pad.getSourceType(),
            adjoints.get(builder, pad.getResult()), pad.getMixedLowPad(),
            tensor::getMixedSizes(builder, op->getLoc(), source), strides));
    return success();
  }
  bool isCheapToRecompute(Operation *) const { return true; }
};

OpFoldResult sum(OpBuilder &builder, Location loc, OpFoldResult lhs,
                 OpFoldResult rhs) {
  std::optional<int64_t> left = getConstantIntValue(lhs);
  std::optional<int64_t> right = getConstantIntValue(rhs);
  if (left && right)
    return builder.getIndexAttr(*left + *right);
  return arith::AddIOp::create(
             builder, loc, getValueOrCreateConstantIndexOp(builder, loc, lhs),
             getValueOrCreateConstantIndexOp(builder, loc, rhs))
      .getResult();
}

struct ConcatModel : TensorModel<ConcatModel, tensor::ConcatOp> {
  void differentiate(tensor::ConcatOp op, OpBuilder &builder,
                     Adjoints &adjoints) const {
    Location loc = op.getLoc();
    int64_t rank = op.getResultType().getRank();
    Value gradient = adjoints.get(builder, op.getResult());
    SmallVector<OpFoldResult> offsets(rank, builder.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(rank, builder.getIndexAttr(1));
    for (Value input : op.getInputs()) {
      SmallVector<OpFoldResult> sizes =
          tensor::getMixedSizes(builder, loc, input);
      if (adjoints.isActive(input))
        adjoints.add(builder, input,
                     tensor::ExtractSliceOp::create(
                         builder, loc, cast<RankedTensorType>(input.getType()),
                         gradient, offsets, sizes, strides));
      OpFoldResult &offset = offsets[op.getDim()];
      offset = sum(builder, loc, offset, sizes[op.getDim()]);
    }
  }
};

struct ExtractModel : TensorModel<ExtractModel, tensor::ExtractOp> {
  void differentiate(tensor::ExtractOp op, OpBuilder &builder,
                     Adjoints &adjoints) const {
    Location loc = op.getLoc();
    Value gradient = adjoints.get(builder, op.getResult());
    Value accumulator = adjoints.accumulator(builder, op.getTensor());
    Value old =
        tensor::ExtractOp::create(builder, loc, accumulator, op.getIndices());
    Value total = arith::AddFOp::create(builder, loc, old, gradient);
    adjoints.set(op.getTensor(),
                 tensor::InsertOp::create(builder, loc, total, accumulator,
                                          op.getIndices()));
  }
};

struct InsertModel : TensorModel<InsertModel, tensor::InsertOp> {
  void differentiate(tensor::InsertOp op, OpBuilder &builder,
                     Adjoints &adjoints) const {
    Location loc = op.getLoc();
    Value gradient = adjoints.get(builder, op.getResult());
    if (adjoints.isActive(op.getScalar()))
      adjoints.add(
          builder, op.getScalar(),
          tensor::ExtractOp::create(builder, loc, gradient, op.getIndices()));
    if (adjoints.isActive(op.getDest())) {
      Value zero = arith::ConstantOp::create(
          builder, loc, builder.getZeroAttr(op.getScalar().getType()));
      adjoints.add(builder, op.getDest(),
                   tensor::InsertOp::create(builder, loc, zero, gradient,
                                            op.getIndices()));
    }
  }
};

struct FromElementsModel
    : TensorModel<FromElementsModel, tensor::FromElementsOp> {
  void differentiate(tensor::FromElementsOp op, OpBuilder &builder,
                     Adjoints &adjoints) const {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    Value gradient = adjoints.get(builder, op.getResult());
    for (auto [number, element] : llvm::enumerate(op.getElements())) {
      if (!adjoints.isActive(element))
        continue;
      int64_t rest = number;
      SmallVector<Value> indices(type.getRank());
      for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
        indices[dim] = arith::ConstantIndexOp::create(
            builder, loc, rest % type.getDimSize(dim));
        rest /= type.getDimSize(dim);
      }
      adjoints.add(builder, element,
                   tensor::ExtractOp::create(builder, loc, gradient, indices));
    }
  }
};

struct SplatModel : TensorModel<SplatModel, tensor::SplatOp> {
  void differentiate(tensor::SplatOp op, OpBuilder &builder,
                     Adjoints &adjoints) const {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    int64_t rank = type.getRank();
    Value gradient = adjoints.get(builder, op.getResult());
    Value zero = zeroTensor(builder, loc, {}, type.getElementType());
    AffineMap maps[] = {builder.getMultiDimIdentityMap(rank),
                        AffineMap::get(rank, 0, builder.getContext())};
    SmallVector<utils::IteratorType> iterators(rank,
                                               utils::IteratorType::reduction);
    Value total =
        linalg::GenericOp::create(
            builder, loc, zero.getType(), gradient, zero, maps, iterators,
            [](OpBuilder &nested, Location at, ValueRange arguments) {
              Value partial =
                  arith::AddFOp::create(nested, at, arguments[1], arguments[0]);
              linalg::YieldOp::create(nested, at, partial);
            })
            .getResult(0);
    adjoints.add(builder, op.getInput(),
                 tensor::ExtractOp::create(builder, loc, total, ValueRange{}));
  }
};

/// Ops without active operands.
template <typename Op>
struct PlainModel : TensorModel<PlainModel<Op>, Op> {
  void differentiate(Op, OpBuilder &, Adjoints &) const {}
};

} // namespace

void hocket::registerTensorModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tensor::TensorDialect *) {
    tensor::ExpandShapeOp::attachInterface<ViewModel<tensor::ExpandShapeOp>>(
        *context);
    tensor::CollapseShapeOp::attachInterface<
        ViewModel<tensor::CollapseShapeOp>>(*context);
    tensor::CastOp::attachInterface<ViewModel<tensor::CastOp>>(*context);
    tensor::ExtractSliceOp::attachInterface<ExtractSliceModel>(*context);
    tensor::InsertSliceOp::attachInterface<InsertSliceModel>(*context);
    tensor::PadOp::attachInterface<PadModel>(*context);
    tensor::ConcatOp::attachInterface<ConcatModel>(*context);
    tensor::ExtractOp::attachInterface<ExtractModel>(*context);
    tensor::InsertOp::attachInterface<InsertModel>(*context);
    tensor::FromElementsOp::attachInterface<FromElementsModel>(*context);
    tensor::SplatOp::attachInterface<SplatModel>(*context);
    tensor::EmptyOp::attachInterface<PlainModel<tensor::EmptyOp>>(*context);
    tensor::DimOp::attachInterface<PlainModel<tensor::DimOp>>(*context);
  });
}
