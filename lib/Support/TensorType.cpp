//===- TensorType.cpp - Tensor types with symbolic extents ----------------===//

#include "hocket/Support/TensorType.h"

#include <algorithm>
#include <limits>

using namespace hocket;

using Wide = __int128;

static int64_t saturate(Wide value) {
  constexpr Wide low = std::numeric_limits<int64_t>::min();
  constexpr Wide high = std::numeric_limits<int64_t>::max();
  return int64_t(std::clamp(value, low, high));
}

/// Sorts the terms by power, merges equal powers and drops zeros.
static SizeExpr normalize(std::vector<SizeExpr::Term> terms) {
  auto byPower = [](const SizeExpr::Term &a, const SizeExpr::Term &b) {
    return a.power < b.power;
  };
  std::sort(terms.begin(), terms.end(), byPower);
  SizeExpr result;
  for (size_t i = 0; i < terms.size();) {
    Wide sum = 0;
    size_t first = i;
    for (; i < terms.size() && terms[i].power == terms[first].power; ++i)
      sum += terms[i].coefficient;
    if (sum != 0)
      result.terms.push_back({saturate(sum), terms[first].power});
  }
  return result;
}

SizeExpr SizeExpr::constant(int64_t value) { return normalize({{value}}); }

SizeExpr SizeExpr::symbol(unsigned index) {
  Term term{1};
  term.power.at(index) = 1;
  return normalize({term});
}

int64_t SizeExpr::evaluate(const Symbols &symbols) const {
  // Terms saturate one by one: sums of them fit in 128 bits.
  Wide sum = 0;
  for (const Term &term : terms) {
    int64_t product = term.coefficient;
    for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol)
      for (unsigned i = 0; i < term.power[symbol]; ++i)
        product = saturate(Wide(product) * symbols[symbol]);
    sum += product;
  }
  return saturate(sum);
}

bool SizeExpr::isConstant() const {
  return std::all_of(terms.begin(), terms.end(), [](const Term &term) {
    return std::all_of(term.power.begin(), term.power.end(),
                       [](uint8_t power) { return power == 0; });
  });
}

std::string SizeExpr::str() const {
  static constexpr const char *symbolNames[kNumSymbols] = {"T", "S", "H", "K",
                                                           "N"};
  if (terms.empty())
    return "0";
  // Highest power first, as people write polynomials.
  std::string text;
  for (auto term = terms.rbegin(); term != terms.rend(); ++term) {
    bool negative = term->coefficient < 0;
    if (!text.empty())
      text += negative ? " - " : " + ";
    else if (negative)
      text += "-";
    uint64_t magnitude = negative ? 0 - uint64_t(term->coefficient)
                                  : uint64_t(term->coefficient);
    std::string factors;
    for (unsigned symbol = 0; symbol < kNumSymbols; ++symbol) {
      if (term->power[symbol] == 0)
        continue;
      if (!factors.empty())
        factors += "*";
      factors += symbolNames[symbol];
      if (term->power[symbol] > 1)
        factors += "^" + std::to_string(term->power[symbol]);
    }
    if (factors.empty())
      text += std::to_string(magnitude);
    else if (magnitude == 1)
      text += factors;
    else
      text += std::to_string(magnitude) + "*" + factors;
  }
  return text;
}

SizeExpr SizeExpr::operator+(const SizeExpr &other) const {
  std::vector<Term> all = terms;
  all.insert(all.end(), other.terms.begin(), other.terms.end());
  return normalize(std::move(all));
}

static SizeExpr::Term multiply(const SizeExpr::Term &a,
                               const SizeExpr::Term &b) {
  SizeExpr::Term product{saturate(Wide(a.coefficient) * b.coefficient)};
  for (unsigned i = 0; i < kNumSymbols; ++i)
    product.power[i] =
        uint8_t(std::min<unsigned>(a.power[i] + b.power[i], 255));
  return product;
}

SizeExpr SizeExpr::operator*(const SizeExpr &other) const {
  std::vector<Term> products;
  products.reserve(terms.size() * other.terms.size());
  for (const Term &a : terms)
    for (const Term &b : other.terms)
      products.push_back(multiply(a, b));
  return normalize(std::move(products));
}

int64_t hocket::byteWidth(ElementType type) {
  switch (type) {
  case ElementType::F64:
  case ElementType::I64:
    return 8;
  case ElementType::F32:
  case ElementType::I32:
    return 4;
  case ElementType::F16:
  case ElementType::BF16:
    return 2;
  case ElementType::I1:
  case ElementType::I8:
    return 1;
  }
  return 1;
}

const char *hocket::name(ElementType type) {
  switch (type) {
  case ElementType::F32:
    return "f32";
  case ElementType::F64:
    return "f64";
  case ElementType::F16:
    return "f16";
  case ElementType::BF16:
    return "bf16";
  case ElementType::I1:
    return "i1";
  case ElementType::I8:
    return "i8";
  case ElementType::I32:
    return "i32";
  case ElementType::I64:
    return "i64";
  }
  return "unknown";
}

/// Nearly all extents have one term, which plans are full of: nothing is
/// allocated for those on the way.
static SizeExpr product(const std::vector<SizeExpr> &extents, int64_t factor) {
  SizeExpr::Term single{factor};
  SizeExpr sums = SizeExpr::constant(1);
  bool hasSums = false;
  for (const SizeExpr &extent : extents)
    if (extent.terms.size() == 1) {
      single = multiply(single, extent.terms[0]);
    } else {
      sums = sums * extent;
      hasSums = true;
    }
  SizeExpr result;
  if (single.coefficient != 0)
    result.terms = {single};
  return hasSums ? result * sums : result;
}

SizeExpr TensorType::elements() const { return product(shape, 1); }

SizeExpr TensorType::bytes() const {
  return product(shape, byteWidth(element));
}

std::string TensorType::str() const {
  std::string text;
  for (const SizeExpr &extent : shape) {
    std::string factor = extent.str();
    bool isSum = extent.terms.size() > 1;
    text += isSum ? "(" + factor + ")" : factor;
    text += " x ";
  }
  return text + name(element);
}
