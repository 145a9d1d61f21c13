// SPDX-License-Identifier: Apache-2.0
#pragma once
// Replaces needles that are no secrets, as placeholders are, in a text that streams by.

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "secrets/needles.h"

namespace secrets {

/// Holds back only what may be the beginning of a needle, at most one byte less than the longest
/// one; so a line that ends in innocent text passes at once. Who sees when what passes can guess a
/// needle from that: secrets are hidden by ScrubStream and redact::Stream.
class NeedleStream {
public:
  NeedleStream() = default;
  NeedleStream(const NeedleStream&) = delete;
  NeedleStream& operator=(const NeedleStream&) = delete;
  ~NeedleStream() { base::wipe(held_.data(), held_.size()); }

  /// Appends to `out` what may pass now; with `last` also what was held back, and another text may
  /// begin. Of each match `replace(match, found, out)` appends what takes its place; `match.at` is
  /// where it was found in the whole text. False from it: nothing more passes, and neither does the
  /// rest of `in`.
  template <class Replace>
  void feed(
      const Needles& needles, std::string_view in, bool last, std::string& out, Replace replace) {
    if (cannot_go_on(needles, in)) {
      out += held_;
      begin_ += held_.size();
      base::wipe(held_.data(), held_.size());
      held_.clear();
    }
    if (held_.empty()) {
      const auto done = pass(needles, in, last, out, replace);
      held_ = in.substr(done);
      begin_ += done;
    } else {
      held_ += in;
      const auto done = pass(needles, held_, last, out, replace);
      held_.erase(0, done);
      begin_ += done;
    }
    if (last) begin_ = 0;
  }

  /// What may pass of `in` as it is, when nothing is held back and nothing found in it; the rest is
  /// held then. Else nullopt, and nothing was taken.
  std::optional<std::string_view> pass_on(const Needles& needles, std::string_view in, bool last) {
    if (!held_.empty() || needles.find(in, 0)) return std::nullopt;
    const auto beginning = last ? std::nullopt : needles.find_beginning(in, 0, in.size());
    const auto size = beginning.value_or(in.size());
    held_ = in.substr(size);
    begin_ = last ? 0 : begin_ + size;
    return in.substr(0, size);
  }

  bool holds_any() const { return !held_.empty(); }

private:
  /// Whether what is held is no beginning of a needle that goes on in `in`. Spares a long one a
  /// copy.
  bool cannot_go_on(const Needles& needles, std::string_view in) {
    const auto size = held_.size();
    if (size == 0 || in.size() < needles.longest()) return false;
    held_ += in.substr(0, needles.longest());
    const auto match = needles.find(held_, 0);
    base::wipe(held_.data() + size, held_.size() - size);
    held_.resize(size);
    return !match || match->at >= size;
  }

  /// How much of the text is done with; the rest may go on as a needle.
  template <class Replace>
  std::size_t pass(
      const Needles& needles, std::string_view text, bool last, std::string& out, Replace& replace)
      const {
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
      const Needles::Match found{
          .at = begin_ + match->at, .needle = match->needle, .size = match->size};
      if (!replace(found, text.substr(match->at, match->size), out)) return text.size();
      at = match->at + match->size;
    }
  }

  std::string held_;
  std::size_t begin_ = 0;  // of what is held, in the whole text
};

}  // namespace secrets
