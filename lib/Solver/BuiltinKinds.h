//===- BuiltinKinds.h - The kinds that every registry has -------*- C++ -*-===//

#ifndef HOCKET_LIB_SOLVER_BUILTINKINDS_H
#define HOCKET_LIB_SOLVER_BUILTINKINDS_H

#include "hocket/Solver/Kind.h"

namespace hocket {

std::unique_ptr<SolverKind> createActivationsKind();
std::unique_ptr<SolverKind> createMemoryKind();
std::unique_ptr<SolverKind> createPackingKind();
std::unique_ptr<SolverKind> createPathsKind();

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_BUILTINKINDS_H
