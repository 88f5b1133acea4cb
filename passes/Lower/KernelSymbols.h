//===- KernelSymbols.h - Polynomials as IR ----------------------*- C++ -*-===//

#ifndef HOCKET_PASSES_LOWER_KERNELSYMBOLS_H
#define HOCKET_PASSES_LOWER_KERNELSYMBOLS_H

#include "hocket/Support/TensorType.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace hocket {

/// The value of `expr` as an index, from the values of the symbols.
inline mlir::Value
materialize(mlir::OpBuilder &builder, mlir::Location loc, const SizeExpr &expr,
            const std::array<mlir::Value, kNumSymbols> &symbols) {
  using namespace mlir;
  Value sum;
  for (const SizeExpr::Term &term : expr.terms) {
    Value product =
        arith::ConstantIndexOp::create(builder, loc, term.coefficient);
    for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol)
      for (unsigned power = 0; power < term.power[symbol]; ++power)
        product = arith::MulIOp::create(builder, loc, product, symbols[symbol]);
    sum = sum ? arith::AddIOp::create(builder, loc, sum, product).getResult()
              : product;
  }
  return sum ? sum
             : arith::ConstantIndexOp::create(builder, loc, 0).getResult();
}

} // namespace hocket

#endif // HOCKET_PASSES_LOWER_KERNELSYMBOLS_H
