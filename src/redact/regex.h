// SPDX-License-Identifier: Apache-2.0
#pragma once
// One RE2 expression over bytes, compiled when it is first needed: most rules never see a match.

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace redact {

/// Safe from any thread. An expression of ASCII characters sees bytes; one with others sees UTF-8.
class Regex {
public:
  /// `group`: the part that is the secret; 0 is the whole match.
  explicit Regex(std::string text, int group = 0);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  struct Match {
    std::size_t at = 0;  // of the whole match
    std::size_t end = 0;
    std::size_t secret_at = 0;  // of the group
    std::size_t secret_end = 0;
  };

  const std::string& text() const { return text_; }
  /// Why RE2 does not take it; empty when it does.
  std::string problem() const;
  /// The leftmost match that begins at `from` or later, and of those that begin there the longest.
  /// What stands before `from` counts for `^` and `\b`.
  std::optional<Match> find(std::string_view subject, std::size_t from) const;

private:
  const re2::RE2& compiled() const;

  std::string text_;
  int group_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace redact
