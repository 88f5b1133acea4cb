//===- RunToolTest.cpp - hocket-run, from its command line ----------------===//

#include "ExecutorFixture.h"
#include "TestFiles.h"

#include "hocket/Plan/TaskText.h"
#include "hocket/Runtime/Checkpoint.h"

#include <nlohmann/json.hpp>

#include <fstream>

#include <sys/wait.h>

using namespace hocket;
using namespace hocket::runtime;
using namespace hocket::runtime::test;

namespace {

class RunTool : public testing::Test {
protected:
  struct Output {
    int status = -1;
    std::string text; // of both streams
  };

  void SetUp() override {
    // Alike wherever a batch begins, so that every step teaches the same.
    std::ofstream text(folder / "text.txt");
    for (int i = 0; i < 50; ++i)
      text << "\x0c\x0a\x0b\x0a";
    text.close();
    std::ofstream(folder / "short.txt") << "3\n4\n5\n6 # the last\n";
    saveModel(false, {1, 1, "1f1b"}, "one.hkt");
    saveModel(true, {2, 2, "1f1b"}, "four.hkt");
  }

  void saveModel(bool split, const plan::Strategy &strategy,
                 const std::string &name) {
    Executable executable;
    executable.model = runtime::test::makeModel(split);
    for (plan::Parameter &parameter : executable.model.parameters) {
      parameter.init = plan::Init::Normal;
      parameter.stddev = 0.5;
    }
    executable.plan = runtime::test::makePlan(executable.model, strategy);
    executable.topology.name = "four";
    executable.topology.devicesPerNode = 4;
    executable.topology.device = {int64_t(1) << 30, 1e9, 1e9, 1e-6};
    executable.topology.intraNode = {1e-6, 1e9};
    executable.topology.interNode = {1e-6, 1e9};
    executable.code = testImage();
    Result<void> saved = save(executable, folder / name);
    ASSERT_TRUE(saved) << saved.error();
  }

  Output run(const std::string &arguments) {
    std::string command = std::string("cd '") + (folder / "") + "' && '" +
                          HOCKET_RUN + "' " + arguments + " 2>&1";
    Output output;
    FILE *pipe = popen(command.c_str(), "r");
    if (!pipe)
      return output;
    char block[4096];
    while (size_t count = fread(block, 1, sizeof(block), pipe))
      output.text.append(block, count);
    int status = pclose(pipe);
    output.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return output;
  }

  /// The losses of the "step K loss L tokens N" lines.
  static std::vector<double> losses(const std::string &text) {
    std::vector<double> values;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      double loss;
      if (std::sscanf(line.c_str(), "step %*d loss %lf", &loss) == 1)
        values.push_back(loss);
    }
    return values;
  }

  Safetensors tensors(const std::string &name) {
    Result<Safetensors> file = Safetensors::load(folder / name);
    EXPECT_TRUE(file) << file.error();
    return std::move(*file);
  }

  static std::vector<float> values(const Safetensors &file,
                                   const std::string &name) {
    const TensorView *view = file.find(name);
    if (!view) {
      ADD_FAILURE() << "no tensor " << name;
      return {};
    }
    std::vector<float> numbers(size_t(view->bytes) / sizeof(float));
    std::memcpy(numbers.data(), view->data, size_t(view->bytes));
    return numbers;
  }

  TestFolder folder;
};

TEST_F(RunTool, DegreesAgree) {
  std::string rest = " --data=text.txt --steps=3 --seed=7 --quiet";
  Output one = run("one.hkt --save-params=p1.st --save-gradients=g1.st" + rest);
  Output four =
      run("four.hkt --save-params=p4.st --save-gradients=g4.st" + rest);
  ASSERT_EQ(one.status, 0) << one.text;
  ASSERT_EQ(four.status, 0) << four.text;
  std::vector<double> want = losses(one.text), got = losses(four.text);
  ASSERT_EQ(want.size(), 3u) << one.text;
  ASSERT_EQ(got.size(), 3u) << four.text;
  EXPECT_GT(want[0], want[2]); // it learns
  for (size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(got[i], want[i], 1e-5 * want[i]);
  EXPECT_NE(one.text.find(" tokens 44\n"), std::string::npos) << one.text;

  for (auto [left, right, names] :
       {std::tuple("p1.st", "p4.st",
                   std::vector<std::string>{"w0", "w1", "w0.m", "w1.m"}),
        {"g1.st", "g4.st", {"w0", "w1", "loss"}}}) {
    Safetensors a = tensors(left), b = tensors(right);
    EXPECT_EQ(a.tensors().size(), names.size());
    for (const std::string &name : names) {
      std::vector<float> x = values(a, name), y = values(b, name);
      ASSERT_EQ(x.size(), y.size());
      for (size_t i = 0; i < x.size(); ++i)
        EXPECT_NEAR(x[i], y[i], 1e-4 * (1 + std::abs(x[i]))) << name;
    }
  }
  EXPECT_TRUE(tensors("g1.st").find("loss")->shape.empty());
  EXPECT_NEAR(values(tensors("g1.st"), "loss")[0], want[2], 1e-6 * want[2]);
}

/// Stages that are placed and ordered by hand, and microbatches on routes, also
/// for a batch of other lengths.
TEST_F(RunTool, PlacementsAndRoutesAgree) {
  plan::Strategy placed;
  placed.data = placed.microbatches = 2;
  placed.schedule = "given";
  placed.placement = {1, 0};
  placed.orders = {*plan::parseOrder("1F0 1F1 1B0 1B1"),
                   *plan::parseOrder("0F0 0F1 0B0 0B1")};
  plan::Strategy routed;
  routed.microbatches = 4;
  routed.pipelineRanks = 2;
  routed.nodes = {{0, 1}, {0, 1}};
  for (uint32_t i = 0; i < 4; ++i)
    routed.routes.push_back({{0, i % 2}, {1, i % 2}});
  saveModel(true, placed, "placed.hkt");
  saveModel(true, routed, "routed.hkt");
  for (const char *lengths : {"", " --lengths=short.txt"}) {
    std::string rest =
        std::string(" --data=text.txt --steps=3 --seed=7 --quiet") + lengths;
    Output one = run("one.hkt" + rest);
    ASSERT_EQ(one.status, 0) << one.text;
    std::vector<double> want = losses(one.text);
    ASSERT_EQ(want.size(), 3u) << one.text;
    for (const char *name : {"placed.hkt", "routed.hkt"}) {
      Output output = run(name + rest);
      ASSERT_EQ(output.status, 0) << output.text;
      std::vector<double> got = losses(output.text);
      ASSERT_EQ(got.size(), 3u) << output.text;
      for (size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(got[i], want[i], 1e-5 * want[i]) << name << lengths;
    }
  }
  EXPECT_EQ(run("routed.hkt --world=virtual").status, 0);
}

/// Two steps and two more are four.
TEST_F(RunTool, ContinuesFromACheckpoint) {
  Output four = run("four.hkt --data=text.txt --steps=4 --save-params=a.st");
  ASSERT_EQ(four.status, 0) << four.text;
  ASSERT_EQ(run("four.hkt --data=text.txt --steps=2 --save-params=b.st").status,
            0);
  Output more = run("four.hkt --data=text.txt --steps=2 --params=b.st "
                    "--save-params=c.st");
  ASSERT_EQ(more.status, 0) << more.text;
  EXPECT_NE(more.text.find("step 4 loss"), std::string::npos) << more.text;
  Safetensors a = tensors("a.st"), c = tensors("c.st");
  for (const char *name : {"w0", "w1", "w0.m", "w1.m"})
    EXPECT_EQ(values(a, name), values(c, name));
  EXPECT_EQ(a.metadata(), c.metadata());
}

TEST_F(RunTool, PlansAgainForOtherLengths) {
  Output output = run("four.hkt --data=text.txt --lengths=short.txt");
  EXPECT_EQ(output.status, 0) << output.text;
  EXPECT_NE(output.text.find(" tokens 18\n"), std::string::npos) << output.text;
}

TEST_F(RunTool, PredictsAndTraces) {
  Output output = run("four.hkt --world=virtual --trace=t.json");
  EXPECT_EQ(output.status, 0) << output.text;
  for (const char *line :
       {"makespan ", "bubble rate ", "peak arena ", "predicted tokens/s "})
    EXPECT_NE(output.text.find(line), std::string::npos) << output.text;
  Output measured = run("four.hkt --data=text.txt --trace=m.json");
  EXPECT_EQ(measured.status, 0) << measured.text;
  for (const char *name : {"t.json", "m.json"}) {
    std::ifstream file(folder / name);
    nlohmann::json trace = nlohmann::json::parse(file);
    EXPECT_GT(trace.at("traceEvents").size(), 40u);
  }
}

TEST_F(RunTool, CallersMistakes) {
  std::ofstream(folder / "two.txt") << "3\n4\n";
  std::ofstream(folder / "zero.txt") << "3 4 5 6\n3 4 0 6\n";
  std::ofstream(folder / "few.txt") << "# mixes\n3 4 5 6\n3 4 5\n";
  std::ofstream(folder / "pack.json")
      << R"({"devices": 2, "memory": {"per_token": 1, "states": 0, "cap": 9},
             "cost": {"a1": 1, "a2": 1, "b1": 1, "layers": 1, "hidden": 8,
                      "bandwidth": {"2": 1}}})";
  std::ofstream(folder / "empty.st");
  const std::pair<const char *, const char *> mistakes[] = {
      {"", "which executable"},
      {"one.hkt --data=text.txt --stepps=2", "unknown option '--stepps'"},
      {"one.hkt --data=text.txt --steps=-1", "--steps=-1"},
      {"one.hkt --data=text.txt --steps=0", "--steps=0"},
      {"one.hkt --data=text.txt --steps=99999999999999999999", "--steps="},
      {"one.hkt --data=text.txt --steps=two", "--steps=two"},
      {"one.hkt --world=mars", "no world 'mars'"},
      {"one.hkt", "--data=FILE is missing"},
      {"none.hkt --data=text.txt", "none.hkt"},
      {"text.txt --data=text.txt", "text.txt"},
      {"one.hkt --data=none.txt", "none.txt"},
      {"one.hkt --data=text.txt --params=empty.st", "empty.st"},
      {"four.hkt --data=text.txt --lengths=two.txt", "at least 4 sequences"},
      {"four.hkt --data=text.txt --lengths-from=none.txt", "none.txt"},
      {"four.hkt --data=text.txt --lengths-from=zero.txt", "zero.txt:2: '0'"},
      {"four.hkt --data=text.txt --lengths-from=few.txt",
       "few.txt:3: 2-way data parallelism x 2 microbatches needs at least 4"},
      {"four.hkt --data=text.txt --lengths-from=few.txt --lengths=two.txt",
       "--lengths and --lengths-from do not go together"},
      {"four.hkt --data=text.txt --lengths-from=few.txt --costs=c.json",
       "--costs and --lengths-from do not go together"},
      {"four.hkt --data=text.txt --pack=c.json", "--pack: all steps have"},
      {"four.hkt --data=text.txt --lengths-from=few.txt --pack=c.json",
       "c.json"},
      {"four.hkt --data=text.txt --lengths-from=few.txt --pack=pack.json",
       "pack.json: there is nothing to pack"},
      {"four.hkt --world=virtual --lengths-from=few.txt",
       "--lengths-from: the virtual world"},
      {"one.hkt --data=text.txt --save-params=no/where.st", "no/where.st"},
      {"one.hkt --world=virtual --save-params=p.st", "--save-params"},
  };
  std::vector<std::string> before = folder.list();
  for (const auto &[arguments, part] : mistakes) {
    Output output = run(arguments);
    EXPECT_EQ(output.status, 2) << arguments << "\n" << output.text;
    EXPECT_NE(output.text.find("error: "), std::string::npos) << output.text;
    EXPECT_NE(output.text.find(part), std::string::npos) << arguments << "\n"
                                                         << output.text;
  }
  EXPECT_EQ(folder.list(), before);
}

TEST_F(RunTool, HelpNamesEveryOption) {
  Output output = run("--help");
  EXPECT_EQ(output.status, 0);
  for (const char *option :
       {"--world", "--steps", "--params", "--save-params", "--save-gradients",
        "--data", "--lengths", "--lengths-from", "--pack", "--trace", "--seed",
        "--threads-per-rank", "--slowdown", "--quiet", "--help"})
    EXPECT_NE(output.text.find(option), std::string::npos) << option;
}

} // namespace
