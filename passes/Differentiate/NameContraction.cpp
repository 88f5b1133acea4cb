//===- NameContraction.cpp - Contractions as named ops --------------------===//

#include "Utils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace hocket;

namespace {

/// True if the body is sum += a * b and nothing else. (Upstream's
/// isaContractionOpInterface accepts any op of one operand in between.)
bool isProductSum(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      !linalg::isaContractionOpInterface(op))
    return false;
  Block &body = *op.getBody();
  if (std::distance(body.begin(), body.end()) != 3)
    return false;
  return isa<arith::MulFOp>(body.front()) &&
         isa<arith::AddFOp>(*std::next(body.begin()));
}

/// True if linalg.contract takes these maps: a loop that is summed is read by
/// both operands, and every other loop writes. A sum over a loop that only one
/// operand reads (the gradient of a sum, say) is none.
bool fitsContract(linalg::GenericOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    bool isSummed = !maps[2].isFunctionOfDim(loop);
    bool isShared =
        maps[0].isFunctionOfDim(loop) && maps[1].isFunctionOfDim(loop);
    if (isSummed && !isShared)
      return false;
  }
  return true;
}

/// The maps and the order of the operands of linalg.matmul, or with a batch of
/// linalg.batch_matmul; nothing where the contraction is neither.
struct MatmulForm {
  bool batched = false, swapped = false;
  SmallVector<Attribute> maps;

  static std::optional<MatmulForm> match(linalg::GenericOp op) {
    FailureOr<linalg::ContractionDimensions> dims =
        linalg::inferContractionDims(cast<linalg::LinalgOp>(op.getOperation()));
    if (failed(dims) || dims->batch.size() > 1 || dims->m.size() != 1 ||
        dims->n.size() != 1 || dims->k.size() != 1)
      return std::nullopt;
    MatmulForm form;
    form.batched = dims->batch.size() == 1;
    unsigned first = form.batched ? 1 : 0;
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    for (AffineMap map : maps)
      if (map.getNumResults() != first + 2 ||
          (form.batched && map.getDimPosition(0) != dims->batch[0]))
        return std::nullopt;
    // The named ops write their result as it is: the first operand is the one
    // that has the result's rows.
    unsigned rows = maps[2].getDimPosition(first);
    unsigned columns = maps[2].getDimPosition(first + 1);
    form.swapped = rows != dims->m[0];
    if (form.swapped)
      std::swap(maps[0], maps[1]);
    MLIRContext *context = op.getContext();
    for (AffineMap map : maps) {
      SmallVector<AffineExpr> exprs;
      for (unsigned i = 0; i < map.getNumResults(); ++i) {
        unsigned loop = map.getDimPosition(i);
        unsigned position = i < first         ? 0
                            : loop == rows    ? first
                            : loop == columns ? first + 1
                                              : first + 2;
        exprs.push_back(getAffineDimExpr(position, context));
      }
      form.maps.push_back(
          AffineMapAttr::get(AffineMap::get(first + 3, 0, exprs, context)));
    }
    return form;
  }
};

} // namespace

linalg::LinalgOp hocket::nameContraction(RewriterBase &rewriter,
                                         linalg::GenericOp op) {
  if (!isProductSum(op) || !fitsContract(op))
    return op;
  Location loc = op.getLoc();
  TypeRange types = op->getResultTypes();
  SmallVector<Value> inputs = op.getDpsInputs();
  ValueRange inits = op.getDpsInits();
  rewriter.setInsertionPoint(op);
  Operation *named;
  if (std::optional<MatmulForm> form = MatmulForm::match(op)) {
    if (form->swapped)
      std::swap(inputs[0], inputs[1]);
    NamedAttribute maps(rewriter.getStringAttr("indexing_maps"),
                        rewriter.getArrayAttr(form->maps));
    if (form->batched)
      named = linalg::BatchMatmulOp::create(rewriter, loc, types, inputs, inits,
                                            ArrayRef(maps));
    else
      named = linalg::MatmulOp::create(rewriter, loc, types, inputs, inits,
                                       ArrayRef(maps));
  } else {
    named = linalg::ContractOp::create(rewriter, loc, types, inputs, inits,
                                       op.getIndexingMaps());
  }
  rewriter.replaceOp(op, named);
  rewriter.setInsertionPointAfter(named);
  return cast<linalg::LinalgOp>(named);
}
