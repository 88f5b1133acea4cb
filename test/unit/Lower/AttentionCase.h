//===- AttentionCase.h - Whole attention in tests ---------------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_LOWER_ATTENTIONCASE_H
#define HOCKET_TEST_UNIT_LOWER_ATTENTIONCASE_H

#include <cstdint>
#include <string>
#include <vector>

namespace hocket::test {

struct AttentionCase {
  bool causal;
  int64_t heads, keyHeads, size;
  std::vector<int32_t> lengths;
};

/// Kernels of hocket.attention and its gradient, with the scale 0.3: `forward`
/// (query, key, value, offsets, output, lse) and `backward` (query, key, value,
/// offsets, output, lse, output gradient, gradients of query, key and value).
std::string attentionKernels(const AttentionCase &c);

} // namespace hocket::test

#endif // HOCKET_TEST_UNIT_LOWER_ATTENTIONCASE_H
