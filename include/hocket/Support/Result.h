//===- Result.h - Values or errors, without exceptions ----------*- C++ -*-===//
//
// Every fallible function of the plain C++ libraries returns a Result. An Error
// says whose mistake it is (the code), what happened (the message) and who else
// is involved (the notes).
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SUPPORT_RESULT_H
#define HOCKET_SUPPORT_RESULT_H

#include <cassert>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hocket {

enum class ErrorCode {
  /// The caller asked for something that cannot be: a bad flag, file or shape.
  InvalidArgument,
  /// A file is damaged, truncated or of another version.
  CorruptFile,
  /// The operating system refused: no such file, disk full.
  Io,
  /// A plan breaks one of the invariants P1-P8.
  InvalidPlan,
  /// The plan was right and still failed while it ran.
  Runtime,
};

struct Error {
  ErrorCode code = ErrorCode::InvalidArgument;
  std::string message;
  std::vector<std::string> notes;

  Error(ErrorCode code, std::string message,
        std::vector<std::string> notes = {})
      : code(code), message(std::move(message)), notes(std::move(notes)) {}

  /// The process exit code: 2 for the caller's mistakes, 1 where a plan failed.
  int exitCode() const {
    return code == ErrorCode::InvalidPlan || code == ErrorCode::Runtime ? 1 : 2;
  }
};

/// Prints "error: message" and one "note: ..." line per note.
inline std::ostream &operator<<(std::ostream &os, const Error &error) {
  os << "error: " << error.message << '\n';
  for (const std::string &note : error.notes)
    os << "note: " << note << '\n';
  return os;
}

/// A value of type T, or the Error that explains its absence.
template <typename T>
class [[nodiscard]] Result {
public:
  Result(T value) : storage(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : storage(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return storage.index() == 0; }
  T &operator*() { return std::get<0>(storage); }
  const T &operator*() const { return std::get<0>(storage); }
  T *operator->() { return &std::get<0>(storage); }
  const T *operator->() const { return &std::get<0>(storage); }
  const Error &error() const { return std::get<1>(storage); }

private:
  std::variant<T, Error> storage;
};

/// Success, or an Error.
template <>
class [[nodiscard]] Result<void> {
public:
  Result() = default;
  Result(Error error) : failure(std::move(error)) {}

  explicit operator bool() const { return !failure; }
  const Error &error() const { return *failure; }

private:
  std::optional<Error> failure;
};

} // namespace hocket

#endif // HOCKET_SUPPORT_RESULT_H
