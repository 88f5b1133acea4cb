//===- FormatExecutables.h - Executables to write and to read ---*- C++ -*-===//

#ifndef HOCKET_TEST_UNIT_RUNTIME_FORMATEXECUTABLES_H
#define HOCKET_TEST_UNIT_RUNTIME_FORMATEXECUTABLES_H

#include "../Plan/SharedSequences.h"
#include "TestFiles.h"

namespace hocket::runtime::test {

inline Executable smallExecutable() {
  plan::test::SyntheticOptions options;
  options.stages = 2;
  options.parameters = 1;
  options.residuals = 1;
  return makeExecutable(options, {1, 2, "1f1b"});
}

inline Executable sharedExecutable() {
  Executable executable = smallExecutable();
  executable.model = plan::test::makeSharedModel();
  executable.plan = plan::test::makeSharedPlan(executable.model);
  return executable;
}

} // namespace hocket::runtime::test

#endif // HOCKET_TEST_UNIT_RUNTIME_FORMATEXECUTABLES_H
