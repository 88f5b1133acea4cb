//===- RecurrenceTest.cpp - Recurrences against the loop of their steps ---===//
//
// Models whose steps follow each other: a diagonal linear recurrence (a scan),
// a GRU with diagonal and an LSTM with 2 x 2 Jacobians (Newton's method), their
// states and all gradients over 4096 steps in double precision, on the whole
// and cut into parts.
//
//===----------------------------------------------------------------------===//

#include "StageRunner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

using namespace hocket;
using namespace hocket::test;
using plan::Slot;

namespace {

constexpr int64_t kChannels = 21;

using Numbers = std::vector<double>;
/// The new states of a step from (states, inputs, parameters) of a channel.
using Cell =
    std::function<Numbers(const Numbers &, const Numbers &, const Numbers &)>;

struct Model {
  size_t states, inputs, parameters;
  Cell cell;
  /// The op on the arguments %x0, %x1, ..., %w0, ..., %o; the states are its
  /// last results.
  std::string op;
  bool reverse = false;
  size_t firstResult = 0;
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

std::string tensor(bool tokens) {
  return std::string("tensor<") + (tokens ? "?x" : "") +
         std::to_string(kChannels) + "xf32>";
}

std::string repeat(size_t count,
                   const std::function<std::string(std::string)> &text) {
  std::string joined;
  for (size_t i = 0; i < count; ++i)
    joined += (i ? ", " : "") + text(std::to_string(i));
  return joined;
}

std::string stage(const Model &model) {
  auto at = [](const std::string &slot, const std::string &extents) {
    return " {hocket.operand = #hocket.operand<" + slot +
           ">, hocket.shape = affine_map<(d0, d1) -> (" + extents + ")>}";
  };
  std::string c = std::to_string(kChannels);
  std::string text = "func.func @stage0(";
  text += repeat(model.inputs, [&](const std::string &i) {
    return "%x" + i + ": " + tensor(true) + at("input, " + i, "d0, " + c);
  });
  if (model.parameters)
    text += ", " + repeat(model.parameters, [&](const std::string &i) {
              return "%w" + i + ": " + tensor(false) + at("parameter, " + i, c);
            });
  text += ", %o: tensor<?xi32>" + at("batch, 0", "d1") + ") -> (";
  text += repeat(model.states, [&](const std::string &i) {
    return tensor(true) + at("output, " + i, "d0, " + c);
  });
  text += ") attributes {hocket.stage = 0 : i64} {\n" + model.op + "  return ";
  text += repeat(model.states, [&](const std::string &i) {
    return "%h#" + std::to_string(model.firstResult + std::stoul(i));
  });
  text += " : " + repeat(model.states,
                         [](const std::string &) { return tensor(true); });
  return text + "\n}\n";
}

std::string recurrence(const Model &model, const std::string &attributes,
                       const std::string &cell) {
  auto types = [](size_t count, bool tokens) {
    return repeat(count, [&](const std::string &) { return tensor(tokens); });
  };
  auto names = [](size_t count, const std::string &name) {
    return repeat(count, [&](const std::string &i) { return name + i; });
  };
  std::string text =
      "  %h:" + std::to_string(model.states) + " = hocket.recurrence inputs(" +
      names(model.inputs, "%x") + " : " + types(model.inputs, true) +
      ") parameters(" + names(model.parameters, "%w") + " : " +
      types(model.parameters, false) + ") offsets(%o : tensor<?xi32>) " +
      attributes + " -> " + types(model.states, true) + " {\n  ^cell(";
  auto scalars = [](size_t count, const std::string &name) {
    return repeat(count,
                  [&](const std::string &i) { return name + i + ": f32"; });
  };
  text += scalars(model.states, "%s") + ", " + scalars(model.inputs, "%i") +
          ", " + scalars(model.parameters, "%p");
  return text + "):\n" + cell + "  }\n";
}

/// sigmoid(p s + i) as ops; the result is %NAME.
std::string gate(const std::string &name, const std::string &sum) {
  return "    %" + name + "n = arith.negf %" + sum + " : f32\n    %" + name +
         "e = math.exp %" + name + "n : f32\n    %" + name +
         "d = arith.addf %" + name + "e, %one : f32\n    %" + name +
         " = arith.divf %one, %" + name + "d : f32\n";
}

std::string binary(const std::string &name, const std::string &op,
                   const std::string &lhs, const std::string &rhs) {
  return "    %" + name + " = arith." + op + " %" + lhs + ", %" + rhs +
         " : f32\n";
}

/// h = (1 - z) h + z tanh(w2 (r h) + x2), z and r gates of w h + x.
Model gru(const std::string &attributes) {
  Model model{1, 3, 3, {}, {}, attributes.find("reverse") != std::string::npos};
  model.cell = [](const Numbers &h, const Numbers &x, const Numbers &w) {
    double z = sigmoid(w[0] * h[0] + x[0]), r = sigmoid(w[1] * h[0] + x[1]);
    double n = std::tanh(w[2] * r * h[0] + x[2]);
    return Numbers{(1 - z) * h[0] + z * n};
  };
  std::string cell =
      "    %one = arith.constant 1.0 : f32\n" +
      binary("zh", "mulf", "p0", "s0") + binary("zs", "addf", "zh", "i0") +
      gate("z", "zs") + binary("rh", "mulf", "p1", "s0") +
      binary("rs", "addf", "rh", "i1") + gate("r", "rs") +
      binary("rr", "mulf", "r", "s0") + binary("nh", "mulf", "p2", "rr") +
      binary("ns", "addf", "nh", "i2") + "    %n = math.tanh %ns : f32\n" +
      binary("change", "subf", "n", "s0") +
      binary("step", "mulf", "z", "change") +
      binary("new", "addf", "s0", "step") + "    hocket.yield %new : f32\n";
  model.op = recurrence(model, attributes, cell);
  return model;
}

/// c = f c + (1 - f) tanh(w2 h + x1), h = o tanh(c) with gates f of
/// w0 h + w1 c + x0 and o of w3 h + w4 c + x2.
Model lstm(const std::string &attributes) {
  Model model{2, 3, 5, {}, {}, attributes.find("reverse") != std::string::npos};
  model.cell = [](const Numbers &s, const Numbers &x, const Numbers &w) {
    double f = sigmoid(w[0] * s[0] + w[1] * s[1] + x[0]);
    double c = f * s[1] + (1 - f) * std::tanh(w[2] * s[0] + x[1]);
    double o = sigmoid(w[3] * s[0] + w[4] * c + x[2]);
    return Numbers{o * std::tanh(c), c};
  };
  std::string cell =
      "    %one = arith.constant 1.0 : f32\n" +
      binary("fh", "mulf", "p0", "s0") + binary("fc", "mulf", "p1", "s1") +
      binary("fa", "addf", "fh", "fc") + binary("fs", "addf", "fa", "i0") +
      gate("f", "fs") + binary("zh", "mulf", "p2", "s0") +
      binary("zs", "addf", "zh", "i1") + "    %z = math.tanh %zs : f32\n" +
      binary("old", "subf", "s1", "z") + binary("kept", "mulf", "f", "old") +
      binary("c", "addf", "kept", "z") + binary("oh", "mulf", "p3", "s0") +
      binary("oc", "mulf", "p4", "c") + binary("oa", "addf", "oh", "oc") +
      binary("os", "addf", "oa", "i2") + gate("out", "os") +
      "    %t = math.tanh %c : f32\n" + binary("h", "mulf", "out", "t") +
      "    hocket.yield %h, %c : f32, f32\n";
  model.op = recurrence(model, attributes, cell);
  return model;
}

/// h = a h + x with the decay a an input, as a selective state-space layer has
/// it.
Model linear(const std::string &attributes) {
  Model model{1, 2, 0, {}, {}, attributes.find("reverse") != std::string::npos};
  model.cell = [](const Numbers &h, const Numbers &x, const Numbers &) {
    return Numbers{x[0] * h[0] + x[1]};
  };
  std::string x = tensor(true), s = tensor(false);
  model.op =
      "  %h:2 = hocket.scan inputs(%x0, %x1 : " + x + ", " + x +
      ") offsets(%o : tensor<?xi32>) identity([dense<1.0> : tensor<f32>, "
      "dense<0.0> : tensor<f32>]) " +
      attributes + " {\n  ^bb0(%ai: " + s + ", %bi: " + s + ", %aj: " + s +
      ", %bj: " + s + "):\n    %p = arith.mulf %aj, %ai : " + s +
      "\n    %q = arith.mulf %aj, %bi : " + s +
      "\n    %r = arith.addf %q, %bj : " + s +
      "\n    hocket.yield %p, %r : " + s + ", " + s + "\n  }\n";
  model.firstResult = 1;
  return model;
}

/// The steps and their gradients in double precision; the derivatives of a
/// step are central differences.
struct Reference {
  std::vector<Numbers> states, inputGradients, parameterGradients;

  Reference(const Model &model, const std::vector<int32_t> &offsets,
            const std::vector<std::vector<float>> &x,
            const std::vector<std::vector<float>> &w,
            const std::vector<std::vector<float>> &gradient)
      : states(model.states, Numbers(offsets.back() * kChannels)),
        inputGradients(model.inputs, Numbers(offsets.back() * kChannels)),
        parameterGradients(model.parameters, Numbers(kChannels)) {
    for (size_t s = 0; s + 1 < offsets.size(); ++s)
      for (int64_t c = 0; c < kChannels; ++c)
        sequence(model, offsets[s], offsets[s + 1], c, x, w, gradient);
  }

  void sequence(const Model &model, int64_t begin, int64_t end, int64_t c,
                const std::vector<std::vector<float>> &x,
                const std::vector<std::vector<float>> &w,
                const std::vector<std::vector<float>> &gradient) {
    auto at = [&](int64_t i) {
      return (model.reverse ? begin + end - 1 - i : i) * kChannels + c;
    };
    Numbers parameters, zeros(model.states);
    for (const std::vector<float> &values : w)
      parameters.push_back(values[c]);
    auto inputsAt = [&](int64_t i) {
      Numbers inputs;
      for (const std::vector<float> &values : x)
        inputs.push_back(values[at(i)]);
      return inputs;
    };
    auto statesAt = [&](int64_t i) {
      Numbers found = zeros;
      for (size_t s = 0; i >= begin && s < model.states; ++s)
        found[s] = states[s][at(i)];
      return found;
    };
    for (int64_t i = begin; i < end; ++i) {
      Numbers next = model.cell(statesAt(i - 1), inputsAt(i), parameters);
      for (size_t s = 0; s < model.states; ++s)
        states[s][at(i)] = next[s];
    }
    Numbers passed = zeros;
    for (int64_t i = end - 1; i >= begin; --i) {
      Numbers total = passed;
      for (size_t s = 0; s < model.states; ++s)
        total[s] += gradient[s][at(i)];
      Numbers arguments[] = {statesAt(i - 1), inputsAt(i), parameters};
      auto derivative = [&](size_t which, size_t number) {
        constexpr double kStep = 1e-5;
        double value = arguments[which][number], sum = 0;
        arguments[which][number] = value + kStep;
        Numbers above = model.cell(arguments[0], arguments[1], arguments[2]);
        arguments[which][number] = value - kStep;
        Numbers below = model.cell(arguments[0], arguments[1], arguments[2]);
        arguments[which][number] = value;
        for (size_t s = 0; s < model.states; ++s)
          sum += total[s] * (above[s] - below[s]) / (2 * kStep);
        return sum;
      };
      for (size_t s = 0; s < model.states; ++s)
        passed[s] = derivative(0, s);
      for (size_t number = 0; number < model.inputs; ++number)
        inputGradients[number][at(i)] = derivative(1, number);
      for (size_t number = 0; number < model.parameters; ++number)
        parameterGradients[number][c] += derivative(2, number);
    }
  }
};

void expectEqual(const std::vector<float> &actual, const Numbers &expected,
                 float tolerance, const std::string &what) {
  std::vector<float> wanted(expected.begin(), expected.end());
  int64_t where = firstDifference(actual, wanted, tolerance);
  EXPECT_EQ(where, -1) << what << ": " << (where < 0 ? 0 : actual[where])
                       << " instead of " << (where < 0 ? 0 : wanted[where]);
}

void check(const Model &model, const std::vector<int32_t> &offsets,
           int64_t parts, float inputScale, float decay,
           float tolerance = 1e-4f) {
  SCOPED_TRACE(std::to_string(parts) + " parts, " +
               std::to_string(offsets.size() - 1) + " sequences");
  StageRunner runner(stage(model),
                     "canonicalize,hocket-differentiate,"
                     "hocket-newton-recurrences,hocket-split-scan{parts=" +
                         std::to_string(parts) + "},canonicalize,cse");
  ASSERT_TRUE(runner.compiled()) << runner.diagnostics();
  int64_t tokens = offsets.back();
  std::vector<std::vector<float>> x, w, gradient;
  unsigned seed = 1;
  auto random = [&](size_t count, float scale) {
    std::vector<float> values = randomFloats(count, seed++);
    for (float &value : values)
      value *= scale;
    return values;
  };
  for (size_t i = 0; i < model.inputs; ++i) {
    x.push_back(random(tokens * kChannels, inputScale));
    if (decay > 0 && i == 0)
      for (float &value : x.back())
        value = decay + (1 - decay) * std::abs(value);
    runner.set({Slot::Input, i}, x.back());
  }
  for (size_t i = 0; i < model.parameters; ++i) {
    w.push_back(random(kChannels, 1));
    runner.set({Slot::Parameter, i}, w.back());
    runner.set({Slot::Gradient, i}, std::vector<float>(kChannels));
  }
  for (size_t i = 0; i < model.states; ++i) {
    gradient.push_back(random(tokens * kChannels, 1));
    runner.set({Slot::OutputGradient, i}, gradient.back());
  }
  runner.set({Slot::Batch, 0}, offsets);
  ASSERT_TRUE(runner.call("stage0.forward", tokens, offsets.size()));
  ASSERT_TRUE(runner.call("stage0.backward", tokens, offsets.size()));

  Reference reference(model, offsets, x, w, gradient);
  auto name = [](const char *what, size_t number) {
    return what + std::to_string(number);
  };
  for (size_t i = 0; i < model.states; ++i)
    expectEqual(runner.get({Slot::Output, i}), reference.states[i], tolerance,
                name("state ", i));
  for (size_t i = 0; i < model.inputs; ++i)
    expectEqual(runner.get({Slot::InputGradient, i}),
                reference.inputGradients[i], tolerance,
                name("gradient of input ", i));
  for (size_t i = 0; i < model.parameters; ++i)
    expectEqual(runner.get({Slot::Gradient, i}),
                reference.parameterGradients[i], tolerance,
                name("gradient of parameter ", i));
}

/// One sequence, and some of them: short ones, an empty one, one that has parts
/// within, one that ends where a part does.
const std::vector<int32_t> kOne = {0, 4096};
const std::vector<int32_t> kRagged = {0, 1, 37, 37, 3000, 3072, 3075, 4096};

void checkAll(const Model &model, float inputScale, float decay = 0,
              float tolerance = 1e-4f,
              std::vector<int64_t> numParts = {1, 2, 4}) {
  for (int64_t parts : numParts)
    for (const std::vector<int32_t> &offsets : {kOne, kRagged})
      check(model, offsets, parts, inputScale, decay, tolerance);
}

TEST(Recurrence, Linear) { checkAll(linear(""), 1, 0.9f, 1e-5f); }
TEST(Recurrence, LinearReverse) { checkAll(linear("reverse"), 1, 0.9f, 1e-5f); }
TEST(Recurrence, GruByNewton) { checkAll(gru("newton(3)"), 1); }
TEST(Recurrence, GruByNewtonReverse) {
  check(gru("newton(3) reverse"), kRagged, 4, 1, 0);
}
TEST(Recurrence, GruStepByStep) { checkAll(gru(""), 1, 0, 1e-4f, {1, 4}); }
TEST(Recurrence, LstmByNewton) { checkAll(lstm("newton(3)"), 1); }
TEST(Recurrence, LstmStepByStep) { checkAll(lstm(""), 1, 0, 1e-4f, {1}); }

/// Parts of unequal sizes, and more parts than there are tokens.
TEST(Recurrence, OddParts) {
  const std::vector<int32_t> few = {0, 2, 2, 5};
  check(linear(""), kRagged, 3, 1, 0.9f);
  for (int64_t parts : {2, 7})
    for (const Model &model : {linear(""), linear("reverse")})
      check(model, few, parts, 1, 0.9f, 1e-5f);
  check(gru("newton(3)"), few, 7, 1, 0);
  check(linear(""), {0, 1}, 3, 1, 0.9f);
}

} // namespace
