// SPDX-License-Identifier: Apache-2.0
#pragma once
// The filters of one body, one behind the other.

#include <optional>
#include <string>
#include <string_view>

#include "flow/body_filter.h"

namespace flow {

class FilterChain {
public:
  explicit FilterChain(BodyFilters filters) : filters_(std::move(filters)) {}
  FilterChain(const FilterChain&) = delete;
  FilterChain& operator=(const FilterChain&) = delete;
  /// Wipes what was for the wire alone.
  ~FilterChain();

  bool empty() const { return filters_.empty(); }
  /// One more, for the wire alone. Before anything is fed.
  void add_last(std::unique_ptr<BodyFilter> filter) {
    filters_.after_log.push_back(std::move(filter));
  }

  /// The next piece, which lives until what comes of it was taken; with `last` there is none behind
  /// it. False when a filter refuses: then nothing of it goes on.
  bool feed(std::string_view in, bool last);
  /// What may go on of it, as the log may hold it. Lives until the next call, at most as long as
  /// the piece.
  std::string_view seen() const { return seen_; }
  /// The same, as it is sent.
  std::string_view sent() const { return sent_; }
  /// Why the body may not go on; null while it may.
  const Deny* refusal() const { return refusal_ ? &*refusal_ : nullptr; }

  /// How many bytes the filters keep until they have seen more.
  std::size_t held() const;
  bool has_changed() const;
  void rewrite_trailers(http::Fields& trailers);

private:
  using Filters = std::vector<std::unique_ptr<BodyFilter>>;
  struct Texts {
    std::string first;
    std::string second;
  };
  std::optional<std::string_view> pass(
      const Filters& filters, std::string_view in, bool last, Texts& texts);

  BodyFilters filters_;
  Texts for_log_;
  Texts for_wire_;  // wiped
  std::string_view seen_;
  std::string_view sent_;
  std::optional<Deny> refusal_;
};

}  // namespace flow
