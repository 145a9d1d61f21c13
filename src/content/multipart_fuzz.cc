// SPDX-License-Identifier: Apache-2.0
// However a multipart body is cut, each byte of it is given once, in its order and in the same
// role. The first byte is the size of pieces.
#include <cstdint>
#include <cstdlib>

#include "content/multipart.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

struct Followed {
  std::string bytes{};
  std::string roles{};  // a character for each byte
  bool failed = false;
};

Followed follow(std::string_view body, std::size_t piece) {
  Followed out;
  content::MultipartTracker tracker("b");
  const auto sink = [&](const content::MultipartTracker::Stretch& stretch) {
    const bool is_content = stretch.role == content::MultipartTracker::Role::content;
    const auto number = static_cast<char>('0' + stretch.part.number % 64);
    out.bytes += stretch.bytes;
    out.roles.append(stretch.bytes.size(), is_content ? number : ' ');
  };
  for (std::size_t at = 0; at < body.size() && !out.failed; at += piece)
    out.failed = !tracker.feed(body.substr(at, piece), false, sink);
  out.failed = out.failed || !tracker.feed("", true, sink);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = follow(body, body.size());
  const auto pieces = follow(body, data[0] % 32U + 1U);
  check(whole.failed == pieces.failed);
  if (whole.failed) return 0;
  check(whole.bytes == body && pieces.bytes == body);
  check(whole.roles == pieces.roles);
  return 0;
}
