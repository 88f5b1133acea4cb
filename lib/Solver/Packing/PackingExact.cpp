//===- PackingExact.cpp - Packings by decision queries --------------------===//
//
// A microbatch has slots for groups, as many of each shape as there are devices
// or items for. Literals tell which slots are used and which item is in which;
// the time of a microbatch is a binary number. Groups of one shape,
// microbatches and equal items can change places; of all such solutions one
// kind is left.
//
//===----------------------------------------------------------------------===//

#include "PackingExact.h"

#include <algorithm>
#include <numeric>

using namespace hocket;
using namespace hocket::packing;

Exact::Exact(const Model &model, const DecisionEngineFactory &factory,
             uint64_t seed)
    : model(model), factory(factory), seed(seed) {}

/// Of weights, in what an engine is asked.
static constexpr int64_t kLargestSum = int64_t(1) << 30;

/// Slots of a shape in a microbatch.
static size_t numSlots(const Model &model, size_t shape) {
  size_t items = 0;
  for (uint32_t item = 0; item < model.numItems(); ++item)
    items += model.time(item, shape) != kNever;
  return std::min(items,
                  size_t(model.problem.devices / model.shapes[shape].degree));
}

bool Exact::isSmall(const Model &model, int microbatches) {
  constexpr size_t mostLiterals = 3000;
  size_t literals = 0;
  for (size_t shape = 0; shape < model.numShapes(); ++shape)
    literals += numSlots(model, shape) * model.numItems();
  return literals * size_t(microbatches) <= mostLiterals;
}

/// Literals with powers of two that can add up to `most`.
std::vector<std::pair<int64_t, Literal>> Exact::bitsOf(int64_t most) {
  std::vector<std::pair<int64_t, Literal>> number;
  for (int64_t weight = 1; weight <= most; weight *= 2)
    number.emplace_back(weight, engine->addBoolean());
  return number;
}

void Exact::build(int microbatches, int64_t most) {
  // The sums below, whose terms an engine leaves out where they are too large.
  int64_t sum = microbatches * (2 * most + model.fixedTime);
  for (size_t shape = 0; shape < model.numShapes(); ++shape) {
    int64_t times = 2 * most;
    for (uint32_t item = 0; item < model.numItems(); ++item)
      times += std::min(most, model.time(item, shape));
    sum = std::max(sum, times);
  }
  // Times often have a common divisor, which loses nothing.
  int64_t divisor = model.fixedTime;
  for (uint32_t item = 0; item < model.numItems(); ++item)
    for (uint16_t shape : model.shapesOf(item))
      divisor = std::gcd(divisor, model.time(item, shape));
  divisor = std::max<int64_t>(divisor, 1);
  sum /= divisor;
  quantum =
      divisor * std::max<int64_t>(1, (sum + kLargestSum - 1) / kLargestSum);
  engine = factory.create(EngineLogic::FiniteDomain, seed);
  slots.clear();
  isUsed.clear();
  bits.clear();
  for (int j = 0; j < microbatches; ++j) {
    isUsed.push_back(engine->addBoolean());
    bits.push_back(bitsOf(scaled(most)));
    addSlots(j);
  }
  for (uint32_t item = 0; item < model.numItems(); ++item) {
    // Exactly one slot.
    std::vector<Literal> any;
    std::vector<std::pair<int64_t, Literal>> sum;
    for (const Slot &slot : slots)
      for (auto [other, literal] : slot.items)
        if (other == item) {
          any.push_back(literal);
          sum.emplace_back(1, literal);
        }
    engine->addClause(any);
    engine->addAtMost(sum, 1);
  }
  addSymmetry(microbatches);
}

void Exact::addSlots(int microbatch) {
  std::vector<std::pair<int64_t, Literal>> devices;
  // The sum of times is at most the binary number: the sum and the number's
  // complement are at most all ones.
  const auto &time = bits[size_t(microbatch)];
  int64_t ones = (int64_t(1) << time.size()) - 1;
  for (size_t shape = 0; shape < model.numShapes(); ++shape) {
    int64_t capacity = model.shapes[shape].capacity, allBytes = 0;
    for (uint32_t item = 0; item < model.numItems(); ++item)
      allBytes += std::min(capacity, model.bytes(item, shape));
    int64_t unit =
        std::max<int64_t>(1, (allBytes + kLargestSum - 1) / kLargestSum);
    for (size_t k = 0; k < numSlots(model, shape); ++k) {
      Slot slot{microbatch, shape, engine->addBoolean(), {}};
      engine->addClause({!slot.isUsed, isUsed[size_t(microbatch)]});
      devices.emplace_back(model.shapes[shape].degree, slot.isUsed);
      std::vector<std::pair<int64_t, Literal>> times, bytes;
      size_t position = 0;
      for (uint32_t item = 0; item < model.numItems(); ++item) {
        // The first items of the slots before it come before it.
        if (model.time(item, shape) == kNever || position++ < k)
          continue;
        Literal literal = engine->addBoolean();
        engine->addClause({!literal, slot.isUsed});
        slot.items.emplace_back(item, literal);
        if (int64_t own = scaled(model.time(item, shape)); own > 0)
          times.emplace_back(own, literal);
        // Rounded down: what is a little too much is found when it is read.
        if (int64_t own = model.bytes(item, shape) / unit; own > 0)
          bytes.emplace_back(own, literal);
      }
      for (auto [weight, bit] : time)
        times.emplace_back(weight, !bit);
      engine->addAtMost(times, ones);
      engine->addAtMost(bytes, capacity / unit);
      slots.push_back(std::move(slot));
    }
  }
  engine->addAtMost(devices, model.problem.devices);
}

void Exact::addSymmetry(int microbatches) {
  // The first item of a slot comes after that of the slot before it.
  for (size_t k = 1; k < slots.size(); ++k) {
    const Slot &slot = slots[k], &before = slots[k - 1];
    if (slot.microbatch != before.microbatch || slot.shape != before.shape)
      continue;
    std::vector<Literal> earlier;
    size_t next = 0; // of the items of the slot before
    for (auto [item, literal] : slot.items) {
      for (; before.items[next].first < item; ++next)
        earlier.push_back(before.items[next].second);
      std::vector<Literal> clause = earlier;
      clause.push_back(!literal);
      engine->addClause(clause);
    }
  }
  // The first item of a microbatch, too.
  auto inMicrobatch = [&](uint32_t item, int microbatch) {
    std::vector<Literal> literals;
    for (const Slot &slot : slots)
      if (slot.microbatch == microbatch)
        for (auto [other, literal] : slot.items)
          if (other == item)
            literals.push_back(literal);
    return literals;
  };
  for (int j = 1; j < microbatches; ++j) {
    std::vector<Literal> earlier;
    for (uint32_t item = 0; item < model.numItems(); ++item) {
      for (Literal literal : inMicrobatch(item, j)) {
        std::vector<Literal> clause = earlier;
        clause.push_back(!literal);
        engine->addClause(clause);
      }
      for (Literal literal : inMicrobatch(item, j - 1))
        earlier.push_back(literal);
    }
  }
}

Answer Exact::ask(int64_t value, Budget &budget) {
  std::vector<std::pair<int64_t, Literal>> sum;
  for (size_t j = 0; j < bits.size(); ++j) {
    if (int64_t fixed = scaled(model.fixedTime); fixed > 0)
      sum.emplace_back(fixed, isUsed[j]);
    sum.insert(sum.end(), bits[j].begin(), bits[j].end());
  }
  engine->push();
  engine->addAtMost(sum, scaled(value));
  Answer answer = engine->check({}, budget);
  if (answer != Answer::Yes)
    engine->pop();
  return answer;
}

/// Of the engine's assignment; the value is infinite where rounding hid that
/// the memory or the nodes do not suffice.
Packing Exact::read(int microbatches) const {
  Packing packing;
  packing.value = model.sharedTime;
  bool isRight = true;
  for (int j = 0; j < microbatches; ++j) {
    FreeDevices free(model);
    std::vector<const Slot *> used;
    for (const Slot &slot : slots)
      if (slot.microbatch == j &&
          std::any_of(slot.items.begin(), slot.items.end(), [&](auto &entry) {
            return engine->valueOf(entry.second);
          }))
        used.push_back(&slot);
    if (used.empty())
      continue;
    // The largest first, as they find places best.
    std::reverse(used.begin(), used.end());
    int64_t slowest = 0;
    for (const Slot *slot : used) {
      Builder::Group group;
      group.microbatch = packing.microbatches;
      group.shape = int(slot->shape);
      for (auto [item, literal] : slot->items)
        if (engine->valueOf(literal)) {
          group.items.push_back(item);
          group.load += model.time(item, slot->shape);
          group.bytes += model.bytes(item, slot->shape);
        }
      isRight &= group.bytes <= model.shapes[slot->shape].capacity &&
                 free.canTake(model.shapes[slot->shape].degree);
      if (!isRight)
        break;
      free.take(model.shapes[slot->shape].degree);
      slowest = std::max(slowest, group.load);
      packing.groups.push_back(std::move(group));
    }
    packing.value += model.fixedTime + slowest;
    ++packing.microbatches;
  }
  if (!isRight)
    packing.value = kNever;
  return packing;
}

int64_t Exact::improve(Packing &packing, int microbatches, int64_t bound,
                       Budget &budget) {
  int64_t high = packing.value; // nothing is known to be at most below it
  build(microbatches, packing.value - model.sharedTime);
  // The first question is whether the packing is optimal, which most are.
  int64_t asked = high - 1;
  while (bound < high && !budget.exhausted()) {
    Answer answer;
    {
      Budget part(budget, 0.5);
      answer = ask(asked - model.sharedTime, part);
    }
    if (answer == Answer::Yes) {
      Packing found = read(microbatches);
      engine->pop();
      if (found.value < packing.value) {
        packing = std::move(found);
        onBetter(packing.value);
      }
      // A value above what was asked for is due to rounding.
      high = std::min(asked, packing.value);
    } else if (answer == Answer::No) {
      // The sums are rounded down: all values with the same one are refuted.
      int64_t shared = model.sharedTime;
      bound = std::max(bound, shared + (scaled(asked - shared) + 1) * quantum);
      bound = std::min(bound, packing.value);
      onBound(bound);
    } else {
      high = asked; // undecided; what is lower may be easier
    }
    asked = bound + (high - bound) / 2;
    if (asked >= high)
      break;
  }
  return bound;
}
