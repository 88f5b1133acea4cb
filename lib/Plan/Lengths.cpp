//===- Lengths.cpp - The sequence lengths of a step -----------------------===//

#include "hocket/Plan/Lengths.h"

#include "hocket/Support/File.h"

#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>

using namespace hocket;

namespace {

/// Without comments and what blanks stand around.
std::string_view trim(std::string_view line, std::string_view blanks) {
  line = line.substr(0, line.find('#'));
  size_t begin = line.find_first_not_of(blanks);
  if (begin == std::string_view::npos)
    return {};
  return line.substr(begin, line.find_last_not_of(blanks) + 1 - begin);
}

std::optional<int64_t> parseLength(std::string_view text) {
  int64_t length = 0;
  const char *end = text.data() + text.size();
  auto [rest, code] = std::from_chars(text.data(), end, length);
  if (code != std::errc() || rest != end || length <= 0)
    return std::nullopt;
  return length;
}

Error notALength(const std::string &fileName, unsigned line,
                 std::string_view text, const char *want) {
  return Error(ErrorCode::InvalidArgument,
               fileName + ":" + std::to_string(line) + ": '" +
                   std::string(text) + "' is not a sequence length: write " +
                   want);
}

} // namespace

Result<std::vector<int64_t>> plan::parseLengths(const std::string &text,
                                                const std::string &fileName) {
  std::vector<int64_t> lengths;
  std::istringstream lines(text);
  std::string line;
  for (unsigned number = 1; std::getline(lines, line); ++number) {
    std::string_view written = trim(line, " \t\r");
    if (written.empty())
      continue;
    std::optional<int64_t> length = parseLength(written);
    if (!length)
      return notALength(fileName, number, written,
                        "one whole number above 0 a line");
    lengths.push_back(*length);
  }
  if (lengths.empty())
    return Error(ErrorCode::InvalidArgument,
                 fileName + ": there is no sequence length in this file");
  return lengths;
}

Result<std::vector<int64_t>> plan::loadLengths(const std::string &path) {
  Result<std::string> text = readFile(path);
  if (!text)
    return text.error();
  return parseLengths(*text, path);
}

Result<std::vector<plan::StepLengths>>
plan::parseStepLengths(const std::string &text, const std::string &fileName) {
  constexpr const char *separators = " \t\r,";
  std::vector<StepLengths> steps;
  std::istringstream lines(text);
  std::string line;
  for (unsigned number = 1; std::getline(lines, line); ++number) {
    StepLengths step;
    step.line = number;
    std::string_view rest = trim(line, separators);
    while (!rest.empty()) {
      std::string_view written = rest.substr(0, rest.find_first_of(separators));
      std::optional<int64_t> length = parseLength(written);
      if (!length)
        return notALength(fileName, number, written,
                          "whole numbers above 0, those of one step a line");
      step.lengths.push_back(*length);
      rest = trim(rest.substr(written.size()), separators);
    }
    if (!step.lengths.empty())
      steps.push_back(std::move(step));
  }
  if (steps.empty())
    return Error(ErrorCode::InvalidArgument,
                 fileName + ": there is no sequence length in this file");
  return steps;
}

Result<std::vector<plan::StepLengths>>
plan::loadStepLengths(const std::string &path) {
  Result<std::string> text = readFile(path);
  if (!text)
    return text.error();
  return parseStepLengths(*text, path);
}

std::vector<int64_t> plan::defaultLengths(uint32_t data,
                                          uint32_t microbatches) {
  return std::vector<int64_t>(size_t(2) * data * microbatches, 64);
}
