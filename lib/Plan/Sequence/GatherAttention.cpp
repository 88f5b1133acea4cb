//===- GatherAttention.cpp - Attention over gathered keys -----------------===//
//
// Every member gets the keys and values that its queries see straight from
// their owners, again for the backward, and sends its terms of their gradients
// back; owners add them in the order of the members. Members hold a run of each
// sequence from the front and one from the back, so that causal work is even.
//
//===----------------------------------------------------------------------===//

#include "AttentionWriter.h"
#include "SequenceMethods.h"

using namespace hocket;
using namespace hocket::plan;

namespace {

class GatherWriter {
public:
  explicit GatherWriter(const AttentionGeometry &geometry)
      : writer(geometry), degree(geometry.degree()), all{0, geometry.heads} {}

  AttentionProgram forward();
  AttentionProgram backward();

private:
  AttentionValue at(Quantity quantity, uint32_t member, uint32_t owner,
                    bool isAgain = false) const {
    AttentionValue value = writer.value(quantity, member, owner, all);
    value.share.again = isAgain && member != owner;
    return value;
  }
  AttentionValue term(Quantity gradient, uint32_t member,
                      uint32_t owner) const {
    if (member == owner)
      return AttentionWriter::own(gradient);
    return AttentionWriter::shared(gradient, owner, writer.allHeads(gradient),
                                   int32_t(member));
  }
  void gather(bool isAgain);
  /// Pairs of a member and an owner of keys that it sees; first those of a
  /// member with itself, then, in a phase of their own, the others.
  template <typename Work>
  void forEachPair(Work work);

  AttentionWriter writer;
  uint32_t degree;
  HeadRange all;
};

void GatherWriter::gather(bool isAgain) {
  for (uint32_t owner = 0; owner < degree; ++owner)
    for (uint32_t member = 0; member < degree; ++member)
      if (member != owner && writer.sees(member, owner))
        for (Quantity quantity : {Quantity::Key, Quantity::Value})
          writer.send(owner, member, AttentionWriter::own(quantity),
                      at(quantity, member, owner, isAgain));
}

template <typename Work>
void GatherWriter::forEachPair(Work work) {
  for (uint32_t member = 0; member < degree; ++member)
    if (writer.hasTokens(member))
      work(member, member);
  writer.endPhase();
  for (uint32_t member = 0; member < degree; ++member)
    for (uint32_t owner = 0; owner < degree; ++owner)
      if (member != owner && writer.sees(member, owner))
        work(member, owner);
  writer.endPhase();
}

AttentionProgram GatherWriter::forward() {
  gather(false);
  forEachPair([&](uint32_t member, uint32_t owner) {
    writer.part(
        member, member, owner, all, AttentionWriter::own(Quantity::Query),
        at(Quantity::Key, member, owner), at(Quantity::Value, member, owner),
        AttentionWriter::own(Quantity::Output),
        AttentionWriter::own(Quantity::Lse));
  });
  writer.fillEmpty({Quantity::Output});
  return writer.finish();
}

AttentionProgram GatherWriter::backward() {
  gather(true);
  for (uint32_t member = 0; member < degree; ++member)
    if (writer.hasTokens(member))
      writer.delta(member, AttentionWriter::own(Quantity::Output),
                   AttentionWriter::own(Quantity::OutputGradient),
                   AttentionWriter::own(Quantity::Delta));
  forEachPair([&](uint32_t member, uint32_t owner) {
    writer.partGrad(member, member, owner, all,
                    {AttentionWriter::own(Quantity::Query),
                     at(Quantity::Key, member, owner, true),
                     at(Quantity::Value, member, owner, true),
                     AttentionWriter::own(Quantity::Lse),
                     AttentionWriter::own(Quantity::OutputGradient),
                     AttentionWriter::own(Quantity::Delta),
                     AttentionWriter::own(Quantity::QueryGradient),
                     term(Quantity::KeyGradient, member, owner),
                     term(Quantity::ValueGradient, member, owner)});
  });
  auto forEachTerm = [&](auto work) {
    for (uint32_t owner = 0; owner < degree; ++owner)
      for (uint32_t member = 0; member < degree; ++member)
        if (member != owner && writer.sees(member, owner))
          for (Quantity gradient :
               {Quantity::KeyGradient, Quantity::ValueGradient})
            work(member, owner, gradient);
  };
  forEachTerm([&](uint32_t member, uint32_t owner, Quantity gradient) {
    writer.send(member, owner, term(gradient, member, owner));
  });
  writer.endPhase();
  forEachTerm([&](uint32_t member, uint32_t owner, Quantity gradient) {
    writer.addBefore(owner, AttentionWriter::own(gradient),
                     term(gradient, member, owner));
  });
  writer.fillEmpty({Quantity::QueryGradient, Quantity::KeyGradient,
                    Quantity::ValueGradient});
  return writer.finish();
}

class GatherAttention : public SequenceMethod {
public:
  std::vector<TokenChunk> chunks(int64_t length, uint32_t member,
                                 uint32_t degree) const override {
    return zigzagChunks(length, member, degree);
  }
  AttentionProgram forward(const AttentionGeometry &geometry) const override {
    return GatherWriter(geometry).forward();
  }
  AttentionProgram backward(const AttentionGeometry &geometry) const override {
    return GatherWriter(geometry).backward();
  }
};

} // namespace

std::unique_ptr<SequenceMethod> plan::makeGatherAttention() {
  return std::make_unique<GatherAttention>();
}
