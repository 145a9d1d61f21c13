// SPDX-License-Identifier: Apache-2.0
#include "secrets/value_format.h"

#include <string>

namespace secrets {
namespace {

constexpr std::string_view token_mark = "{token}";

}  // namespace

base::Secret render(std::string_view format, const base::Secret& token) {
  std::string text;
  text.reserve(format.size() * (token.size() + 1));  // no reallocation leaves a copy behind
  for (auto at = format.find(token_mark); at != std::string_view::npos;
       at = format.find(token_mark)) {
    text.append(format.substr(0, at)).append(token.reveal());
    format.remove_prefix(at + token_mark.size());
  }
  text.append(format);
  base::Secret value(text);
  base::wipe(text.data(), text.size());
  return value;
}

bool takes_token(std::string_view format) { return format.contains(token_mark); }

}  // namespace secrets
