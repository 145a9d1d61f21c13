// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps secrets out of what comes back: wherever one appears, plainly or in one of its disguises
// (disguises.h), `[REDACTED:<name>]` stands instead, or for a plain one what stands for it inside.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace secrets {

/// What is shorter cannot be told from ordinary text and is not looked for; it cannot be injected
/// either.
inline constexpr std::size_t shortest_secret = 4;

struct NamedSecret {
  std::string_view name;
  std::string_view value;
  std::string_view stand_in{};  // takes the place of the plain value; empty: the usual mark does
};

/// What is seen instead of a value of this name, `[REDACTED:name]`. It can stand in JSON, XML and
/// forms: of the name, what would end a text there is an underscore.
std::string mark_of(std::string_view name);

/// Copies share what is known, and what is learnt. Safe from any thread.
class Scrubber {
  class Known;

public:
  /// Of one name so many values are remembered, the newest ones; more when there are more from the
  /// beginning.
  static constexpr std::size_t most_values = 32;

  /// Whether there may be something to look for later, when there is nothing yet.
  enum class Later { nothing, learns };

  Scrubber() = default;
  /// Two names for one value: the first one is shown.
  explicit Scrubber(std::span<const NamedSecret> secrets, Later later = Later::nothing);

  /// Nothing to look for, now and later.
  bool empty() const { return !memory_; }

  /// What is known now, for looks at many texts: it is asked for once.
  class Now {
  public:
    explicit Now(const Scrubber& scrubber) : known_(scrubber.known()) {}
    bool knows_any() const { return known_ != nullptr; }
    /// Whether `scrub` would change the text.
    bool finds_secret_in(std::string_view text) const;

  private:
    std::shared_ptr<const Known> known_;
  };

  /// Hides these too from now on, also in what streams by already. Not for one that is empty.
  void learn(std::span<const NamedSecret> secrets) const;

  /// The text without secrets: for header values, URLs and log records.
  std::string scrub(std::string_view text) const;
  /// What `scrub` replaces in the text, in order. What overlaps is replaced as one.
  struct Found {
    std::size_t at = 0;
    std::size_t size = 0;
    std::string replacement;
  };
  std::vector<Found> find_all(std::string_view text) const;
  /// Whether `scrub` would change the text.
  bool finds_secret_in(std::string_view text) const { return Now(*this).finds_secret_in(text); }
  /// Whether the text is a secret, plain or disguised, and nothing else.
  bool is_secret(std::string_view text) const;

private:
  friend class ScrubStream;
  class Memory;
  std::shared_ptr<const Known> known() const;  // null when there is nothing yet

  std::shared_ptr<Memory> memory_;  // null when empty
};

/// The same for a body that streams by. Holds back what stands behind the last line end or blank,
/// unless a secret has one, at most about as much as the longest spelling of a secret takes; and of
/// base64 in lines the last ones. Whether something is held says nothing of the secrets: who makes
/// a server say what he likes, and sees when it comes, learns no letter of them.
class ScrubStream {
public:
  /// Hides what is known, and what is learnt while it streams.
  explicit ScrubStream(const Scrubber& scrubber) : scrubber_(scrubber), known_(scrubber.known()) {}
  ScrubStream(const ScrubStream&) = delete;
  ScrubStream& operator=(const ScrubStream&) = delete;
  ~ScrubStream() { base::wipe(held_.data(), held_.size()); }

  /// What may pass of `in` as it is, when nothing is held and nothing found in it; the rest is held
  /// then. Else nullopt, and nothing was taken.
  std::optional<std::string_view> pass_on(std::string_view in, bool last);
  /// Appends to `out` what may pass now; with `last` also what was held back, and another text may
  /// begin.
  void feed(std::string_view in, bool last, std::string& out);

  /// How many places were replaced so far.
  std::size_t replaced() const { return replaced_; }

private:
  std::size_t small_piece() const;
  void release(std::string_view in, std::string& out);
  std::size_t replace(std::string_view text, bool last, std::string& out);
  void passed(std::string_view text, bool last);

  Scrubber scrubber_;
  std::shared_ptr<const Scrubber::Known> known_;  // when the last piece came
  std::string held_;
  std::size_t line_ = 0;  // digits of base64 before it in its line, as far as they count
  std::size_t replaced_ = 0;
};

}  // namespace secrets
