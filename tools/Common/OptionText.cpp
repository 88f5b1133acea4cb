//===- OptionText.cpp - What tools say of their options -------------------===//

#include "Common/OptionText.h"

#include <algorithm>

using namespace hocket;

std::string hocket::optionHelp(const std::string &name,
                               const std::string &help) {
  constexpr size_t column = 25;
  std::string text = "  " + name;
  text.resize(std::max(text.size() + 1, column), ' ');
  for (char letter : help) {
    text += letter;
    if (letter == '\n')
      text.append(column, ' ');
  }
  return text + "\n";
}

/// Letters to insert, remove or replace between two words.
static size_t distance(const std::string &left, const std::string &right) {
  std::vector<size_t> row(right.size() + 1);
  for (size_t j = 0; j <= right.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= left.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= right.size(); ++j) {
      size_t replaced = diagonal + (left[i - 1] != right[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string hocket::unknownOptionText(const std::string &name,
                                      const std::vector<std::string> &names) {
  const std::string *nearest = nullptr;
  size_t least = 4; // nothing alike from here on
  for (const std::string &other : names)
    if (size_t away = distance(name, other); away < least) {
      nearest = &other;
      least = away;
    }
  return "unknown option '" + name + "'" +
         (nearest ? "; did you mean '" + *nearest + "'?"
                  : "; --help lists the options");
}
