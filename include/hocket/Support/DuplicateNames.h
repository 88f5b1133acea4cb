//===- DuplicateNames.h - Names that are twice in JSON ----------*- C++ -*-===//
//
// A JSON library keeps the last of two equal names; here that is an error.
//
//===----------------------------------------------------------------------===//

#ifndef HOCKET_SUPPORT_DUPLICATENAMES_H
#define HOCKET_SUPPORT_DUPLICATENAMES_H

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hocket {

/// Parses JSON from `text` and returns it with the first name that an object
/// has twice, if any. Throws what the library throws. `Json` is nlohmann's
/// json or ordered_json.
template <typename Json, typename Text>
std::pair<Json, std::optional<std::string>>
parseWithDuplicates(const Text &text) {
  std::optional<std::string> duplicate;
  std::vector<std::set<std::string>> names;
  using Event = typename Json::parse_event_t;
  Json json = Json::parse(
      text.begin(), text.end(), [&](int, Event event, Json &parsed) {
        if (event == Event::object_start)
          names.emplace_back();
        if (event == Event::object_end)
          names.pop_back();
        if (event == Event::key && !duplicate && !names.empty() &&
            !names.back().insert(parsed.template get<std::string>()).second)
          duplicate = parsed.template get<std::string>();
        return true;
      });
  return {std::move(json), std::move(duplicate)};
}

} // namespace hocket

#endif // HOCKET_SUPPORT_DUPLICATENAMES_H
