//===- AttentionCheck.h - Whether a stage's attention makes sense -*- C++
//-*-===//

#ifndef HOCKET_LIB_PLAN_CHECK_ATTENTIONCHECK_H
#define HOCKET_LIB_PLAN_CHECK_ATTENTIONCHECK_H

#include "hocket/Plan/Model.h"
#include "hocket/Support/Result.h"

namespace hocket::plan {

/// Part of checkModel: the inputs of the attention that `stage` begins with, if
/// any, and what it gives are as it says, no task reads its inputs, and its
/// kernels fit. `where` names the stage for messages.
Result<void> checkAttention(const Model &model, const Stage &stage,
                            const std::string &where);

/// Whether the rows that `stage` begins with make sense; it does begin with
/// some.
Result<void> checkGather(const Stage &stage, const std::string &where);

} // namespace hocket::plan

#endif // HOCKET_LIB_PLAN_CHECK_ATTENTIONCHECK_H
