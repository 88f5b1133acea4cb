//===- File.cpp - Files that are whole or absent --------------------------===//

#include "hocket/Support/File.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace hocket;

static std::string reason() { return std::strerror(errno); }

Result<std::string> hocket::readFile(const std::string &path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return Error(ErrorCode::Io, "cannot open '" + path + "': " + reason());
  std::string contents;
  struct stat status;
  if (::fstat(descriptor, &status) == 0 && status.st_size > 0)
    contents.reserve(size_t(status.st_size));
  std::string block(size_t(1) << 16, '\0');
  for (;;) {
    ssize_t count = ::read(descriptor, block.data(), block.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0) {
      Error error(ErrorCode::Io, "cannot read '" + path + "': " + reason());
      ::close(descriptor);
      return error;
    }
    if (count == 0)
      break;
    contents.append(block.data(), size_t(count));
  }
  ::close(descriptor);
  return contents;
}

/// Where a write to `path` ends up: links are followed, so that a rename
/// replaces what they point to and not the link.
static std::string resolve(const std::string &path) {
  std::error_code code;
  std::filesystem::path resolved =
      std::filesystem::weakly_canonical(path, code);
  return code ? path : resolved.string();
}

static std::string folderOf(const std::string &path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Result<void> hocket::checkWritable(const std::string &path) {
  auto fail = [&](const std::string &why) {
    return Error(ErrorCode::Io, "cannot write '" + path + "': " + why);
  };
  std::string target = resolve(path);
  struct stat status;
  bool exists = ::stat(target.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode))
    return fail("it is a folder");
  if (exists && !S_ISREG(status.st_mode))
    return ::access(target.c_str(), W_OK) == 0 ? Result<void>()
                                               : fail(reason());
  if (::access(folderOf(target).c_str(), W_OK | X_OK) != 0)
    return fail(reason());
  return {};
}

Result<AtomicFile> AtomicFile::create(const std::string &path) {
  if (Result<void> checked = checkWritable(path); !checked)
    return checked.error();
  std::string target = resolve(path);
  auto fail = [&] {
    return Error(ErrorCode::Io, "cannot write '" + path + "': " + reason());
  };
  struct stat status;
  if (::stat(target.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    int descriptor = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
      return fail();
    return AtomicFile(descriptor, path, "");
  }
  auto stamp = std::chrono::steady_clock::now().time_since_epoch().count();
  for (unsigned attempt = 0; attempt < 100; ++attempt) {
    std::string temporary = target + "." + std::to_string(::getpid()) + "-" +
                            std::to_string(stamp + attempt) + ".tmp";
    int descriptor = ::open(temporary.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0)
      return AtomicFile(descriptor, target, temporary);
    if (errno != EEXIST)
      return fail();
  }
  return fail();
}

AtomicFile::AtomicFile(AtomicFile &&other) noexcept
    : descriptor(std::exchange(other.descriptor, -1)),
      path(std::move(other.path)),
      temporary(std::exchange(other.temporary, {})) {}

AtomicFile::~AtomicFile() {
  if (descriptor >= 0)
    ::close(descriptor);
  if (!temporary.empty())
    ::unlink(temporary.c_str());
}

Error AtomicFile::fail(const std::string &what) const {
  return Error(ErrorCode::Io,
               "cannot " + what + " '" + path + "': " + reason());
}

Result<void> AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return fail("write");
    bytes.remove_prefix(size_t(count));
  }
  return {};
}

Result<void> AtomicFile::commit() {
  // A disk that is full may say so only now. Pipes cannot be flushed.
  if (!temporary.empty() && ::fsync(descriptor) != 0)
    return fail("write");
  if (::close(std::exchange(descriptor, -1)) != 0)
    return fail("write");
  if (temporary.empty())
    return {};
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return fail("replace");
  temporary.clear();
  return {};
}

Result<void> hocket::writeFile(const std::string &path,
                               std::string_view bytes) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  if (Result<void> written = file->write(bytes); !written)
    return written;
  return file->commit();
}
