//===- Safetensors.h - Tensors in files -------------------------*- C++ -*-===//
//
// https://github.com/huggingface/safetensors: 8 bytes with the length of a JSON
// header, the header, then the data. Read strictly: every byte of the data
// belongs to exactly one tensor.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_RUNTIME_SAFETENSORS_H
#define HOCKET_RUNTIME_SAFETENSORS_H

#include "hocket/Support/Result.h"
#include "hocket/Support/TensorType.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hocket::runtime {

using Metadata = std::map<std::string, std::string>;

/// Points into memory that somebody else owns, at any alignment.
struct TensorView {
  ElementType element = ElementType::F32;
  std::vector<int64_t> shape;
  const std::byte *data = nullptr;
  int64_t bytes = 0;
};

class Safetensors {
public:
  /// Errors: CorruptFile, which name the file and the tensor.
  static Result<Safetensors> parse(std::string bytes, std::string fileName);
  static Result<Safetensors> load(const std::string &path);

  /// Null where there is no such tensor.
  const TensorView *find(const std::string &name) const;
  /// The tensor of that name, type and shape. Errors: InvalidArgument, which
  /// name the file, the tensor and both types.
  Result<const TensorView *> require(const std::string &name,
                                     ElementType element,
                                     const std::vector<int64_t> &shape) const;

  const std::map<std::string, TensorView> &tensors() const { return views; }
  const Metadata &metadata() const { return notes; }
  const std::string &fileName() const { return name; }

private:
  std::unique_ptr<const std::string> contents; // what the views point into
  std::map<std::string, TensorView> views;
  Metadata notes;
  std::string name;
};

/// Writes `tensors` and replaces `path` when they are complete.
Result<void> saveSafetensors(const std::string &path,
                             const std::map<std::string, TensorView> &tensors,
                             const Metadata &metadata = {});

/// "F32", "BOOL": the names of the format.
const char *safetensorsName(ElementType element);
/// Readable form, for example "F32 [256, 64]".
std::string describe(ElementType element, const std::vector<int64_t> &shape);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_SAFETENSORS_H
