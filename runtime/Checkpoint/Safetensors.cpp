//===- Safetensors.cpp - Tensors in files ---------------------------------===//

#include "hocket/Runtime/Safetensors.h"

#include "hocket/Support/File.h"
#include "hocket/Support/JsonDocument.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <tuple>

using namespace hocket;
using namespace hocket::runtime;
using nlohmann::json;

static constexpr std::pair<ElementType, const char *> kNames[] = {
    {ElementType::F32, "F32"}, {ElementType::F64, "F64"},
    {ElementType::F16, "F16"}, {ElementType::BF16, "BF16"},
    {ElementType::I1, "BOOL"}, {ElementType::I8, "I8"},
    {ElementType::I32, "I32"}, {ElementType::I64, "I64"},
};

const char *runtime::safetensorsName(ElementType element) {
  for (const auto &[known, name] : kNames)
    if (known == element)
      return name;
  return "unknown";
}

std::string runtime::describe(ElementType element,
                              const std::vector<int64_t> &shape) {
  std::string text = std::string(safetensorsName(element)) + " [";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

namespace {

constexpr uint64_t kLengthBytes = 8;
/// The limit of the format's own library.
constexpr uint64_t kMaxHeaderBytes = 100'000'000;

class Reader {
public:
  Reader(const std::string &contents, const std::string &fileName)
      : contents(contents), fileName(fileName) {}

  Result<void> run(std::map<std::string, TensorView> &views, Metadata &notes);

private:
  Error fail(const std::string &what) const {
    return Error(ErrorCode::CorruptFile, fileName + ": " + what);
  }
  Result<json> readHeader();
  Result<TensorView> readEntry(const std::string &name, const json &entry);
  Result<void>
  checkCoverage(const std::map<std::string, TensorView> &views) const;

  const std::string &contents;
  const std::string &fileName;
  const std::byte *data = nullptr; // first byte after the header
  uint64_t dataBytes = 0;
};

Result<json> Reader::readHeader() {
  if (contents.size() < kLengthBytes)
    return fail("not a safetensors file: it has " +
                std::to_string(contents.size()) + " bytes");
  uint64_t length = 0;
  for (unsigned i = 0; i < kLengthBytes; ++i)
    length |= uint64_t(uint8_t(contents[i])) << (8 * i);
  if (length > kMaxHeaderBytes)
    return fail("not a safetensors file: its header would be larger than "
                "100 MB");
  if (length > contents.size() - kLengthBytes)
    return fail("the file is truncated: its header has " +
                std::to_string(length) + " bytes and " +
                std::to_string(contents.size() - kLengthBytes) + " are there");
  const char *begin = contents.data() + kLengthBytes;
  data = reinterpret_cast<const std::byte *>(begin + length);
  dataBytes = contents.size() - kLengthBytes - length;

  json header;
  std::optional<std::string> duplicate;
  try {
    std::tie(header, duplicate) =
        parseWithDuplicates<json>(std::string_view(begin, length));
  } catch (const json::exception &exception) {
    return fail(std::string("the header is not JSON: ") + exception.what());
  }
  if (duplicate)
    return fail("'" + *duplicate + "' is in the header twice");
  if (!header.is_object())
    return fail("the header is not a JSON object");
  return header;
}

/// A number of at least 0 that fits in 63 bits.
std::optional<uint64_t> toSize(const json &value) {
  if (!value.is_number_unsigned() ||
      value.get<uint64_t>() > uint64_t(std::numeric_limits<int64_t>::max()))
    return std::nullopt;
  return value.get<uint64_t>();
}

Result<TensorView> Reader::readEntry(const std::string &name,
                                     const json &entry) {
  std::string where = "tensor '" + name + "' ";
  auto is = [&](const char *field, bool (json::*predicate)() const noexcept) {
    return entry.contains(field) && (entry[field].*predicate)();
  };
  if (!entry.is_object() || entry.size() != 3 ||
      !is("dtype", &json::is_string) || !is("shape", &json::is_array) ||
      !is("data_offsets", &json::is_array) || entry["data_offsets"].size() != 2)
    return fail(where + "does not have just a dtype, a shape and two "
                        "data_offsets");
  TensorView view;
  const std::string &dtype = entry["dtype"].get_ref<const std::string &>();
  auto known =
      std::find_if(std::begin(kNames), std::end(kNames),
                   [&](const auto &pair) { return dtype == pair.second; });
  if (known == std::end(kNames))
    return fail(where + "has the dtype " + dtype + ", which is not supported");
  view.element = known->first;

  uint64_t bytes = uint64_t(byteWidth(view.element));
  for (const json &extent : entry["shape"]) {
    std::optional<uint64_t> size = toSize(extent);
    if (!size)
      return fail(where + "has the extent " + extent.dump());
    if (*size != 0 &&
        bytes > uint64_t(std::numeric_limits<int64_t>::max()) / *size)
      return fail(where + "is larger than 2^63 bytes");
    bytes *= *size;
    view.shape.push_back(int64_t(*size));
  }
  std::optional<uint64_t> begin = toSize(entry["data_offsets"][0]);
  std::optional<uint64_t> end = toSize(entry["data_offsets"][1]);
  if (!begin || !end || *begin > *end)
    return fail(where + "has the data_offsets " + entry["data_offsets"].dump());
  if (*end > dataBytes)
    return fail(where + "ends at byte " + std::to_string(*end) +
                " of the data, which has " + std::to_string(dataBytes) +
                ": the file is truncated");
  if (*end - *begin != bytes)
    return fail(where + "is " + describe(view.element, view.shape) + ", " +
                std::to_string(bytes) + " bytes, and its data_offsets hold " +
                std::to_string(*end - *begin));
  view.data = data + *begin;
  view.bytes = int64_t(bytes);
  return view;
}

Result<void>
Reader::checkCoverage(const std::map<std::string, TensorView> &views) const {
  std::vector<std::pair<const TensorView *, const std::string *>> order;
  for (const auto &[name, view] : views)
    order.emplace_back(&view, &name);
  std::sort(order.begin(), order.end(), [](const auto &a, const auto &b) {
    return std::pair(a.first->data, a.first->bytes) <
           std::pair(b.first->data, b.first->bytes);
  });
  const std::byte *next = data;
  const std::string *previous = nullptr;
  for (const auto &[view, name] : order) {
    if (view->data < next)
      return fail("tensor '" + *name + "' overlaps with tensor '" + *previous +
                  "'");
    if (view->data > next)
      return fail("there are " + std::to_string(view->data - next) +
                  " bytes before tensor '" + *name + "' that belong to none");
    next = view->data + view->bytes;
    previous = name;
  }
  if (next != data + dataBytes)
    return fail("there are " + std::to_string(data + dataBytes - next) +
                " bytes after the last tensor");
  return {};
}

Result<void> Reader::run(std::map<std::string, TensorView> &views,
                         Metadata &notes) {
  Result<json> header = readHeader();
  if (!header)
    return header.error();
  for (const auto &[name, entry] : header->items()) {
    if (name != "__metadata__") {
      Result<TensorView> view = readEntry(name, entry);
      if (!view)
        return view.error();
      views.emplace(name, std::move(*view));
      continue;
    }
    if (!entry.is_object())
      return fail("the metadata is not a JSON object");
    for (const auto &[key, value] : entry.items()) {
      if (!value.is_string())
        return fail("metadata '" + key + "' is not a text");
      notes.emplace(key, value.get<std::string>());
    }
  }
  return checkCoverage(views);
}

} // namespace

Result<Safetensors> Safetensors::parse(std::string bytes,
                                       std::string fileName) {
  Safetensors file;
  file.contents = std::make_unique<const std::string>(std::move(bytes));
  file.name = std::move(fileName);
  if (Result<void> read =
          Reader(*file.contents, file.name).run(file.views, file.notes);
      !read)
    return read.error();
  return file;
}

Result<Safetensors> Safetensors::load(const std::string &path) {
  Result<std::string> bytes = readFile(path);
  if (!bytes)
    return bytes.error();
  return parse(std::move(*bytes), path);
}

const TensorView *Safetensors::find(const std::string &name) const {
  auto found = views.find(name);
  return found == views.end() ? nullptr : &found->second;
}

Result<const TensorView *>
Safetensors::require(const std::string &tensor, ElementType element,
                     const std::vector<int64_t> &shape) const {
  const TensorView *found = find(tensor);
  std::string expected = describe(element, shape);
  if (!found) {
    Error error(ErrorCode::InvalidArgument, name + ": tensor '" + tensor +
                                                "' is missing; expected " +
                                                expected);
    std::string present;
    size_t shown = 0;
    for (const auto &[other, view] : views) {
      if (++shown > 8) {
        present += ", ...";
        break;
      }
      present += (present.empty() ? "'" : ", '") + other + "'";
    }
    error.notes.push_back(present.empty() ? "the file has no tensors"
                                          : "the file has " + present);
    return error;
  }
  if (found->element != element || found->shape != shape)
    return Error(ErrorCode::InvalidArgument,
                 name + ": tensor '" + tensor + "' is " +
                     describe(found->element, found->shape) + "; expected " +
                     expected);
  return found;
}

Result<void>
runtime::saveSafetensors(const std::string &path,
                         const std::map<std::string, TensorView> &tensors,
                         const Metadata &metadata) {
  json header = json::object();
  if (!metadata.empty())
    header["__metadata__"] = metadata;
  int64_t next = 0;
  for (const auto &[name, view] : tensors) {
    header[name] = {{"dtype", safetensorsName(view.element)},
                    {"shape", view.shape},
                    {"data_offsets", {next, next + view.bytes}}};
    next += view.bytes;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception &exception) {
    return Error(ErrorCode::InvalidArgument,
                 "cannot write '" + path +
                     "': a name is not UTF-8: " + exception.what());
  }
  // Spaces, so that the data is aligned.
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string length;
  for (unsigned i = 0; i < kLengthBytes; ++i)
    length.push_back(char(uint64_t(text.size()) >> (8 * i)));

  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  Result<void> written = file->write(length + text);
  for (const auto &[name, view] : tensors)
    if (written)
      written = file->write(
          {reinterpret_cast<const char *>(view.data), size_t(view.bytes)});
  if (!written)
    return written;
  return file->commit();
}
