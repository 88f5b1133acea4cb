//===- AttentionTable.cpp - The blocks that a table asks for --------------===//

#include "AttentionBlocks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hocket;

using Values = AttentionBlocks::Values;

namespace {

/// The places of numbers in a table: see hocket.attention_part.
enum Header { Rows, Initialize, Group, Shift, HeaderWidth };
enum Row {
  QueryBegin,
  QueryCount,
  KeyBegin,
  KeyCount,
  QueryPosition,
  QueryStride,
  KeyPosition,
  KeyStride,
  RowWidth
};

} // namespace

Value AttentionBlocks::tableNumber(Value table, Value position) {
  Value number = tensor::ExtractOp::create(builder, loc, table, position);
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                    number);
}

Values AttentionBlocks::ifInitialized(Value table, int64_t mask,
                                      ArrayRef<Value> tensors,
                                      function_ref<Values()> make) {
  Value bits = arith::AndIOp::create(
      builder, loc, tableNumber(table, index(Initialize)), index(mask));
  Value any = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne,
                                    bits, index(0));
  auto choice = scf::IfOp::create(builder, loc, ValueRange(tensors).getTypes(),
                                  any, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(choice.thenBlock());
  Values made = make();
  scf::YieldOp::create(builder, loc, made);
  builder.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(builder, loc, tensors);
  return llvm::to_vector_of<Value>(choice.getResults());
}

Values AttentionBlocks::overTable(Value table, ArrayRef<Value> carried,
                                  Body body) {
  auto add = [&](Value a, Value b) -> Value {
    return arith::AddIOp::create(builder, loc, a, b);
  };
  auto subtract = [&](Value a, Value b) -> Value {
    return arith::SubIOp::create(builder, loc, a, b);
  };
  auto multiply = [&](Value a, Value b) -> Value {
    return arith::MulIOp::create(builder, loc, a, b);
  };
  // Nothing that is divided here is negative.
  auto divide = [&](Value a, Value b) -> Value {
    return arith::DivUIOp::create(builder, loc, a, b);
  };
  auto smaller = [&](Value a, Value b) -> Value {
    return arith::MinSIOp::create(builder, loc, a, b);
  };
  auto larger = [&](Value a, Value b) -> Value {
    return arith::MaxSIOp::create(builder, loc, a, b);
  };

  Value zero = index(0), one = index(1);
  Value heads = tensor::DimOp::create(builder, loc, query, 1);
  Value tableRows = tableNumber(table, index(Rows));
  Value group = larger(tableNumber(table, index(Group)), one);
  Value shift = tableNumber(table, index(Shift));

  auto overRow = [&](Value tableRow, Values perRow) -> Values {
    Value first = add(multiply(tableRow, index(RowWidth)), index(HeaderWidth));
    auto number = [&](Row which) {
      return tableNumber(table, add(first, index(which)));
    };
    AttentionBlock block;
    Value begin = number(QueryBegin), queries = number(QueryCount);
    Value keys = number(KeyCount);
    block.start = number(KeyBegin);
    block.rowStride = larger(number(QueryStride), one);
    block.keyStride = larger(number(KeyStride), one);
    // Of the first query, counted from the first key.
    Value position = subtract(number(QueryPosition), number(KeyPosition));
    Value end = add(begin, queries), from = begin;
    if (causal) {
      // Queries before the first key see nothing.
      Value before = larger(subtract(zero, position), zero);
      Value unseeing =
          divide(add(before, subtract(block.rowStride, one)), block.rowStride);
      from = add(begin, smaller(unseeing, queries));
    }
    // Where there is no key, nobody sees one.
    Value none = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sle,
                                       keys, zero);
    end = arith::SelectOp::create(builder, loc, none, from, end);

    return forLoop(zero, heads, 1, perRow, [&](Value head, Values perHead) {
      block.head = head;
      block.keyHead = divide(add(head, shift), group);
      return forLoop(
          from, end, blockRows, perHead, [&](Value row, Values inner) {
            block.row = row;
            block.rows = smaller(subtract(end, row), index(blockRows));
            block.position =
                add(position, multiply(subtract(row, begin), block.rowStride));
            block.keys = keys;
            if (causal) {
              // A block attends to nothing behind its last row.
              Value last =
                  add(block.position,
                      multiply(subtract(block.rows, one), block.rowStride));
              block.keys =
                  smaller(keys, add(divide(last, block.keyStride), one));
            }
            return body(block, inner);
          });
    });
  };
  return forLoop(zero, tableRows, 1, carried, overRow);
}
