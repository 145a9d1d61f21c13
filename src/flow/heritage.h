// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a session keeps when other rules come into force: what was once secret does not come back
// later either.

#include <atomic>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "secrets/scrub.h"

namespace flow {

/// Safe from any thread.
class Heritage {
public:
  /// Of all pipelines of the session: a value that one of them learns is hidden by each.
  const secrets::Scrubber& scrubber() const { return scrubber_; }

  /// A host that may be given a secret: from now on its answers are searched for all of them.
  void guard(std::string_view host) {
    if (knows(host)) return;
    const std::unique_lock lock(mutex_);
    if (hosts_.size() < most_hosts)
      hosts_.emplace(host);
    else
      too_many_ = true;
  }
  /// Whether such a host was named before.
  bool knows(std::string_view host) const {
    if (too_many_) return true;
    const std::shared_lock lock(mutex_);
    return hosts_.contains(host);
  }

  /// From now on the answers of every host are searched.
  void guard_all() { all_ = true; }
  bool guards_all() const { return all_; }

private:
  static constexpr std::size_t most_hosts = 10'000;  // a `*.example.com` has names without end

  secrets::Scrubber scrubber_{{}, secrets::Scrubber::Later::learns};
  mutable std::shared_mutex mutex_;
  std::set<std::string, std::less<>> hosts_;
  std::atomic<bool> too_many_ = false;
  std::atomic<bool> all_ = false;
};

}  // namespace flow
