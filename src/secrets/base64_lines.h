// SPDX-License-Identifier: Apache-2.0
#pragma once
// Secrets in base64 that is cut into lines, as MIME, PEM and several APIs write it: a line may end
// in the middle of one. Lines end as they stand, or as JSON writes it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "secrets/needles.h"

namespace secrets {

/// The secrets that go over the end of a line, in order; of several that overlap the first one, and
/// of those that begin at one place the longest. `needles` are secrets in base64; the size of a
/// match counts the ends of lines in it.
/// `before` digits stood before the text: they count for the length of its first line.
std::vector<Needles::Match> find_over_lines(
    const Needles& needles, std::string_view text, std::size_t before = 0);

/// Replaces each secret that goes over the end of a line, in a text that streams by. Others are
/// left as they are. Holds back only what may be the beginning of one.
class Base64Lines {
public:
  Base64Lines() = default;
  Base64Lines(const Base64Lines&) = delete;
  Base64Lines& operator=(const Base64Lines&) = delete;
  ~Base64Lines() { base::wipe(held_.data(), held_.size()); }

  /// How much of `in` may pass as it is, when nothing is held and no secret goes over the end of a
  /// line in it; the rest may be the beginning of one. Else nullopt. `needles` are secrets in
  /// base64.
  std::optional<std::size_t> innocent_size(
      const Needles& needles, std::string_view in, bool last) const;
  /// So much of it did so; the rest is held.
  void pass(std::string_view in, std::size_t size, bool last);
  /// Appends to `out` what is held, and holds nothing any more, when it cannot go on as a secret in
  /// `in`. Whether it did.
  bool release(const Needles& needles, std::string_view in, std::string& out);
  /// Appends to `out` what may pass now; with `last` all. `marks` are what takes the place of each
  /// needle. How many were replaced.
  std::size_t feed(
      const Needles& needles,
      const std::vector<std::string>& marks,
      std::string_view in,
      bool last,
      std::string& out);

private:
  void passed(std::string_view text, bool last);

  std::string held_;
  std::size_t line_ = 0;  // digits of the last line that have passed, as far as they count
};

}  // namespace secrets
