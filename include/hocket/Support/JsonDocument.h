//===- JsonDocument.h - JSON in linear time, names told apart ---*- C++ -*-===//
//
// A JSON library keeps the last of two equal names; here that is an error.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SUPPORT_JSONDOCUMENT_H
#define HOCKET_SUPPORT_JSONDOCUMENT_H

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace hocket {

/// Makes a document of the events of a parser, in time that is linear in its
/// fields. The parsers of the library are not: the one with a callback goes
/// through all siblings at the end of each object, and ordered_json through all
/// fields of an object before it adds one.
template <typename Json>
class DocumentBuilder : public nlohmann::json_sax<Json> {
  using Base = nlohmann::json_sax<Json>;

public:
  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(typename Base::number_integer_t value) override {
    return add(value);
  }
  bool number_unsigned(typename Base::number_unsigned_t value) override {
    return add(value);
  }
  bool number_float(typename Base::number_float_t value,
                    const typename Base::string_t &) override {
    return add(value);
  }
  bool string(typename Base::string_t &value) override {
    return add(std::move(value));
  }
  bool binary(typename Base::binary_t &value) override {
    return add(std::move(value));
  }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool start_object(std::size_t) override {
    names.emplace_back();
    return open(Json::object());
  }
  bool end_object() override {
    names.pop_back();
    return close();
  }
  bool key(typename Base::string_t &name) override {
    if (!names.back().insert(name).second && !duplicate)
      duplicate = name;
    field = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string &,
                   const nlohmann::json::exception &error) override {
    throw error;
  }

  Json document;
  std::optional<std::string> duplicate; // the first one

private:
  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  bool open(Json value) {
    opened.push_back(place(std::move(value)));
    return true;
  }
  bool close() {
    opened.pop_back();
    return true;
  }
  /// What is open is the last of its parent, which does not grow until then.
  Json *place(Json value) {
    if (opened.empty()) {
      document = std::move(value);
      return &document;
    }
    if (opened.back()->is_array()) {
      opened.back()->push_back(std::move(value));
      return &opened.back()->back();
    }
    auto &object = opened.back()->template get_ref<typename Json::object_t &>();
    if constexpr (requires { object.back(); })
      return &object.emplace_back(std::move(field), std::move(value)).second;
    else
      return &(object[std::move(field)] = std::move(value));
  }

  std::vector<Json *> opened;
  std::vector<std::unordered_set<std::string>> names; // of the open objects
  std::string field;
};

/// Parses JSON from `text` and returns it with the first name that an object
/// has twice, if any. Throws what the library throws, as its base class.
/// `Json` is nlohmann's json or ordered_json.
template <typename Json, typename Text>
std::pair<Json, std::optional<std::string>>
parseWithDuplicates(const Text &text) {
  DocumentBuilder<Json> builder;
  Json::sax_parse(text.begin(), text.end(), &builder);
  return {std::move(builder.document), std::move(builder.duplicate)};
}

} // namespace hocket

#endif // HOCKET_SUPPORT_JSONDOCUMENT_H
