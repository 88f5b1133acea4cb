//===- TokenRing.cpp - Queries go round, keys stay ------------------------===//
//
// In step s member r has the queries of member r + s, lets them attend to its
// own keys and sends them on to r - 1; what they got goes straight to their
// owner, in the other direction (Wang et al., TokenRing). In the backward the
// output's gradient, lse and delta go round with the queries, the gradients of
// the keys stay, and the terms of the queries' gradients go to their owners.
// Members hold a run of each sequence from the front and one from the back.
//
//===----------------------------------------------------------------------===//

#include "AttentionWriter.h"
#include "SequenceMethods.h"

using namespace hocket;
using namespace hocket::plan;

namespace {

class TokenRingWriter {
public:
  explicit TokenRingWriter(const AttentionGeometry &geometry)
      : writer(geometry), degree(geometry.degree()), all{0, geometry.heads} {}

  AttentionProgram forward();
  AttentionProgram backward();

private:
  uint32_t queriesAt(uint32_t member, uint32_t step) const {
    return (member + step) % degree;
  }
  AttentionValue at(Quantity quantity, uint32_t member, uint32_t owner,
                    bool isAgain) const {
    AttentionValue value = writer.value(quantity, member, owner, all);
    value.share.again = isAgain && member != owner;
    return value;
  }
  AttentionValue term(Quantity quantity, uint32_t member,
                      uint32_t owner) const {
    if (member == owner)
      return AttentionWriter::own(quantity);
    return AttentionWriter::shared(quantity, owner, writer.allHeads(quantity),
                                   int32_t(member));
  }
  void passQueries(uint32_t step, std::initializer_list<Quantity> quantities,
                   bool isAgain);
  /// Members and the owners of the queries that they serve in `step`.
  template <typename Work>
  void forEachServed(uint32_t step, Work work);

  AttentionWriter writer;
  uint32_t degree;
  HeadRange all;
};

void TokenRingWriter::passQueries(uint32_t step,
                                  std::initializer_list<Quantity> quantities,
                                  bool isAgain) {
  for (uint32_t member = 0; member < degree; ++member) {
    uint32_t owner = queriesAt(member, step);
    bool isNeeded = false;
    for (uint32_t later = step + 1; later < degree; ++later)
      isNeeded |= writer.sees(owner, (owner + degree - later) % degree);
    if (!isNeeded)
      continue;
    uint32_t next = (member + degree - 1) % degree;
    for (Quantity quantity : quantities)
      writer.send(member, next, at(quantity, member, owner, isAgain),
                  at(quantity, next, owner, isAgain));
  }
}

template <typename Work>
void TokenRingWriter::forEachServed(uint32_t step, Work work) {
  for (uint32_t member = 0; member < degree; ++member) {
    uint32_t owner = queriesAt(member, step);
    if (writer.sees(owner, member) || (step == 0 && writer.hasTokens(member)))
      work(member, owner);
  }
}

AttentionProgram TokenRingWriter::forward() {
  // The last terms are sent in step `degree` and merged in the one after it.
  for (uint32_t step = 0; step <= degree + 1; ++step) {
    if (step >= 3)
      forEachServed(step - 2, [&](uint32_t member, uint32_t owner) {
        writer.mergeBefore(owner, AttentionWriter::own(Quantity::Output),
                           AttentionWriter::own(Quantity::Lse),
                           term(Quantity::Output, member, owner),
                           term(Quantity::Lse, member, owner));
      });
    if (step < degree)
      passQueries(step, {Quantity::Query}, false);
    if (step >= 2 && step <= degree)
      forEachServed(step - 1, [&](uint32_t member, uint32_t owner) {
        for (Quantity quantity : {Quantity::Output, Quantity::Lse})
          writer.send(member, owner, term(quantity, member, owner));
      });
    if (step < degree)
      forEachServed(step, [&](uint32_t member, uint32_t owner) {
        writer.part(member, owner, member, all,
                    at(Quantity::Query, member, owner, false),
                    AttentionWriter::own(Quantity::Key),
                    AttentionWriter::own(Quantity::Value),
                    term(Quantity::Output, member, owner),
                    term(Quantity::Lse, member, owner));
      });
    writer.endPhase();
  }
  writer.fillEmpty({Quantity::Output});
  return writer.finish();
}

AttentionProgram TokenRingWriter::backward() {
  for (uint32_t member = 0; member < degree; ++member)
    if (writer.hasTokens(member))
      writer.delta(member, AttentionWriter::own(Quantity::Output),
                   AttentionWriter::own(Quantity::OutputGradient),
                   AttentionWriter::own(Quantity::Delta));
  writer.endPhase();
  for (uint32_t step = 0; step <= degree + 1; ++step) {
    if (step >= 3)
      forEachServed(step - 2, [&](uint32_t member, uint32_t owner) {
        writer.addBefore(owner, AttentionWriter::own(Quantity::QueryGradient),
                         term(Quantity::QueryGradient, member, owner));
      });
    if (step < degree)
      passQueries(step,
                  {Quantity::Query, Quantity::OutputGradient, Quantity::Lse,
                   Quantity::Delta},
                  true);
    if (step >= 2 && step <= degree)
      forEachServed(step - 1, [&](uint32_t member, uint32_t owner) {
        writer.send(member, owner,
                    term(Quantity::QueryGradient, member, owner));
      });
    if (step < degree)
      forEachServed(step, [&](uint32_t member, uint32_t owner) {
        writer.partGrad(member, owner, member, all,
                        {at(Quantity::Query, member, owner, true),
                         AttentionWriter::own(Quantity::Key),
                         AttentionWriter::own(Quantity::Value),
                         at(Quantity::Lse, member, owner, true),
                         at(Quantity::OutputGradient, member, owner, true),
                         at(Quantity::Delta, member, owner, true),
                         term(Quantity::QueryGradient, member, owner),
                         AttentionWriter::own(Quantity::KeyGradient),
                         AttentionWriter::own(Quantity::ValueGradient)});
      });
    writer.endPhase();
  }
  writer.fillEmpty({Quantity::QueryGradient, Quantity::KeyGradient,
                    Quantity::ValueGradient});
  return writer.finish();
}

class TokenRing : public SequenceMethod {
public:
  std::vector<TokenChunk> chunks(int64_t length, uint32_t member,
                                 uint32_t degree) const override {
    return zigzagChunks(length, member, degree);
  }
  AttentionProgram forward(const AttentionGeometry &geometry) const override {
    return TokenRingWriter(geometry).forward();
  }
  AttentionProgram backward(const AttentionGeometry &geometry) const override {
    return TokenRingWriter(geometry).backward();
  }
};

} // namespace

std::unique_ptr<SequenceMethod> plan::makeTokenRing() {
  return std::make_unique<TokenRing>();
}
