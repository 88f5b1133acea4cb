//===- Kind.cpp - The kinds of problems, as files -------------------------===//

#include "hocket/Solver/Kind.h"

#include "BuiltinKinds.h"

#include "hocket/Solver/ScheduleKind.h"

using namespace hocket;

SolverKindRegistry SolverKindRegistry::withBuiltins() {
  SolverKindRegistry registry;
  registry.add(createActivationsKind());
  registry.add(createMemoryKind());
  registry.add(createScheduleKind());
  registry.add(createPackingKind());
  registry.add(createPathsKind());
  return registry;
}

void SolverKindRegistry::add(std::unique_ptr<SolverKind> kind) {
  std::string name(kind->name());
  byName[name] = std::move(kind);
}

const SolverKind *SolverKindRegistry::find(std::string_view name) const {
  auto found = byName.find(name);
  return found == byName.end() ? nullptr : found->second.get();
}

std::vector<const SolverKind *> SolverKindRegistry::kinds() const {
  std::vector<const SolverKind *> kinds;
  for (const auto &entry : byName)
    kinds.push_back(entry.second.get());
  return kinds;
}

std::string hocket::formatDecimal(int64_t value, int decimals) {
  std::string digits =
      std::to_string(value < 0 ? -uint64_t(value) : uint64_t(value));
  if (digits.size() <= size_t(decimals))
    digits.insert(0, size_t(decimals) + 1 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - size_t(decimals));
  digits.resize(digits.size() - size_t(decimals));
  while (!fraction.empty() && fraction.back() == '0')
    fraction.pop_back();
  return (value < 0 ? "-" : "") + digits +
         (fraction.empty() ? "" : "." + fraction);
}
