// SPDX-License-Identifier: Apache-2.0
#include "secrets/dummy.h"

#include "base/encoding.h"
#include "base/text.h"

namespace secrets {

bool carries_dummy(std::string_view field_value, std::string_view dummy) {
  const auto value = base::trim(field_value);
  if (value == dummy) return true;
  const auto blank = value.find(' ');
  if (blank == std::string_view::npos) return false;
  const auto scheme = value.substr(0, blank);
  const auto rest = base::trim(value.substr(blank));
  if (rest == dummy) return true;
  if (!base::iequals(scheme, "basic")) return false;
  const auto login = base::from_base64(rest);
  if (!login) return false;
  const auto colon = login->find(':');
  if (colon == std::string::npos) return false;
  const auto text = std::string_view(*login);
  return text.substr(0, colon) == dummy || text.substr(colon + 1) == dummy;
}

}  // namespace secrets
