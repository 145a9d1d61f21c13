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
    needles.emplace_back(secret.value);  // first: its replacement may be another than the rest's
    for (auto& disguise : disguises_of(secret.value))
      needles.push_back(std::move(disguise));
    if (!secret.stand_in.empty()) replacements.emplace_back(secret.stand_in);
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
  const auto& [needles, replacements] = *scrubber_.known_;
  stream_.feed(
      needles, in, last, out, [&](const Needles::Match& match, std::string_view, std::string& to) {
        to += replacements[match.needle];
        ++replaced_;
        return true;
      });
}

}  // namespace secrets
