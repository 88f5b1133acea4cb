//===- Checkpoint.h - Named tensors in safetensors files --------*- C++ -*-===//
//
// The format of https://github.com/huggingface/safetensors: the bytes of the
// header (u64, little-endian), a JSON header, then the tensors' data. Byte
// order within tensors is little-endian, which is that of every machine that
// Hocket runs on.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_RUNTIME_CHECKPOINT_H
#define HOCKET_RUNTIME_CHECKPOINT_H

#include "hocket/Support/Result.h"
#include "hocket/Support/TensorType.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hocket::runtime {

/// A dense row-major tensor with its contents.
struct Tensor {
  std::string name;
  ElementType element = ElementType::F32;
  std::vector<int64_t> shape;
  std::string data; // as many bytes as the shape and the element type say

  /// Readable form of the type, as TensorType's: "4 x 64 x f32".
  std::string typeStr() const;
};

/// Texts that a file carries beside its tensors.
using Metadata = std::map<std::string, std::string>;

/// What a safetensors file holds.
class TensorFile {
public:
  TensorFile(std::string path, std::vector<Tensor> tensors, Metadata metadata);

  /// The tensor of that name, or null.
  const Tensor *find(std::string_view name) const;

  /// The tensor of that name, of exactly the type `expected`, whose extents are
  /// constant. Errors: InvalidArgument where it is missing or of another type,
  /// with both types.
  Result<const Tensor *> require(std::string_view name,
                                 const TensorType &expected) const;

  /// In the order of their data.
  const std::vector<Tensor> &tensors() const { return contents; }
  const Metadata &metadata() const { return texts; }
  const std::string &path() const { return file; }

private:
  std::string file;
  std::vector<Tensor> contents;
  Metadata texts;
  std::map<std::string, size_t, std::less<>> index;
};

/// Reads a safetensors file, strictly: the header must lie within the file and
/// be valid JSON; the types must be known, the sizes those of the shapes, and
/// the tensors cover the data without gap or overlap. Errors: Io, CorruptFile;
/// they name the file and, where there is one, the tensor.
Result<TensorFile> loadTensors(const std::string &path);

/// The same for the bytes of a file; `path` only names it in errors.
Result<TensorFile> parseTensors(std::string_view bytes,
                                const std::string &path);

/// Writes a safetensors file that is whole or absent. Errors: Io;
/// InvalidArgument for a name that occurs twice or is reserved or not UTF-8,
/// and for data of another size than that of the shape.
Result<void> saveTensors(const std::vector<Tensor> &tensors,
                         const Metadata &metadata, const std::string &path);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_CHECKPOINT_H
