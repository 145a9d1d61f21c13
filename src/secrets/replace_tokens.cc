// SPDX-License-Identifier: Apache-2.0
#include "secrets/replace_tokens.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "secrets/percent.h"
#include "secrets/secret_resource.h"

namespace secrets {
namespace {

namespace json = boost::json;

using base::ErrorKind;
using base::Result;

constexpr std::string_view json_blanks = " \t\r\n";

/// Behind the string that begins at this place.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

/// What a string says, quotation marks and all.
base::Secret meaning_of(std::string_view string) {
  SecretResource memory;
  const auto value = json::parse(string, &memory);
  return base::Secret(std::string_view(value.get_string().data(), value.get_string().size()));
}

/// Everything else stays as it is written: numbers, blanks, a member that is there twice.
Result<std::string> replace_in_json(std::string_view answer, const StandIn& stand_in) {
  SecretResource memory;
  boost::system::error_code wrong;
  static_cast<void>(json::parse(answer, wrong, &memory));
  if (wrong) return base::fail(ErrorKind::invalid, "it is not JSON");
  std::string out;
  std::size_t written = 0;
  base::Secret member;
  auto value_at = answer.npos;
  std::size_t end = 0;
  for (auto at = answer.find('"'); at != answer.npos; at = answer.find('"', end)) {
    end = end_of_string(answer, at);
    const auto string = answer.substr(at, end - at);
    const auto next = answer.find_first_not_of(json_blanks, end);
    if (next != answer.npos && answer[next] == ':') {
      member = meaning_of(string);
      value_at = answer.find_first_not_of(json_blanks, next + 1);
    } else if (at == value_at) {
      const auto other = stand_in(member.reveal(), meaning_of(string).reveal());
      if (!other) continue;
      out.append(answer.substr(written, at - written)).append(base::to_json_string(*other));
      written = end;
    }
  }
  return out.append(answer.substr(written));
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
  bool is_first = true;
  for (const auto pair : base::split(answer, '&')) {
    if (!std::exchange(is_first, false)) out += '&';
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
