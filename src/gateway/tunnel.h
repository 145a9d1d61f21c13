// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bytes relayed both ways without looking inside.
//
// They go through pipes of the kernel (splice(2)) and are never copied to us. Where that is not
// possible (TLS of ours, no descriptor left for a pipe, a kind of socket that knows no splice) they
// are read and written, without anybody noticing.

#include <cstdint>
#include <memory>

#include "gateway/upstream.h"
#include "http/likeness.h"

namespace gateway {

struct TunnelCount {
  std::uint64_t up = 0;
  std::uint64_t down = 0;
};

enum class FirstSpeaker { client, server, nobody };

/// Waits until one side has something to say (or has ended), some minutes at most. Of two who speak
/// at the same time it is the client.
net::Task<FirstSpeaker> first_speaker(net::Loop& loop, Wire& client, Upstream& upstream);

/// Relays until both directions have ended, one has broken, or nothing moved for `silence`. Each
/// direction's end is passed on as an end (half-close). What `client->in` holds goes first.
/// `count` is told however the relay ends, also when it is ended from outside.
///
/// With a `first_line` it reads what the client sends, until that is settled, before it is passed
/// on; of bytes that make the line one of HTTP none is, and both connections are reset.
net::Task<> relay(
    net::Loop& loop,
    std::shared_ptr<Wire> client,
    UpstreamPtr upstream,
    std::chrono::milliseconds silence,
    TunnelCount& count,
    std::shared_ptr<http::FirstLine> first_line = nullptr);

}  // namespace gateway
