//===- Shares.cpp - Parts of values that ranks send about -----------------===//

#include "hocket/Plan/Shares.h"

#include <algorithm>

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

std::pair<uint32_t, uint32_t> plan::commonHeads(const Buffer &a,
                                                const Buffer &b) {
  auto end = [](const Buffer &buffer) {
    return buffer.share.firstHead + uint32_t(buffer.type.shape[1].evaluate({}));
  };
  uint32_t first = std::max(a.share.firstHead, b.share.firstHead);
  return {first, std::max(first, std::min(end(a), end(b)))};
}

int64_t plan::headBytes(const Buffer &buffer) {
  int64_t bytes = byteWidth(buffer.type.element);
  for (size_t dim = 2; dim < buffer.type.shape.size(); ++dim)
    bytes *= buffer.type.shape[dim].evaluate({});
  return bytes;
}

uint32_t plan::ownerOf(const Buffer &buffer, uint32_t own) {
  return buffer.share.owner < 0 ? own : uint32_t(buffer.share.owner);
}
