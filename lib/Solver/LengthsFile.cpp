//===- LengthsFile.cpp - Batches drawn from length data -------------------===//

#include "LengthsFile.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <sstream>

using namespace hocket;

namespace {

constexpr int64_t kLongest = int64_t(1) << 40;

Error mistake(const std::string &source, size_t line, std::string message) {
  return Error(ErrorCode::InvalidArgument,
               source + ":" + std::to_string(line) + ": " + message);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\"";
  size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool parse(std::string_view text, int64_t low, int64_t &number) {
  text = trim(text);
  auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size() &&
         number >= low && number <= kLongest;
}

Result<std::vector<int64_t>> drawFromList(std::istringstream &lines,
                                          const std::string &source,
                                          const LengthsDraw &draw) {
  std::vector<int64_t> all, drawn;
  std::string line;
  for (size_t number = 1; std::getline(lines, line); ++number) {
    int64_t length = 0;
    if (trim(line).empty())
      continue;
    if (!parse(line, 1, length))
      return mistake(source, number,
                     "'" + std::string(trim(line)) +
                         "' is no length: a whole number from 1 to 2^40");
    if (length <= draw.limit)
      all.push_back(length);
  }
  if (all.empty())
    return mistake(source, 1, "there is no length within the limit");
  std::mt19937_64 generator(draw.seed);
  while (drawn.size() < draw.count)
    drawn.push_back(all[generator() % all.size()]);
  return drawn;
}

struct LengthRange {
  int64_t low = 0, high = 0, number = 0;
};

/// A line such as "[201, 500]",3794735,28.19,46.75.
bool parseRange(const std::string &line, LengthRange &range) {
  size_t open = line.find('['), comma = line.find(',', open),
         close = line.find(']', open);
  if (open == std::string::npos || close == std::string::npos || comma > close)
    return false;
  size_t cell = line.find(',', close);
  if (cell == std::string::npos)
    return false;
  size_t end = std::min(line.find(',', cell + 1), line.size());
  std::string_view text = line;
  return parse(text.substr(open + 1, comma - open - 1), 0, range.low) &&
         parse(text.substr(comma + 1, close - comma - 1), 1, range.high) &&
         parse(text.substr(cell + 1, end - cell - 1), 0, range.number) &&
         range.low <= range.high;
}

Result<std::vector<int64_t>> drawFromHistogram(std::istringstream &lines,
                                               const std::string &source,
                                               const LengthsDraw &draw) {
  std::vector<LengthRange> ranges;
  std::string line;
  int64_t total = 0;
  for (size_t number = 2; std::getline(lines, line); ++number) {
    LengthRange range;
    if (trim(line).empty())
      continue;
    if (!parseRange(line, range))
      return mistake(source, number,
                     "a line of a histogram is \"[low, high]\",number");
    range.low = std::max<int64_t>(1, range.low); // nothing is no sequence
    if (range.low > draw.limit)
      continue;
    // What is above the limit is dropped with its share of the documents.
    int64_t high = std::min(range.high, draw.limit);
    range.number = int64_t(double(range.number) * double(high - range.low + 1) /
                           double(range.high - range.low + 1));
    range.high = high;
    if (range.number == 0)
      continue;
    ranges.push_back(range);
    total += range.number;
  }
  if (ranges.empty())
    return mistake(source, 1, "there is no length within the limit");
  std::mt19937_64 generator(draw.seed);
  std::vector<int64_t> drawn;
  while (drawn.size() < draw.count) {
    int64_t document = int64_t(generator() % uint64_t(total));
    size_t i = 0;
    while (document >= ranges[i].number)
      document -= ranges[i++].number;
    uint64_t width = uint64_t(ranges[i].high - ranges[i].low + 1);
    drawn.push_back(ranges[i].low + int64_t(generator() % width));
  }
  return drawn;
}

} // namespace

Result<std::vector<int64_t>> hocket::drawLengths(const std::string &text,
                                                 const std::string &source,
                                                 const LengthsDraw &draw) {
  std::istringstream lines(text);
  if (text.rfind("range,", 0) != 0)
    return drawFromList(lines, source, draw);
  std::string header;
  std::getline(lines, header);
  return drawFromHistogram(lines, source, draw);
}
