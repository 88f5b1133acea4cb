//===- Shares.cpp - Parts of values that ranks send about -----------------===//

#include "hocket/Plan/Shares.h"

using namespace hocket;
using namespace hocket::plan;

bool plan::hasHeads(const TensorType &whole, const Share &share) {
  if (share.numHeads == 0)
    return share.firstHead == 0;
  if (whole.shape.size() < 2 || !whole.shape[1].isConstant())
    return false;
  return int64_t(share.firstHead) + int64_t(share.numHeads) <=
         whole.shape[1].evaluate({});
}

TensorType plan::shareType(const TensorType &whole, const Share &share) {
  TensorType type = whole;
  if (share.numHeads > 0)
    type.shape[1] = SizeExpr::constant(share.numHeads);
  return type;
}

uint32_t plan::ownerOf(const Buffer &buffer, uint32_t own) {
  return buffer.share.owner < 0 ? own : uint32_t(buffer.share.owner);
}
