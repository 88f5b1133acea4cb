//===- Verifiers.cpp - Verifiers of single ops ----------------------------===//
//
// What an op and the ops that it names can tell. What takes the whole program
// is in ProgramVerifier.cpp; whether the plan is right is not a matter of
// verifiers but of plan-verify (passes/Prove).
//
//===----------------------------------------------------------------------===//

#include "hocket/Dialects/Plan.h"

using namespace mlir;
using namespace hocket;
using namespace hocket::planir;

/// The op that declares `symbol` in the program around `user`; an error at
/// `user` where it is missing or something else.
template <typename OpT>
static OpT lookup(Operation *user, FlatSymbolRefAttr symbol,
                  SymbolTableCollection &symbols, StringRef what) {
  auto program = user->getParentOfType<ProgramOp>();
  Operation *found = symbols.lookupSymbolIn(program, symbol.getAttr());
  if (auto op = dyn_cast_or_null<OpT>(found))
    return op;
  InFlightDiagnostic diagnostic = user->emitOpError()
                                  << "names " << symbol << ", which is not a "
                                  << what << " of the program";
  if (found)
    diagnostic.attachNote(found->getLoc()) << "it is this";
  return {};
}

/// Whether a buffer of type `content` can be passed as an operand `expected`.
/// The kernel of an update sees its parameter as a vector of T elements.
static bool fits(const hocket::TensorType &content,
                 const hocket::TensorType &expected, bool isUpdate) {
  if (content.element != expected.element)
    return false;
  SizeExpr elements = expected.elements();
  return content.elements() == elements ||
         (isUpdate && !elements.isConstant() &&
          content.elements().isConstant());
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

LogicalResult ParameterOp::verify() {
  double stddev = getStddev().convertToDouble();
  if (!(stddev >= 0.0) || (getInit() != planir::Init::Normal && stddev != 0.0))
    return emitOpError("has a standard deviation of ")
           << stddev << "; it must not be negative, and only 'normal' has one";
  for (const SizeExpr &extent :
       cast<ContentType>(getContent()).getTensor().shape)
    if (!extent.isConstant() || extent.evaluate({0, 0}) < 0)
      return emitOpError("has an extent of ")
             << extent.str() << "; the shape of a parameter is constant";
  return success();
}

LogicalResult BatchInputOp::verify() {
  if (cast<ContentType>(getContent()).getTensor().shape.empty())
    return emitOpError("is a scalar, which cannot be cut into microbatches");
  return success();
}

LogicalResult StageOp::verifyRegions() {
  llvm::SmallDenseMap<planir::TaskKind, TemplateOp, 8> seen;
  Operation *shared = nullptr;
  for (Operation &op : getBody().front()) {
    if (isa<AttentionOp, GatherOp>(op)) {
      if (!shared) {
        shared = &op;
        continue;
      }
      InFlightDiagnostic diagnostic =
          op.emitOpError("is the second of its stage");
      diagnostic.attachNote(shared->getLoc()) << "the first is here";
      return diagnostic;
    }
    auto task = dyn_cast<TemplateOp>(op);
    if (!task) {
      InFlightDiagnostic diagnostic =
          emitOpError("may hold 'plan.template' ops and a 'plan.attention' or "
                      "'plan.gather' "
                      "only");
      diagnostic.attachNote(op.getLoc()) << "this is another";
      return diagnostic;
    }
    auto [other, isNew] = seen.try_emplace(task.getKind(), task);
    if (!isNew) {
      InFlightDiagnostic diagnostic =
          task.emitOpError("is the second of its kind in the stage: ");
      diagnostic << stringifyTaskKind(task.getKind());
      diagnostic.attachNote(other->second.getLoc()) << "the first is here";
      return diagnostic;
    }
  }
  return success();
}

LogicalResult TemplateOp::verify() {
  bool inProgram = isa<ProgramOp>((*this)->getParentOp());
  if (inProgram == (getKind() == planir::TaskKind::Update))
    return success();
  return emitOpError() << "of kind " << stringifyTaskKind(getKind())
                       << (inProgram ? " belongs into a 'plan.stage'"
                                     : " belongs into the 'plan.program'");
}

LogicalResult TemplateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel =
      lookup<KernelOp>(*this, getKernelAttr(), symbols, "'plan.kernel'");
  if (!kernel)
    return failure();
  if (kernel.getOperandTypes().size() == getOperands().size())
    return success();
  InFlightDiagnostic diagnostic = emitOpError()
                                  << "binds " << getOperands().size()
                                  << " operands, but the kernel takes "
                                  << kernel.getOperandTypes().size();
  diagnostic.attachNote(kernel.getLoc()) << "the kernel is declared here";
  return diagnostic;
}

LogicalResult AttentionOp::verify() {
  auto stage = cast<StageOp>((*this)->getParentOp());
  if (bool(getDelta()) != bool(getPartGrad()))
    return emitOpError("has one of the kernels 'delta' and 'part_grad'; a "
                       "model that is trained has both, and others neither");
  if (getAttendedTypes().empty())
    return emitOpError("says nothing of its output in 'attended'");
  ArrayAttr inputs = stage.getInputTypes();
  auto verifyInput = [&](uint32_t index, uint32_t heads,
                         StringRef what) -> LogicalResult {
    if (index >= inputs.size()) {
      InFlightDiagnostic diagnostic = emitOpError("reads input ")
                                      << index << " as its " << what
                                      << ", but there are " << inputs.size();
      diagnostic.attachNote(stage.getLoc()) << "the stage is here";
      return diagnostic;
    }
    auto content = cast<ContentType>(cast<TypeAttr>(inputs[index]).getValue());
    const std::vector<SizeExpr> &shape = content.getTensor().shape;
    if (shape.size() == 3 && shape[1] == SizeExpr::constant(heads) &&
        shape[2] == SizeExpr::constant(getHeadSize()))
      return success();
    InFlightDiagnostic diagnostic =
        emitOpError("reads input ")
        << index << " of " << content.getTensor().str() << " as its " << what
        << "; it must be of T x " << heads << " x " << getHeadSize();
    diagnostic.attachNote(stage.getLoc()) << "the stage is here";
    return diagnostic;
  };
  return success(succeeded(verifyInput(getQuery(), getHeads(), "query")) &&
                 succeeded(verifyInput(getKey(), getKeyHeads(), "key")) &&
                 succeeded(verifyInput(getValue(), getKeyHeads(), "value")));
}

LogicalResult GatherOp::verify() {
  auto stage = cast<StageOp>((*this)->getParentOp());
  ArrayAttr inputs = stage.getInputTypes();
  auto complain = [&](const Twine &message) -> LogicalResult {
    InFlightDiagnostic diagnostic = emitOpError(message);
    diagnostic.attachNote(stage.getLoc()) << "the stage is here";
    return diagnostic;
  };
  if (getRow() >= inputs.size())
    return complain("gathers input " + Twine(getRow()) + ", but there are " +
                    Twine(inputs.size()));
  if (getAttendedTypes().size() != getSlots())
    return complain("has " + Twine(getSlots()) + " slots and says of " +
                    Twine(getAttendedTypes().size()) + " what they hold");
  for (Attribute attended : getAttendedTypes())
    if (attended != inputs[getRow()])
      return complain("holds other values than those of input " +
                      Twine(getRow()) + ", which it gathers");
  return success();
}

LogicalResult AttentionOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto verifyKernel = [&](FlatSymbolRefAttr name, size_t operands,
                          StringRef what) -> LogicalResult {
    if (!name)
      return success();
    auto kernel = lookup<KernelOp>(*this, name, symbols, "'plan.kernel'");
    if (!kernel)
      return failure();
    if (kernel.getOperandTypes().size() == operands)
      return success();
    InFlightDiagnostic diagnostic = emitOpError("passes ")
                                    << operands << " operands to its kernel '"
                                    << what << "', which takes "
                                    << kernel.getOperandTypes().size();
    diagnostic.attachNote(kernel.getLoc()) << "the kernel is declared here";
    return diagnostic;
  };
  return success(succeeded(verifyKernel(getPartAttr(), 6, "part")) &&
                 succeeded(verifyKernel(getMergeAttr(), 4, "merge")) &&
                 succeeded(verifyKernel(getDeltaAttr(), 3, "delta")) &&
                 succeeded(verifyKernel(getPartGradAttr(), 10, "part_grad")));
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

LogicalResult SequencesOp::verify() {
  size_t total = 0;
  for (auto [microbatch, count] : llvm::enumerate(getCounts())) {
    if (count <= 0)
      return emitOpError("has no sequence in microbatch ") << microbatch;
    total += count;
  }
  if (total != getLengths().size())
    return emitOpError("counts ") << total << " sequences and has "
                                  << getLengths().size() << " lengths";
  for (int64_t length : getLengths())
    if (length <= 0)
      return emitOpError("has a sequence of ")
             << length << " tokens; it takes at least one";
  return success();
}

LogicalResult RoleOp::verifyRegions() {
  for (Operation &op : getBody().front()) {
    if (isa<BufferOp, TableOp, InstructionOpInterface>(op))
      continue;
    InFlightDiagnostic diagnostic = emitOpError(
        "may hold 'plan.buffer' and 'plan.table' ops and instructions only");
    diagnostic.attachNote(op.getLoc()) << "this is none of these";
    return diagnostic;
  }
  return success();
}

LogicalResult BufferOp::verify() {
  if (getOffset() % plan::kArenaAlignment != 0)
    return emitOpError("is at offset ")
           << getOffset() << ", which is not a multiple of "
           << plan::kArenaAlignment;
  if (getNumHeads() == 0 && getFirstHead() != 0)
    return emitOpError("begins with head ")
           << getFirstHead() << " and has none; leave 'heads' out for all";
  return success();
}

template <typename OpT>
static LogicalResult verifyWorkspace(OpT op) {
  if (op.getWorkspaceOffset() % plan::kArenaAlignment != 0)
    return op.emitOpError("has its workspace at ")
           << op.getWorkspaceOffset() << ", which is not a multiple of "
           << plan::kArenaAlignment;
  if (op.getWorkspaceBytes() == 0 && op.getWorkspaceOffset() != 0)
    return op.emitOpError("has a workspace of no bytes at ")
           << op.getWorkspaceOffset() << "; leave 'workspace' out";
  return success();
}

LogicalResult AttendOp::verify() { return verifyWorkspace(*this); }

LogicalResult TaskOp::verify() {
  bool isUpdate = getKind() == planir::TaskKind::Update;
  if (isUpdate && getMicrobatch())
    return emitOpError("of kind Update has a microbatch; it is of the step");
  if (!isUpdate && !getMicrobatch())
    return emitOpError("of kind ")
           << stringifyTaskKind(getKind())
           << " has no microbatch; write it in parentheses after the kind";
  return verifyWorkspace(*this);
}

LogicalResult TaskOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel =
      lookup<KernelOp>(*this, getKernelAttr(), symbols, "'plan.kernel'");
  if (!kernel)
    return failure();
  auto types = kernel.getOperandTypes().getAsRange<TypeAttr>();
  if (getBuffers().size() != kernel.getOperandTypes().size()) {
    InFlightDiagnostic diagnostic = emitOpError()
                                    << "has " << getBuffers().size()
                                    << " buffers, but the kernel takes "
                                    << kernel.getOperandTypes().size();
    diagnostic.attachNote(kernel.getLoc()) << "the kernel is declared here";
    return diagnostic;
  }
  bool isUpdate = getKind() == planir::TaskKind::Update;
  for (auto [i, value, type] : llvm::enumerate(getBuffers(), types)) {
    auto buffer = value.getDefiningOp<BufferOp>();
    const auto &expected = cast<ContentType>(type.getValue()).getTensor();
    const auto &content = cast<ContentType>(buffer.getContent()).getTensor();
    if (fits(content, expected, isUpdate))
      continue;
    InFlightDiagnostic diagnostic =
        emitOpError() << "passes buffer #" << i << " of " << content.str()
                      << " where the kernel expects " << expected.str();
    diagnostic.attachNote(buffer.getLoc()) << "the buffer is defined here";
    diagnostic.attachNote(kernel.getLoc()) << "the kernel is declared here";
    return diagnostic;
  }
  return success();
}

LogicalResult AttendOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel =
      lookup<KernelOp>(*this, getKernelAttr(), symbols, "'plan.kernel'");
  if (!kernel)
    return failure();
  size_t takes = kernel.getOperandTypes().size();
  if (getBuffers().size() + (getTable() ? 1 : 0) == takes)
    return success();
  InFlightDiagnostic diagnostic = emitOpError("has ")
                                  << getBuffers().size() << " buffers and "
                                  << (getTable() ? "a" : "no")
                                  << " table, but the kernel takes " << takes
                                  << " operands";
  diagnostic.attachNote(kernel.getLoc()) << "the kernel is declared here";
  return diagnostic;
}

LogicalResult GroupOp::verify() {
  ArrayRef<int32_t> ranks = getRanks();
  if (ranks.empty())
    return emitOpError("has no ranks");
  for (size_t i = 1; i < ranks.size(); ++i)
    if (ranks[i - 1] >= ranks[i])
      return emitOpError("lists rank ")
             << ranks[i] << " after rank " << ranks[i - 1]
             << "; list each once, in ascending order";
  return success();
}

LogicalResult RankOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return success(
      bool(lookup<RoleOp>(*this, getRoleAttr(), symbols, "'plan.role'")));
}
