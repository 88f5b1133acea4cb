//===- Z3.h - Decision queries answered by Z3 -------------------*- C++ -*-===//
//
// A library of its own (HocketSolverZ3): what does not link it has no Z3.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SOLVER_Z3_H
#define HOCKET_SOLVER_Z3_H

#include "hocket/Solver/Engine.h"

namespace hocket {

/// Engines with a Z3 context each: those of different threads are independent.
class Z3EngineFactory : public DecisionEngineFactory {
public:
  std::unique_ptr<DecisionEngine> create(EngineLogic logic,
                                         uint64_t seed) const override;
};

} // namespace hocket

#endif // HOCKET_SOLVER_Z3_H
