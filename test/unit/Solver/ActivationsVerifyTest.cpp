//===- ActivationsVerifyTest.cpp ------------------------------------------===//

#include "ActivationsFixture.h"

#include <gtest/gtest.h>

#include <functional>

using namespace hocket;
using namespace hocket::test;

namespace {

constexpr ActivationPlace K = ActivationPlace::Keep;
constexpr ActivationPlace O = ActivationPlace::Offload;

/// Four layers of two slices; layers 0 and 1 move input and attention (200 ns
/// each way) and a slice of the rest (600 ns), and compute the other one again
/// (400 ns).
ActivationsProblem problem() {
  ActivationsProblem problem = equalLayers(4, 2);
  problem.deviceCap = 2860;
  problem.hostCap = 1600;
  return problem;
}

ActivationsSolution solution() {
  ActivationsSolution solution;
  solution.layers = {{{O, O, 0, 1}, 0, 10'800, 1000, 8000},
                     {{O, O, 0, 1}, 1000, 8400, 2000, 6000},
                     {{K, K, 2, 0}, 2000, 6000, 0, 0},
                     {{K, K, 2, 0}, 3000, 4000, 0, 0}};
  solution.value = 10'800 + 2400;
  // F[3]: layer 2 is kept, layer 3 at work.
  solution.peakBytes = 10 + 1400 + 1400 + 50;
  solution.hostBytes = 1600;
  return solution;
}

TEST(ActivationsVerify, TheSolutionIsRight) {
  ASSERT_TRUE(problem().check());
  EXPECT_TRUE(verify(problem(), solution()))
      << verify(problem(), solution()).error();
}

TEST(ActivationsVerify, NamesWhatIsWrong) {
  auto expect = [](
                    const std::string &message,
                    const std::function<void(ActivationsSolution &)> &spoil,
                    const std::function<void(ActivationsProblem &)> &change =
                        [](ActivationsProblem &) {}) {
    ActivationsSolution spoilt = solution();
    spoil(spoilt);
    ActivationsProblem changed = problem();
    change(changed);
    Result<void> verified = verify(changed, spoilt);
    ASSERT_FALSE(verified) << message;
    EXPECT_EQ(verified.error().code, ErrorCode::InvalidPlan);
    EXPECT_NE(verified.error().message.find(message), std::string::npos)
        << verified.error().message;
  };
  using Solution = ActivationsSolution;
  using Problem = ActivationsProblem;
  auto nothing = [](Solution &) {};
  expect("choices for 3 layers, not for 4",
         [](Solution &s) { s.layers.pop_back(); });
  expect("the value is said to be 13199 ns and is 13200 ns",
         [](Solution &s) { s.value = 13'199; });
  expect("layer 1: F starts at 999 ns, before the task ahead of it ends",
         [](Solution &s) { s.layers[1].forward = 999; });
  expect("layer 1: the copy to the host starts at 1999 ns, before 2000 ns",
         [](Solution &s) { s.layers[1].toHost = 1999; });
  expect("layer 1: the copy to the host starts at 2000 ns, while the engine is "
         "busy until 2100 ns",
         [](Solution &s) { s.layers[0].toHost = 1300; });
  expect("layer 2: F starts at 2000 ns, before the copy that it waits for ends "
         "at 2100 ns",
         [](Solution &s) {
           s.layers[0].toHost = 1300;
           s.layers[1].toHost = 2100;
         });
  expect("layer 1: the copy from the host starts at 5999 ns, before 6000 ns",
         [](Solution &s) { s.layers[1].fromHost = 5999; });
  expect("layer 0: the copy from the host starts at 7999 ns, before 8000 ns",
         [](Solution &s) { s.layers[0].fromHost = 7999; });
  expect("layer 0: B starts at 10800 ns, before the copy that it waits for",
         [](Solution &s) { s.layers[0].fromHost = 10'001; });
  expect("layer 3: input must not be \"offload\"",
         [](Solution &s) { s.layers[3].input = O; });
  expect(
      "layer 0: other must not be \"keep\"",
      [](Solution &s) { s.layers[0].kept = 1; },
      [](Problem &p) { p.other.keep = false; });
  expect("layer 0: 2 slices kept and 1 offloaded are not of 2",
         [](Solution &s) { s.layers[0].kept = 2; });
  expect("P5: layer 3: 2860 bytes are alive on the device in F, which has 2859",
         nothing, [](Problem &p) { p.deviceCap = 2859; });
  expect("P5: 1600 bytes wait in the memory of the host, which has 1599",
         nothing, [](Problem &p) { p.hostCap = 1599; });
  expect("the peak is said to be 1 bytes and is 2860",
         [](Solution &s) { s.peakBytes = 1; });
  expect("the host's bytes are said to be 1 and are 1600",
         [](Solution &s) { s.hostBytes = 1; });
  auto later = [](Solution &s) {
    s.layers[3].backward += 1;
    s.layers[2].backward += 1;
    s.layers[1].backward += 1;
    s.layers[0].backward += 1;
    s.value += 1;
  };
  expect("layer 3: B waits for a copy, and tasks must not wait", later,
         [](Problem &p) { p.allowsStalls = false; });
  expect(
      "layer 1: its choice is another than that of layer 0",
      [](Solution &s) { s.layers[1].offloaded = 2; },
      [](Problem &p) { p.isUniform = true; });
  expect(
      "layer 3: of the last two layers everything is kept",
      [](Solution &s) { s.layers[3].kept = 0; },
      [](Problem &p) { p.isUniform = true; });
}

} // namespace
