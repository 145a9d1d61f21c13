// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one place of a request's head that a credential is written to.

#include <string>

namespace secrets {

struct Slot {
  enum class Place { header, query, cookie };
  Place place = Place::header;
  std::string name{};  // of a header in its usual spelling; a parameter's and a cookie's as written

  /// For programs: "header:authorization", "query:key", "cookie:sid".
  std::string to_string() const;
  /// For a person: "Authorization", "the query parameter `key`", "the cookie `sid`".
  std::string in_words() const;
  /// Writing to one changes the other: the same slot, or a cookie and the header Cookie.
  bool overlaps(const Slot& other) const;

  bool operator==(const Slot&) const = default;
};

}  // namespace secrets
