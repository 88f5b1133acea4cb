//===- RowVectorizer.cpp - The loop nest of one linalg op -----------------===//

#include "RowVectorizer.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace hocket;

using Values = SmallVector<Value>;

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

Operation *RowVectorizer::findObstacle() {
  if (Operation *unsupported = emitter.findUnsupported())
    return unsupported;
  // An output that a reduction walks is not a sum.
  SmallVector<RowLoop> all(loops.outerLoops());
  all.push_back(loops.vectorLoop());
  for (const RowLoop &loop : all)
    for (OpOperand &init : op.getDpsInitsMutable())
      if (const StridedAccess *access = loops.access(init.getOperandNumber());
          !access || (loop.isReduction && !access->isInvariant(loop.inner)))
        return op;
  if (loops.vectorLoop().isReduction && failed(matchCombiners()))
    return op.getBlock()->getTerminator();
  return nullptr;
}

LogicalResult RowVectorizer::matchCombiners() {
  for (unsigned number = 0; number < op.getNumDpsInits(); ++number) {
    SmallVector<Operation *, 4> operations;
    Value reduced =
        matchReduction(op.getRegionOutputArgs(), number, operations);
    if (!reduced || operations.size() != 1)
      return failure();
    std::optional<vector::CombiningKind> kind =
        linalg::getCombinerOpKind(operations.front());
    std::optional<TypedAttr> neutral =
        arith::getNeutralElement(operations.front());
    if (!kind || !neutral)
      return failure();
    combiners.push_back({*kind, *neutral});
  }
  return success();
}

void RowVectorizer::chooseWidth() {
  constexpr int64_t kWidth = 16, kAccumulators = 4, kSmallBody = 12;
  std::optional<int64_t> extent =
      getConstantIntValue(loops.vectorLoop().extent);
  width = kWidth;
  if (extent && *extent < kWidth)
    width = int64_t(llvm::PowerOf2Ceil(uint64_t(*extent)));
  // A chain of additions takes as long as their latencies; a long body hides
  // them without help.
  bool accumulates = loops.vectorLoop().isReduction ||
                     llvm::any_of(loops.outerLoops(), [](const RowLoop &loop) {
                       return loop.isReduction;
                     });
  if (accumulates && op.getBlock()->getOperations().size() <= kSmallBody &&
      (!extent || *extent >= kAccumulators * width))
    interleave = kAccumulators;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

Value RowVectorizer::constant(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Values RowVectorizer::forLoops(ArrayRef<RowLoop> around, Values carried,
                               function_ref<Values(Values)> body) {
  if (around.empty())
    return body(carried);
  const RowLoop &loop = around.front();
  auto forOp = scf::ForOp::create(
      builder, loc, constant(0),
      getValueOrCreateConstantIndexOp(builder, loc, loop.extent), constant(1),
      carried);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(forOp.getBody());
  indices[loop.inner] = forOp.getInductionVar();
  Values next =
      forLoops(around.drop_front(),
               llvm::to_vector_of<Value>(forOp.getRegionIterArgs()), body);
  if (!carried.empty())
    scf::YieldOp::create(builder, loc, next);
  return llvm::to_vector_of<Value>(forOp.getResults());
}

Values RowVectorizer::forWholeChunks(Value from, Value to, int64_t chunks,
                                     Values carried, ChunkBody body) {
  auto forOp = scf::ForOp::create(builder, loc, from, to,
                                  constant(chunks * width), carried);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(forOp.getBody());
  SmallVector<Chunk> list;
  for (int64_t chunk = 0; chunk < chunks; ++chunk) {
    Value index = forOp.getInductionVar();
    if (chunk != 0)
      index =
          arith::AddIOp::create(builder, loc, index, constant(chunk * width));
    list.push_back({index, Value(), width});
  }
  Values next =
      body(list, llvm::to_vector_of<Value>(forOp.getRegionIterArgs()));
  if (!carried.empty())
    scf::YieldOp::create(builder, loc, next);
  return llvm::to_vector_of<Value>(forOp.getResults());
}

Values RowVectorizer::forChunks(unsigned carriedPerChunk, Values carried,
                                ChunkBody body) {
  OpFoldResult extent = loops.vectorLoop().extent;
  std::optional<int64_t> known = getConstantIntValue(extent);
  Value end = getValueOrCreateConstantIndexOp(builder, loc, extent);
  auto roundDown = [&](int64_t step) -> Value {
    if (known)
      return constant(*known - *known % step);
    Value rest = arith::RemUIOp::create(builder, loc, end, constant(step));
    return arith::SubIOp::create(builder, loc, end, rest);
  };
  Value done = constant(0);
  if (interleave > 1) {
    Value together = roundDown(interleave * width);
    carried = forWholeChunks(done, together, interleave, carried, body);
    done = together;
  }
  Values first(ArrayRef<Value>(carried).take_front(carriedPerChunk));
  Value whole = roundDown(width);
  if (!known || *known / width % interleave != 0 || interleave == 1)
    first = forWholeChunks(done, whole, 1, first, body);

  // What is left, masked.
  auto emitRest = [&]() -> Values {
    Value left = arith::SubIOp::create(builder, loc, end, whole);
    Value mask = vector::CreateMaskOp::create(
        builder, loc, VectorType::get(width, builder.getI1Type()), left);
    return body(Chunk{whole, mask, width}, first);
  };
  if (known) {
    if (*known % width != 0)
      first = emitRest();
  } else {
    Value any = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult,
                                      whole, end);
    auto ifOp = scf::IfOp::create(builder, loc, ValueRange(first).getTypes(),
                                  any, /*addThenBlock=*/true,
                                  /*addElseBlock=*/!first.empty());
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(ifOp.thenBlock());
    Values then = emitRest();
    scf::YieldOp::create(builder, loc, then);
    if (!first.empty()) {
      builder.setInsertionPointToStart(ifOp.elseBlock());
      scf::YieldOp::create(builder, loc, first);
    }
    first = llvm::to_vector_of<Value>(ifOp.getResults());
  }
  llvm::copy(first, carried.begin());
  return carried;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void RowVectorizer::run() {
  chooseWidth();
  ArrayRef<RowLoop> outer = loops.outerLoops();
  ArrayRef<RowLoop> parallel =
      outer.take_while([](const RowLoop &loop) { return !loop.isReduction; });
  ArrayRef<RowLoop> reductions = outer.drop_front(parallel.size());
  forLoops(parallel, {}, [&](Values) -> Values {
    if (loops.vectorLoop().isReduction)
      emitReducedRow(reductions);
    else
      emitParallelRow(reductions);
    return {};
  });
}

void RowVectorizer::emitParallelRow(ArrayRef<RowLoop> reductions) {
  unsigned outputs = op.getNumDpsInits();
  // Without reductions nothing is between the row and its vectors, so what
  // does not vary along it is computed once.
  if (reductions.empty())
    emitter.beginRow(indices);
  forChunks(0, {}, [&](ArrayRef<Chunk> chunks, Values) -> Values {
    emitter.setRow(indices);
    Values values;
    for (const Chunk &chunk : chunks)
      for (unsigned number = 0; number < outputs; ++number)
        values.push_back(op.getRegionOutputArgs()[number].use_empty() &&
                                 reductions.empty()
                             ? Value()
                             : emitter.loadOutput(number, chunk));
    auto body = [&](Values carried) -> Values {
      if (!reductions.empty())
        emitter.beginRow(indices);
      Values next;
      for (auto [position, chunk] : llvm::enumerate(chunks))
        next.append(emitter.emit(chunk, ArrayRef<Value>(carried).slice(
                                            position * outputs, outputs)));
      return next;
    };
    values = forLoops(reductions, values, body);
    for (auto [position, chunk] : llvm::enumerate(chunks))
      for (unsigned number = 0; number < outputs; ++number)
        emitter.storeOutput(number, chunk, values[position * outputs + number]);
    return {};
  });
}

void RowVectorizer::emitReducedRow(ArrayRef<RowLoop> reductions) {
  unsigned outputs = op.getNumDpsInits();
  Values start;
  for (int64_t chunk = 0; chunk < interleave; ++chunk)
    for (const Combiner &combiner : combiners)
      start.push_back(arith::ConstantOp::create(
          builder, loc,
          DenseElementsAttr::get(
              VectorType::get(width, combiner.neutral.getType()),
              Attribute(combiner.neutral))));
  Values partial = forLoops(reductions, start, [&](Values carried) -> Values {
    emitter.beginRow(indices);
    return forChunks(
        outputs, carried, [&](ArrayRef<Chunk> chunks, Values sums) -> Values {
          Values next;
          for (auto [position, chunk] : llvm::enumerate(chunks)) {
            auto before =
                ArrayRef<Value>(sums).slice(position * outputs, outputs);
            Values after = emitter.emit(chunk, before);
            // Lanes that do not exist add nothing.
            if (chunk.mask)
              for (unsigned number = 0; number < outputs; ++number)
                after[number] = arith::SelectOp::create(
                    builder, loc, chunk.mask, after[number], before[number]);
            next.append(after);
          }
          return next;
        });
  });
  for (unsigned number = 0; number < outputs; ++number) {
    vector::CombiningKind kind = combiners[number].kind;
    Value sum = partial[number];
    for (int64_t chunk = 1; chunk < interleave; ++chunk)
      sum = vector::makeArithReduction(builder, loc, kind, sum,
                                       partial[chunk * outputs + number]);
    Value reduced = vector::ReductionOp::create(builder, loc, kind, sum);
    Value before = emitter.loadScalarOutput(number);
    emitter.storeScalarOutput(number, vector::makeArithReduction(
                                          builder, loc, kind, before, reduced));
  }
}
