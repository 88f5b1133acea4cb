//===- MemoryFile.cpp - Memory problems as CSV files ----------------------===//

#include "MemoryFile.h"

#include "InstanceReader.h"

#include <array>
#include <charconv>
#include <optional>
#include <unordered_map>

using namespace hocket;

namespace {

constexpr std::string_view kHeader = "id,lower,upper,size";
constexpr size_t kNumCells = 4;

Error mistake(std::string message, std::vector<std::string> notes = {}) {
  return Error(ErrorCode::InvalidArgument, std::move(message),
               std::move(notes));
}

/// What a file says in place of a number, for an error.
std::string quoted(std::string_view text) {
  constexpr size_t most = 40;
  return "'" + std::string(text.substr(0, most)) +
         (text.size() > most ? "..." : "") + "'";
}

/// Null where `text` is no whole number of 64 bits.
std::optional<int64_t> wholeNumber(std::string_view text) {
  int64_t number = 0;
  auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

/// Ids are names in a solution file, which is JSON.
bool isText(std::string_view bytes) {
  try {
    return Json(std::string(bytes)).dump().size() == bytes.size() + 2;
  } catch (const nlohmann::json::exception &) {
    return false; // not UTF-8
  }
}

struct Cell {
  std::string_view text;
  size_t column = 0; // from 1
};

std::vector<Cell> splitLine(std::string_view line) {
  std::vector<Cell> cells;
  for (size_t begin = 0; begin <= line.size();) {
    size_t end = std::min(line.find(',', begin), line.size());
    cells.push_back({line.substr(begin, end - begin), begin + 1});
    begin = end + 1;
  }
  return cells;
}

class MemoryFileParser {
public:
  MemoryFileParser(std::string_view text, const std::string &source)
      : rest(text), source(source) {}

  Result<MemoryProblem> parse();

private:
  bool nextLine();
  Result<void> addBuffer();
  Error fail(size_t column, const std::string &what,
             std::vector<std::string> notes = {}) const {
    return mistake(source + ":" + std::to_string(number) + ":" +
                       std::to_string(column) + ": " + what,
                   std::move(notes));
  }

  std::string_view rest, line;
  size_t number = 0; // of the line, from 1
  const std::string &source;
  MemoryProblem problem;
  /// The lines of the ids.
  std::unordered_map<std::string_view, size_t> lineOf;
};

/// Lines end with LF or CR LF.
bool MemoryFileParser::nextLine() {
  if (rest.empty())
    return false;
  size_t end = rest.find('\n');
  line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (!line.empty() && line.back() == '\r')
    line.remove_suffix(1);
  ++number;
  return true;
}

Result<void> MemoryFileParser::addBuffer() {
  std::vector<Cell> cells = splitLine(line);
  if (cells.size() != kNumCells)
    return fail(1, "there must be 4 cells (" + std::string(kHeader) +
                       "), not " + std::to_string(cells.size()));
  const Cell &id = cells[0];
  if (id.text.empty() || !isText(id.text))
    return fail(id.column, "an id is UTF-8 text without quotes, backslashes "
                           "and control characters, and not empty");
  auto [known, isNew] = lineOf.try_emplace(id.text, number);
  if (!isNew)
    return fail(id.column, "the id " + quoted(id.text) + " is there twice",
                {source + ":" + std::to_string(known->second) +
                 ":1: it is here first"});
  const char *names[] = {"", "lower", "upper", "size"};
  std::array<int64_t, kNumCells> values{};
  for (size_t i = 1; i < kNumCells; ++i) {
    std::optional<int64_t> value = wholeNumber(cells[i].text);
    if (!value)
      return fail(cells[i].column, std::string(names[i]) +
                                       " must be a whole number of 64 bits, "
                                       "not " +
                                       quoted(cells[i].text));
    values[i] = *value;
  }
  if (values[2] <= values[1])
    return fail(cells[2].column,
                "upper must be above lower, the first moment of the buffer's "
                "life, " +
                    std::to_string(values[1]));
  if (values[3] < 0)
    return fail(cells[3].column, "size is negative");
  problem.buffers.push_back({values[1], values[2], values[3]});
  problem.names.emplace_back(id.text);
  return {};
}

Result<MemoryProblem> MemoryFileParser::parse() {
  if (!nextLine() || line != kHeader)
    return mistake(source + ":1:1: the first line must be " +
                   std::string(kHeader));
  while (nextLine())
    if (!line.empty())
      if (Result<void> added = addBuffer(); !added)
        return added.error();
  return std::move(problem);
}

} // namespace

Result<MemoryProblem> hocket::parseMemoryFile(std::string_view text,
                                              const std::string &source) {
  return MemoryFileParser(text, source).parse();
}

Result<int64_t> hocket::parseBytes(std::string_view text,
                                   const std::string &what) {
  std::optional<int64_t> bytes = wholeNumber(text);
  if (!bytes || *bytes < 0)
    return mistake(what + " must be a number of bytes, not " + quoted(text));
  return *bytes;
}
