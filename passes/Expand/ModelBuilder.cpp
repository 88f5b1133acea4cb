//===- ModelBuilder.cpp - Kernel functions as a plan::Model ---------------===//

#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Dialects/Hocket.h"
#include "hocket/Dialects/KernelSignature.h"
#include "hocket/Dialects/SequenceEnds.h"
#include "hocket/Plan/ModelCheck.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace hocket;

namespace {

class ModelReader {
public:
  ModelReader(ModuleOp module, func::FuncOp loss)
      : module(module), loss(loss) {}

  FailureOr<ModelSource> run();

private:
  LogicalResult readManifest();
  LogicalResult addKernel(func::FuncOp kernel);
  LogicalResult findAttention(uint32_t number);
  LogicalResult findGather(uint32_t number);
  LogicalResult addStageTasks(func::FuncOp kernel,
                              const plan::TaskTemplate &task,
                              ArrayRef<KernelOperand> operands);
  LogicalResult addStageTask(func::FuncOp kernel, int64_t number,
                             plan::TaskTemplate task,
                             ArrayRef<KernelOperand> operands);
  LogicalResult addUpdates(func::FuncOp kernel, const plan::TaskTemplate &task);

  std::string nameOf(unsigned argument) {
    auto name = loss.getArgAttrOfType<StringAttr>(argument, kNameAttr);
    return name ? name.str() : ("arg" + Twine(argument)).str();
  }

  ModuleOp module;
  func::FuncOp loss;
  ModelSource source;
  /// What a kernel of each stage says of the attention that it begins with.
  DenseMap<uint32_t, std::pair<func::FuncOp, DictionaryAttr>> attends;
  /// The same of the rows that it begins with.
  DenseMap<uint32_t, std::pair<func::FuncOp, DictionaryAttr>> gathers;
  llvm::StringMap<uint32_t> kernelNumbers;
};

LogicalResult ModelReader::readManifest() {
  for (unsigned number = 0; number < loss.getNumArguments(); ++number) {
    auto role = loss.getArgAttrOfType<RoleAttr>(number, kRoleAttr);
    auto type = dyn_cast<RankedTensorType>(loss.getArgumentTypes()[number]);
    if (!role || !type)
      return loss.emitOpError("argument #")
             << number << " has no `" << kRoleAttr
             << "` or is not a ranked tensor; run hocket-outline first";
    SymbolicShape shape;
    auto map = loss.getArgAttrOfType<AffineMapAttr>(number, kShapeAttr);
    if (map) {
      FailureOr<SymbolicShape> extents = fromAffineMap(map.getValue());
      if (failed(extents))
        return loss.emitOpError("argument #")
               << number << " has an unreadable `" << kShapeAttr << "`";
      shape = *extents;
    } else {
      for (int64_t extent : type.getShape())
        shape.push_back(SizeExpr::constant(extent));
    }
    FailureOr<hocket::TensorType> converted = toTensorType(type, shape);
    if (failed(converted))
      return loss.emitOpError("argument #")
             << number << " has an element type that a plan cannot hold: "
             << type.getElementType();

    if (role.getValue() != Role::Param) {
      source.model.batch.push_back(
          {nameOf(number), *converted, role.getValue() == Role::Offsets});
      continue;
    }
    plan::Parameter parameter{nameOf(number), *converted};
    if (auto init = loss.getArgAttrOfType<StringAttr>(number, kInitAttr)) {
      StringRef text = init.getValue();
      if (text == "ones") {
        parameter.init = plan::Init::Ones;
      } else if (text.consume_front("normal(") && text.consume_back(")") &&
                 !text.getAsDouble(parameter.stddev)) {
        parameter.init = plan::Init::Normal;
      } else if (init.getValue() != "zeros") {
        return loss.emitOpError("argument #")
               << number << " has the initial value '" << init.getValue()
               << "'; write zeros, ones or normal(STDDEV)";
      }
    }
    for (const plan::Parameter &other : source.model.parameters)
      if (other.name == parameter.name)
        return loss.emitOpError("has two parameters named '")
               << parameter.name << "'";
    source.model.parameters.push_back(std::move(parameter));
  }
  return success();
}

LogicalResult ModelReader::addKernel(func::FuncOp kernel) {
  FailureOr<SmallVector<KernelOperand>> operands = kernelOperands(kernel);
  if (failed(operands))
    return failure();
  plan::Kernel entry;
  entry.symbol = kernel.getName().str();
  plan::TaskTemplate task;
  task.kernel = source.model.kernels.size();
  for (const KernelOperand &operand : *operands) {
    entry.operands.push_back(operand.type);
    task.operands.push_back(operand.binding);
  }
  kernelNumbers[kernel.getName()] = task.kernel;
  source.model.kernels.push_back(std::move(entry));

  StringRef kind = kernel->getAttrOfType<StringAttr>(kKernelAttr).getValue();
  // Of an attention that ranks share: no task, but what several are made of.
  if (kind == "Attend")
    return success();
  std::optional<plan::TaskKind> parsed =
      llvm::StringSwitch<std::optional<plan::TaskKind>>(kind)
          .Case("F", plan::TaskKind::F)
          .Case("Bi", plan::TaskKind::Bi)
          .Case("W", plan::TaskKind::W)
          .Case("B", plan::TaskKind::B)
          .Case("R", plan::TaskKind::R)
          .Case("Update", plan::TaskKind::Update)
          .Default(std::nullopt);
  if (!parsed)
    return kernel.emitOpError("has the task kind '")
           << kind << "'; write F, Bi, W, B, R, Update or Attend";
  task.kind = *parsed;
  return task.kind == plan::TaskKind::Update
             ? addUpdates(kernel, task)
             : addStageTasks(kernel, task, *operands);
}

/// The task of the kernel's own stage, and those of the stages that
/// hocket-merge-stages has merged into it.
LogicalResult ModelReader::addStageTasks(func::FuncOp kernel,
                                         const plan::TaskTemplate &task,
                                         ArrayRef<KernelOperand> operands) {
  auto own = kernel->getAttrOfType<IntegerAttr>(kStageAttr);
  if (!own)
    return kernel.emitOpError("has no `") << kStageAttr << "`";
  if (failed(addStageTask(kernel, own.getInt(), task, operands)))
    return failure();
  auto instances = kernel->getAttrOfType<ArrayAttr>(kInstancesAttr);
  auto from = kernel->getAttrOfType<DenseI32ArrayAttr>(kParametersAttr);
  if (!instances)
    return success();
  for (Attribute instance : instances) {
    auto entry = dyn_cast<DictionaryAttr>(instance);
    auto stage = entry ? entry.getAs<IntegerAttr>("stage") : IntegerAttr();
    auto to = entry ? entry.getAs<DenseI32ArrayAttr>("parameters")
                    : DenseI32ArrayAttr();
    if (!stage || !to || !from || from.size() != to.size())
      return kernel.emitOpError("has a malformed entry in `")
             << kInstancesAttr << "`; hocket-merge-stages writes it";
    plan::TaskTemplate other = task;
    for (plan::Operand &operand : other.operands) {
      if (operand.slot != plan::Slot::Parameter &&
          operand.slot != plan::Slot::Gradient)
        continue;
      const int32_t *found =
          llvm::find(from.asArrayRef(), int32_t(operand.index));
      if (found == from.asArrayRef().end())
        return kernel.emitOpError("is bound to parameter ")
               << operand.index << ", which `" << kParametersAttr
               << "` does not list";
      operand.index = to[found - from.asArrayRef().begin()];
    }
    if (failed(
            addStageTask(kernel, stage.getInt(), std::move(other), operands)))
      return failure();
  }
  return success();
}

LogicalResult ModelReader::addStageTask(func::FuncOp kernel, int64_t number,
                                        plan::TaskTemplate task,
                                        ArrayRef<KernelOperand> operands) {
  constexpr int64_t maxStages = UINT16_MAX;
  if (number < 0 || number >= maxStages)
    return kernel.emitOpError("is of stage ")
           << number << "; stages are numbered from 0 to " << maxStages - 1;
  size_t index = number;
  std::vector<plan::Stage> &stages = source.model.stages;
  while (stages.size() <= index)
    stages.push_back({"stage" + std::to_string(stages.size()), {}, {}, {}, {}});
  if (const plan::TaskTemplate *other = stages[index].find(task.kind))
    return kernel.emitOpError("is the second task of its kind in stage ")
           << index << "; the first is @"
           << source.model.kernels[other->kernel].symbol;
  auto place = [](std::vector<hocket::TensorType> &types,
                  const KernelOperand &operand) {
    if (types.size() <= operand.binding.index)
      types.resize(operand.binding.index + 1);
    types[operand.binding.index] = operand.type;
  };
  for (const KernelOperand &operand : operands) {
    if (operand.binding.slot == plan::Slot::Output)
      place(stages[index].outputs, operand);
    if (operand.binding.slot == plan::Slot::Residual)
      place(stages[index].residuals, operand);
  }
  stages[index].tasks.push_back(std::move(task));
  for (auto [key, found] :
       {std::pair(kAttendsAttr, &attends), std::pair(kGathersAttr, &gathers)}) {
    auto written = kernel->getAttrOfType<DictionaryAttr>(key);
    if (!written)
      continue;
    auto [it, isNew] = found->try_emplace(index, kernel, written);
    if (!isNew && it->second.second != written)
      return kernel.emitOpError("has another `")
             << key << "` than @" << it->second.first.getName()
             << ", a kernel of the same stage";
  }
  return success();
}

/// Reads what is written down at the kernels of a stage about the attention
/// that it begins with.
LogicalResult ModelReader::findAttention(uint32_t number) {
  auto [kernel, written] = attends.lookup(number);
  auto fail = [&](StringRef key) {
    return kernel.emitOpError("has a malformed `")
           << key << "` in its `" << kAttendsAttr
           << "`; hocket-cut-attention writes it";
  };
  plan::Attention attention;
  for (auto [key, field] :
       {std::pair<StringRef, uint32_t *>{"query", &attention.query},
        {"key", &attention.key},
        {"value", &attention.value},
        {"heads", &attention.heads},
        {"key_heads", &attention.keyHeads},
        {"head_size", &attention.headSize}}) {
    auto value = written.getAs<IntegerAttr>(key);
    if (!value || value.getInt() < 0 || value.getInt() > INT32_MAX)
      return fail(key);
    *field = value.getInt();
  }
  auto causal = written.getAs<BoolAttr>("causal");
  auto element = written.getAs<TypeAttr>("element");
  if (!causal)
    return fail("causal");
  if (!element || !isa<FloatType>(element.getValue()))
    return fail("element");
  attention.causal = causal.getValue();

  auto find = [&](StringRef key, uint32_t &field) -> LogicalResult {
    auto symbol = written.getAs<FlatSymbolRefAttr>(key);
    auto found =
        symbol ? kernelNumbers.find(symbol.getValue()) : kernelNumbers.end();
    if (found == kernelNumbers.end())
      return kernel.emitOpError("begins with an attention, for which there is "
                                "no kernel `")
             << key << "`; run hocket-add-attention-kernels";
    field = found->second;
    return success();
  };
  attention.isTrained = written.contains("part_grad");
  if (failed(find("part", attention.part)) ||
      failed(find("merge", attention.merge)) ||
      (attention.isTrained && (failed(find("delta", attention.delta)) ||
                               failed(find("part_grad", attention.partGrad)))))
    return failure();

  // Output, log-sum-exp and delta.
  SizeExpr tokens = SizeExpr::symbol(0),
           heads = SizeExpr::constant(attention.heads),
           size = SizeExpr::constant(attention.headSize);
  FailureOr<hocket::TensorType> output = toTensorType(
      RankedTensorType::get({}, element.getValue()), {tokens, heads, size});
  if (failed(output))
    return fail("element");
  hocket::TensorType sums{ElementType::F32, {tokens, heads}};
  plan::Stage &stage = source.model.stages[number];
  stage.attention = attention;
  stage.attended = {*output, sums, sums};
  return success();
}

/// Reads what is written down at the kernels of a stage about the rows that it
/// begins with.
LogicalResult ModelReader::findGather(uint32_t number) {
  auto [kernel, written] = gathers.lookup(number);
  plan::Stage &stage = source.model.stages[number];
  auto row = written.getAs<IntegerAttr>("row"),
       slots = written.getAs<IntegerAttr>("slots");
  auto reverse = written.getAs<BoolAttr>("reverse");
  if (!row || !slots || !reverse || row.getInt() < 0 || slots.getInt() < 1 ||
      slots.getInt() > INT32_MAX ||
      row.getInt() >= int64_t(stage.inputs.size()))
    return kernel.emitOpError("has a malformed `")
           << kGathersAttr
           << "`: it needs a row, slots and reverse; hocket-cut-attention "
              "writes it";
  plan::RowGather gather;
  gather.row = row.getInt();
  gather.slots = slots.getInt();
  gather.reverse = reverse.getValue();
  gather.isTrained = llvm::any_of(stage.tasks, plan::writesAttendedGradient);
  stage.gather = gather;
  stage.attended.assign(gather.slots, stage.inputs[gather.row]);
  return success();
}

LogicalResult ModelReader::addUpdates(func::FuncOp kernel,
                                      const plan::TaskTemplate &task) {
  if (!source.model.updates.empty())
    return kernel.emitOpError("is a second update kernel; a model has one");
  if (auto names = kernel->getAttrOfType<ArrayAttr>(kStateNamesAttr))
    for (StringAttr name : names.getAsRange<StringAttr>())
      source.model.stateNames.push_back(name.str());
  source.model.statesPerParameter =
      llvm::count_if(task.operands, [](const plan::Operand &operand) {
        return operand.slot == plan::Slot::State;
      });
  if (source.model.stateNames.size() != source.model.statesPerParameter)
    return kernel.emitOpError("has ")
           << source.model.statesPerParameter << " states and "
           << source.model.stateNames.size() << " names for them in `"
           << kStateNamesAttr << "`";
  for (uint32_t parameter = 0; parameter < source.model.parameters.size();
       ++parameter) {
    plan::TaskTemplate update = task;
    for (plan::Operand &operand : update.operands) {
      if (operand.slot == plan::Slot::Parameter ||
          operand.slot == plan::Slot::Gradient)
        operand.index = parameter;
      if (operand.slot == plan::Slot::State)
        operand.index += parameter * source.model.statesPerParameter;
    }
    source.model.updates.push_back(std::move(update));
  }
  return success();
}

FailureOr<ModelSource> ModelReader::run() {
  source.model.name =
      module.getName() ? module.getName()->str() : loss.getName().str();
  FailureOr<plan::Strategy> strategy = strategyOf(loss);
  if (failed(readManifest()) || failed(strategy))
    return failure();
  source.strategy = *strategy;
  for (auto kernel : module.getOps<func::FuncOp>())
    if (kernel->hasAttr(kKernelAttr) && failed(addKernel(kernel)))
      return failure();
  if (source.model.stages.empty())
    return loss.emitOpError(
        "has no kernel functions; run hocket-differentiate first");
  // What a stage receives is what the one before sends.
  for (size_t stage = 0; stage < source.model.stages.size(); ++stage) {
    if (!source.model.stages[stage].find(plan::TaskKind::F))
      return loss.emitOpError("has no forward kernel for stage ") << stage;
    if (stage > 0)
      source.model.stages[stage].inputs =
          source.model.stages[stage - 1].outputs;
    if ((attends.contains(stage) && failed(findAttention(stage))) ||
        (gathers.contains(stage) && failed(findGather(stage))))
      return failure();
  }
  return source;
}

} // namespace

FailureOr<ModelSource> hocket::buildModel(ModuleOp module, StringRef lossName) {
  auto loss = module.lookupSymbol<func::FuncOp>(lossName);
  if (!loss)
    return module.emitError("there is no function @")
           << lossName << ", which holds the model's signature";
  return ModelReader(module, loss).run();
}
