// SPDX-License-Identifier: Apache-2.0
#pragma once
// One line of the log: what was asked, what was decided and why, and what came back. Plain data.
// Whoever fills it in has cut the bodies to a prefix and masked the headers: nothing below this
// struct knows what a secret is.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace audit {

/// What a record is about.
enum class Kind {
  exchange,    // an HTTP request, answered by the host or by the gateway
  connection,  // bytes relayed without looking inside: a CONNECT tunnel, raw TCP, a flow of
               // datagrams; method "CONNECT", "TCP" or "UDP"
  dns,         // a name that was asked for; method "DNS"
  refusal,  // turned away before it was any of these: a datagram ("UDP"), an unreadable head, a bad
            // handshake
  credential,  // a token that the gateway fetched for a credential, or could not
  gap,         // records that could not be written; `error` says how many and why
};

std::string_view name_of(Kind kind);
std::optional<Kind> kind_named(std::string_view name);

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

/// In the order of the wire; a name may repeat.
using Headers = std::vector<Header>;

struct Record {
  Kind kind = Kind::exchange;
  base::WallTime time{};  // when it began
  std::string id{};       // of this exchange, as in the answer to a refused request
  std::string session_id{};
  std::string sandbox{};

  std::string method{};  // "GET", "CONNECT", "TCP", "UDP", "DNS"
  std::string url{};     // "https://host/path?query"; for the others "tcp://host:port",
                         // "udp://host:port", "dns://name"
  std::string http{};    // "1.1" or "2"; empty when it is not HTTP
  std::string dial{};    // the address that was dialled, "192.0.2.7:443"; empty when none was

  Headers request_headers{};
  bool request_headers_truncated = false;
  std::string request_body{};  // a prefix, as it was sent to the host
  bool request_body_truncated = false;
  Headers request_trailers{};  // what stood behind the body

  int status = 0;  // 0: there is none
  Headers response_headers{};
  bool response_headers_truncated = false;
  std::string response_body{};
  bool response_body_truncated = false;
  Headers response_trailers{};

  std::chrono::nanoseconds duration{0};  // 0: unknown
  std::uint64_t bytes_up = 0;            // of the body, or of a tunnel
  std::uint64_t bytes_down = 0;
  std::uint64_t frames_up = 0;  // of a WebSocket; datagrams of a UDP flow
  std::uint64_t frames_down = 0;
  std::string error{};  // why it failed, when it did

  std::string
      stage{};  // which stage decided or failed: "filter", "token", "redact", "resolve", "tls" …
  std::string filter_action{};  // "allow", "block", "ask"
  std::string filter_reason{};
  std::string rule{};  // "file:line" of the rule that decided
  std::string redaction_action{};
  std::vector<std::string> redaction_matches{};  // names of rules
  std::vector<std::string> injected{};           // names of injectors
  std::vector<std::string> substituted{};        // names of placeholders
  std::vector<std::string> where{};              // of the three: "NAME PLACE"
  std::vector<std::string> stale{};  // fields of the request that do not fit its body any more
  std::vector<std::string> kept{};   // names of tokens that were taken out of the answer
  std::string token{};               // the id of the capability token
  std::string scrub{};  // "headers" when the answer's body was not searched for secrets
  std::optional<base::WallTime> expires{};  // of a fetched token

  bool operator==(const Record&) const = default;
};

/// The host in the record's URL, without brackets and port; empty when there is none.
std::string_view host_of(const Record& record);

/// True when the gateway turned it away: the filter's or the redaction's action is "block"
/// (whichever stage said no sets one of them), or it is a `refusal`.
bool was_blocked(const Record& record);

inline constexpr std::string_view masked_value = "[REDACTED]";

/// Replaces the value of every header that carries a credential: those that are named like one (a
/// word of the name ends in "authorization", "cookie", "token", "secret", "key", "password" …) and
/// those named in `also`, in any case.
void mask_headers(Headers& headers, std::span<const std::string> also = {});

inline constexpr std::size_t header_limit = std::size_t{64} << 10U;

/// Leaves out each header that no longer fits into `limit` bytes of names and values. True when one
/// was left out.
bool limit_headers(Headers& headers, std::size_t limit = header_limit);

}  // namespace audit
