//===- VirtualDevice.cpp - A clock in place of a device -------------------===//

#include "hocket/Runtime/VirtualDevice.h"

#include <algorithm>

using namespace hocket;
using namespace hocket::runtime;

VirtualMachine::VirtualMachine(const plan::Model &model, const CostModel &cost)
    : model(model), costModel(cost) {
  for (const plan::Kernel &kernel : model.kernels) {
    SizeExpr sum = kernel.bytes;
    if (sum.terms.empty())
      for (const TensorType &operand : kernel.operands)
        sum = sum + operand.bytes();
    bytes.push_back(std::move(sum));
  }
}

Work VirtualMachine::work(uint32_t kernel, const Symbols &symbols) const {
  return {model.kernels[kernel].flops.evaluate(symbols),
          bytes[kernel].evaluate(symbols), model.kernels[kernel].symbol,
          symbols};
}

Result<void> VirtualDevice::spend(const Work &work) {
  double seconds = machine->cost().workSeconds(work);
  clock += seconds;
  busy += seconds;
  return {};
}

Result<std::byte *> VirtualDevice::allocate(int64_t bytes) {
  allocated += bytes;
  return nullptr;
}

Result<void> VirtualDevice::launch(uint32_t kernel, void *const *,
                                   const Symbols &symbols, void *) {
  return spend(machine->work(kernel, symbols));
}

Result<void> VirtualDevice::attend(uint32_t kernel, void *const *,
                                   const Symbols &symbols,
                                   const Symbols &counted, void *) {
  Work work = machine->work(kernel, symbols);
  work.flops = machine->work(kernel, counted).flops;
  return spend(work);
}

Result<void> VirtualDevice::zero(void *, int64_t bytes) {
  return spend({0, bytes});
}

Result<void> VirtualDevice::upload(void *, const void *, int64_t bytes) {
  return spend({0, bytes, {}, {0, 0}, true});
}

Result<void> VirtualDevice::download(void *, const void *, int64_t bytes) {
  return spend({0, bytes});
}

Result<void> VirtualDevice::copy(void *, const void *, int64_t bytes) {
  return spend({0, 2 * bytes});
}

double VirtualDevice::post(double &engine, int64_t bytes) const {
  engine = std::max(engine, clock) + machine->cost().hostCopySeconds(bytes);
  return engine;
}

Result<double> VirtualDevice::offload(void *, const void *, int64_t bytes) {
  return post(toHost, bytes);
}

Result<double> VirtualDevice::fetch(void *, const void *, int64_t bytes) {
  return post(fromHost, bytes);
}

Result<void> VirtualDevice::awaitCopy(double done) {
  waitUntil(done);
  return {};
}

Result<void> VirtualDevice::add(void *, const void *, int64_t count) {
  return spend({count, 12 * count});
}

Result<void> VirtualDevice::copyRows(void *, const void *,
                                     const RowsOfTwo &rows) {
  return spend({0, 2 * rows.rowBytes * rows.rows});
}

Result<void> VirtualDevice::addRows(void *, const void *,
                                    const RowsOfTwo &rows) {
  int64_t count = rows.rowBytes / int64_t(sizeof(float)) * rows.rows;
  return spend({count, 12 * count});
}
