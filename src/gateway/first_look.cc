// SPDX-License-Identifier: Apache-2.0
#include "gateway/first_look.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "http/likeness.h"
#include "tls/client_hello.h"
#include "tls/key_choice.h"

namespace gateway {
namespace {

using Line = FirstLook::Line;
using Protocol = FirstLook::Protocol;

/// How a client begins that knows beforehand that HTTP/2 is spoken (RFC 9113, 3.4). No request of
/// HTTP/1 begins so.
constexpr std::string_view h2_preface = "PRI ";

/// What is looked at of a first line that does not end.
constexpr std::size_t longest_line = 16UL << 10U;

/// What the bytes up to now say.
struct Glance {
  FirstLook look{};        // what it is when no more come
  std::size_t wanted = 0;  // bytes in all that would say more; 0: none would
  std::chrono::milliseconds patience{};
};

/// A client that names no protocols may speak any.
bool offers_http(const tls::ClientHello& hello) {
  const auto is_http = [](std::string_view name) { return name == "h2" || name == "http/1.1"; };
  return hello.alpn.empty() || std::ranges::any_of(hello.alpn, is_http);
}

FirstLook seen_hello(const tls::ClientHello& hello) {
  return {
      .protocol = Protocol::tls,
      .sni = hello.sni,
      .key = tls::key_for(hello),
      .offers_http = offers_http(hello)};
}

FirstLook refused(Protocol protocol, std::string stage, std::string reason) {
  return {
      .protocol = protocol,
      .refusal = flow::Deny{.stage = std::move(stage), .reason = std::move(reason)}};
}

class Looking {
public:
  Looking(const Limits& limits, Raw raw) : limits_(limits), raw_(raw) {}

  /// Each call's bytes begin with those of the call before.
  Glance at(std::string_view seen);

private:
  Glance at_line(std::string_view seen) const;
  Glance at_method(std::string_view seen) const;

  const Limits& limits_;
  Raw raw_;
  http::FirstLine line_;
  std::size_t read_ = 0;  // of the line
};

Glance Looking::at(std::string_view seen) {
  line_.read(seen.substr(read_));
  read_ = seen.size();
  const auto peek = tls::peek_client_hello(seen);
  if (const auto* hello = std::get_if<tls::ClientHello>(&peek)) return {.look = seen_hello(*hello)};
  if (const auto* wrong = std::get_if<tls::Malformed>(&peek)) {
    auto reason = "the ClientHello is refused: " + std::string(wrong->reason);
    return {.look = refused(Protocol::tls, "tls", std::move(reason))};
  }
  const auto* more = std::get_if<tls::NeedMore>(&peek);
  if (more == nullptr) return at_line(seen);
  return {
      .look = refused(Protocol::tls, "tls", "the ClientHello was not completed in time"),
      .wanted = std::max(more->at_least, seen.size() + 1),
      .patience = limits_.first_bytes};
}

Glance Looking::at_line(std::string_view seen) const {
  const bool is_raw = raw_ == Raw::yes;
  switch (is_raw ? line_.likeness() : http::request_likeness(seen)) {
    case http::Likeness::yes:
      return {.look = {.protocol = seen.starts_with(h2_preface) ? Protocol::h2 : Protocol::http}};
    case http::Likeness::no:
      // Read as where HTTP is expected; that leaves a raw relay its own look.
      return {.look = {.protocol = Protocol::other, .line = is_raw ? Line::settled : Line::open}};
    case http::Likeness::perhaps:
      break;
  }
  if (!is_raw || line_.begins_like_a_method()) return at_method(seen);
  return {
      .look = {.protocol = Protocol::other, .line = Line::open},
      .wanted = seen.size() > longest_line ? 0 : seen.size() + 1,
      .patience = limits_.unfinished_line};
}

/// A request is waited for. One that is never completed does not pass as something else: it could
/// become a request once nobody looks.
Glance Looking::at_method(std::string_view seen) const {
  if (seen.size() > longest_line) return {.look = {.protocol = Protocol::http}};
  return {
      .look = refused(
          Protocol::http, "client",
          "it began like a request of HTTP and did not complete its first line in time"),
      .wanted = seen.size() + 1,
      .patience = limits_.first_bytes};
}

}  // namespace

net::Task<FirstLook> take_first_look(
    net::Stream& client, const Limits& limits, Raw raw, std::chrono::milliseconds patience) {
  Looking looking(limits, raw);
  std::string bytes(4096, '\0');
  Glance last{
      .look = {.protocol = Protocol::silent, .line = Line::open},
      .wanted = 1,
      .patience = patience};
  while (last.wanted != 0) {
    if (last.wanted > bytes.size()) bytes.resize(std::max(last.wanted, 2 * bytes.size()));
    client.reads().expire_after(last.patience);
    auto size = co_await client.peek(bytes, last.wanted);
    if (!size && size.error().kind == base::ErrorKind::timeout) break;
    if (!size || *size == 0) co_return FirstLook{.protocol = Protocol::gone};
    // It has ended, so what was begun is never completed; or an urgent byte (RFC 9293, 3.8.5) cuts
    // it in two, and the rest has to be looked at when it passes.
    if (*size < last.wanted) co_return FirstLook{.protocol = Protocol::other, .line = Line::open};
    last = looking.at(std::string_view(bytes).substr(0, *size));
  }
  co_return std::move(last.look);
}

}  // namespace gateway
