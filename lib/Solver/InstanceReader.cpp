//===- InstanceReader.cpp - JSON with errors that name the field ----------===//

#include "InstanceReader.h"

#include "hocket/Support/File.h"
#include "hocket/Support/JsonDocument.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

using namespace hocket;

Result<Json> hocket::parseJson(const std::string &text,
                               const std::string &source) {
  auto fail = [&](const std::string &what) {
    return Error(ErrorCode::InvalidArgument, source + ": " + what);
  };
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail("there is nothing in this file");
  try {
    auto [json, duplicate] = parseWithDuplicates<Json>(text);
    if (duplicate)
      return fail("field '" + *duplicate + "' is given twice");
    return std::move(json);
  } catch (const nlohmann::json::exception &exception) {
    std::string what = exception.what();
    // "[json.exception.parse_error.101] parse error at line 1, ...": the words
    // after the name of the class are for people.
    if (size_t end = what.find("] "); end != std::string::npos)
      what.erase(0, end + 2);
    return fail(what);
  }
}

Result<Json> hocket::readJsonFile(const std::string &path) {
  Result<std::string> text = readFile(path);
  if (!text)
    return text.error();
  return parseJson(*text, path);
}

void hocket::appendField(Json &object, std::string name, Json value) {
  object.get_ref<Json::object_t &>().emplace_back(std::move(name),
                                                  std::move(value));
}

FieldReader::FieldReader(const Json &document, std::string source)
    : value(&document), firstError(std::make_shared<std::optional<Error>>()),
      source(std::make_shared<std::string>(std::move(source))) {
  if (!document.is_object())
    fail("must be an object");
}

void FieldReader::fail(const std::string &what) const {
  if (*firstError)
    return;
  std::string place = path.empty() ? "the document" : "field '" + path + "'";
  *firstError =
      Error(ErrorCode::InvalidArgument, *source + ": " + place + " " + what);
}

bool FieldReader::has(const char *field) const {
  return value && value->is_object() && value->contains(field);
}

bool FieldReader::isNull(const char *field) const {
  return has(field) && (*value)[field].is_null();
}

FieldReader FieldReader::operator[](const char *field) const {
  std::string inner = path.empty() ? field : path + "." + field;
  FieldReader reader(nullptr, inner, firstError, source);
  if (!value)
    return reader;
  if (!value->is_object())
    fail("must be an object");
  else if (!value->contains(field))
    reader.fail("is missing");
  else
    reader.value = &(*value)[field];
  return reader;
}

std::vector<FieldReader>
FieldReader::fields(const std::vector<std::string> &names) const {
  std::unordered_map<std::string_view, const Json *> byName;
  if (value && !value->is_object())
    fail("must be an object");
  else if (value)
    for (const auto &[name, field] : value->get_ref<const Json::object_t &>())
      byName.emplace(name, &field);
  std::vector<FieldReader> readers;
  for (const std::string &name : names) {
    readers.push_back(FieldReader(
        nullptr, path.empty() ? name : path + "." + name, firstError, source));
    if (auto found = byName.find(name); found != byName.end())
      readers.back().value = found->second;
    else if (value)
      readers.back().fail("is missing");
  }
  return readers;
}

FieldReader FieldReader::at(size_t index) const {
  FieldReader reader(nullptr, path + "[" + std::to_string(index) + "]",
                     firstError, source);
  if (value && value->is_array() && index < value->size())
    reader.value = &(*value)[index];
  return reader;
}

/// A value as a message shows it.
static std::string shown(const Json &value) {
  constexpr size_t kMost = 60;
  if (value.is_array())
    return "an array";
  if (value.is_object())
    return "an object";
  std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true);
  if (text.size() > kMost)
    text = text.substr(0, kMost) + "...";
  return text;
}

static std::string text(double number) {
  std::string digits = Json(number).dump();
  if (digits.size() > 2 && digits.compare(digits.size() - 2, 2, ".0") == 0)
    digits.resize(digits.size() - 2);
  return digits;
}

/// "must be at least 1, not 0"
static std::string outside(double low, double high, const std::string &found) {
  std::string range;
  if (std::isfinite(low) && std::isfinite(high))
    range = "from " + text(low) + " to " + text(high);
  else if (std::isfinite(low))
    range = "at least " + text(low);
  else
    range = "at most " + text(high);
  return "must be " + range + ", not " + found;
}

double FieldReader::number(Range range) const {
  if (!value)
    return 0;
  if (!value->is_number()) {
    fail("must be a number, not " + shown(*value));
    return 0;
  }
  double number = value->get<double>();
  if (!std::isfinite(number))
    fail("must be finite");
  else if (number < range.low || number > range.high)
    fail(outside(range.low, range.high, shown(*value)));
  return number;
}

int64_t FieldReader::integer(int64_t low, int64_t high) const {
  if (!value)
    return 0;
  bool isWhole = value->is_number_integer();
  constexpr double exact = 9007199254740992.0; // 2^53
  if (value->is_number_float()) {
    double number = value->get<double>();
    isWhole = std::floor(number) == number && std::abs(number) <= exact;
  } else if (value->is_number_unsigned()) {
    isWhole =
        value->get<uint64_t>() <= uint64_t(std::numeric_limits<int64_t>::max());
  }
  if (!isWhole) {
    fail("must be a whole number, not " + shown(*value));
    return 0;
  }
  int64_t number = value->get<int64_t>();
  auto bound = [](int64_t limit, double infinite) {
    bool isOpen = limit == std::numeric_limits<int64_t>::min() ||
                  limit == std::numeric_limits<int64_t>::max();
    return isOpen ? infinite : double(limit);
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (number < low || number > high) {
    fail(outside(bound(low, -infinity), bound(high, infinity), shown(*value)));
    return 0;
  }
  return number;
}

bool FieldReader::boolean() const {
  if (!value)
    return false;
  if (!value->is_boolean()) {
    fail("must be true or false, not " + shown(*value));
    return false;
  }
  return value->get<bool>();
}

std::string FieldReader::string() const {
  if (!value)
    return "";
  if (!value->is_string()) {
    fail("must be a string, not " + shown(*value));
    return "";
  }
  return value->get<std::string>();
}

bool FieldReader::isArray() const { return value && value->is_array(); }
bool FieldReader::isObject() const { return value && value->is_object(); }
bool FieldReader::isNumber() const { return value && value->is_number(); }

std::vector<std::string> FieldReader::names() const {
  std::vector<std::string> names;
  if (isObject())
    for (const auto &[field, unused] : value->items())
      names.push_back(field);
  return names;
}

size_t FieldReader::size(std::optional<size_t> count) const {
  if (!value)
    return 0;
  if (!value->is_array()) {
    fail("must be an array, not " + shown(*value));
    return 0;
  }
  if (count && value->size() != *count) {
    fail("must have " + std::to_string(*count) + " elements, not " +
         std::to_string(value->size()));
    return 0;
  }
  return value->size();
}

std::vector<double> FieldReader::numbers(Range range,
                                         std::optional<size_t> count) const {
  std::vector<double> numbers(size(count));
  for (size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = at(i).number(range);
  if (count)
    numbers.resize(*count);
  return numbers;
}

std::vector<int64_t> FieldReader::integers(int64_t low, int64_t high,
                                           std::optional<size_t> count) const {
  std::vector<int64_t> integers(size(count));
  for (size_t i = 0; i < integers.size(); ++i)
    integers[i] = at(i).integer(low, high);
  if (count)
    integers.resize(*count);
  return integers;
}

std::vector<std::vector<double>>
FieldReader::matrix(size_t rows, size_t columns, Range range) const {
  // Nothing is allocated for rows that are not there.
  std::vector<std::vector<double>> matrix;
  for (size_t row = 0; row < size(rows) && !*firstError; ++row)
    matrix.push_back(at(row).numbers(range, columns));
  return matrix;
}

void FieldReader::checkKind(const std::string &kind) const {
  if (!has("kind"))
    return;
  FieldReader field = (*this)["kind"];
  if (field.string() != kind)
    field.fail("must be \"" + kind + "\", not " + shown(*field.value));
}

void FieldReader::only(const std::vector<std::string> &known) const {
  if (!value || !value->is_object())
    return;
  for (const auto &[field, unused] : value->items()) {
    if (std::find(known.begin(), known.end(), field) != known.end())
      continue;
    std::string list;
    for (const std::string &name : known)
      list += (list.empty() ? "" : ", ") + name;
    FieldReader(nullptr, path.empty() ? field : path + "." + field, firstError,
                source)
        .fail("is not known; the fields are " + list);
  }
}

DecimalScale DecimalScale::of(const std::vector<double> &values) {
  for (int decimals = 0; decimals < kMaxDecimals; ++decimals) {
    double scale = std::pow(10.0, decimals);
    bool isExact = std::all_of(values.begin(), values.end(), [&](double value) {
      double ticks = value * scale;
      // What a double cannot tell from a decimal is that decimal.
      return std::abs(ticks - std::round(ticks)) <=
             1e-12 * std::max(1.0, std::abs(ticks));
    });
    if (isExact)
      return DecimalScale(decimals);
  }
  return DecimalScale(kMaxDecimals);
}

int64_t DecimalScale::toTicks(double value) const {
  return std::llround(value * std::pow(10.0, decimalPlaces));
}

double DecimalScale::toNumber(int64_t ticks) const {
  return double(ticks) / std::pow(10.0, decimalPlaces);
}
