//===- File.h - Files that are whole or absent ------------------*- C++ -*-===//

#ifndef HOCKET_SUPPORT_FILE_H
#define HOCKET_SUPPORT_FILE_H

#include "hocket/Support/Result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace hocket {

/// The contents of the file at `path`. Errors: Io.
Result<std::string> readFile(const std::string &path);

/// Whether a file can be written at `path`, so that a mistake shows before
/// hours of work and not after them. Errors: Io.
Result<void> checkWritable(const std::string &path);

/// Writes a temporary file beside `path`, which takes the place of `path` at
/// commit(); without a commit nothing is left behind. A path that names a
/// device or a pipe is written to directly. Errors: Io.
class AtomicFile {
public:
  static Result<AtomicFile> create(const std::string &path);
  AtomicFile(AtomicFile &&other) noexcept;
  AtomicFile &operator=(AtomicFile &&) = delete;
  ~AtomicFile();

  Result<void> write(std::string_view bytes);
  /// Flushes to the disk and renames. The file is closed afterwards.
  Result<void> commit();

private:
  AtomicFile(int descriptor, std::string path, std::string temporary)
      : descriptor(descriptor), path(std::move(path)),
        temporary(std::move(temporary)) {}
  Error fail(const std::string &what) const;

  int descriptor;
  std::string path;
  std::string temporary; // empty where `path` is written to directly
};

/// create(), write() and commit() in one.
Result<void> writeFile(const std::string &path, std::string_view bytes);

} // namespace hocket

#endif // HOCKET_SUPPORT_FILE_H
