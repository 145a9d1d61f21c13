// SPDX-License-Identifier: Apache-2.0
// However a body is cut, the same text comes out, and it is the text that is found at once; nothing
// of what is blocked passes; looking deeply finds nothing outside the text. Base64 says the same
// however it is read.
#include <cstdlib>

#include "redact/runs.h"
#include "redact/stream.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

std::shared_ptr<const redact::Scanner> make(redact::Action action) {
  redact::Settings settings;
  // Short and repetitive, so that random bytes come near them.
  for (const std::string_view value : {"aaab", "aaabab", "babaab", "abababababababababab"}) {
    redact::RuleSpec rule{.name = "s", .action = action};
    rule.source.value = base::Secret(value);
    settings.rules.push_back(std::move(rule));
  }
  for (const std::string pattern : {"c[0-9]{2,5}d", "\\bcc+\\b", "^d+|d+$", "(?:^|e)f{1,3}(?:$|e)"})
    settings.rules.push_back({.name = "p", .action = action, .pattern = pattern});
  const secrets::Environment none;
  return redact::Scanner::create(
             settings, {.environment = none, .home = "/", .env_files = {}, .cache = {}})
      .value();
}

std::string decoded(std::string_view text) {
  std::string out(text.size(), '\0');
  out.resize(static_cast<std::size_t>(redact::decode_base64(text, out.data()) - out.data()));
  return out;
}

std::string decoded_one_by_one(std::string_view text) {
  std::string out;
  redact::read_base64(text, [&](char byte, std::size_t from, std::size_t end) {
    check(from < end && end <= text.size());
    out += byte;
    return true;
  });
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const auto replacing = make(redact::Action::redact);
  static const auto blocking = make(redact::Action::block);
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 64 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  redact::Stream stream(replacing);
  redact::Stream blocked(blocking);
  std::string out;
  std::string passed;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    stream.feed(text.substr(at, piece), false, out);
    blocked.feed(text.substr(at, piece), false, passed);
  }
  stream.feed("", true, out);
  blocked.feed("", true, passed);

  const auto found = replacing->find(text);
  check(out == replacing->replaced(text, found));
  check(stream.seen().empty() == found.empty());
  check((blocked.blocked() != nullptr) == !found.empty());
  check(text.starts_with(passed) && (found.empty() || passed.size() <= found[0].at));
  check(decoded(text) == decoded_one_by_one(text));
  for (const auto& finding : replacing->find_deeply(text))
    check(finding.at < finding.end && finding.end <= text.size());
  return 0;
}
