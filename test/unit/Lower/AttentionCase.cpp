//===- AttentionCase.cpp - Whole attention in tests -----------------------===//

#include "AttentionCase.h"

using namespace hocket;
using namespace hocket::test;

std::string test::attentionKernels(const AttentionCase &c) {
  std::string h = std::to_string(c.heads), k = std::to_string(c.keyHeads),
              d = std::to_string(c.size);
  std::string q = "tensor<?x" + h + "x" + d + "xf32>";
  std::string kv = "tensor<?x" + k + "x" + d + "xf32>";
  std::string lse = "tensor<?x" + h + "xf32>", offsets = "tensor<?xi32>";
  auto at = [&](const std::string &slot, const std::string &extents) {
    return " {hocket.operand = #hocket.operand<" + slot +
           ">, hocket.shape = affine_map<(d0, d1) -> (" + extents + ")>}";
  };
  std::string qs = "d0, " + h + ", " + d, ks = "d0, " + k + ", " + d;
  std::string inputs = "%q: " + q + at("input, 0", qs) + ", %k: " + kv +
                       at("input, 1", ks) + ", %v: " + kv + at("input, 2", ks) +
                       ", %s: " + offsets + at("batch, 0", "d1");
  std::string causal = c.causal ? " causal" : "";
  return "func.func @forward(" + inputs + ") -> (" + q + at("output, 0", qs) +
         ", " + lse + at("residual, 0", "d0, " + h) +
         ") attributes {hocket.kernel = \"F\"} {\n"
         "  %o, %l = hocket.attention %q, %k, %v offsets(%s) scale(0.3)" +
         causal + " : " + q + ", " + kv + ", " + kv + ", " + offsets + " -> " +
         q + ", " + lse + "\n  return %o, %l : " + q + ", " + lse +
         "\n}\nfunc.func @backward(" + inputs + ", %o: " + q +
         at("residual, 1", qs) + ", %l: " + lse +
         at("residual, 0", "d0, " + h) + ", %do: " + q +
         at("output_gradient, 0", qs) + ") -> (" + q +
         at("input_gradient, 0", qs) + ", " + kv + at("input_gradient, 1", ks) +
         ", " + kv + at("input_gradient, 2", ks) +
         ") attributes {hocket.kernel = \"B\"} {\n"
         "  %g:3 = hocket.attention_grad %q, %k, %v offsets(%s) forward(%o, "
         "%l) gradient(%do) scale(0.3)" +
         causal + " : (" + q + ", " + kv + ", " + kv + ", " + offsets + ", " +
         q + ", " + lse + ", " + q + ") -> (" + q + ", " + kv + ", " + kv +
         ")\n  return %g#0, %g#1, %g#2 : " + q + ", " + kv + ", " + kv +
         "\n}\n";
}
