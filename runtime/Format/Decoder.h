//===- Decoder.h - From FlatBuffers to our own types ------------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_FORMAT_DECODER_H
#define HOCKET_RUNTIME_FORMAT_DECODER_H

#include "executable_generated.h"

#include "hocket/Runtime/Executable.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace hocket::runtime {

/// Copies a verified FlatBuffer into our own types. The first mistake is kept
/// and everything after it is meaningless.
class Decoder {
public:
  explicit Decoder(size_t payloadBytes) : budget(payloadBytes) {}

  Result<Executable> run(const format::Executable &in);

private:
  void fail(const std::string &what) {
    if (!failed)
      failure = "the executable is damaged: " + what;
    failed = true;
  }

  /// No writer shares vectors or strings, so those of a file together are not
  /// longer than the file. Sharing could make a small file decode into any
  /// amount of memory.
  bool charge(size_t bytes) {
    if (bytes > budget)
      fail("its parts overlap");
    else
      budget -= bytes;
    return !failed;
  }

  std::string text(const flatbuffers::String *in) {
    return charge(in->size()) ? in->str() : std::string();
  }

  /// Our enumerator of the same number.
  template <typename To, typename From>
  To enumerator(From value, const char *what) {
    if (value > From::MAX)
      fail(std::string("there is no ") + what + " number " +
           std::to_string(unsigned(value)));
    return To(value);
  }

  template <typename T, typename List, typename Make>
  void list(const List *in, std::vector<T> &out, Make make) {
    using Entry =
        std::remove_const_t<std::remove_pointer_t<typename List::return_type>>;
    constexpr bool isInline = !std::is_base_of_v<flatbuffers::Table, Entry> &&
                              !std::is_same_v<flatbuffers::String, Entry>;
    if (!charge(in->size() * (isInline ? sizeof(Entry) : 4)))
      return;
    out.reserve(in->size());
    for (flatbuffers::uoffset_t i = 0; i < in->size() && !failed; ++i) {
      if constexpr (isInline) {
        // The verifier aligns vectors, but not what is in them.
        alignas(Entry) std::byte copy[sizeof(Entry)];
        std::memcpy(copy, in->Data() + i * sizeof(Entry), sizeof(Entry));
        const Entry *entry = reinterpret_cast<const Entry *>(copy);
        if constexpr (std::is_pointer_v<typename List::return_type>)
          out.push_back(make(entry));
        else
          out.push_back(make(flatbuffers::EndianScalar(*entry)));
      } else {
        out.push_back(make(in->Get(i)));
      }
    }
  }

  template <typename T>
  void numbers(const flatbuffers::Vector<T> *in, std::vector<T> &out) {
    list(in, out, [](T value) { return value; });
  }

  /// The next `count` of `in`, from `next` on.
  template <typename T>
  std::vector<T> take(const std::vector<T> &in, size_t &next, uint32_t count,
                      const char *what) {
    if (count > in.size() - next)
      fail(std::string("there are fewer ") + what + " than counted");
    if (failed)
      return {};
    next += count;
    return {in.begin() + ptrdiff_t(next - count), in.begin() + ptrdiff_t(next)};
  }

  /// Lists of these sizes out of one that has all their entries.
  template <typename T>
  void split(const flatbuffers::Vector<uint32_t> *sizes,
             const std::vector<T> &entries, std::vector<std::vector<T>> &out,
             const char *what) {
    size_t next = 0;
    list(sizes, out,
         [&](uint32_t size) { return take(entries, next, size, what); });
    if (next != entries.size())
      fail(std::string("there are more ") + what + " than counted");
  }

  SizeExpr size(const format::SizeExpr *in);
  TensorType type(const format::TensorType *in);
  plan::TaskTemplate task(const format::Task *in);
  plan::Stage stage(const format::Stage *in);
  plan::Kernel kernel(const format::Kernel *in);
  void model(const format::Model *in, plan::Model &out);
  void topology(const format::Topology *in, Topology &out);
  plan::Strategy strategy(const format::Strategy *in);
  plan::Share share(const format::Share *in, const TensorType &whole);
  plan::Role role(const format::Role *in, const plan::Model &model);
  plan::SequenceGroup sequenceGroup(const format::SequenceGroup *in);
  void sharing(const format::Plan *in, const plan::Model &model,
               plan::Plan &out);
  void plan(const format::Plan *in, const plan::Model &model, plan::Plan &out);
  void code(const format::Code *in, KernelImage &out);

  size_t budget;
  uint64_t replicas = 0; // of the plan's strategy
  bool failed = false;
  std::string failure;
};

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_FORMAT_DECODER_H
