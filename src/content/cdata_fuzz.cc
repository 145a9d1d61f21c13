// SPDX-License-Identifier: Apache-2.0
// However an XML text is cut, each byte of it is given once, in its order and in the same role. The
// first byte is the size of pieces.
#include <cstdint>
#include <cstdlib>

#include "content/cdata.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

struct Followed {
  std::string bytes{};
  std::string roles{};  // a character for each byte
};

Followed follow(std::string_view text, std::size_t piece) {
  Followed out;
  content::CdataTracker tracker;
  const auto sink = [&](std::string_view bytes, content::CdataTracker::Role role) {
    out.bytes += bytes;
    out.roles.append(bytes.size(), role == content::CdataTracker::Role::content ? 'c' : ' ');
  };
  for (std::size_t at = 0; at < text.size(); at += piece)
    tracker.feed(text.substr(at, piece), false, sink);
  tracker.feed({}, true, sink);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = follow(text, text.size());
  const auto pieces = follow(text, data[0] % 32U + 1U);
  check(whole.bytes == text && pieces.bytes == text);
  check(whole.roles == pieces.roles);
  return 0;
}
