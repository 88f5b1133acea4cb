//===- Stream.cpp - The verifier of hocket.stream -------------------------===//

#include "VerifyStrategy.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace hocket;

ArrayRef<StringRef> hocket::activationPolicies() {
  static constexpr StringRef policies[] = {"keep", "recompute", "auto"};
  return policies;
}

int64_t StreamOp::countStages() {
  int64_t stages = 0;
  getBody().walk([&](StageOp) { ++stages; });
  return std::max<int64_t>(stages, 1);
}

LogicalResult StreamOp::verify() {
  if (!llvm::is_contained(activationPolicies(), getActivations()))
    return emitOpError("has no activations \"")
           << getActivations() << "\"; write one of "
           << llvm::join(activationPolicies(), ", ");
  for (auto [list, name] :
       {std::pair(getKept(), "kept"), std::pair(getOffloaded(), "offloaded")}) {
    if (!list)
      continue;
    if (getActivations() != "recompute")
      return emitOpError("lists the slices that are ")
             << name << ", which the activations \"recompute\" take and \""
             << getActivations() << "\" do not";
    for (auto [stage, count] : llvm::enumerate(*list))
      if (count < 0 || count > int64_t(getSlices()))
        return emitOpError() << "has " << count << " slices of stage " << stage
                             << ' ' << name << ", of " << getSlices();
  }
  if (failed(verifyBlockArguments(*this)))
    return failure();
  return verifyCutting(CutBatch{*this, int64_t(getSlices()), "slices",
                                getTokens(), getOffsets(), getShared()});
}

LogicalResult StreamOp::verifyRegions() {
  if (failed(verifyYield(*this)) ||
      failed(verifyHasNo<StreamOp>(
          *this, "merge the two into one whose slices are the product")) ||
      failed(verifyHasNo<DataOp>(*this, "put data parallelism around it")) ||
      failed(
          verifyHasNo<SequenceOp>(*this, "put sequence parallelism around it")))
    return failure();
  int64_t stages = countStages();
  for (auto [list, name] :
       {std::pair(getKept(), "kept"), std::pair(getOffloaded(), "offloaded")})
    if (list && int64_t(list->size()) != stages)
      return emitOpError("lists ")
             << list->size() << " numbers of slices that are " << name
             << ", and the pipeline in it has " << stages << " stage"
             << (stages == 1 ? "" : "s");
  if (!getKept() || !getOffloaded())
    return success();
  for (int64_t stage = 0; stage < stages; ++stage) {
    int64_t kept = (*getKept())[stage], offloaded = (*getOffloaded())[stage];
    if (kept + offloaded > int64_t(getSlices()))
      return emitOpError("keeps ")
             << kept << " and offloads " << offloaded << " slices of stage "
             << stage << ", of " << getSlices();
  }
  return success();
}
