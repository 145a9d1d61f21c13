// SPDX-License-Identifier: Apache-2.0
#include "redact/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace redact {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

Regex::Regex(std::string text, int group) : text_(std::move(text)), group_(group) {}
Regex::~Regex() = default;

const re2::RE2& Regex::compiled() const {
  std::call_once(once_, [this] {
    RE2::Options options(RE2::Quiet);
    options.set_longest_match(true);
    options.set_encoding(
        is_ascii(text_) ? RE2::Options::EncodingLatin1 : RE2::Options::EncodingUTF8);
    compiled_ = std::make_unique<RE2>(text_, options);
  });
  return *compiled_;
}

std::string Regex::problem() const { return compiled().ok() ? std::string() : compiled().error(); }

std::optional<Regex::Match> Regex::find(std::string_view subject, std::size_t from) const {
  const re2::RE2& regex = compiled();
  const re2::StringPiece text(subject.data(), subject.size());
  std::array<re2::StringPiece, 2> parts;
  if (!regex.Match(text, from, text.size(), RE2::UNANCHORED, parts.data(), group_ == 0 ? 1 : 2))
    return std::nullopt;
  const auto place = [&](const re2::StringPiece& part) {
    return static_cast<std::size_t>(part.data() - text.data());
  };
  const auto& secret = parts[group_ == 0 ? 0 : 1];
  return Match{
      .at = place(parts[0]),
      .end = place(parts[0]) + parts[0].size(),
      .secret_at = place(secret),
      .secret_end = place(secret) + secret.size()};
}

}  // namespace redact
