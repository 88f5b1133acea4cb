//===- ModelCheckTest.cpp -------------------------------------------------===//

#include "SyntheticModel.h"

#include "hocket/Plan/ModelCheck.h"

#include <functional>

using namespace hocket;
using namespace hocket::plan;
using namespace hocket::plan::test;

namespace {

/// The error of the good model after `change`.
std::string broken(const std::function<void(Model &)> &change) {
  SyntheticOptions options;
  options.stages = 2;
  Model model = makeModel(options);
  EXPECT_TRUE(checkModel(model)) << checkModel(model).error();
  change(model);
  Result<void> checked = checkModel(model);
  return checked ? std::string("no error") : checked.error().message;
}

TEST(ModelCheck, GoodModelsPass) {
  for (uint32_t stages : {1u, 2u, 5u})
    for (bool flag : {false, true}) {
      SyntheticOptions options;
      options.stages = stages;
      options.tied = flag;
      options.unused = flag;
      options.outputs = flag ? 3 : 1;
      options.updates = flag;
      Model model = makeModel(options);
      EXPECT_TRUE(checkModel(model)) << checkModel(model).error();
    }
}

TEST(ModelCheck, NamesWhatIsWrong) {
  EXPECT_EQ(broken([](Model &m) { m.stages.clear(); }),
            "the model has no stages");
  EXPECT_EQ(broken([](Model &m) { m.stages[0].tasks[0].kernel = 99; }),
            "task F of stage 0 names kernel #99 of 5");
  EXPECT_EQ(broken([](Model &m) { m.stages[1].tasks[0].operands.pop_back(); }),
            "task F of stage 1 binds 8 operands and kernel 'stage1.F' takes 9");
  EXPECT_EQ(
      broken([](Model &m) { m.stages[0].tasks[0].operands[0].index = 1000; }),
      "task F of stage 0, operand #0 (parameter #1000) is out of range");
  EXPECT_EQ(broken([](Model &m) {
              m.stages[0].tasks[0].operands[0] =
                  m.stages[0].tasks[0].operands[1];
            }),
            "task F of stage 0, operand #1 (parameter #1) is bound twice");
  EXPECT_EQ(broken([](Model &m) {
              m.kernels[0].operands[0].element = ElementType::F16;
            }),
            "task F of stage 0, operand #0 (parameter #0) has type 16 x 16 x "
            "f32 and kernel 'stage0.F' expects 16 x 16 x f16");
  EXPECT_EQ(broken([](Model &m) {
              m.stages[0].tasks[0].operands[0].access = Access::Write;
            }),
            "task F of stage 0 may not access parameter #0 in this way");
  EXPECT_EQ(broken([](Model &m) {
              m.stages[0].tasks.push_back(m.stages[0].tasks[0]);
            }),
            "stage 0 has two tasks F");
  EXPECT_EQ(broken([](Model &m) {
              m.stages[0].tasks.erase(m.stages[0].tasks.begin());
            }),
            "stage 0 has no forward task");
  EXPECT_EQ(broken([](Model &m) { m.stages[1].inputs.push_back({}); }),
            "stage 0's outputs are not what the next stage takes in");
  EXPECT_EQ(broken([](Model &m) { m.stages[0].inputs.push_back({}); }),
            "the first stage has inputs");
  EXPECT_EQ(broken([](Model &m) { m.stages[1].outputs.push_back({}); }),
            "stage 1 never writes its output #0");
  EXPECT_EQ(broken([](Model &m) { m.stages[1].tasks.pop_back(); }),
            "stage 0 needs the gradient of its output #0 and the next stage "
            "does not give it");
  EXPECT_EQ(broken([](Model &m) { m.updates.pop_back(); }),
            "the model has 4 updates for 5 parameters");
  EXPECT_EQ(broken([](Model &m) { std::swap(m.updates[0], m.updates[1]); }),
            "the update of parameter 'embedding' may not access parameter #1 "
            "in this way");
  EXPECT_EQ(broken([](Model &m) { m.stateNames.pop_back(); }),
            "the model names 1 of its 2 states per parameter");
}

TEST(ModelCheck, RefusesHugeTypes) {
  auto deep = [](Model &m) {
    for (int i = 0; i < 1000; ++i)
      m.stages[0].residuals[0].shape.push_back(SizeExpr::symbol(0));
  };
  auto steep = [](Model &m) {
    m.batch[0].type.shape[0].terms[0].power = {255, 255};
  };
  auto wide = [](Model &m) {
    m.kernels[0].flops.terms.resize(100000, {1, {1, 0}});
  };
  EXPECT_NE(broken(deep).find("too many dimensions"), std::string::npos);
  EXPECT_NE(broken(steep).find("too high a degree"), std::string::npos);
  EXPECT_NE(broken(wide).find("too high a degree"), std::string::npos);
  EXPECT_NE(broken([](Model &m) {
              m.parameters[0].type.shape[0] = SizeExpr::symbol(0);
            }).find("not a constant"),
            std::string::npos);
}

TEST(ModelCheck, UnusedParametersAreHeldByTheFirstStage) {
  SyntheticOptions options;
  options.unused = true;
  options.tied = true;
  Model model = makeModel(options);
  uint32_t unused = uint32_t(model.parameters.size()) - 1;
  EXPECT_EQ(heldParameters(model)[0], (std::vector<uint32_t>{0, 1, 2, unused}));
  EXPECT_EQ(heldParameters(model)[3], (std::vector<uint32_t>{0, 7, 8}));
  model.updates.clear();
  EXPECT_EQ(heldParameters(model)[0], (std::vector<uint32_t>{0, 1, 2}));
}

} // namespace
