//===- Work.h - What an instruction has to do -------------------*- C++ -*-===//

#ifndef HOCKET_PLAN_WORK_H
#define HOCKET_PLAN_WORK_H

#include "hocket/Cost/Cost.h"
#include "hocket/Plan/Plan.h"

namespace hocket::plan {

/// The tokens that `buffer`, of a microbatch, holds on `rank`.
const MicrobatchShape &ownerShape(const Plan &plan, const Rank &rank,
                                  const Buffer &buffer);

/// The symbols of the types and sizes of `instruction` on `rank`: those of its
/// microbatch, of the parameter that it updates, or {0, 0}. Of an Attend: those
/// of its kernel, {query tokens, key tokens, query heads, key heads, numbers of
/// the table}, all but query tokens and heads 0 where there is no table.
Symbols symbolsOf(const Plan &plan, const Model &model, const Rank &rank,
                  const Instruction &instruction);

/// The symbols at which the operations of the kernel of `instruction` are those
/// that there are to do: symbolsOf(), but of an Attend those of the pairs of a
/// query and a key that its table makes visible, not of all of them.
Symbols countedSymbols(const Plan &plan, const Model &model, const Rank &rank,
                       const Instruction &instruction);

/// The symbols of the kernel of an Attend of `role`: tokens of its query and of
/// its keys, the heads of both, and the numbers in its table. `tokensOf` gives
/// the tokens of a buffer.
template <typename TokensOf>
Symbols attendSymbols(const Role &role, const Instruction &attend,
                      TokensOf tokensOf) {
  bool hasTable = attend.index != kNoTable;
  Symbols symbols = {};
  for (unsigned k = 0; k < (hasTable ? 2 : 1); ++k) {
    const Buffer &buffer = role.buffers[attend.buffers[k]];
    symbols[k] = tokensOf(buffer);
    symbols[2 + k] = buffer.type.shape[1].evaluate({});
  }
  if (hasTable)
    symbols[4] = int64_t(role.tables[attend.index].size());
  return symbols;
}

/// Bytes of one buffer's contents on `rank`, of the tokens of its owner: at
/// most Buffer::bytes, which is that of the largest rank of the role.
int64_t bytesOf(const Plan &plan, const Rank &rank, const Buffer &buffer);

/// Operations and bytes of `instruction` on `rank`: for kernels what the model
/// says, or the bytes of the operands where it does not; for the others the
/// bytes of their buffers, once for each time that they are read or written,
/// and the additions of an Add. An Attend counts the operations of the pairs of
/// a query and a key that its table makes visible. An all-reduce and a Send
/// count what the rank contributes. The plan has passed check(); the result
/// refers to `model`.
Work workOf(const Plan &plan, const Model &model, const Rank &rank,
            const Instruction &instruction);

} // namespace hocket::plan

#endif // HOCKET_PLAN_WORK_H
