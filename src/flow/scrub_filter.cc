// SPDX-License-Identifier: Apache-2.0
#include "flow/scrub_filter.h"

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

BodyFilters scrubbing(const secrets::Scrubber& scrubber) {
  BodyFilters filters;
  filters.before_log.push_back(std::make_unique<ScrubFilter>(scrubber));
  return filters;
}

}  // namespace flow
