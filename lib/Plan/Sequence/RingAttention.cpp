//===- RingAttention.cpp - Ring attention within Ulysses attention --------===//
//
// The members are U columns of a ring of R: member m is place m / U of column
// m mod U. Members of one place exchange heads for tokens (Ulysses: Jacobs et
// al., DeepSpeed-Ulysses), so that each has the tokens of all of them for its
// part of the heads. Then keys and values go round each column (ring attention:
// Liu et al.; USP: Fang and Zhao); in the backward the gradients of keys and
// values go round after them, each place adds its own, and the last one sends
// the sum home. U = 1 is a ring, R = 1 is Ulysses. What a mask never lets
// anybody read is not sent.
//
//===----------------------------------------------------------------------===//

#include "AttentionWriter.h"
#include "SequenceMethods.h"

using namespace hocket;
using namespace hocket::plan;

namespace {

constexpr Quantity kKeyInputs[] = {Quantity::Key, Quantity::Value};
constexpr Quantity kKeyGradients[] = {Quantity::KeyGradient,
                                      Quantity::ValueGradient};

class RingWriter {
public:
  RingWriter(const AttentionGeometry &geometry, uint32_t columns)
      : writer(geometry), degree(geometry.degree()), columns(columns),
        places(degree / columns) {}

  AttentionProgram forward();
  AttentionProgram backward();

private:
  uint32_t memberAt(uint32_t place, uint32_t column) const {
    return place % places * columns + column;
  }
  HeadRange heads(uint32_t member) const {
    return writer.queryHeads(member % columns, columns);
  }
  /// The value of `owner` for the heads of `member`, at that member.
  AttentionValue at(Quantity quantity, uint32_t member, uint32_t owner) const {
    return writer.value(quantity, member, owner, heads(member));
  }
  /// Keys and values that come round once more are others.
  AttentionValue keyAt(Quantity quantity, uint32_t member, uint32_t owner,
                       bool isAgain) const {
    AttentionValue value = at(quantity, member, owner);
    value.share.again = isAgain && member / columns != owner / columns;
    return value;
  }
  /// Whether a member at `place` has queries that see keys of `owner`.
  bool needs(uint32_t place, uint32_t owner) const {
    for (uint32_t column = 0; column < columns; ++column)
      if (writer.sees(memberAt(place, column), owner))
        return true;
    return false;
  }
  void exchange(std::initializer_list<Quantity> quantities);
  /// The slices at members of one place go to their owners.
  void sendHome(Quantity quantity);
  void gatherHeads(Quantity quantity);
  void passKeys(uint32_t step, bool isAgain);
  template <typename Work>
  void forEachPair(uint32_t step, Work work);

  AttentionValue sumOf(Quantity gradient, uint32_t member,
                       uint32_t owner) const;
  AttentionValue totalOf(Quantity gradient, uint32_t member,
                         uint32_t owner) const;
  AttentionValue targetOf(Quantity gradient, uint32_t member,
                          uint32_t owner) const;
  void findChains();
  void passGradients(uint32_t step);
  void sendGradientsHome();

  AttentionWriter writer;
  uint32_t degree, columns, places;
  /// By owner of keys: the places that need them, in the order of the ring,
  /// from the owner's own on.
  std::vector<std::vector<uint32_t>> chains;
};

/// Every member gives the others of its place their heads.
void RingWriter::exchange(std::initializer_list<Quantity> quantities) {
  if (columns == 1)
    return;
  std::set<std::pair<uint32_t, AttentionValue>> copied;
  for (uint32_t member = 0; member < degree; ++member) {
    if (!writer.hasTokens(member))
      continue;
    for (uint32_t column = 0; column < columns; ++column) {
      uint32_t to = memberAt(member / columns, column);
      for (Quantity quantity : quantities) {
        AttentionValue slice =
            writer.value(quantity, member, member, heads(to));
        if (slice != AttentionWriter::own(quantity) &&
            copied.insert({member, slice}).second)
          writer.copyBefore(member, slice, AttentionWriter::own(quantity));
        if (to != member)
          writer.send(member, to, slice, at(quantity, to, member));
      }
    }
  }
  writer.endPhase();
}

void RingWriter::sendHome(Quantity quantity) {
  for (uint32_t member = 0; member < degree; ++member)
    for (uint32_t column = 0; column < columns; ++column) {
      uint32_t owner = memberAt(member / columns, column);
      if (owner != member && writer.hasTokens(owner))
        writer.send(member, owner, at(quantity, member, owner));
    }
}

/// Puts the slices that came home into the member's own value.
void RingWriter::gatherHeads(Quantity quantity) {
  for (uint32_t member = 0; member < degree; ++member)
    for (uint32_t column = 0; column < columns; ++column) {
      uint32_t from = memberAt(member / columns, column);
      AttentionValue slice =
          writer.value(quantity, member, member, heads(from));
      if (writer.hasTokens(member))
        writer.copyBefore(member, AttentionWriter::own(quantity), slice);
    }
}

/// Sends the keys that a place has in this step on, if a later one needs them.
void RingWriter::passKeys(uint32_t step, bool isAgain) {
  for (uint32_t member = 0; member < degree; ++member) {
    uint32_t place = member / columns;
    uint32_t bundle = place + places - step;
    for (uint32_t column = 0; column < columns; ++column) {
      uint32_t owner = memberAt(bundle, column);
      bool isNeeded = false;
      for (uint32_t later = step + 1; later < places; ++later)
        isNeeded |= needs(bundle + later, owner);
      if (!isNeeded)
        continue;
      uint32_t next = memberAt(place + 1, member % columns);
      for (Quantity quantity : kKeyInputs)
        writer.send(member, next, keyAt(quantity, member, owner, isAgain),
                    keyAt(quantity, next, owner, isAgain));
    }
  }
}

/// The pairs of a query's owner and a key's owner that meet in a step. A member
/// meets itself even where it sees nothing, so that results have values.
template <typename Work>
void RingWriter::forEachPair(uint32_t step, Work work) {
  for (uint32_t member = 0; member < degree; ++member) {
    uint32_t place = member / columns;
    for (uint32_t i = 0; i < columns; ++i)
      for (uint32_t j = 0; j < columns; ++j) {
        uint32_t owner = memberAt(place + places - step, i);
        uint32_t query = memberAt(place, j);
        if (writer.sees(query, owner) ||
            (query == owner && writer.hasTokens(owner)))
          work(member, query, owner);
      }
  }
}

AttentionProgram RingWriter::forward() {
  exchange({Quantity::Query, Quantity::Key, Quantity::Value});
  for (uint32_t step = 0; step < places; ++step) {
    passKeys(step, false);
    forEachPair(step, [&](uint32_t member, uint32_t query, uint32_t owner) {
      writer.part(member, query, owner, heads(member),
                  at(Quantity::Query, member, query),
                  keyAt(Quantity::Key, member, owner, false),
                  keyAt(Quantity::Value, member, owner, false),
                  at(Quantity::Output, member, query),
                  at(Quantity::Lse, member, query));
    });
    writer.endPhase();
  }
  if (columns > 1) {
    sendHome(Quantity::Output);
    writer.endPhase();
    gatherHeads(Quantity::Output);
  }
  writer.fillEmpty({Quantity::Output});
  return writer.finish();
}

//===----------------------------------------------------------------------===//
// Backward
//===----------------------------------------------------------------------===//

/// The sum so far, on its way.
AttentionValue RingWriter::sumOf(Quantity gradient, uint32_t member,
                                 uint32_t owner) const {
  return AttentionWriter::shared(gradient, owner,
                                 writer.keyHeads(heads(member)));
}

/// The sum over the ring, at the owner's place.
AttentionValue RingWriter::totalOf(Quantity gradient, uint32_t member,
                                   uint32_t owner) const {
  if (columns == 1)
    return AttentionWriter::own(gradient);
  return AttentionWriter::shared(gradient, owner,
                                 writer.keyHeads(heads(member)), Share::kTotal);
}

/// Where a member puts what it computes.
AttentionValue RingWriter::targetOf(Quantity gradient, uint32_t member,
                                    uint32_t owner) const {
  if (member / columns != owner / columns)
    return AttentionWriter::shared(
        gradient, owner, writer.keyHeads(heads(member)), int32_t(member));
  return chains[owner].size() > 1 ? sumOf(gradient, member, owner)
                                  : totalOf(gradient, member, owner);
}

void RingWriter::findChains() {
  for (uint32_t owner = 0; owner < degree; ++owner) {
    uint32_t home = owner / columns;
    std::vector<uint32_t> &chain = chains.emplace_back();
    chain.push_back(home);
    for (uint32_t step = 1; step < places; ++step)
      if (needs(home + step, owner))
        chain.push_back((home + step) % places);
  }
}

/// A sum goes to the next place of its chain in the step in which that one has
/// the keys, and home from the last one.
void RingWriter::passGradients(uint32_t step) {
  for (uint32_t owner = 0; owner < degree; ++owner) {
    const std::vector<uint32_t> &chain = chains[owner];
    uint32_t home = owner / columns;
    for (size_t k = 1; k <= chain.size() && chain.size() > 1; ++k) {
      bool isLast = k == chain.size();
      uint32_t arrival = (chain[k - (isLast ? 1 : 0)] + places - home) % places;
      if (step != arrival + (isLast ? 1 : 0))
        continue;
      for (uint32_t column = 0; column < columns; ++column) {
        uint32_t from = memberAt(chain[k - 1], column);
        uint32_t to = memberAt(isLast ? home : chain[k], column);
        for (Quantity gradient : kKeyGradients) {
          AttentionValue sum = sumOf(gradient, from, owner);
          if (k > 1)
            writer.addBefore(from, sum, targetOf(gradient, from, owner));
          writer.send(from, to, sum,
                      isLast ? totalOf(gradient, to, owner) : sum);
        }
      }
    }
  }
}

/// Key heads that several members of a place read have a term from each.
void RingWriter::sendGradientsHome() {
  auto term = [&](Quantity gradient, uint32_t from, uint32_t owner) {
    AttentionValue value = totalOf(gradient, from, owner);
    if (from != owner)
      value.share.term = int32_t(from);
    return value;
  };
  auto forEach = [&](auto work) {
    for (uint32_t owner = 0; owner < degree; ++owner)
      for (uint32_t column = 0; column < columns; ++column)
        if (writer.hasTokens(owner))
          work(owner, memberAt(owner / columns, column));
  };
  forEach([&](uint32_t owner, uint32_t from) {
    for (Quantity gradient : kKeyGradients)
      if (from != owner)
        writer.send(from, owner, totalOf(gradient, from, owner),
                    term(gradient, from, owner));
  });
  sendHome(Quantity::QueryGradient);
  writer.endPhase();
  gatherHeads(Quantity::QueryGradient);
  bool isDisjoint = true;
  for (uint32_t column = 1; column < columns; ++column) {
    HeadRange before = writer.keyHeads(heads(column - 1));
    isDisjoint &=
        before.first + before.count <= writer.keyHeads(heads(column)).first;
  }
  forEach([&](uint32_t owner, uint32_t from) {
    for (Quantity gradient : kKeyGradients) {
      AttentionValue own = AttentionWriter::own(gradient);
      AttentionValue part = term(gradient, from, owner);
      if (isDisjoint) {
        writer.copyBefore(owner, own, part);
        continue;
      }
      if (from % columns == 0)
        writer.zeroBefore(owner, own);
      writer.addBefore(owner, own, part);
    }
  });
}

AttentionProgram RingWriter::backward() {
  findChains();
  exchange({Quantity::OutputGradient});
  for (uint32_t step = 0; step <= places; ++step) {
    if (step < places)
      passKeys(step, true);
    passGradients(step);
    for (uint32_t member = 0; member < degree && step == 0; ++member)
      for (uint32_t column = 0; column < columns; ++column) {
        uint32_t query = memberAt(member / columns, column);
        if (writer.hasTokens(query))
          writer.delta(member, at(Quantity::Output, member, query),
                       at(Quantity::OutputGradient, member, query),
                       at(Quantity::Delta, member, query));
      }
    if (step < places)
      forEachPair(step, [&](uint32_t member, uint32_t query, uint32_t owner) {
        writer.partGrad(member, query, owner, heads(member),
                        {at(Quantity::Query, member, query),
                         keyAt(Quantity::Key, member, owner, true),
                         keyAt(Quantity::Value, member, owner, true),
                         at(Quantity::Lse, member, query),
                         at(Quantity::OutputGradient, member, query),
                         at(Quantity::Delta, member, query),
                         at(Quantity::QueryGradient, member, query),
                         targetOf(Quantity::KeyGradient, member, owner),
                         targetOf(Quantity::ValueGradient, member, owner)});
      });
    writer.endPhase();
  }
  if (columns > 1)
    sendGradientsHome();
  writer.fillEmpty({Quantity::QueryGradient, Quantity::KeyGradient,
                    Quantity::ValueGradient});
  return writer.finish();
}

class RingAttention : public SequenceMethod {
public:
  RingAttention(TokenOrder order, std::optional<uint32_t> columns)
      : order(order), columns(columns) {}

  Result<void> check(uint32_t degree, uint32_t heads, uint32_t) const override {
    uint32_t ulysses = columns.value_or(degree);
    auto fail = [](std::string message, std::string note) {
      return Error(ErrorCode::InvalidArgument, std::move(message),
                   {std::move(note)});
    };
    if (degree % ulysses != 0)
      return fail("a Ulysses degree of " + std::to_string(ulysses) +
                      " does not divide the sequence degree of " +
                      std::to_string(degree),
                  "the sequence degree is the Ulysses degree times that of the "
                  "ring");
    if (ulysses > heads)
      return fail("a Ulysses degree of " + std::to_string(ulysses) +
                      " is larger than the " + std::to_string(heads) +
                      " heads of an attention",
                  "use a Ulysses degree of at most " + std::to_string(heads) +
                      " (usp:" + std::to_string(heads) + "), or a ring");
    return {};
  }

  std::vector<TokenChunk> chunks(int64_t length, uint32_t member,
                                 uint32_t degree) const override {
    uint32_t parts = columns.value_or(degree);
    switch (order) {
    case TokenOrder::Contiguous:
      return contiguousChunks(length, member, degree);
    case TokenOrder::Striped:
      return stripedChunks(length, member, degree);
    case TokenOrder::Zigzag:
      return zigzagChunks(length, member / parts, degree / parts,
                          member % parts, parts);
    }
    return {};
  }

  bool holdsRuns() const override { return order == TokenOrder::Contiguous; }
  AttentionProgram forward(const AttentionGeometry &geometry) const override {
    return RingWriter(geometry, columns.value_or(geometry.degree())).forward();
  }
  AttentionProgram backward(const AttentionGeometry &geometry) const override {
    return RingWriter(geometry, columns.value_or(geometry.degree())).backward();
  }

private:
  TokenOrder order;
  std::optional<uint32_t> columns; // none: as many as members
};

} // namespace

std::unique_ptr<SequenceMethod>
plan::makeRingAttention(TokenOrder order, std::optional<uint32_t> columns) {
  return std::make_unique<RingAttention>(order, columns);
}
