//===- Dialect.cpp - The plan dialect -------------------------------------===//

#include "hocket/Dialects/Plan.h"

#include "Parsers.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace hocket::planir;

#include "dialects/Plan/Dialect.cpp.inc"
#include "dialects/Plan/Enums.cpp.inc"
#include "dialects/Plan/Interfaces.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Plan/Types.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Plan/Attrs.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/Plan/Ops.cpp.inc"

void PlanDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Plan/Types.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Plan/Attrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Plan/Ops.cpp.inc"
      >();
}
