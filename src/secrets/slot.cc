// SPDX-License-Identifier: Apache-2.0
#include "secrets/slot.h"

#include "base/text.h"

namespace secrets {
namespace {

bool is_cookie_header(const Slot& slot) {
  return slot.place == Slot::Place::header && slot.name == "Cookie";
}

}  // namespace

std::string Slot::to_string() const {
  switch (place) {
    case Place::query:
      return "query:" + name;
    case Place::cookie:
      return "cookie:" + name;
    case Place::tls:
      return "tls:" + name;
    case Place::header:
      break;
  }
  return "header:" + base::lower(name);
}

std::string Slot::in_words() const {
  switch (place) {
    case Place::query:
      return "the query parameter `" + name + "`";
    case Place::cookie:
      return "the cookie `" + name + "`";
    case Place::tls:
      return "the client certificate";
    case Place::header:
      break;
  }
  return name;
}

bool Slot::overlaps(const Slot& other) const {
  const bool cookies = (is_cookie_header(*this) && other.place == Place::cookie) ||
                       (is_cookie_header(other) && place == Place::cookie);
  return cookies || *this == other;
}

}  // namespace secrets
