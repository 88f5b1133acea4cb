//===- Work.h - What an instruction has to do -------------------*- C++ -*-===//

#ifndef HOCKET_PLAN_WORK_H
#define HOCKET_PLAN_WORK_H

#include "hocket/Cost/Cost.h"
#include "hocket/Plan/Plan.h"

namespace hocket::plan {

/// The symbols of the types and sizes of `instruction` on `rank`: those of its
/// microbatch, of the parameter that it updates, or {0, 0}. Of an Attend: those
/// of its kernel, {query tokens, key tokens, query heads, key heads, numbers of
/// the table}, all but query tokens and heads 0 where there is no table.
Symbols symbolsOf(const Plan &plan, const Model &model, const Rank &rank,
                  const Instruction &instruction);

/// Bytes of one buffer's contents on `rank`, of the tokens of its owner: at
/// most Buffer::bytes, which is that of the largest rank of the role.
int64_t bytesOf(const Plan &plan, const Rank &rank, const Buffer &buffer);

/// Operations and bytes of `instruction` on `rank`: for kernels what the model
/// says, or the bytes of the operands where it does not; for the others the
/// bytes of their buffers, once for each time that they are read or written. An
/// Attend counts the operations of the pairs of a query and a key that its
/// table makes visible. An all-reduce and a Send count what the rank
/// contributes. The plan has passed check(); the result refers to `model`.
Work workOf(const Plan &plan, const Model &model, const Rank &rank,
            const Instruction &instruction);

} // namespace hocket::plan

#endif // HOCKET_PLAN_WORK_H
