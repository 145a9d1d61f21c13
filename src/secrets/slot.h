// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one place that a credential is put into: mostly in a request's head.

#include <string>

namespace secrets {

struct Slot {
  enum class Place { header, query, cookie, tls };
  Place place = Place::header;
  std::string name{};  // of a header in its usual spelling; a parameter's and a cookie's as written

  /// What the handshake of its connection shows.
  static Slot client_certificate() { return {Place::tls, "client-certificate"}; }

  /// For programs: "header:authorization", "query:key", "cookie:sid", "tls:client-certificate".
  std::string to_string() const;
  /// For a person: "Authorization", "the query parameter `key`", "the cookie `sid`", "the client
  /// certificate".
  std::string in_words() const;
  /// Writing to one changes the other: the same slot, or a cookie and the header Cookie.
  bool overlaps(const Slot& other) const;

  bool operator==(const Slot&) const = default;
};

}  // namespace secrets
