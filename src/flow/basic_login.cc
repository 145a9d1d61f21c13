// SPDX-License-Identifier: Apache-2.0
#include "flow/basic_login.h"

#include "base/encoding.h"
#include "base/text.h"

namespace flow {
namespace {

constexpr std::string_view scheme = "basic ";

}  // namespace

std::optional<std::string> read_basic_login(const http::Field& field) {
  const bool carries_login = base::iequals(field.name, "authorization") ||
                             base::iequals(field.name, "proxy-authorization");
  const std::string_view value = field.value;
  if (!carries_login || !base::iequals(value.substr(0, scheme.size()), scheme)) return std::nullopt;
  return base::from_base64(base::trim(value.substr(scheme.size())));
}

std::string write_basic_login(std::string_view login) { return "Basic " + base::to_base64(login); }

}  // namespace flow
