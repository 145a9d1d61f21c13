// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tokens that came from outside while a program was logging in. The program has sentinels: they are
// placeholders whose values appeared while it ran. They are known in later sessions of the same
// sandbox too, because its programs write them into their files.

#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "policy/target.h"
#include "secrets/freshness.h"
#include "secrets/login_rule.h"
#include "secrets/placeholders.h"
#include "secrets/scrub.h"
#include "secrets/sealed_file.h"

namespace secrets {

/// Safe from any thread.
class Logins {
public:
  /// Of one token so many values are kept, the newest ones: those that programs may still have.
  static constexpr std::size_t most_values = 16;

  /// With what earlier sessions kept in `directory`. `configured` are the placeholders that there
  /// are besides. Errors: a rule that is wrong, a file that cannot be opened.
  static base::Result<std::shared_ptr<Logins>> create(
      std::span<const LoginSpec> specs,
      Placeholders configured,
      const std::filesystem::path& directory);

  /// All placeholders that there are now: those of the configuration, and the sentinels.
  Placeholders placeholders() const;
  /// The login that the answer to this request may bring tokens of, or null.
  const LoginRule* answered(const policy::Target& target) const;
  /// Whether a host answers with tokens or may get one.
  bool concern(std::string_view host) const;
  /// Whether there is a sentinel that something takes the place of.
  bool holds_any() const;

  struct Taken {
    std::string answer;              // with sentinels
    std::vector<std::string> names;  // "claude.access_token", each once
  };
  /// Takes the tokens out of an answer. `scrubber` knows them when this returns. Errors: invalid,
  /// when the answer cannot be read; denied, when it has a token that is too long to be kept, or
  /// too many.
  base::Result<Taken> take_tokens(
      const LoginRule& rule, std::string_view answer, const Scrubber& scrubber);

  /// Puts what was taken into the file, for later sessions. Blocks.
  base::Result<> keep();
  /// Looks whether another session of this sandbox has changed the file, and learns what it took or
  /// forgets what was removed. A file that cannot be read changes nothing.
  void catch_up(const Scrubber& scrubber);

private:
  struct Token {
    const LoginRule* rule = nullptr;
    std::string member;
    std::string name;  // "claude.access_token"
    std::string sentinel;
    base::Secret value;
    base::WallTime since{};
    bool is_kept = false;  // in the file
  };

  Logins(Placeholders configured, const std::filesystem::path& directory)
      : configured_(std::move(configured)), file_(directory) {}

  base::Result<> add(const LoginSpec& spec);
  base::Result<> load();
  static KeptSecret kept_of(const Token& token);
  std::optional<Token> token_of(const KeptSecret& kept) const;
  std::string stand_in(const LoginRule& rule, std::string_view member, std::string_view value);
  void show_all();
  void teach(const Scrubber& scrubber) const;

  const Placeholders configured_;
  const SealedFile file_;
  std::vector<std::unique_ptr<const LoginRule>> rules_;
  mutable std::mutex mutex_;   // of what follows
  std::vector<Token> tokens_;  // oldest first
  FileLook look_;
  Placeholders all_;
};

}  // namespace secrets
