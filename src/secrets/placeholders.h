// SPDX-License-Identifier: Apache-2.0
#pragma once
// Secrets that the program has a placeholder for. What it sends to a host that a secret is for gets
// the value in the placeholder's place, outside, on the way; anywhere else the placeholder is worth
// nothing.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "secrets/live.h"
#include "secrets/needles.h"
#include "secrets/placeholder_rule.h"
#include "secrets/refresher.h"
#include "secrets/scrub.h"
#include "secrets/source.h"

namespace secrets {

/// Copies share the value, which may be replaced while it is in use.
class Placeholder {
public:
  Placeholder(PlaceholderRule rule, base::Secret value)
      : rule_(std::move(rule)),
        live_(std::make_shared<Live<base::Secret>>(
            std::make_shared<const base::Secret>(std::move(value)))) {}

  const PlaceholderRule& rule() const { return rule_; }
  const std::string& name() const { return rule_.name(); }
  const std::string& text() const { return rule_.text(); }
  /// What takes its place now. Never null.
  std::shared_ptr<const base::Secret> value() const { return live_->current(); }
  /// The same, for a request that goes out with it.
  std::shared_ptr<const base::Secret> use() const { return live_->use(); }

private:
  friend class Placeholders;
  PlaceholderRule rule_;
  std::shared_ptr<Live<base::Secret>> live_;
};

/// A secret that was written and has no value.
struct MissingSecret {
  std::string name;
  std::string reason;  // "the environment variable X is not set"
  base::Origin origin;
};

/// Immutable but for the values; copies share what is compiled. Safe from any thread.
class Placeholders {
public:
  using MakeRandom = std::function<std::string(std::string_view name)>;

  Placeholders() = default;

  /// Resolves every spec. One whose source gives nothing is left out, with a warning. `random`
  /// gives 32 letters and digits, others for each name. Errors: a spec that is wrong, a source that
  /// cannot be read, a value that is too short to be kept out of responses, two with one
  /// placeholder or one variable.
  static base::Result<Placeholders> create(
      std::span<const PlaceholderSpec> specs,
      const Environment& environment,
      const std::filesystem::path& home,
      const MakeRandom& random);

  /// These and those of `more`, which come last.
  Placeholders joined_by(std::vector<Placeholder> more) const;

  bool empty() const { return known_->placeholders.empty(); }
  std::span<const Placeholder> all() const { return known_->placeholders; }
  std::span<const MissingSecret> missing() const { return known_->missing; }
  std::span<const std::string> warnings() const { return known_->warnings; }

  /// What the program's environment has for them.
  std::map<std::string, std::string> environment() const;
  /// Whether any of them is for this host.
  bool concern(std::string_view host) const;
  /// Whether a text is a placeholder, or a part of one that cannot stand there by chance.
  bool hold(std::string_view text) const;
  /// Their values and how each may be shown, for a Scrubber. Before their sources are asked again:
  /// then the views end.
  std::vector<NamedSecret> named() const;

  /// Asks the sources again of those that are refreshed, for as long as the refresher lives.
  /// `scrubber` learns each new value before a request can go out with it. What `create` was given
  /// outlives the refresher.
  std::unique_ptr<Refresher> keep_fresh(
      std::span<const PlaceholderSpec> specs,
      const Environment& environment,
      const std::filesystem::path& home,
      const Scrubber& scrubber,
      Refresher::OnFailure on_failure) const;

  /// Their texts, by number in all().
  const Needles& needles() const { return known_->needles; }

private:
  struct Known {
    std::vector<Placeholder> placeholders{};
    Needles needles{};
    std::vector<MissingSecret> missing{};
    std::vector<std::string> warnings{};
    std::shared_ptr<const Waker> waker{};  // null when none is refreshed

    base::Result<> refresh(Placeholder& placeholder, Refresh refresh, FileLooks looks);
    base::Result<> add(
        const PlaceholderSpec& spec,
        const Environment& environment,
        const std::filesystem::path& home,
        std::string_view random);
    /// When all are there.
    void compile();
  };

  std::shared_ptr<const Known> known_ = std::make_shared<const Known>();
};

}  // namespace secrets
