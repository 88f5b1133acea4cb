//===- Lengths.cpp - The sequence lengths of a step -----------------------===//

#include "hocket/Plan/Lengths.h"

#include <charconv>
#include <fstream>
#include <sstream>

using namespace hocket;

Result<std::vector<int64_t>> plan::parseLengths(const std::string &text,
                                                const std::string &fileName) {
  std::vector<int64_t> lengths;
  std::istringstream lines(text);
  std::string line;
  for (unsigned number = 1; std::getline(lines, line); ++number) {
    line = line.substr(0, line.find('#'));
    size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos)
      continue;
    size_t end = line.find_last_not_of(" \t\r") + 1;
    const char *last = line.data() + end;
    int64_t length = 0;
    auto [rest, code] = std::from_chars(line.data() + begin, last, length);
    if (code != std::errc() || rest != last || length <= 0)
      return Error(ErrorCode::InvalidArgument,
                   fileName + ":" + std::to_string(number) + ": '" +
                       line.substr(begin, end - begin) +
                       "' is not a sequence length: write one whole number "
                       "above 0 a line");
    lengths.push_back(length);
  }
  if (lengths.empty())
    return Error(ErrorCode::InvalidArgument,
                 fileName + ": there is no sequence length in this file");
  return lengths;
}

Result<std::vector<int64_t>> plan::loadLengths(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()))
    return Error(ErrorCode::Io, "cannot read '" + path + "'");
  return parseLengths(text.str(), path);
}

std::vector<int64_t> plan::defaultLengths(uint32_t data,
                                          uint32_t microbatches) {
  return std::vector<int64_t>(size_t(2) * data * microbatches, 64);
}
