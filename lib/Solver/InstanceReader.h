//===- InstanceReader.h - JSON with errors that name the field --*- C++ -*-===//
//
// Reads the fields of a JSON instance. The first thing that is wrong is kept as
// an error which names the field ("microbatches[3].head"); what is read after
// it is a default, so that a reader is one straight list of fields with a
// single check at its end.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_LIB_SOLVER_INSTANCEREADER_H
#define HOCKET_LIB_SOLVER_INSTANCEREADER_H

#include "hocket/Support/Result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace hocket {

using Json = nlohmann::ordered_json;

/// Parses text. Errors: InvalidArgument, with line and column or the name that
/// is there twice.
Result<Json> parseJson(const std::string &text, const std::string &source);

/// The same of the file at `path`. Errors: also Io.
Result<Json> readJsonFile(const std::string &path);

/// The bounds of a number in a file.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  static Range atLeast(double low) { return {low}; }
};

/// Adds a field that is not there yet to an object. An object of the library
/// looks through all its fields before it adds one.
void appendField(Json &object, std::string name, Json value);

class FieldReader {
public:
  /// A document; `source` (a path) begins its errors.
  FieldReader(const Json &document, std::string source);

  /// The error found first, if any.
  const std::optional<Error> &error() const { return *firstError; }
  void fail(const std::string &what) const;

  bool has(const char *field) const;
  bool isNull(const char *field) const;
  /// The reader of a field, which must be there.
  FieldReader operator[](const char *field) const;
  FieldReader at(size_t index) const;
  /// The readers of many fields, which must all be there.
  std::vector<FieldReader> fields(const std::vector<std::string> &names) const;

  /// The value itself, of the type that is asked for.
  double number(Range range = {}) const;
  int64_t integer(int64_t low = std::numeric_limits<int64_t>::min(),
                  int64_t high = std::numeric_limits<int64_t>::max()) const;
  bool boolean() const;
  std::string string() const;
  bool isArray() const;
  bool isObject() const;
  bool isNumber() const;
  /// The names of the fields of an object, as they are in the file.
  std::vector<std::string> names() const;
  /// Of an array; with `count`, it must have that many elements.
  size_t size(std::optional<size_t> count = {}) const;
  std::vector<double> numbers(Range range = {},
                              std::optional<size_t> count = {}) const;
  std::vector<int64_t>
  integers(int64_t low = std::numeric_limits<int64_t>::min(),
           int64_t high = std::numeric_limits<int64_t>::max(),
           std::optional<size_t> count = {}) const;
  /// A matrix of `rows` x `columns`; smaller after an error.
  std::vector<std::vector<double>> matrix(size_t rows, size_t columns,
                                          Range range = {}) const;

  /// Fails where the field `kind` is there and another one.
  void checkKind(const std::string &kind) const;
  /// Fails for a field that is not one of `known`, naming those.
  void only(const std::vector<std::string> &known) const;

private:
  FieldReader(const Json *value, std::string path,
              std::shared_ptr<std::optional<Error>> firstError,
              std::shared_ptr<std::string> source)
      : value(value), path(std::move(path)), firstError(std::move(firstError)),
        source(std::move(source)) {}

  const Json *value; // null after an error
  std::string path;
  std::shared_ptr<std::optional<Error>> firstError;
  std::shared_ptr<std::string> source;
};

/// Turns decimal times into whole numbers of 10^-decimals, with as few decimals
/// as are exact for all of them.
class DecimalScale {
public:
  /// At most this many decimals are kept.
  static constexpr int kMaxDecimals = 9;

  explicit DecimalScale(int decimals = 0) : decimalPlaces(decimals) {}
  /// The scale that `values` need. Times beyond `kMaxDecimals` are rounded.
  static DecimalScale of(const std::vector<double> &values);

  int decimals() const { return decimalPlaces; }
  int64_t toTicks(double value) const;
  double toNumber(int64_t ticks) const;

private:
  int decimalPlaces;
};

} // namespace hocket

#endif // HOCKET_LIB_SOLVER_INSTANCEREADER_H
