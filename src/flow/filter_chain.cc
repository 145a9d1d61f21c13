// SPDX-License-Identifier: Apache-2.0
#include "flow/filter_chain.h"

#include <algorithm>

#include "base/secret.h"

namespace flow {
namespace {

void wipe(std::string& text) {
  base::wipe(text.data(), text.size());
  text.clear();
}

}  // namespace

FilterChain::~FilterChain() {
  wipe(for_wire_.first);
  wipe(for_wire_.second);
}

bool FilterChain::feed(std::string_view in, bool last) {
  for_log_.first.clear();
  for_log_.second.clear();
  wipe(for_wire_.first);
  wipe(for_wire_.second);
  const auto seen = pass(filters_.before_log, in, last, for_log_);
  const auto sent = seen ? pass(filters_.after_log, *seen, last, for_wire_) : std::nullopt;
  seen_ = seen.value_or("");
  sent_ = sent.value_or("");
  return sent.has_value();
}

/// Each filter writes into the text that the one before it has not written. What no filter changes
/// is `in` itself, or a part of it.
std::optional<std::string_view> FilterChain::pass(
    const Filters& filters, std::string_view in, bool last, Texts& texts) {
  for (const auto& filter : filters) {
    if (const auto same = filter->pass_on(in, last)) {
      in = *same;
    } else {
      wipe(texts.first);
      filter->feed(in, last, texts.first);
      texts.first.swap(texts.second);
      in = texts.second;
    }
    if (const auto* why = filter->refusal()) {
      refusal_ = *why;
      return std::nullopt;
    }
  }
  return in;
}

std::size_t FilterChain::held() const {
  std::size_t bytes = 0;
  for (const auto* filters : {&filters_.before_log, &filters_.after_log})
    for (const auto& filter : *filters)
      bytes += filter->held();
  return bytes;
}

bool FilterChain::has_changed() const {
  const auto changed = [](const auto& filter) { return filter->has_changed(); };
  return std::ranges::any_of(filters_.before_log, changed) ||
         std::ranges::any_of(filters_.after_log, changed);
}

void FilterChain::rewrite_trailers(http::Fields& trailers) {
  for (const auto* filters : {&filters_.before_log, &filters_.after_log})
    for (const auto& filter : *filters)
      filter->rewrite_trailers(trailers);
}

}  // namespace flow
