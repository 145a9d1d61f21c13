// SPDX-License-Identifier: Apache-2.0
#include "secrets/json_member.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "secrets/secret_resource.h"

namespace secrets {
namespace {

namespace json = boost::json;

using base::ErrorKind;
using base::Secret;

const json::value* child(const json::value& parent, std::string_view name) {
  if (const auto* object = parent.if_object()) return object->if_contains(name);
  const auto* array = parent.if_array();
  const auto index = base::parse_number(name);
  if (array == nullptr || !index || *index >= array->size()) return nullptr;
  return &(*array)[static_cast<std::size_t>(*index)];
}

std::string number_text(const json::value& number) { return json::serialize(number); }

}  // namespace

base::Result<std::optional<Secret>> json_member(std::string_view text, std::string_view path) {
  SecretResource memory;
  boost::system::error_code wrong;
  const auto document = json::parse(text, wrong, &memory);
  if (wrong) return base::fail(ErrorKind::invalid, "it is not JSON");
  const json::value* at = &document;
  for (const auto name : base::split(path, '.')) {
    at = child(*at, name);
    if (at == nullptr) return std::nullopt;
  }
  if (at->is_null()) return std::nullopt;
  if (const auto* found = at->if_string()) return Secret({found->data(), found->size()});
  if (at->is_structured()) {
    return base::fail(
        ErrorKind::invalid,
        "its member " + base::escape_for_terminal(path) + " is an object or an array",
        "name the member inside that is the secret");
  }
  return Secret(number_text(*at));
}

}  // namespace secrets
