//===- PartRunner.h - The kernels of distributed attention ------*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_LOWER_PARTRUNNER_H
#define HOCKET_TEST_UNIT_LOWER_PARTRUNNER_H

#include "AttentionTables.h"
#include "KernelRunner.h"

#include "hocket/Passes/AttentionKernels.h"

namespace hocket::test {

/// A module with the f32 kernels of getAttentionKernels(), and their names.
struct PartModule {
  std::string text;
  AttentionKernels names;
  PartModule(int64_t size, float scale, bool causal);
};

/// Compiles the kernels and calls them, always with the inputs set last. False
/// where a kernel wrote behind an operand.
class PartRunner {
public:
  PartRunner(int64_t size, float scale, bool causal)
      : module(size, scale, causal), runner(module.text) {}

  bool compiled() const { return runner.compiled(); }
  const std::string &diagnostics() const { return runner.diagnostics(); }

  void setInputs(const PartSizes &sizes, const std::vector<float> &q,
                 const std::vector<float> &k, const std::vector<float> &v);
  bool part(const Table &table, Buffer &output, Buffer &lse);
  bool delta(Buffer &output, Buffer &outputGradient, Buffer &delta);
  bool partGrad(const Table &table, Buffer &lse, Buffer &outputGradient,
                Buffer &delta, Buffer &dq, Buffer &dk, Buffer &dv);

private:
  bool call(const std::string &name, std::vector<Buffer *> operands,
            size_t tableNumbers);

  PartModule module;
  KernelRunner runner;
  PartSizes sizes = {};
  std::unique_ptr<Buffer> query, key, value;
};

} // namespace hocket::test

#endif // HOCKET_TEST_UNIT_LOWER_PARTRUNNER_H
