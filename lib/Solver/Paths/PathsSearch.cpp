//===- PathsSearch.cpp - Large neighbourhood search for paths -------------===//

#include "PathsSearch.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

using namespace hocket;
using namespace hocket::paths;

/// An elementary step of a timetable takes about as long as this many units.
static constexpr int64_t kUnitsPerStep = 1;

Search::Search(const PathsProblem &problem, const std::vector<RouteSet> &sets,
               const std::vector<int> &stageOf, uint64_t seed)
    : problem(problem), sets(sets), classes(routeClasses(problem)),
      stageOf(stageOf), random(seed), bestTable(problem) {}

void Search::record(const Timetable &table) {
  int64_t value = table.makespan();
  if (value >= bestValue)
    return;
  bestValue = value;
  bestTable = table;
  if (onImprovement)
    onImprovement(bestTable);
}

void Search::adopt(const Timetable &timetable, Budget &budget) {
  Timetable table = timetable;
  table.takeWork();
  std::vector<size_t> homeless;
  for (size_t i = 0; i < problem.microbatches.size(); ++i)
    if (!isAllowed(problem, stageOf, problem.microbatches[i],
                   table.routeOf(i)->path)) {
      table.remove(i);
      homeless.push_back(i);
    }
  table.tighten();
  sortByRelease(homeless);
  insertAll(table, homeless, budget);
  table.tighten();
  record(table);
}

/// Equal releases stay in order.
void Search::sortByRelease(std::vector<size_t> &order) const {
  std::vector<std::pair<int64_t, size_t>> keys;
  for (size_t i = 0; i < order.size(); ++i)
    keys.emplace_back(problem.microbatches[order[i]].release, i);
  std::sort(keys.begin(), keys.end());
  std::vector<size_t> sorted;
  for (auto [release, index] : keys)
    sorted.push_back(order[index]);
  order = std::move(sorted);
}

/// The makespan, and a little of when heads and microbatches end: among equal
/// makespans, those are better from which the next move may gain.
double Search::energy(const Timetable &table) const {
  double sum = 0;
  std::vector<int64_t> byHead(problem.nodeCount(), 0);
  for (size_t i = 0; i < problem.microbatches.size(); ++i) {
    int64_t &last = byHead[size_t(problem.microbatches[i].head)];
    last = std::max(last, table.end(i));
    sum += double(table.end(i));
  }
  double heads = 0, count = 0;
  for (int64_t last : byHead) {
    heads += double(last);
    count += last > 0;
  }
  return double(table.makespan()) + 0.01 * heads / count +
         0.01 * sum / double(problem.microbatches.size());
}

/// Another node, of the same stage or of another, in place of one of a route.
RoutePtr Search::mutate(const Route &route, size_t microbatch) {
  std::vector<int> path = route.path;
  size_t first = problem.convergence.startAtHead ? 1 : 0;
  if (path.size() <= first)
    return nullptr;
  size_t visit = first + random() % (path.size() - first);
  path[visit] = int(random() % problem.nodeCount());
  if (!isAllowed(problem, stageOf, problem.microbatches[microbatch], path))
    return nullptr;
  return std::make_shared<const Route>(makeRoute(
      problem, problem.microbatches[microbatch].head, std::move(path)));
}

/// Inserts on the route that ends first of those that are tried: the one it
/// had, some like it, and some of the set, short ones more often.
void Search::insertBest(Timetable &table, size_t microbatch,
                        const RoutePtr &current) {
  constexpr int numSampled = 10, numMutated = 4;
  const std::vector<RoutePtr> &routes = sets[classes[microbatch]].routes;
  RoutePtr best;
  double bestScore = std::numeric_limits<double>::infinity();
  std::uniform_real_distribution<double> unit(0, 1);
  int64_t release = problem.microbatches[microbatch].release;
  table.setFloor(usesPlan ? plan[microbatch] : Timetable::Floor());
  // A little noise on what a route takes leads to routes that leave more room
  // for the others.
  constexpr double noise = 0.1;
  double amplitude = random() % 2 ? noise : 0;
  auto consider = [&](const RoutePtr &route) {
    double factor = 1 + amplitude * unit(random);
    int64_t limit = std::numeric_limits<int64_t>::max();
    if (std::isfinite(bestScore))
      limit = release + int64_t(bestScore / factor) + 1;
    std::optional<int64_t> end = table.probe(microbatch, *route, limit);
    if (!end)
      return;
    double score = factor * double(*end - release);
    if (score >= bestScore)
      return;
    bestScore = score;
    best = route;
  };
  if (current && !isBold)
    consider(current);
  for (int i = 0; i < (isBold ? 2 : numSampled); ++i) {
    double draw = unit(random);
    size_t index = size_t(draw * draw * draw * double(routes.size()));
    consider(routes[std::min(index, routes.size() - 1)]);
  }
  for (int i = 0; i < numMutated && !isBold; ++i)
    if (RoutePtr route = mutate(*best, microbatch))
      consider(route);
  table.insert(microbatch, best);
}

/// Each where it ends first; those that are left when the budget ends, one
/// after another.
void Search::insertAll(Timetable &table,
                       const std::vector<size_t> &microbatches,
                       Budget &budget) {
  for (size_t microbatch : microbatches) {
    if (budget.exhausted())
      table.insertLast(microbatch, sets[classes[microbatch]].routes[0]);
    else
      insertBest(table, microbatch, nullptr);
    budget.spend(table.takeWork() * kUnitsPerStep);
  }
}

/// At random, by release, those with long trips first, or as planned.
void Search::sortForInsertion(std::vector<size_t> &order, int kind) {
  std::shuffle(order.begin(), order.end(), random);
  if (kind == 1)
    sortByRelease(order);
  if (kind == 2)
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      int64_t tripA = sets[classes[a]].shortestTrip;
      int64_t tripB = sets[classes[b]].shortestTrip;
      return tripA != tripB ? tripA > tripB : a < b;
    });
  if (kind == 3 && !plan.empty())
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return std::tie(plan[a].forward, a) < std::tie(plan[b].forward, b);
    });
}

void Search::complete(const Timetable &part, Budget &budget) {
  constexpr int numTimetables = 12, numOrders = 4;
  std::vector<size_t> absent;
  for (size_t i = 0; i < problem.microbatches.size(); ++i)
    if (!part.has(i))
      absent.push_back(i);
  for (int i = 0; i < numTimetables; ++i) {
    Timetable table = part;
    table.takeWork();
    sortForInsertion(absent, i % numOrders);
    usesPlan = i % numOrders == 3 && !plan.empty();
    insertAll(table, absent, budget);
    usesPlan = false;
    table.tighten();
    record(table);
    budget.spend(table.takeWork() * kUnitsPerStep);
    if (budget.exhausted() || shouldStop())
      return;
  }
}

void Search::construct(Budget &budget) { complete(Timetable(problem), budget); }

/// Of one head, often the one whose microbatches end last.
std::vector<size_t> Search::chooseOfHead(const Timetable &table) {
  size_t count = problem.microbatches.size(), like = random() % count;
  if (random() % 2)
    for (size_t i = 0; i < count; ++i)
      if (table.end(i) > table.end(like))
        like = i;
  std::vector<size_t> chosen;
  for (size_t i = 0; i < count; ++i)
    if (problem.microbatches[i].head == problem.microbatches[like].head &&
        random() % 3 != 0)
      chosen.push_back(i);
  return chosen.empty() ? std::vector<size_t>{like} : chosen;
}

std::vector<size_t> Search::chooseMicrobatches(Timetable &table) {
  constexpr size_t mostChosen = 6;
  size_t count = problem.microbatches.size();
  std::vector<size_t> chosen;
  auto choose = [&](size_t microbatch) {
    if (std::find(chosen.begin(), chosen.end(), microbatch) == chosen.end())
      chosen.push_back(microbatch);
  };
  size_t wanted = std::min<size_t>(1 + random() % mostChosen, count);
  auto chooseOn = [&](int node) {
    std::vector<size_t> on = table.microbatchesOn(node);
    for (size_t i = 0; i < 2 * wanted && chosen.size() < wanted; ++i)
      choose(on[random() % on.size()]);
  };
  switch (random() % 4) {
  case 0: // any
    break;
  case 1: { // some where the end is delayed, and any
    std::vector<Timetable::Wait> waits = table.criticalWaits(random);
    if (waits.empty())
      break;
    chooseOn(waits[random() % waits.size()].node);
    if (random() % 2)
      return chosen;
    wanted = std::min(wanted + 1, count);
    break;
  }
  case 2:
    return chooseOfHead(table);
  case 3: { // of one node
    const Route &route = *table.routeOf(random() % count);
    chooseOn(route.path[random() % route.path.size()]);
    return chosen;
  }
  }
  while (chosen.size() < wanted)
    choose(random() % count);
  return chosen;
}

void Search::reroute(Timetable &table) {
  std::vector<size_t> chosen = chooseMicrobatches(table);
  std::vector<RoutePtr> routes;
  std::shuffle(chosen.begin(), chosen.end(), random);
  if (random() % 2)
    sortByRelease(chosen);
  for (size_t microbatch : chosen) {
    routes.push_back(table.routeOf(microbatch));
    table.remove(microbatch);
  }
  if (random() % 4 != 0)
    table.tighten();
  // Now and then what is worse for a microbatch, and may be better for all.
  isBold = random() % 16 == 0;
  usesPlan = !plan.empty() && random() % 4 == 0;
  for (size_t i = 0; i < chosen.size(); ++i)
    insertBest(table, chosen[i], routes[i]);
  usesPlan = isBold = false;
  table.tighten();
}

/// Moves a task that delays the end before others on its node.
bool Search::advanceTask(Timetable &table) {
  std::vector<Timetable::Wait> waits = table.criticalWaits(random);
  if (waits.empty())
    return false;
  const Timetable::Wait &wait = waits[random() % waits.size()];
  size_t distance = 1;
  while (distance < wait.slot && random() % 3 == 0)
    ++distance;
  return table.advance(wait.node, wait.slot, wait.slot - distance);
}

void Search::run(Budget &budget, int64_t count) {
  Timetable current = bestTable;
  current.takeWork(); // is charged for already
  Timetable candidate = current;
  double currentEnergy = energy(current);
  std::uniform_real_distribution<double> unit(0, 1);
  // Hot rounds find other orders, cool ones the best of an order.
  constexpr double hot[] = {0.003, 0.03, 0.01, 0.1};
  double hottest = hot[round % 4] * double(bestValue);
  double coldest = 1e-5 * double(bestValue);
  for (int64_t i = 0; i < count; ++i) {
    double progress = double(i) / double(count);
    double temperature = hottest * std::pow(coldest / hottest, progress);
    candidate = current;
    bool isMoved = true;
    if (random() % 2)
      isMoved = advanceTask(candidate);
    else
      reroute(candidate);
    // Beside what is counted, a copy of the timetable.
    int64_t steps =
        candidate.takeWork() +
        int64_t(4 * problem.microbatches.size()) * problem.pathLength;
    if (isMoved) {
      double change = energy(candidate) - currentEnergy;
      if (change <= 0 || unit(random) < std::exp(-change / temperature)) {
        std::swap(current, candidate);
        currentEnergy += change;
        record(current);
      }
    }
    if (!budget.spend(steps * kUnitsPerStep) || shouldStop())
      return;
  }
}

void Search::runRound(Budget &budget) {
  constexpr int64_t firstRound = 2000, mostDoublings = 7;
  run(budget, firstRound << std::min(round++, mostDoublings));
}
