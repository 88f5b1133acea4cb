//===- GptArenaTest.cpp - How full the arenas of real plans are -----------===//

#include "hocket/Compiler/Compile.h"
#include "hocket/Compiler/InitAll.h"
#include "hocket/Compiler/KernelImage.h"
#include "hocket/Passes/Import.h"
#include "hocket/Passes/ModelBuilder.h"
#include "hocket/Plan/Check.h"
#include "hocket/Plan/Expand.h"
#include "hocket/Plan/Lengths.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

using namespace mlir;
using namespace hocket;

namespace {

constexpr uint32_t kMicrobatches = 8;

/// The largest sum of bytes that are in use at one instruction: a buffer of a
/// microbatch from its first to its last instruction, a sent one until somebody
/// has waited for that, the workspace of a kernel while it runs, everything
/// else always.
int64_t largestLiveSum(const plan::Role &role) {
  std::vector<int64_t> change(role.body.size() + 1);
  std::vector<std::pair<size_t, size_t>> use(role.buffers.size(),
                                             {SIZE_MAX, 0});
  std::vector<uint32_t> sent;
  auto uses = [&](uint32_t buffer, size_t position) {
    use[buffer].first = std::min(use[buffer].first, position);
    use[buffer].second = position + 1;
  };
  for (size_t i = 0; i < role.body.size(); ++i) {
    for (uint32_t buffer : role.body[i].buffers)
      uses(buffer, i);
    if (role.body[i].op == plan::Op::Send)
      sent.push_back(role.body[i].buffers[0]);
    if (role.body[i].op == plan::Op::WaitSend)
      uses(sent[role.body[i].index], i);
    change[i] += role.body[i].workspace.bytes;
    change[i + 1] -= role.body[i].workspace.bytes;
  }
  int64_t always = 0;
  for (size_t b = 0; b < role.buffers.size(); ++b) {
    if (role.buffers[b].microbatch < 0) {
      always += role.buffers[b].bytes;
    } else if (use[b].second > 0) {
      change[use[b].first] += role.buffers[b].bytes;
      change[use[b].second] -= role.buffers[b].bytes;
    }
  }
  int64_t live = always, largest = always;
  for (int64_t step : change)
    largest = std::max(largest, live += step);
  return largest;
}

struct Gpt {
  const char *path; // below the source
  std::vector<uint32_t> stages;
};

class GptArena : public testing::Test {
protected:
  GptArena() : schedules(plan::ScheduleRegistry::withBuiltins()) {
    DialectRegistry registry;
    mlir::registerAllDialects(registry);
    mlir::registerAllExtensions(registry);
    hocket::registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.disableMultithreading();
  }

  /// With the workspaces of compiled kernels.
  ModelSource build(const Gpt &gpt, uint32_t stages, StageForm form) {
    auto module = parseSourceFile<ModuleOp>(
        std::string(HOCKET_SOURCE "/") + gpt.path, &context);
    EXPECT_TRUE(module) << gpt.path;
    PassManager manager(&context);
    ParallelizeOptions options;
    options.pipeline = stages;
    options.microbatches = kMicrobatches;
    options.schedule = "1f1b";
    manager.addPass(createParallelize(options));
    buildStagesPipeline(manager);
    buildKernelsPipeline(manager, form);
    EXPECT_TRUE(succeeded(manager.run(*module))) << gpt.path;
    FailureOr<ModelSource> source = buildModel(*module);
    EXPECT_TRUE(succeeded(source)) << gpt.path;
    TargetOptions target;
    target.optLevel = 0; // what kernels need does not depend on it
    FailureOr<CompiledKernels> compiled = compileKernels(*module, target);
    EXPECT_TRUE(succeeded(compiled)) << gpt.path;
    size_t numWorkspaces = 0;
    for (plan::Kernel &kernel : source->model.kernels)
      for (const plan::Kernel &facts : compiled->kernels)
        if (facts.symbol == kernel.symbol) {
          kernel.workspaceBytes = facts.workspaceBytes;
          numWorkspaces += !facts.workspaceBytes.terms.empty();
        }
    EXPECT_GT(numWorkspaces, 0u) << gpt.path;
    return std::move(*source);
  }

  /// Plans and compares every role's arena with its bound.
  void expectFull(const ModelSource &source, const std::string &what) {
    for (uint32_t data : {1u, 2u})
      for (bool equal : {true, false}) {
        plan::Strategy strategy = source.strategy;
        strategy.data = data;
        std::vector<int64_t> lengths =
            plan::defaultLengths(strategy.data, strategy.microbatches);
        for (size_t i = 0; i < lengths.size() && !equal; ++i)
          lengths[i] = 1 + int64_t(i * i * 37 % 200);
        auto start = std::chrono::steady_clock::now();
        Result<plan::Plan> plan =
            plan::expand(source.model, strategy, lengths, schedules);
        std::chrono::duration<double> spent =
            std::chrono::steady_clock::now() - start;
        ASSERT_TRUE(plan) << what << ": " << plan.error();
        Result<void> checked = plan::check(*plan, source.model, 0);
        ASSERT_TRUE(checked) << what << ": " << checked.error();
        double worst = 0;
        size_t mostBuffers = 0;
        for (const plan::Role &role : plan->roles) {
          double ratio = double(role.arenaBytes) / double(largestLiveSum(role));
          EXPECT_LE(ratio, 1.02) << what << ", role " << role.name;
          EXPECT_GE(ratio, 1);
          worst = std::max(worst, ratio);
          mostBuffers = std::max(mostBuffers, role.buffers.size());
        }
        std::printf("| %s | %u | %s | %zu | %.4f | %.1f |\n", what.c_str(),
                    data, equal ? "equal" : "unequal", mostBuffers, worst,
                    spent.count() * 1e3);
        ++numPlans;
      }
  }

  MLIRContext context;
  plan::ScheduleRegistry schedules;
  size_t numPlans = 0;
};

/// Every schedule on 2 and on 4 pipeline ranks, where the model has stages
/// enough. Prints the rows of bench/RESULTS.md.
TEST_F(GptArena, IsWithinTwoPercentOfWhatIsAlive) {
  const Gpt gpts[] = {
      {"test/fixtures/gpt-tiny/model.mlir", {2, 4}},
      {"test/fixtures/gpt-tied-sgd/model.mlir", {2, 4}},
      {"test/fixtures/gpt-deep/model.mlir", {2, 4, 8}},
      {"bench/gpt512.mlir", {2, 4}},
      {"bench/gpt512-48.mlir", {2, 4, 8}},
  };
  std::printf("| model | stages | schedule | data | lengths | buffers | "
              "arena/bound | ms |\n");
  for (const Gpt &gpt : gpts)
    for (uint32_t stages : gpt.stages) {
      ModelSource whole = build(gpt, stages, StageForm::Whole);
      std::vector<std::string> names = {"gpipe", "1f1b"};
      if (stages == 8)
        names.clear(); // on 4 ranks only
      if (stages > 2)
        names.push_back("interleaved");
      for (const std::string &schedule : names) {
        whole.strategy.schedule = schedule;
        whole.strategy.chunks = schedule == "interleaved" ? 2 : 1;
        expectFull(whole, std::string(gpt.path) + " | " +
                              std::to_string(stages) + " | " + schedule);
      }
      if (stages == 8)
        continue;
      ModelSource split = build(gpt, stages, StageForm::Split);
      names = {"zb_h1", "zb_h2"};
      if (stages > 2)
        names.insert(names.end(), {"zb_v", "v_half", "v_min"});
      for (const std::string &schedule : names) {
        split.strategy.schedule = schedule;
        split.strategy.chunks = schedule.starts_with("zb_h") ? 1 : 2;
        expectFull(split, std::string(gpt.path) + " | " +
                              std::to_string(stages) + " | " + schedule);
      }
    }
  // 5 models x (4 on 2 ranks + 8 on 4 stages) and twice 8 stages, 4 batches.
  EXPECT_EQ(numPlans, size_t((5 * 12 + 2) * 4));
}

} // namespace
