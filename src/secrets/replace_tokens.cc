// SPDX-License-Identifier: Apache-2.0
#include "secrets/replace_tokens.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/secret.h"
#include "base/text.h"
#include "secrets/percent.h"
#include "secrets/secret_resource.h"

namespace secrets {
namespace {

namespace json = boost::json;

using base::ErrorKind;
using base::Result;

std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }

void replace_in(json::value& value, const StandIn& stand_in);

void replace_member(std::string_view name, json::value& value, const StandIn& stand_in) {
  auto* text = value.if_string();
  if (text == nullptr) return replace_in(value, stand_in);
  if (const auto other = stand_in(name, view_of(*text))) *text = *other;
}

/// Boost.JSON reads no deeper than 32 levels.
void replace_in(json::value& value, const StandIn& stand_in) {
  if (auto* object = value.if_object()) {
    for (auto& member : *object)
      replace_member({member.key().data(), member.key().size()}, member.value(), stand_in);
  } else if (auto* array = value.if_array()) {
    for (auto& element : *array)
      replace_in(element, stand_in);
  }
}

Result<std::string> replace_in_json(std::string_view answer, const StandIn& stand_in) {
  SecretResource memory;
  boost::system::error_code wrong;
  auto document = json::parse(answer, wrong, &memory);
  if (wrong) return base::fail(ErrorKind::invalid, "it is not JSON");
  replace_in(document, stand_in);
  return json::serialize(document);
}

bool is_form_character(char c) {
  return base::is_alpha(c) || base::is_digit(c) ||
         std::string_view("-._~*%+=&!$'(),;:@/?[]").contains(c);
}

bool looks_like_form(std::string_view text) {
  return text.contains('=') && std::ranges::all_of(text, is_form_character);
}

std::string replace_in_form(std::string_view answer, const StandIn& stand_in) {
  std::string out;
  for (const auto pair : base::split(answer, '&')) {
    if (!out.empty()) out += '&';
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decode_form(pair.substr(0, equals));
    auto value = percent_decode_form(pair.substr(std::min(equals + 1, pair.size())));
    if (const auto other = stand_in(name, value))
      out.append(pair.substr(0, equals)).append("=").append(percent_encode(*other));
    else
      out += pair;
    base::wipe(value.data(), value.size());
  }
  return out;
}

}  // namespace

Result<std::string> replace_tokens(std::string_view answer, const StandIn& stand_in) {
  const auto text = base::trim(answer);
  if (text.starts_with('{') || text.starts_with('[')) return replace_in_json(text, stand_in);
  if (looks_like_form(text)) return replace_in_form(text, stand_in);
  return base::fail(ErrorKind::invalid, "it is neither JSON nor a form");
}

}  // namespace secrets
