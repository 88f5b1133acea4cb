//===- Worlds.cpp - Where hocket-run runs a plan --------------------------===//

#include "Worlds.h"

#include <cstdio>

using namespace hocket;
using namespace hocket::run;

static const World kWorlds[] = {
    {"threads", "a thread per rank computes on this processor", true, false,
     runSteps},
    {"virtual", "predicts a step on the topology's devices", false, false,
     predictStep},
    {"paced",
     "a thread per rank, which sleeps as long as the\n"
     "           topology's device would compute",
     false, true, paceSteps},
};

const World *run::findWorld(const std::string &name) {
  for (const World &world : kWorlds)
    if (name == world.name)
      return &world;
  return nullptr;
}

std::string run::worldNames(const char *separator) {
  std::string names;
  for (const World &world : kWorlds)
    names += (names.empty() ? "" : separator) + std::string(world.name);
  return names;
}

std::string run::worldsHelp() {
  std::string text = worldNames("|") + " (default: threads)";
  for (const World &world : kWorlds) {
    std::string name = world.name;
    name.resize(9, ' ');
    text += "\n  " + name + world.help;
  }
  return text;
}

int64_t run::tokensPerStep(const plan::Plan &plan) {
  int64_t tokens = 0;
  for (const plan::MicrobatchShape &shape : plan.shapes)
    tokens += shape.tokens;
  return tokens;
}

void run::printTotal(const Options &options, const plan::Plan &plan,
                     int64_t tokens, double seconds) {
  std::printf("ran %lld steps on %zu ranks in %.3f s, %.0f tokens/s\n",
              static_cast<long long>(options.steps), plan.ranks.size(), seconds,
              double(tokens) / seconds);
}

double run::tokenRate(const plan::Plan &plan, double seconds) {
  return seconds > 0 ? double(tokensPerStep(plan)) / seconds : 0;
}

void run::printMakespan(const char *which, const plan::Plan &plan,
                        const simulate::Simulation &step) {
  std::printf("%s makespan %.6g s, bubble rate %.4f, %.6g tokens/s\n", which,
              step.seconds, step.bubbleRate(), tokenRate(plan, step.seconds));
}
