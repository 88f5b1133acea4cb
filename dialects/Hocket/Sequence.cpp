//===- Sequence.cpp - The verifier of hocket.sequence ---------------------===//

#include "VerifyStrategy.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace hocket;

ArrayRef<StringRef> hocket::sequenceMethods() {
  static constexpr StringRef methods[] = {"ring",       "zigzag",  "striped",
                                          "all_gather", "ulysses", "usp",
                                          "token_ring", "auto"};
  return methods;
}

std::optional<std::string>
hocket::checkSequenceMethod(StringRef method, int64_t degree,
                            std::optional<int64_t> ulysses) {
  if (!llvm::is_contained(sequenceMethods(), method))
    return ("has no method \"" + method + "\"; write one of " +
            llvm::join(sequenceMethods(), ", "))
        .str();
  if (method != "usp") {
    if (ulysses)
      return ("has a Ulysses degree, which the method \"usp\" takes and \"" +
              method + "\" does not")
          .str();
    return std::nullopt;
  }
  if (!ulysses)
    return std::string("has the method \"usp\" and no Ulysses degree; say by "
                       "\"ulysses\" how many ranks exchange heads, a divisor "
                       "of the degree");
  if (*ulysses < 1 || degree % *ulysses != 0)
    return ("has a Ulysses degree of " + Twine(*ulysses) +
            ", which does not divide the degree, " + Twine(degree))
        .str();
  return std::nullopt;
}

int64_t SequenceOp::getUlyssesDegree() {
  if (getMethod() == "ulysses")
    return getDegree();
  return getUlysses().value_or(1);
}

LogicalResult SequenceOp::verify() {
  if (auto fault = checkSequenceMethod(getMethod(), getDegree(), getUlysses()))
    return emitOpError(*fault);
  if (failed(verifyBlockArguments(*this)))
    return failure();
  return verifyCutting(CutBatch{*this, int64_t(getDegree()), "degree",
                                getTokens(), getOffsets(), getShared()});
}

LogicalResult SequenceOp::verifyRegions() {
  if (failed(verifyYield(*this)) ||
      failed(verifyHasNo<SequenceOp>(
          *this, "ranks share sequences in one way, and the method \"usp\" is "
                 "that of two ways at once")))
    return failure();
  return verifyHasNo<DataOp>(*this, "put data parallelism around it");
}
