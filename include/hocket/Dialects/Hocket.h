//===- Hocket.h - The hocket dialect ----------------------------*- C++ -*-===//

#ifndef HOCKET_DIALECTS_HOCKET_H
#define HOCKET_DIALECTS_HOCKET_H

#include "hocket/Support/TensorType.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace hocket {
class SymbolicShapes;

/// Fills the body of a new strategy op, up to and including the yield; is given
/// the block arguments. The op has its entry block in any case.
using BodyBuilder = llvm::function_ref<void(mlir::OpBuilder &, mlir::Location,
                                            mlir::ValueRange)>;

/// Fills the body of a case of a new switch, up to and including the yield; is
/// given the number of the case and the arguments of its region.
using CaseBuilder = llvm::function_ref<void(mlir::OpBuilder &, mlir::Location,
                                            size_t, mlir::ValueRange)>;

/// The way of a microbatch through a skip-pipeline: stages, and the nodes that
/// run them.
struct RouteStop {
  int64_t stage, node;
};
using Route = llvm::SmallVector<RouteStop>;
using Routes = llvm::SmallVector<Route>;

/// Inlines the single-block body of `op` before it, operands for block
/// arguments, and replaces the results by what the body yields. What
/// StrategyOpInterface::inlineSequentially does by default; never fails.
llvm::LogicalResult inlineStrategyBody(mlir::RewriterBase &rewriter,
                                       mlir::Operation *op);

/// The methods of hocket.sequence.
llvm::ArrayRef<llvm::StringRef> sequenceMethods();

/// What the clause `activations` of hocket.stream may say.
llvm::ArrayRef<llvm::StringRef> activationPolicies();

/// What is wrong with a hocket.sequence of this method, to be said of the op;
/// nothing where it is fine. `ulysses` is the degree of that name, of "usp".
std::optional<std::string> checkSequenceMethod(llvm::StringRef method,
                                               int64_t degree,
                                               std::optional<int64_t> ulysses);
} // namespace hocket

#include "dialects/Hocket/Dialect.h.inc"
#include "dialects/Hocket/Enums.h.inc"
#include "dialects/Hocket/Interfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Hocket/Attrs.h.inc"

#define GET_OP_CLASSES
#include "dialects/Hocket/Ops.h.inc"

namespace hocket {

/// Names of the discardable attributes that the passes share.
inline constexpr llvm::StringLiteral kRoleAttr = "hocket.role";
inline constexpr llvm::StringLiteral kNameAttr = "hocket.name";
inline constexpr llvm::StringLiteral kInitAttr = "hocket.init";
/// On arguments and results of kernel functions: an OperandAttr.
inline constexpr llvm::StringLiteral kOperandAttr = "hocket.operand";
/// On arguments and results with dynamic extents: an AffineMapAttr from the
/// kernel's symbols (T, S, ...) to the extents.
inline constexpr llvm::StringLiteral kShapeAttr = "hocket.shape";
/// On kernel functions: the TaskKind ("F", "Bi", ..., "Update") or "Attend".
inline constexpr llvm::StringLiteral kKernelAttr = "hocket.kernel";
/// On stage and kernel functions: an integer, the stage.
inline constexpr llvm::StringLiteral kStageAttr = "hocket.stage";
/// On a stage function that begins with an attention, and on its kernels: a
/// dictionary of i64 `query`, `key` and `value` (inputs of the stage), `heads`,
/// `key_heads` and `head_size`, the type `element`, and `scale` and `causal` as
/// of the hocket.attention that was there. hocket-add-attention-kernels adds
/// the symbols of kernels: `part`, `merge` and, of a trained model, `delta` and
/// `part_grad`.
inline constexpr llvm::StringLiteral kAttendsAttr = "hocket.attends";
/// On a stage function that stands for several stages, and on its kernels: the
/// parameters that its own arguments are bound to, in order; and for each other
/// stage a dictionary with its number (`stage`) and its parameters in that
/// order
/// (`parameters`).
inline constexpr llvm::StringLiteral kParametersAttr = "hocket.parameters";
inline constexpr llvm::StringLiteral kInstancesAttr = "hocket.instances";
/// On the update kernel: names of the optimizer states, in order.
inline constexpr llvm::StringLiteral kStateNamesAttr = "hocket.state_names";
/// On the functions of a strategy-free module: how the plan cuts the batch.
inline constexpr llvm::StringLiteral kStrategyAttr = "hocket.strategy";

} // namespace hocket

#endif // HOCKET_DIALECTS_HOCKET_H
