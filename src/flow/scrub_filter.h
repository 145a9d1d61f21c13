// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps credentials out of what a server says: it may echo what was sent to it.

#include "content/codings.h"
#include "flow/body_filter.h"
#include "http/message.h"
#include "secrets/scrub.h"

namespace flow {

/// A field whose name holds a secret is left out; a value or the reason is rewritten.
void scrub(http::Response& head, const secrets::Scrubber& scrubber);
void scrub(http::Fields& fields, const secrets::Scrubber& scrubber);

class ScrubFilter final : public BodyFilter {
public:
  explicit ScrubFilter(const secrets::Scrubber& scrubber)
      : scrubber_(scrubber), stream_(scrubber) {}

  void feed(std::string_view in, bool last, std::string& out) override {
    stream_.feed(in, last, out);
  }
  void rewrite_trailers(http::Fields& trailers) override { scrub(trailers, scrubber_); }

private:
  secrets::Scrubber scrubber_;
  secrets::ScrubStream stream_;
};

/// The filters of an answer that may hold secrets, in these codings; it comes out without any.
BodyFilters scrubbing(const secrets::Scrubber& scrubber, const content::Codings& codings = {});

}  // namespace flow
