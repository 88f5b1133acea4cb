//===- AttentionKernels.cpp - Kernels of distributed attention ------------===//

#include "hocket/Passes/AttentionKernels.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SymbolicShapes.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace hocket;

namespace {

/// The symbols of the kernels, by their places.
enum Symbol { QueryTokens, KeyTokens, Heads, KeyHeads, TableNumbers };

/// An operand of a kernel: its type, and what it is bound to.
struct Operand {
  RankedTensorType type;
  DictionaryAttr attributes;
};

class KernelMaker {
public:
  KernelMaker(ModuleOp module, const AttentionSignature &signature)
      : module(module), signature(signature), builder(module.getContext()) {}

  FailureOr<std::string> part();
  FailureOr<std::string> merge();
  FailureOr<std::string> delta();
  FailureOr<std::string> partGrad();

private:
  /// Extents: symbols, then the head size if `hasHeadSize`.
  Operand operand(Slot slot, uint32_t index, Type element,
                  ArrayRef<Symbol> symbols, bool hasHeadSize);
  Operand ofQuery(Slot slot, uint32_t index) {
    return operand(slot, index, signature.elementType, {QueryTokens, Heads},
                   true);
  }
  Operand ofKey(Slot slot, uint32_t index) {
    return operand(slot, index, signature.elementType, {KeyTokens, KeyHeads},
                   true);
  }
  Operand perQuery(uint32_t index, Slot slot = Slot::Attended) {
    return operand(slot, index, builder.getF32Type(), {QueryTokens, Heads},
                   false);
  }
  Operand table() {
    return operand(Slot::Batch, 0, builder.getI32Type(), {TableNumbers}, false);
  }

  std::string nameOf(StringRef what, bool isOfScores);
  using Body = function_ref<SmallVector<Value>(Location, ValueRange)>;
  FailureOr<std::string> findOrMake(const std::string &name,
                                    ArrayRef<Operand> arguments,
                                    ArrayRef<Operand> results, Body body);

  ModuleOp module;
  AttentionSignature signature;
  OpBuilder builder;
};

Operand KernelMaker::operand(Slot slot, uint32_t index, Type element,
                             ArrayRef<Symbol> symbols, bool hasHeadSize) {
  MLIRContext *context = builder.getContext();
  SmallVector<int64_t> shape(symbols.size(), ShapedType::kDynamic);
  SmallVector<AffineExpr> extents;
  for (Symbol symbol : symbols)
    extents.push_back(builder.getAffineDimExpr(symbol));
  if (hasHeadSize) {
    shape.push_back(signature.headSize);
    extents.push_back(builder.getAffineConstantExpr(signature.headSize));
  }
  auto map = AffineMap::get(kNumSymbols, 0, extents, context);
  return {RankedTensorType::get(shape, element),
          builder.getDictionaryAttr(
              {builder.getNamedAttr(kOperandAttr,
                                    OperandAttr::get(context, slot, index)),
               builder.getNamedAttr(kShapeAttr, AffineMapAttr::get(map))})};
}

/// Says all that the code depends on.
std::string KernelMaker::nameOf(StringRef what, bool isOfScores) {
  std::string name;
  llvm::raw_string_ostream stream(name);
  stream << "attention_" << what << '_' << signature.elementType << "_d"
         << signature.headSize;
  if (isOfScores) {
    // Digits enough to tell any two apart.
    stream << "_scale" << llvm::format("%.9g", double(signature.scale));
    if (signature.causal)
      stream << "_causal";
  }
  return name;
}

FailureOr<std::string> KernelMaker::findOrMake(const std::string &name,
                                               ArrayRef<Operand> arguments,
                                               ArrayRef<Operand> results,
                                               Body body) {
  if (Operation *other = module.lookupSymbol(name)) {
    auto kind = other->getAttrOfType<StringAttr>(kKernelAttr);
    if (!kind || kind.getValue() != kAttendKind)
      return other->emitOpError("has the name of a kernel of distributed "
                                "attention, '")
             << name << "'; rename it";
    return name;
  }
  auto typeOf = [](const Operand &operand) -> Type { return operand.type; };
  Location loc = module.getLoc();
  builder.setInsertionPointToEnd(module.getBody());
  auto kernel = func::FuncOp::create(
      builder, loc, name,
      builder.getFunctionType(llvm::map_to_vector(arguments, typeOf),
                              llvm::map_to_vector(results, typeOf)));
  kernel.setPrivate();
  kernel->setAttr(kKernelAttr, builder.getStringAttr(kAttendKind));
  for (auto [number, argument] : llvm::enumerate(arguments))
    kernel.setArgAttrs(number, argument.attributes);
  for (auto [number, result] : llvm::enumerate(results))
    kernel.setResultAttrs(number, result.attributes);
  Block *entry = kernel.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  SmallVector<Value> values = body(loc, entry->getArguments());
  func::ReturnOp::create(builder, loc, values);
  return name;
}

FailureOr<std::string> KernelMaker::part() {
  Operand output = ofQuery(Slot::Attended, 0), lse = perQuery(1);
  return findOrMake(
      nameOf("part", true),
      {ofQuery(Slot::Input, 0), ofKey(Slot::Input, 1), ofKey(Slot::Input, 2),
       table(), output, lse},
      {output, lse}, [&](Location loc, ValueRange in) -> SmallVector<Value> {
        auto op = AttentionPartOp::create(
            builder, loc, output.type, lse.type, in[0], in[1], in[2], in[3],
            in[4], in[5], builder.getF32FloatAttr(signature.scale),
            signature.causal ? builder.getUnitAttr() : UnitAttr());
        return {op.getOutput(), op.getLse()};
      });
}

/// With lse' = logaddexp(lse, other lse) the output is exp(lse - lse') output +
/// exp(other lse - lse') other output.
FailureOr<std::string> KernelMaker::merge() {
  Operand output = ofQuery(Slot::Attended, 0), lse = perQuery(1);
  auto body = [&](Location loc, ValueRange in) -> SmallVector<Value> {
    AffineMap perHead = builder.getMultiDimIdentityMap(2);
    SmallVector<utils::IteratorType> loops(2, utils::IteratorType::parallel);
    auto both = linalg::GenericOp::create(
        builder, loc, lse.type, in[3], in[1], {perHead, perHead}, loops,
        [&](OpBuilder &inner, Location at, ValueRange values) {
          Value most =
              arith::MaximumFOp::create(inner, at, values[0], values[1]);
          auto weight = [&](Value value) -> Value {
            Value less = arith::SubFOp::create(inner, at, value, most);
            return math::ExpOp::create(inner, at, less);
          };
          Value sum = arith::AddFOp::create(inner, at, weight(values[0]),
                                            weight(values[1]));
          Value log = math::LogOp::create(inner, at, sum);
          Value merged = arith::AddFOp::create(inner, at, most, log);
          linalg::YieldOp::create(inner, at, merged);
        });
    AffineMap all = builder.getMultiDimIdentityMap(3);
    AffineMap ofHead = all.getMajorSubMap(2);
    loops.push_back(utils::IteratorType::parallel);
    Type real = builder.getF32Type();
    auto merged = linalg::GenericOp::create(
        builder, loc, output.type,
        ValueRange{in[1], in[3], both.getResult(0), in[2]}, in[0],
        {ofHead, ofHead, ofHead, all, all}, loops,
        [&](OpBuilder &inner, Location at, ValueRange values) {
          auto weighted = [&](Value own, Value value) -> Value {
            Value less = arith::SubFOp::create(inner, at, own, values[2]);
            Value weight = math::ExpOp::create(inner, at, less);
            return arith::MulFOp::create(
                inner, at, weight,
                convertScalarToDtype(inner, at, value, real,
                                     /*isUnsignedCast=*/false));
          };
          Value sum =
              arith::AddFOp::create(inner, at, weighted(values[0], values[4]),
                                    weighted(values[1], values[3]));
          Value result = convertScalarToDtype(
              inner, at, sum, signature.elementType, /*isUnsignedCast=*/false);
          linalg::YieldOp::create(inner, at, result);
        });
    return {merged.getResult(0), both.getResult(0)};
  };
  return findOrMake(
      nameOf("merge", false),
      {output, lse, ofQuery(Slot::Input, 0), perQuery(1, Slot::Input)},
      {output, lse}, body);
}

FailureOr<std::string> KernelMaker::delta() {
  Operand output = ofQuery(Slot::Attended, 0);
  Operand gradient = ofQuery(Slot::AttendedGradient, 0), delta = perQuery(2);
  auto body = [&](Location loc, ValueRange in) -> SmallVector<Value> {
    SmallVector<OpFoldResult> extents =
        tensor::getMixedSizes(builder, loc, in[0]);
    Type real = delta.type.getElementType();
    Value zero =
        arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(0.0f));
    Value empty = tensor::EmptyOp::create(builder, loc,
                                          ArrayRef(extents).drop_back(), real);
    Value start =
        linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
    AffineMap all = builder.getMultiDimIdentityMap(3);
    auto sum = linalg::GenericOp::create(
        builder, loc, start.getType(), in, start,
        {all, all, all.getMajorSubMap(2)},
        {utils::IteratorType::parallel, utils::IteratorType::parallel,
         utils::IteratorType::reduction},
        [&](OpBuilder &inner, Location at, ValueRange values) {
          auto toReal = [&](Value value) {
            return convertScalarToDtype(inner, at, value, real,
                                        /*isUnsignedCast=*/false);
          };
          Value product = arith::MulFOp::create(inner, at, toReal(values[0]),
                                                toReal(values[1]));
          Value next = arith::AddFOp::create(inner, at, values[2], product);
          linalg::YieldOp::create(inner, at, next);
        });
    return {sum.getResult(0)};
  };
  return findOrMake(nameOf("delta", false), {output, gradient}, {delta}, body);
}

FailureOr<std::string> KernelMaker::partGrad() {
  Operand query = ofQuery(Slot::InputGradient, 0);
  Operand key = ofKey(Slot::InputGradient, 1);
  Operand value = ofKey(Slot::InputGradient, 2);
  return findOrMake(
      nameOf("part_grad", true),
      {ofQuery(Slot::Input, 0), ofKey(Slot::Input, 1), ofKey(Slot::Input, 2),
       table(), perQuery(1), ofQuery(Slot::AttendedGradient, 0), perQuery(2),
       query, key, value},
      {query, key, value},
      [&](Location loc, ValueRange in) -> SmallVector<Value> {
        auto op = AttentionPartGradOp::create(
            builder, loc, query.type, key.type, value.type, in[0], in[1], in[2],
            in[3], in[4], in[5], in[6], in[7], in[8], in[9],
            builder.getF32FloatAttr(signature.scale),
            signature.causal ? builder.getUnitAttr() : UnitAttr());
        return {op.getQueryGradient(), op.getKeyGradient(),
                op.getValueGradient()};
      });
}

} // namespace

FailureOr<AttentionKernels> hocket::getAttentionKernels(
    ModuleOp module, const AttentionSignature &signature, bool isTrained) {
  KernelMaker maker(module, signature);
  FailureOr<std::string> part = maker.part(), merge = maker.merge();
  if (failed(part) || failed(merge))
    return failure();
  if (!isTrained)
    return AttentionKernels{*part, *merge, {}, {}};
  FailureOr<std::string> delta = maker.delta(), partGrad = maker.partGrad();
  if (failed(delta) || failed(partGrad))
    return failure();
  return AttentionKernels{*part, *merge, *delta, *partGrad};
}
