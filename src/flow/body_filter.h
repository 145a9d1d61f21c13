// SPDX-License-Identifier: Apache-2.0
#pragma once
// What changes or judges a body on its way.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/verdict.h"
#include "http/fields.h"

namespace flow {

/// Rewrites a body as it streams by; holds back no more than its longest match.
class BodyFilter {
public:
  virtual ~BodyFilter() = default;
  /// What of `in` may go on as it came: its beginning, when nothing is held back before it and
  /// nothing in it changes; then what is behind is held. Nullopt when `feed` has to be asked, and
  /// then nothing was taken. Saves a copy of nearly every large body.
  virtual std::optional<std::string_view> pass_on(std::string_view, bool /*last*/) {
    return std::nullopt;
  }
  /// Appends to `out` what may go on now; with `last`, everything.
  virtual void feed(std::string_view in, bool last, std::string& out) = 0;
  /// Why the body may not go on; null while it may. Nothing is fed any more once there is a reason.
  virtual const Deny* refusal() const { return nullptr; }
  /// How many bytes it keeps until it has seen more; not of one match alone.
  virtual std::size_t held() const { return 0; }
  /// Whether anything else goes on than what came.
  virtual bool has_changed() const { return true; }
  /// The fields behind the body.
  virtual void rewrite_trailers(http::Fields&) {}
};

/// What a body passes through, in this order. The log sees it between the two: what has left those
/// that come after is for the wire alone.
struct BodyFilters {
  std::vector<std::unique_ptr<BodyFilter>> before_log{};
  std::vector<std::unique_ptr<BodyFilter>> after_log{};

  bool empty() const { return before_log.empty() && after_log.empty(); }
};

}  // namespace flow
