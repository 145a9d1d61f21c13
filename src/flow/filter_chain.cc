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
  wipe(sent_);
  wipe(between_);
}

bool FilterChain::feed(std::string_view in, bool last) {
  wipe(sent_);
  seen_.clear();
  return pass(filters_.before_log, in, last, seen_) && pass(filters_.after_log, seen_, last, sent_);
}

bool FilterChain::pass(const Filters& filters, std::string_view in, bool last, std::string& out) {
  out = in;
  for (const auto& filter : filters) {
    between_.swap(out);
    wipe(out);
    filter->feed(between_, last, out);
    if (const auto* why = filter->refusal()) {
      refusal_ = *why;
      wipe(out);
      return false;
    }
  }
  return true;
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
