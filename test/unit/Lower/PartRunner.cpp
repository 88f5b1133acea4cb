//===- PartRunner.cpp - The kernels of distributed attention --------------===//

#include "PartRunner.h"

#include "hocket/Dialects/Hocket.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <stdexcept>

using namespace hocket;
using namespace hocket::test;

PartModule::PartModule(int64_t size, float scale, bool causal) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<HocketDialect, mlir::arith::ArithDialect,
                      mlir::func::FuncDialect, mlir::linalg::LinalgDialect,
                      mlir::tensor::TensorDialect>();
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  mlir::FailureOr<AttentionKernels> kernels = getAttentionKernels(
      *module, {mlir::Float32Type::get(&context), size, scale, causal}, true);
  if (mlir::failed(kernels))
    throw std::runtime_error("the kernels could not be made");
  names = *kernels;
  llvm::raw_string_ostream stream(text);
  module->print(stream);
}

void PartRunner::setInputs(const PartSizes &newSizes,
                           const std::vector<float> &q,
                           const std::vector<float> &k,
                           const std::vector<float> &v) {
  sizes = newSizes;
  query = std::make_unique<Buffer>(q);
  key = std::make_unique<Buffer>(k);
  value = std::make_unique<Buffer>(v);
}

bool PartRunner::call(const std::string &name, std::vector<Buffer *> operands,
                      size_t tableNumbers) {
  return runner.call(name, std::move(operands),
                     Symbols{sizes.queries, sizes.keys, sizes.heads,
                             sizes.keyHeads, int64_t(tableNumbers)});
}

bool PartRunner::part(const Table &table, Buffer &output, Buffer &lse) {
  std::vector<int32_t> numbers = table.numbers();
  Buffer data(numbers);
  return call(module.names.part,
              {query.get(), key.get(), value.get(), &data, &output, &lse},
              numbers.size());
}

bool PartRunner::delta(Buffer &output, Buffer &outputGradient, Buffer &delta) {
  return call(module.names.delta, {&output, &outputGradient, &delta}, 0);
}

bool PartRunner::partGrad(const Table &table, Buffer &lse,
                          Buffer &outputGradient, Buffer &delta, Buffer &dq,
                          Buffer &dk, Buffer &dv) {
  std::vector<int32_t> numbers = table.numbers();
  Buffer data(numbers);
  return call(module.names.partGrad,
              {query.get(), key.get(), value.get(), &data, &lse,
               &outputGradient, &delta, &dq, &dk, &dv},
              numbers.size());
}
