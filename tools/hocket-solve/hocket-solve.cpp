//===- hocket-solve.cpp - Solves planning problems from files -------------===//

#include "Options.h"

#include "Common/OutputFiles.h"

#include "hocket/Plan/Textbook.h"
#include "hocket/Solver/Z3.h"
#include "hocket/Support/File.h"

#include <cmath>
#include <cstdio>
#include <iostream>
#include <new>

using namespace hocket;
using namespace hocket::solve;

namespace {

constexpr int kInfeasible = 3, kUnknown = 4;

/// How far the value may be from the best there is, in per cent of the bound;
/// "-" where there is nothing to compare.
std::string gapText(int64_t value, int64_t bound) {
  if (value == bound)
    return "0%";
  if (bound <= 0)
    return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f%%",
                100.0 * double(value - bound) / double(bound));
  return text;
}

class Reporter {
public:
  explicit Reporter(int decimals) : decimals(decimals) {}

  void operator()(const Progress &progress) const {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.2f", progress.seconds);
    std::string bound = formatDecimal(progress.lowerBound, decimals);
    std::string line = std::string(seconds) + " s: ";
    if (progress.value)
      line += "value " + formatDecimal(*progress.value, decimals) + ", bound " +
              bound + ", gap " + gapText(*progress.value, progress.lowerBound);
    else
      line += "no solution yet, bound " + bound;
    std::cerr << line << std::endl;
  }

private:
  int decimals;
};

Result<int> solveInstance(const Options &options,
                          const SolverInstance &instance) {
  Z3EngineFactory engine;
  SolverOptions solverOptions = options.solver;
  solverOptions.engine = &engine;
  int decimals = instance.decimals();
  if (!options.quiet)
    solverOptions.onProgress = Reporter(decimals);
  std::string scheduler =
      options.scheduler.empty() ? instance.schedulers()[0] : options.scheduler;
  Result<SolutionReport> report = instance.solve(scheduler, solverOptions);
  if (!report)
    return report.error();
  const SolutionSummary &summary = report->summary;
  if (summary.hasSolution()) {
    // A scheduler's word is not enough.
    if (Result<void> verified = instance.verify(report->file); !verified)
      return Error(ErrorCode::InvalidPlan,
                   "scheduler '" + scheduler +
                       "' gave a wrong solution: " + verified.error().message,
                   verified.error().notes);
    if (summary.lowerBound > summary.value)
      return Error(ErrorCode::InvalidPlan,
                   "scheduler '" + scheduler + "' gave a wrong bound: " +
                       formatDecimal(summary.lowerBound, decimals) +
                       ", and there is a solution of " +
                       formatDecimal(summary.value, decimals));
    if (!options.output.empty())
      if (Result<void> written = writeFile(options.output, report->file);
          !written)
        return written.error();
  }
  for (const std::string &note : report->notes)
    std::cerr << "note: " << note << '\n';
  bool hasValue = summary.hasSolution();
  bool isInfeasible = summary.status == SolutionStatus::Infeasible;
  std::printf(
      "%s %s %s %s %.3f\n", name(summary.status),
      hasValue ? formatDecimal(summary.value, decimals).c_str() : "-",
      isInfeasible ? "-" : formatDecimal(summary.lowerBound, decimals).c_str(),
      hasValue ? gapText(summary.value, summary.lowerBound).c_str() : "-",
      summary.seconds);
  return isInfeasible ? kInfeasible : hasValue ? 0 : kUnknown;
}

Result<int> run(const Options &options) {
  if (Result<void> checked = checkOutputs({{"-o", options.output}},
                                          {{"the instance", options.instance}});
      !checked)
    return checked.error();
  Result<std::unique_ptr<SolverInstance>> instance =
      options.kind->read(options.instance, options.ofKind);
  if (!instance)
    return instance.error();
  if (options.verify.empty())
    return solveInstance(options, **instance);
  Result<std::string> solution = readFile(options.verify);
  if (!solution)
    return solution.error();
  if (Result<void> verified = (*instance)->verify(*solution); !verified)
    return Error(verified.error().code,
                 options.verify + ": " + verified.error().message,
                 verified.error().notes);
  std::cout << "the solution is right\n";
  return 0;
}

/// The status, if standard output took what was printed.
Result<int> flushOutput(int status) {
  std::cout.flush();
  if (std::fflush(stdout) == 0 && !std::ferror(stdout) && std::cout)
    return status;
  return Error(ErrorCode::Io, "cannot write to standard output");
}

/// An instance may be larger than the machine.
Result<int> runWithinMemory(const Options &options) {
  try {
    return run(options);
  } catch (const std::bad_alloc &) {
    return Error(ErrorCode::InvalidArgument,
                 options.instance + ": the instance needs more memory than "
                                    "there is");
  }
}

} // namespace

int main(int argc, char **argv) {
  plan::ScheduleRegistry schedules = plan::ScheduleRegistry::withBuiltins();
  SolverKindRegistry registry = SolverKindRegistry::withBuiltins();
  registry.add(createScheduleKind(plan::textbookSchedules(schedules)));
  Result<Options> options = parseOptions(registry, argc, argv);
  if (options && options->help) {
    std::cout << helpText(registry);
    return 0;
  }
  Result<int> status = options ? runWithinMemory(*options) : options.error();
  if (status)
    status = flushOutput(*status);
  if (status)
    return *status;
  std::cerr << "hocket-solve: " << status.error();
  return status.error().exitCode();
}
