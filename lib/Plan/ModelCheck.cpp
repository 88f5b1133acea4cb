//===- ModelCheck.cpp - Whether a model makes sense -----------------------===//

#include "hocket/Plan/ModelCheck.h"

#include "Check/AttentionCheck.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

using namespace hocket;
using namespace hocket::plan;

bool plan::isPerMicrobatch(Slot slot) {
  switch (slot) {
  case Slot::Batch:
  case Slot::Input:
  case Slot::Output:
  case Slot::InputGradient:
  case Slot::OutputGradient:
  case Slot::Residual:
  case Slot::Attended:
  case Slot::AttendedGradient:
    return true;
  default:
    return false;
  }
}

bool plan::isPerStage(Slot slot) {
  return isPerMicrobatch(slot) && slot != Slot::Batch;
}

bool plan::binds(const Stage &stage, Slot slot, uint32_t index) {
  for (const TaskTemplate &task : stage.tasks)
    for (const Operand &operand : task.operands)
      if (operand.slot == slot && operand.index == index)
        return true;
  return false;
}

const TensorType *plan::typeOf(const Model &model, const Stage &stage,
                               const Operand &operand) {
  static const TensorType scalar{ElementType::F32, {}};
  auto at = [&](const auto &list, auto typeOfEntry) {
    return operand.index < list.size() ? typeOfEntry(list[operand.index])
                                       : nullptr;
  };
  auto self = [](const TensorType &type) { return &type; };
  auto member = [](const auto &entry) { return &entry.type; };
  switch (operand.slot) {
  case Slot::Parameter:
  case Slot::Gradient:
    return at(model.parameters, member);
  case Slot::State: {
    uint32_t states = model.statesPerParameter;
    if (states == 0 || operand.index / states >= model.parameters.size())
      return nullptr;
    return &model.parameters[operand.index / states].type;
  }
  case Slot::Batch:
    return at(model.batch, member);
  case Slot::Input:
  case Slot::InputGradient:
    return at(stage.inputs, self);
  case Slot::Output:
  case Slot::OutputGradient:
    return at(stage.outputs, self);
  case Slot::Residual:
    return at(stage.residuals, self);
  case Slot::Attended:
    return at(stage.attended, self);
  case Slot::AttendedGradient:
    return operand.index == 0 || stage.gather ? at(stage.attended, self)
                                              : nullptr;
  case Slot::Loss:
  case Slot::Weight:
  case Slot::Step:
    return operand.index == 0 ? &scalar : nullptr;
  }
  return nullptr;
}

bool plan::gathersRows(const Model &model) {
  return std::any_of(
      model.stages.begin(), model.stages.end(),
      [](const Stage &stage) { return stage.gather.has_value(); });
}

bool plan::writesAttendedGradient(const TaskTemplate &task) {
  for (const Operand &operand : task.operands)
    if (operand.slot == Slot::AttendedGradient)
      return true;
  return false;
}

std::vector<std::vector<uint32_t>> plan::heldParameters(const Model &model) {
  std::vector<std::vector<uint32_t>> held(model.stages.size());
  std::vector<bool> named(model.parameters.size());
  auto makeSet = [](std::vector<uint32_t> &list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  for (size_t stage = 0; stage < held.size(); ++stage) {
    for (const TaskTemplate &task : model.stages[stage].tasks)
      for (const Operand &operand : task.operands)
        if ((operand.slot == Slot::Parameter ||
             operand.slot == Slot::Gradient) &&
            operand.index < named.size()) {
          named[operand.index] = true;
          held[stage].push_back(operand.index);
        }
    makeSet(held[stage]);
  }
  if (model.updates.empty() || held.empty())
    return held;
  for (uint32_t i = 0; i < named.size(); ++i)
    if (!named[i])
      held.front().push_back(i);
  makeSet(held.front());
  return held;
}

Symbols plan::updateSymbols(const Model &model, uint32_t index) {
  return {model.parameters[index].type.elements().evaluate({0, 0}), 0};
}

namespace {

constexpr size_t kMaxRank = 16;
constexpr unsigned kMaxDegree = 16;
constexpr size_t kMaxTerms = (kMaxDegree + 1) * (kMaxDegree + 1);

class ModelChecker {
public:
  explicit ModelChecker(const Model &model) : model(model) {}

  Result<void> run();

private:
  Result<void> checkTypes();
  Result<void> checkStage(uint32_t index);
  Result<void> checkStageTask(const Stage &stage, const std::string &where,
                              const TaskTemplate &task);
  Result<void> checkUpdate(uint32_t parameter);
  Result<void> checkShape(const Stage &stage, const std::string &where,
                          const TaskTemplate &task);

  static Error fail(std::string message) {
    return Error(ErrorCode::InvalidArgument, std::move(message));
  }

  const Model &model;
};

/// The highest degree of a term, or nothing where the expression is too large.
std::optional<unsigned> degree(const SizeExpr &expr) {
  if (expr.terms.size() > kMaxTerms)
    return std::nullopt;
  unsigned highest = 0;
  for (const SizeExpr::Term &term : expr.terms)
    highest = std::max<unsigned>(
        highest, std::accumulate(term.power.begin(), term.power.end(), 0u));
  if (highest > kMaxDegree)
    return std::nullopt;
  return highest;
}

bool isBounded(const TensorType &type) {
  if (type.element > ElementType::I64 || type.shape.size() > kMaxRank)
    return false;
  unsigned sum = 0;
  for (const SizeExpr &extent : type.shape) {
    std::optional<unsigned> highest = degree(extent);
    if (!highest || (sum += *highest) > kMaxDegree)
      return false;
  }
  return true;
}

std::string describe(const Operand &operand) {
  return std::string(name(operand.slot)) + " #" + std::to_string(operand.index);
}

Result<void> ModelChecker::checkTypes() {
  auto check = [](const TensorType &type,
                  const std::string &what) -> Result<void> {
    if (isBounded(type))
      return {};
    return fail(what + " has a type with too many dimensions or too high a "
                       "degree, or an unknown element type");
  };
  for (const Parameter &parameter : model.parameters) {
    std::string what = "parameter '" + parameter.name + "'";
    if (Result<void> checked = check(parameter.type, what); !checked)
      return checked;
    for (const SizeExpr &extent : parameter.type.shape)
      if (!extent.isConstant() || extent.evaluate({0, 0}) < 0)
        return fail(what +
                    " has an extent that is not a constant of at least "
                    "0: " +
                    extent.str());
    if (parameter.init > Init::Normal)
      return fail(what + " has an unknown way to start");
  }
  for (const BatchInput &input : model.batch)
    if (Result<void> checked =
            check(input.type, "batch input '" + input.name + "'");
        !checked)
      return checked;
  for (const Stage &stage : model.stages)
    for (const auto *list :
         {&stage.inputs, &stage.outputs, &stage.residuals, &stage.attended})
      for (const TensorType &type : *list)
        if (Result<void> checked =
                check(type, "a value of stage '" + stage.name + "'");
            !checked)
          return checked;
  for (const Kernel &kernel : model.kernels) {
    for (const TensorType &type : kernel.operands)
      if (Result<void> checked =
              check(type, "an operand of kernel '" + kernel.symbol + "'");
          !checked)
        return checked;
    for (const SizeExpr *size :
         {&kernel.workspaceBytes, &kernel.flops, &kernel.bytes})
      if (!degree(*size))
        return fail("kernel '" + kernel.symbol +
                    "' has a size of too high a degree");
  }
  return {};
}

/// What is common to stage tasks and updates; `where` names the task.
Result<void> ModelChecker::checkShape(const Stage &stage,
                                      const std::string &where,
                                      const TaskTemplate &task) {
  if (task.kernel >= model.kernels.size())
    return fail(where + " names kernel #" + std::to_string(task.kernel) +
                " of " + std::to_string(model.kernels.size()));
  const Kernel &kernel = model.kernels[task.kernel];
  if (task.operands.size() != kernel.operands.size())
    return fail(where + " binds " + std::to_string(task.operands.size()) +
                " operands and kernel '" + kernel.symbol + "' takes " +
                std::to_string(kernel.operands.size()));
  std::set<std::pair<Slot, uint32_t>> seen;
  for (size_t i = 0; i < task.operands.size(); ++i) {
    const Operand &operand = task.operands[i];
    std::string what = where + ", operand #" + std::to_string(i) + " (" +
                       describe(operand) + ")";
    const TensorType *type = typeOf(model, stage, operand);
    if (operand.access > Access::ReadWrite || !type)
      return fail(what + " is out of range");
    if (!seen.emplace(operand.slot, operand.index).second)
      return fail(what + " is bound twice");
    // An update kernel sees its parameter as a vector of N elements.
    const TensorType &expected = kernel.operands[i];
    SizeExpr elements = expected.elements();
    if (task.kind == TaskKind::Update && !elements.isConstant())
      elements = SizeExpr::constant(
          elements.evaluate({type->elements().evaluate({0, 0}), 0}));
    if (expected.element != type->element || elements != type->elements())
      return fail(what + " has type " + type->str() + " and kernel '" +
                  kernel.symbol + "' expects " + expected.str());
  }
  return {};
}

/// The accesses of a stage task that keep every value written once.
bool isAllowed(const Operand &operand, TaskKind kind) {
  bool forward = kind == TaskKind::F;
  switch (operand.slot) {
  case Slot::Parameter:
  case Slot::Batch:
  case Slot::Input:
  case Slot::Attended:
    return operand.access == Access::Read;
  case Slot::OutputGradient:
    return operand.access == Access::Read && !forward;
  case Slot::Output:
    return operand.access == (forward ? Access::Write : Access::Read);
  case Slot::Residual:
    // Bi keeps values for W.
    return operand.access == (forward ? Access::Write : Access::Read) ||
           (kind == TaskKind::Bi && operand.access == Access::Write);
  case Slot::InputGradient:
    return operand.access == Access::Write && !forward;
  case Slot::AttendedGradient:
    return operand.access == Access::Write &&
           (kind == TaskKind::B || kind == TaskKind::Bi);
  case Slot::Gradient:
    return operand.access == Access::ReadWrite && !forward;
  case Slot::Loss:
  case Slot::Weight:
    return operand.access == Access::ReadWrite && forward;
  case Slot::State:
  case Slot::Step:
    return false;
  }
  return false;
}

Result<void> ModelChecker::checkStageTask(const Stage &stage,
                                          const std::string &where,
                                          const TaskTemplate &task) {
  if (task.kind > TaskKind::R)
    return fail(where + " is not a task of a stage");
  if (Result<void> checked = checkShape(stage, where, task); !checked)
    return checked;
  for (const Operand &operand : task.operands)
    if (!isAllowed(operand, task.kind))
      return fail(where + " may not access " + describe(operand) +
                  " in this way");
  return {};
}

/// Whether `stage` gives the gradient of its input `index`.
bool givesGradient(const Stage &stage, uint32_t index) {
  if (stage.attention && stage.attention->isTrained &&
      (index == stage.attention->query || index == stage.attention->key ||
       index == stage.attention->value))
    return true;
  if (stage.gather && stage.gather->isTrained && index == stage.gather->row)
    return true;
  return binds(stage, Slot::InputGradient, index);
}

Result<void> ModelChecker::checkStage(uint32_t index) {
  const Stage &stage = model.stages[index];
  std::string where = "stage " + std::to_string(index);
  if (stage.attention && stage.gather)
    return fail(where + " begins with an attention and with rows");
  Result<void> begins = stage.gather ? checkGather(stage, where)
                                     : checkAttention(model, stage, where);
  if (!begins)
    return begins;
  std::set<TaskKind> kinds;
  for (const TaskTemplate &task : stage.tasks) {
    std::string taskName =
        "task " + std::string(name(task.kind)) + " of " + where;
    if (Result<void> checked = checkStageTask(stage, taskName, task); !checked)
      return checked;
    if (!kinds.insert(task.kind).second)
      return fail(where + " has two tasks " + name(task.kind));
  }
  if (!kinds.count(TaskKind::F))
    return fail(where + " has no forward task");
  for (const TaskTemplate &task : stage.tasks)
    for (uint32_t k = 0; task.kind == TaskKind::F && k < stage.outputs.size();
         ++k)
      if (!binds({"", {}, {}, {}, {task}}, Slot::Output, k))
        return fail(where + " never writes its output #" + std::to_string(k));

  bool first = index == 0, last = index + 1 == model.stages.size();
  if (first && !stage.inputs.empty())
    return fail("the first stage has inputs");
  if (last && !stage.outputs.empty())
    return fail("the last stage has outputs");
  if (last)
    return {};
  const Stage &next = model.stages[index + 1];
  bool equal = stage.outputs.size() == next.inputs.size();
  for (size_t k = 0; equal && k < stage.outputs.size(); ++k)
    equal = stage.outputs[k].element == next.inputs[k].element &&
            stage.outputs[k].elements() == next.inputs[k].elements();
  if (!equal)
    return fail(where + "'s outputs are not what the next stage takes in");
  for (uint32_t k = 0; k < stage.outputs.size(); ++k)
    if (binds(stage, Slot::OutputGradient, k) && !givesGradient(next, k))
      return fail(where + " needs the gradient of its output #" +
                  std::to_string(k) + " and the next stage does not give it");
  return {};
}

Result<void> ModelChecker::checkUpdate(uint32_t parameter) {
  const TaskTemplate &task = model.updates[parameter];
  std::string where =
      "the update of parameter '" + model.parameters[parameter].name + "'";
  if (task.kind != TaskKind::Update)
    return fail(where + " is a task " + name(task.kind));
  if (Result<void> checked = checkShape(model.stages.front(), where, task);
      !checked)
    return checked;
  bool updates = false;
  for (const Operand &operand : task.operands) {
    bool own = operand.index == parameter, fine = false;
    switch (operand.slot) {
    case Slot::Parameter:
      fine = own && operand.access == Access::ReadWrite;
      updates |= fine;
      break;
    case Slot::Gradient:
      fine = own && operand.access == Access::Read;
      break;
    case Slot::State:
      fine = operand.index / model.statesPerParameter == parameter;
      break;
    case Slot::Loss:
    case Slot::Weight:
    case Slot::Step:
      fine = operand.access == Access::Read;
      break;
    default:
      break;
    }
    if (!fine)
      return fail(where + " may not access " + describe(operand) +
                  " in this way");
  }
  if (!updates)
    return fail(where + " does not write it");
  return {};
}

Result<void> ModelChecker::run() {
  if (model.stages.empty())
    return fail("the model has no stages");
  uint64_t states =
      uint64_t(model.parameters.size()) * model.statesPerParameter;
  if (states > UINT32_MAX || model.stages.size() > UINT16_MAX)
    return fail("the model has too many states or stages");
  if (model.stateNames.size() != model.statesPerParameter)
    return fail("the model names " + std::to_string(model.stateNames.size()) +
                " of its " + std::to_string(model.statesPerParameter) +
                " states per parameter");
  if (!model.updates.empty() && model.updates.size() != model.parameters.size())
    return fail("the model has " + std::to_string(model.updates.size()) +
                " updates for " + std::to_string(model.parameters.size()) +
                " parameters");
  if (Result<void> checked = checkTypes(); !checked)
    return checked;
  for (uint32_t i = 0; i < model.stages.size(); ++i)
    if (Result<void> checked = checkStage(i); !checked)
      return checked;
  for (uint32_t i = 0; i < model.updates.size(); ++i)
    if (Result<void> checked = checkUpdate(i); !checked)
      return checked;
  return {};
}

} // namespace

Result<void> plan::checkModel(const Model &model) {
  return ModelChecker(model).run();
}
