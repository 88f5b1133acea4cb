//===- Batches.h - What LoadBatch loads -------------------------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_BATCHES_H
#define HOCKET_RUNTIME_BATCHES_H

#include "hocket/Plan/Plan.h"
#include "hocket/Support/Result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace hocket::runtime {

/// The batches of all steps of one plan.
class BatchSource {
public:
  virtual ~BatchSource() = default;

  /// Writes batch input `input` of microbatch `microbatch` of coordinate
  /// `coordinate` (of plan::Strategy::replicas()) in step `step` (from 0):
  /// dense, row-major, of the type of plan::Model::batch[input] at the symbols
  /// of the microbatch, which says how many bytes `destination` needs. A token
  /// is always the same, whatever the degrees of parallelism. May be called
  /// from several threads at once.
  virtual void fill(uint64_t step, uint32_t coordinate, uint32_t microbatch,
                    uint32_t input, std::byte *destination) const = 0;
};

/// A file of batches, for one plan after another.
class BatchFile {
public:
  virtual ~BatchFile() = default;

  /// The batches of `plan`, which has passed plan::check; they keep no
  /// reference to it, and may outlive the file. Errors: InvalidArgument where
  /// the lengths of the plan do not fit the file.
  virtual Result<std::unique_ptr<BatchSource>>
  batchesOf(const plan::Plan &plan) const = 0;
};

/// Opens the file at `path` for plans of `model`; keeps no reference to it.
///
/// A file whose name ends in ".safetensors" has one tensor per batch input, by
/// its name, with the tokens of all sequences in batch order; every step uses
/// them. Offsets follow from the lengths; where the file has them too, they
/// must agree.
///
/// Any other file is text, with one token per byte. Sequence i of step k, of
/// length l, is found at start = splitmix64(seed + k * 2^32 + i) mod (N - l)
/// (Random.h), where N is the number of bytes: its tokens are the bytes from
/// start on, its targets those from start + 1 on, its positions 0 to l - 1. The
/// model may take `tokens`, `targets`, `positions` (T x i32) and offsets.
///
/// Where ranks share sequences, a coordinate has the tokens of its chunks, in
/// their order, with their positions in the whole sequence.
///
/// Offsets (S x i32) start at 0 in every microbatch. They are those of its
/// sequences, or of its chunks where ranks share sequences.
///
/// Errors: Io, CorruptFile; InvalidArgument for a model that does not fit this.
/// Those of batchesOf: a text that is not longer than the longest sequence, and
/// a tensor that does not fit the lengths.
Result<std::unique_ptr<BatchFile>>
openBatchFile(const std::string &path, uint64_t seed, const plan::Model &model);

/// The batches of a single plan; keeps no reference to the arguments. Errors:
/// as of openBatchFile and BatchFile::batchesOf.
Result<std::unique_ptr<BatchSource>> openBatches(const std::string &path,
                                                 uint64_t seed,
                                                 const plan::Model &model,
                                                 const plan::Plan &plan);

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_BATCHES_H
