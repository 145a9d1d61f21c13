// SPDX-License-Identifier: Apache-2.0
// What is normalised stays as it is when it is normalised again, and keeps to its alphabet.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "policy/normalise.h"
#include "policy/target.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(base::Result<std::string> (*normalise)(std::string_view), std::string_view text) {
  const auto once = normalise(text);
  if (!once) return;
  require(normalise(*once).value() == *once);
  require(std::ranges::all_of(*once, [](char c) { return c > ' ' && c < '\x7f'; }));
}

void check_url(std::string_view text) {
  const auto url = policy::parse_url(text);
  if (!url) return;
  const std::string once = policy::url_of(url->target("GET"));
  require(policy::url_of(policy::parse_url(once).value().target("GET")) == once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(policy::normalise_host, text);
  check(policy::normalise_path, text);
  check(policy::normalise_query, text);
  check(policy::normalise_method, text);
  check_url(text);
  if (const auto authority = policy::split_authority(text)) {
    require(policy::normalise_host(authority->host).value() == authority->host);
  }
  return 0;
}
