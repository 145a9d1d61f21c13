// SPDX-License-Identifier: Apache-2.0
// However a body is cut, the same text comes out, no secret is left in it, and what is held back
// says nothing of the secrets.
#include <cstdlib>

#include "secrets/scrub.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

/// Short and repetitive, so that random bytes come near them.
const secrets::Scrubber& scrubber() {
  static const secrets::NamedSecret known[] = {
      {"a", "aaab"}, {"b", "aaabab"}, {"c", "babaab"}, {"d", "a\"/%"}};
  static const secrets::Scrubber made(known);
  return made;
}

/// Others of the same lengths.
const secrets::Scrubber& other_scrubber() {
  static const secrets::NamedSecret known[] = {
      {"a", "qqqz"}, {"b", "qqqzqz"}, {"c", "zqzqqz"}, {"d", "q\"/%"}};
  static const secrets::Scrubber made(known);
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = (data[0] % 16 + 1) * (data[0] < 128 ? 1 : 16);  // also long ones
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  secrets::ScrubStream stream(scrubber());
  secrets::ScrubStream other(other_scrubber());
  const bool says_nothing =
      !scrubber().finds_secret_in(text) && !other_scrubber().finds_secret_in(text);
  std::string out;
  std::string from_other;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    stream.feed(text.substr(at, piece), false, out);
    if (!says_nothing) continue;
    other.feed(text.substr(at, piece), false, from_other);
    check(out.size() == from_other.size());
  }
  stream.feed("", true, out);
  check(out == scrubber().scrub(text));
  check(scrubber().finds_secret_in(text) == (stream.replaced() > 0));
  if (stream.replaced() == 0) check(out == text);
  return 0;
}
