// SPDX-License-Identifier: Apache-2.0
#include "secrets/scrub.h"

#include <utility>

#include "secrets/disguises.h"

namespace secrets {

Scrubber::Scrubber(std::span<const NamedSecret> secrets) {
  std::vector<base::Secret> needles;
  std::vector<std::string> replacements;
  for (const auto& secret : secrets) {
    if (secret.value.size() < shortest_secret) continue;
    needles.emplace_back(secret.value);
    for (auto& disguise : disguises_of(secret.value))
      needles.push_back(std::move(disguise));
    replacements.resize(needles.size(), "[REDACTED:" + std::string(secret.name) + "]");
  }
  if (needles.empty()) return;
  known_ = std::make_shared<const Known>(Needles(std::move(needles)), std::move(replacements));
}

std::string Scrubber::scrub(std::string_view text) const {
  std::string out;
  ScrubStream(*this).feed(text, true, out);
  return out;
}

bool Scrubber::finds_secret_in(std::string_view text) const {
  return known_ && known_->needles.find(text, 0).has_value();
}

void ScrubStream::feed(std::string_view in, bool last, std::string& out) {
  if (scrubber_.empty()) {
    out += in;
    return;
  }
  if (held_.empty()) {
    held_ = in.substr(pass(in, last, out));
    return;
  }
  held_ += in;
  held_.erase(0, pass(held_, last, out));
}

/// How much of the text is done with; the rest may go on as a secret.
std::size_t ScrubStream::pass(std::string_view text, bool last, std::string& out) {
  const auto& [needles, replacements] = *scrubber_.known_;
  std::size_t at = 0;
  for (;;) {
    const auto match = needles.find(text, at);
    const std::size_t end = match ? match->at : text.size();
    if (!last) {
      if (const auto beginning = needles.find_beginning(text, at, end)) {
        out += text.substr(at, *beginning - at);
        return *beginning;
      }
    }
    out += text.substr(at, end - at);
    if (!match) return text.size();
    out += replacements[match->needle];
    at = match->at + match->size;
    ++replaced_;
  }
}

}  // namespace secrets
