//===- SafetensorsTest.cpp - Tensors in files -----------------------------===//

#include "TestFiles.h"

#include "hocket/Runtime/Safetensors.h"
#include "hocket/Support/File.h"

#include <cstring>

using namespace hocket;
using namespace hocket::runtime;
using namespace hocket::runtime::test;

namespace {

/// A file with this header and this many bytes of data.
std::string makeFile(const std::string &header, size_t dataBytes) {
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i)
    bytes.push_back(char(header.size() >> (8 * i)));
  bytes += header;
  for (size_t i = 0; i < dataBytes; ++i)
    bytes.push_back(char(i));
  return bytes;
}

const char *const kGood =
    R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
    R"("b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},)"
    R"("__metadata__":{"who":"me"}})";

TEST(Safetensors, ReadsTensorsAndMetadata) {
  Result<Safetensors> file = Safetensors::parse(makeFile(kGood, 32), "x");
  ASSERT_TRUE(file) << file.error();
  ASSERT_EQ(file->tensors().size(), 2u);
  const TensorView *a = file->find("a");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->element, ElementType::F32);
  EXPECT_EQ(a->shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(a->bytes, 24);
  EXPECT_EQ(a->data[5], std::byte(5));
  EXPECT_EQ(file->find("b")->data[0], std::byte(24));
  EXPECT_EQ(file->find("c"), nullptr);
  EXPECT_EQ(file->metadata(), (Metadata{{"who", "me"}}));
}

TEST(Safetensors, WritesWhatItReads) {
  TestFolder folder;
  float values[6] = {1, 2, 3, 4, 5, 6};
  int32_t number = 7;
  auto bytesOf = [](auto *pointer) {
    return reinterpret_cast<const std::byte *>(pointer);
  };
  std::map<std::string, TensorView> tensors = {
      {"w\"eird \xc3\xa9", {ElementType::F32, {3, 2}, bytesOf(values), 24}},
      {"n", {ElementType::I32, {}, bytesOf(&number), 4}},
      {"none", {ElementType::F64, {0, 5}, nullptr, 0}},
  };
  std::string path = folder / "t.safetensors";
  ASSERT_TRUE(saveSafetensors(path, tensors, {{"k", "v"}}));
  Result<Safetensors> file = Safetensors::load(path);
  ASSERT_TRUE(file) << file.error();
  EXPECT_EQ(file->tensors().size(), 3u);
  EXPECT_EQ(file->metadata().at("k"), "v");
  Result<const TensorView *> read =
      file->require("w\"eird \xc3\xa9", ElementType::F32, {3, 2});
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(std::memcmp((*read)->data, values, sizeof values), 0);
  EXPECT_EQ(file->find("none")->shape, (std::vector<int64_t>{0, 5}));
  // The data is aligned: mapping the file is enough for other readers.
  std::string bytes = *readFile(path);
  uint64_t header = 0;
  std::memcpy(&header, bytes.data(), 8);
  EXPECT_EQ(header % 8, 0u);
}

TEST(Safetensors, MissingAndMisshapenTensorsAreNamed) {
  Result<Safetensors> file = Safetensors::parse(makeFile(kGood, 32), "x.st");
  ASSERT_TRUE(file);
  Result<const TensorView *> found =
      file->require("c", ElementType::F32, {4, 5});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message,
            "x.st: tensor 'c' is missing; expected F32 [4, 5]");
  EXPECT_EQ(found.error().notes,
            std::vector<std::string>{"the file has 'a', 'b'"});
  EXPECT_EQ(found.error().exitCode(), 2);
  EXPECT_EQ(file->require("a", ElementType::F32, {3, 2}).error().message,
            "x.st: tensor 'a' is F32 [2, 3]; expected F32 [3, 2]");
  EXPECT_EQ(file->require("a", ElementType::BF16, {2, 3}).error().message,
            "x.st: tensor 'a' is F32 [2, 3]; expected BF16 [2, 3]");
}

struct BadHeader {
  const char *header;
  size_t dataBytes;
  const char *message; // a part of it
};

TEST(Safetensors, BadHeadersAreOneClearErrorEach) {
  const BadHeader cases[] = {
      {"{", 0, "not JSON"},
      {"[]", 0, "not a JSON object"},
      {R"({"a":3})", 0, "tensor 'a' does not have just"},
      {R"({"a":{"dtype":"F32","shape":[1]}})", 4, "tensor 'a' does not have"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})", 4,
       "tensor 'a' does not have just"},
      {R"({"a":{"dtype":"U17","shape":[1],"data_offsets":[0,4]}})", 4,
       "tensor 'a' has the dtype U17"},
      {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4,
       "tensor 'a' has the extent -1"},
      {R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4,
       "tensor 'a' has the extent 1.5"},
      {R"({"a":{"dtype":"F32","shape":[9223372036854775807,4],)"
       R"("data_offsets":[0,4]}})",
       4, "tensor 'a' is larger than 2^63 bytes"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4,
       "tensor 'a' has the data_offsets [4,0]"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,"4"]}})", 4,
       "tensor 'a' has the data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4,
       "tensor 'a' is F32 [2], 8 bytes, and its data_offsets hold 4"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4,
       "tensor 'a' ends at byte 8 of the data, which has 4"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
       R"("b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
       12, "tensor 'b' overlaps with tensor 'a'"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
       R"("b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
       12, "4 bytes before tensor 'b'"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 5,
       "1 bytes after the last tensor"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
       R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
       8, "'a' is in the header twice"},
      {R"({"__metadata__":{"k":1}})", 0, "metadata 'k' is not a text"},
      {R"({"__metadata__":[]})", 0, "metadata is not a JSON object"},
  };
  for (const BadHeader &bad : cases) {
    Result<Safetensors> file =
        Safetensors::parse(makeFile(bad.header, bad.dataBytes), "x.st");
    ASSERT_FALSE(file) << bad.header;
    EXPECT_EQ(file.error().code, ErrorCode::CorruptFile);
    EXPECT_EQ(file.error().message.rfind("x.st: ", 0), 0u) << file.error();
    EXPECT_NE(file.error().message.find(bad.message), std::string::npos)
        << bad.header << "\n"
        << file.error();
  }
}

TEST(Safetensors, EveryTruncationIsAnError) {
  std::string bytes = makeFile(kGood, 32);
  for (size_t size = 0; size < bytes.size(); ++size) {
    Result<Safetensors> file =
        Safetensors::parse(std::string(bytes, 0, size), "x");
    ASSERT_FALSE(file) << size;
    ASSERT_EQ(file.error().code, ErrorCode::CorruptFile);
  }
}

/// A flipped byte in the data is another number; in the header it must never
/// crash, nor give a tensor that leaves the file.
TEST(Safetensors, FlippedBytesAreSurvived) {
  std::string bytes = makeFile(kGood, 32);
  for (size_t i = 0; i < bytes.size(); ++i)
    for (unsigned mask = 1; mask < 256; ++mask) {
      std::string damaged = bytes;
      damaged[i] = char(uint8_t(damaged[i]) ^ mask);
      Result<Safetensors> file = Safetensors::parse(damaged, "x");
      if (!file)
        continue;
      int64_t sum = 0;
      for (const auto &[name, view] : file->tensors())
        sum += view.bytes;
      EXPECT_EQ(sum, 32);
    }
}

} // namespace
