// SPDX-License-Identifier: Apache-2.0
#pragma once
// One request on its way out, as the stages see it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "flow/notes.h"
#include "http/message.h"
#include "http/websocket_handshake.h"
#include "policy/decide.h"
#include "policy/target.h"
#include "tokens/verify.h"

namespace flow {

/// What the connection itself claims, before any request on it.
struct Arrival {
  enum class Way {
    transparent,  // captured on its way to an address
    proxy,        // the program spoke to the gateway as a proxy
  };
  Way way = Way::transparent;
  std::string host{};  // canonical: the name that was asked of the DNS, the address dialled, or
                       // CONNECT's; empty when a proxy request names it
  std::uint16_t port = 0;
  bool tls = false;
  std::string sni{};  // canonical; empty when the client sent none
  /// The program asked for HTTP/2 on its way: unlike one that knows beforehand, it says nothing
  /// about what its server speaks.
  bool upgraded = false;
};

struct Flow {
  Arrival arrival{};
  base::WallTime time{};  // of its arrival
  http::Request request{};
  std::optional<http::websocket::Opening> websocket{};  // what the request asks for instead

  // What `route` makes of it: canonical, and from here on the only truth.
  std::string scheme{};
  std::string host{};
  std::uint16_t port = 0;
  std::string path{};
  std::optional<std::string> query{};

  // What `token` found.
  std::optional<tokens::Permit> permit{};
  std::shared_ptr<const tokens::Presented> presented{};  // what the permit is by
  bool takes_credentials = true;  // no token was needed for that, or there was one

  // What `filter` decided.
  policy::Decision decision{};

  /// What is replaced in a path makes it another one than was judged.
  bool path_is_new = false;

  // What was found inside, in the head and later in the body; there when anybody looks.
  std::shared_ptr<Notes> notes{};

  /// Whether the rule that let it pass wants the body of the answer as the server sent it.
  bool leaves_answer_unsearched() const;

  /// Views into this flow.
  policy::Target target() const;
  /// As rules see it.
  std::string url() const;
  /// As it is sent: with the "?" of an empty query, and without a path for `OPTIONS *`
  /// (RFC 9112, 3.3).
  std::string url_as_sent() const;
};

}  // namespace flow
