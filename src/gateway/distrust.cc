// SPDX-License-Identifier: Apache-2.0
#include "gateway/distrust.h"

#include <fmt/format.h>

namespace gateway {
namespace {

constexpr std::size_t most_places = 1024;

std::string rule(std::string_view host, std::uint16_t port, std::string_view between) {
  auto text =
      fmt::format("action = \"allow\"{0}host = \"{1}\"{0}tls = \"passthrough\"", between, host);
  if (port != 443) text += fmt::format("{}ports = [{}]", between, port);
  return text;
}

/// That rule as the end of a sentence.
std::string way_out(std::string_view host, std::uint16_t port) {
  return fmt::format(
      "this lets it pass unopened, without credentials and without rules about paths: "
      "[[proxy.filter.rules]] {}",
      rule(host, port, ", "));
}

}  // namespace

void Distrust::rejected(std::string_view host, std::uint16_t port) {
  note(host, port, &Seen::rejected);
}

void Distrust::left(std::string_view host, std::uint16_t port) { note(host, port, &Seen::left); }

void Distrust::accepted(std::string_view host, std::uint16_t port) {
  note(host, port, &Seen::accepted);
}

void Distrust::note(std::string_view host, std::uint16_t port, bool Seen::* what) {
  std::pair place(std::string(host), port);
  const std::scoped_lock lock(mutex_);
  const auto found = seen_.find(place);
  if (found != seen_.end())
    found->second.*what = true;
  else if (seen_.size() < most_places)
    seen_[std::move(place)].*what = true;
}

std::vector<Distrust::Place> Distrust::places() const {
  std::vector<Place> out;
  const std::scoped_lock lock(mutex_);
  for (const auto& [place, seen] : seen_) {
    if (seen.rejected || (seen.left && !seen.accepted))
      out.push_back({.host = place.first, .port = place.second, .rejected = seen.rejected});
  }
  return out;
}

std::string explain_distrust(const std::string& why, std::string_view host, std::uint16_t port) {
  return fmt::format(
      "the program does not accept lazaret's certificate for {}: {}; if it does not read the file "
      "that SSL_CERT_FILE names, or accepts only a certificate that it knows, {}",
      host, why, way_out(host, port));
}

std::string explain_not_http(const std::string& why, std::string_view host, std::uint16_t port) {
  return fmt::format(
      "{}; lazaret understands only HTTP inside TLS; if something else is spoken with {}, {}", why,
      host, way_out(host, port));
}

std::string to_text(const Distrust::Place& place) {
  return fmt::format(
      "{} lazaret's certificate for {}.\n"
      "  Either it does not read the file that SSL_CERT_FILE names, or it accepts only a "
      "certificate that it knows.\n"
      "  This lets its TLS pass unopened, without credentials and without rules about paths:\n"
      "    [[proxy.filter.rules]]\n    {}",
      place.rejected ? "a program did not accept" : "a program closed its connection when it saw",
      place.host, rule(place.host, place.port, "\n    "));
}

}  // namespace gateway
