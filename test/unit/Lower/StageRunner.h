//===- StageRunner.h - Runs the kernels of a stage in tests -----*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_LOWER_STAGERUNNER_H
#define HOCKET_TEST_UNIT_LOWER_STAGERUNNER_H

#include "KernelRunner.h"

#include "hocket/Plan/Model.h"

#include <map>

namespace hocket::test {

/// The kernels that passes make of a stage function, compiled, with the buffers
/// of all that they are bound to.
class StageRunner {
public:
  using Binding = std::pair<plan::Slot, uint32_t>;

  /// Runs the textual pipeline `passes` on `text`, then compiles the kernels.
  StageRunner(const std::string &text, const std::string &passes);

  bool compiled() const { return runner && runner->compiled(); }
  std::string diagnostics() const {
    return messages + (runner ? runner->diagnostics() : "");
  }
  KernelRunner &kernels() { return *runner; }

  template <typename T>
  void set(Binding binding, const std::vector<T> &values) {
    buffers.insert_or_assign(binding, Buffer(values));
  }
  std::vector<float> get(Binding binding) const {
    return buffers.at(binding).values<float>();
  }
  /// Calls a kernel; what it writes and nobody has set gets a buffer.
  bool call(const std::string &symbol, int64_t tokens, int64_t bounds);

private:
  std::string messages;
  std::unique_ptr<KernelRunner> runner;
  std::map<std::string, std::vector<Binding>> bindings;
  std::map<Binding, Buffer> buffers;
};

} // namespace hocket::test

#endif // HOCKET_TEST_UNIT_LOWER_STAGERUNNER_H
