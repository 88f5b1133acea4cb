//===- RuntimeLink.cpp - A program of the runtime alone -------------------===//
//
// Uses every library of the runtime, so that a test can look at what that
// loads. It finds fault with an empty file, as it should.
//
//===----------------------------------------------------------------------===//

#include "hocket/Runtime/Batches.h"
#include "hocket/Runtime/Checkpoint.h"
#include "hocket/Runtime/CpuDevice.h"
#include "hocket/Runtime/Executable.h"
#include "hocket/Runtime/World.h"

using namespace hocket;
using namespace hocket::runtime;

int main() {
  plan::Model model;
  plan::Plan plan;
  Result<Executable> executable = deserialize("");
  Result<Checkpoint> start = initialize(model, 0);
  Result<Prediction> prediction =
      predict(plan, model, RooflineCost(Topology()), false);
  auto device = CpuDevice::create({}, {});
  auto batches = openBatches("", 0, model, plan);
  return !executable && start && prediction && !device && !batches ? 0 : 1;
}
