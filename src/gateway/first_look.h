// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a connection's first bytes say of what is spoken on it. They are not taken.

#include <chrono>
#include <optional>
#include <string>

#include "flow/verdict.h"
#include "gateway/limits.h"
#include "net/stream.h"
#include "net/task.h"
#include "tls/issue.h"

namespace gateway {

struct FirstLook {
  enum class Protocol { tls, http, h2, other, silent, gone };
  /// What the first line was seen to be: something else than HTTP, or what may still become a
  /// request.
  enum class Line { settled, open };

  Protocol protocol = Protocol::gone;
  Line line = Line::settled;  // of `other`, and of who said nothing
  std::string sni{};
  tls::KeyKind key = tls::KeyKind::p256;  // what the client's certificate has to have
  bool offers_http = true;                // as far as its hello says
  std::optional<flow::Deny> refusal{};    // of a hello, or of a line that was not completed
};

/// Whether a rule lets pass what is neither TLS nor HTTP. Then more is asked of a request of HTTP,
/// and a beginning that is not completed is none after a short while: it is waited for only when
/// it is that of a method.
enum class Raw { no, yes };

/// Looks until the bytes say what is spoken, or no more come; `patience` is for the first one.
net::Task<FirstLook> take_first_look(
    net::Stream& client, const Limits& limits, Raw raw, std::chrono::milliseconds patience);

}  // namespace gateway
