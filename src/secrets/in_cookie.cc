// SPDX-License-Identifier: Apache-2.0
#include "secrets/in_cookie.h"

#include "base/text.h"

namespace secrets {

Injection InCookie::inject(const RequestView& request, const Circumstances&) const {
  std::string cookies;
  for (const auto& field : request.fields) {
    if (!base::iequals(field.name, "cookie")) continue;
    for (const auto piece : base::split(field.value, ';')) {
      const auto cookie = base::trim(piece);
      const auto equals = cookie.find('=');
      if (base::trim(cookie.substr(0, equals)) == form_.cookie) {
        const bool has_value = equals != std::string_view::npos;
        if (has_value && !gives_way(base::trim(cookie.substr(equals + 1)))) return Kept{};
        continue;
      }
      if (!cookie.empty()) cookies.append(cookie).append("; ");
    }
  }
  cookies.append(form_.cookie).append("=");
  cookies.reserve(cookies.size() + value_.size());  // no reallocation leaves a copy behind
  cookies.append(value_.reveal());
  Edits edits;
  edits.fields.push_back({.name = "Cookie", .value = base::Secret(cookies)});
  base::wipe(cookies.data(), cookies.size());
  return edits;
}

bool InCookie::gives_way(std::string_view own_value) const {
  return form_.overwrites || own_value.empty() || own_value == form_.dummy;
}

}  // namespace secrets
