// SPDX-License-Identifier: Apache-2.0
#include "flow/scrub_filter.h"

#include <optional>

#include "content/format.h"
#include "content/protobuf.h"
#include "flow/body_digests.h"
#include "flow/coding_filters.h"
#include "flow/grpc_filter.h"

namespace flow {
namespace {

using content::Syntax;

class TextScrub final : public BodyFilter {
public:
  explicit TextScrub(const secrets::Scrubber& scrubber) : scrubber_(scrubber), stream_(scrubber) {}

  std::optional<std::string_view> pass_on(std::string_view in, bool last) override {
    return stream_.pass_on(in, last);
  }
  void feed(std::string_view in, bool last, std::string& out) override {
    stream_.feed(in, last, out);
  }
  void rewrite_trailers(http::Fields& trailers) override {
    remove_digests(trailers);
    scrub(trailers, scrubber_);
  }

private:
  secrets::Scrubber scrubber_;
  secrets::ScrubStream stream_;
};

class GrpcScrub final : public GrpcFilter {
public:
  GrpcScrub(
      const secrets::Scrubber& scrubber, const content::Format& format, std::string_view coding)
      : GrpcFilter(format, coding, Unread::refused), scrubber_(scrubber) {}

  const Deny* refusal() const override { return refusal_ ? &*refusal_ : nullptr; }
  void rewrite_trailers(http::Fields& trailers) override { scrub(trailers, scrubber_); }

private:
  bool rewrite(std::string_view message, Syntax syntax, std::string& out) override {
    const auto found = scrubber_.find_all(message);
    if (found.empty()) return false;
    if (syntax == Syntax::protobuf && mend(message, found, out)) return true;
    out += scrubber_.scrub(message);
    return true;
  }

  /// With the lengths around what is replaced. False when it is not written as it says.
  static bool mend(
      std::string_view message,
      const std::vector<secrets::Scrubber::Found>& found,
      std::string& out) {
    std::vector<content::protobuf::Edit> edits;
    edits.reserve(found.size());
    for (const auto& [at, size, replacement] : found)
      edits.push_back({.at = at, .size = size, .with = replacement});
    return content::protobuf::rewrite(message, edits, out).has_value();
  }

  void refuse(std::string reason) override {
    refusal_ = Deny{
        .status = 502,
        .stage = "scrub",
        .reason = "secrets cannot be kept out of the answer: " + reason};
  }

  void look_at_text(std::string_view base64) override {
    if (scrubber_.finds_secret_in(base64)) refuse("its base64 says one");
  }

  secrets::Scrubber scrubber_;
  std::optional<Deny> refusal_;
};

class TrailerScrub final : public BodyFilter {
public:
  explicit TrailerScrub(const secrets::Scrubber& scrubber) : scrubber_(scrubber) {}

  std::optional<std::string_view> pass_on(std::string_view in, bool) override { return in; }
  void feed(std::string_view in, bool, std::string& out) override { out += in; }
  bool has_changed() const override { return false; }
  void rewrite_trailers(http::Fields& trailers) override { scrub(trailers, scrubber_); }

private:
  secrets::Scrubber scrubber_;
};

BodyFilters only(std::unique_ptr<BodyFilter> filter) {
  BodyFilters filters;
  filters.before_log.push_back(std::move(filter));
  return filters;
}

}  // namespace

void scrub(http::Fields& fields, const secrets::Scrubber& scrubber) {
  const secrets::Scrubber::Now now(scrubber);
  if (!now.knows_any()) return;
  fields.erase_if([&](const http::Field& field) { return now.finds_secret_in(field.name); });
  for (auto& field : fields) {
    if (now.finds_secret_in(field.value)) field.value = scrubber.scrub(field.value);
  }
}

void scrub(http::Response& head, const secrets::Scrubber& scrubber) {
  if (scrubber.finds_secret_in(head.reason)) head.reason = scrubber.scrub(head.reason);
  scrub(head.fields, scrubber);
}

BodyFilters scrubbing(
    const secrets::Scrubber& scrubber, const content::Codings& codings, const http::Fields& head) {
  BodyFilters filters;
  if (!codings.empty()) {
    Deny wrong{.status = 502, .stage = "scrub", .reason = "the answer cannot be decoded: "};
    filters.before_log.push_back(
        std::make_unique<DecodeFilter>(codings, DecodeFilter::Original::dropped, std::move(wrong)));
  }
  const auto format = content::format_of(head.find("content-type").value_or(""));
  if (format.syntax == Syntax::grpc || format.syntax == Syntax::grpc_web_text)
    filters.before_log.push_back(
        std::make_unique<GrpcScrub>(scrubber, format, head.find("grpc-encoding").value_or("")));
  else
    filters.before_log.push_back(std::make_unique<TextScrub>(scrubber));
  return filters;
}

BodyFilters scrubbing_message(const secrets::Scrubber& scrubber) {
  return only(std::make_unique<TextScrub>(scrubber));
}

BodyFilters scrubbing_trailers(const secrets::Scrubber& scrubber) {
  return only(std::make_unique<TrailerScrub>(scrubber));
}

}  // namespace flow
