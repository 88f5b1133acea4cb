//===- Dialect.cpp - The hocket dialect -----------------------------------===//

#include "NumberTable.h"

#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/SequenceEnds.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace hocket;

#include "dialects/Hocket/Dialect.cpp.inc"
#include "dialects/Hocket/Enums.cpp.inc"
#include "dialects/Hocket/Interfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Hocket/Attrs.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/Hocket/Ops.cpp.inc"

template <typename OpT>
static bool isWithin(Operation *op) {
  return isa<OpT>(op) || op->getParentOfType<OpT>();
}

namespace {

/// Functions are inlined into the bodies of strategies, and so are functions
/// that use our ops, except that a strategy does not enter a stage, nor a
/// sequential program a strategy or the other way round.
struct HocketInliner : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;

  bool isLegalToInline(Operation *, Operation *, bool) const final {
    return true;
  }
  bool isLegalToInline(Region *, Region *, bool, IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(Operation *op, Region *destination, bool,
                       IRMapping &) const final {
    Operation *parent = destination->getParentOp();
    if (isa<MicrobatchesOp>(op))
      return !isWithin<StrategyOpInterface>(parent) &&
             !isWithin<MicrobatchesOp>(parent);
    if (!isa<StrategyOpInterface>(op))
      return true;
    return !isWithin<StageOp>(parent) && !isWithin<MicrobatchesOp>(parent);
  }
};

} // namespace

void HocketDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Hocket/Attrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Hocket/Ops.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Hocket/SequenceEnds.cpp.inc"
      >();
  addInterfaces<HocketInliner>();
}
