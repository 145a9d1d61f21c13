// SPDX-License-Identifier: Apache-2.0
#include "flow/scrub_filter.h"

#include "flow/coding_filters.h"

namespace flow {

void scrub(http::Fields& fields, const secrets::Scrubber& scrubber) {
  if (scrubber.empty()) return;
  fields.erase_if([&](const http::Field& field) { return scrubber.finds_secret_in(field.name); });
  for (auto& field : fields) {
    if (scrubber.finds_secret_in(field.value)) field.value = scrubber.scrub(field.value);
  }
}

void scrub(http::Response& head, const secrets::Scrubber& scrubber) {
  if (scrubber.finds_secret_in(head.reason)) head.reason = scrubber.scrub(head.reason);
  scrub(head.fields, scrubber);
}

BodyFilters scrubbing(const secrets::Scrubber& scrubber, const content::Codings& codings) {
  BodyFilters filters;
  if (!codings.empty()) {
    Deny wrong{.status = 502, .stage = "scrub", .reason = "the answer cannot be decoded: "};
    filters.before_log.push_back(
        std::make_unique<DecodeFilter>(codings, content::Hidden::allowed, std::move(wrong)));
  }
  filters.before_log.push_back(std::make_unique<ScrubFilter>(scrubber));
  return filters;
}

}  // namespace flow
