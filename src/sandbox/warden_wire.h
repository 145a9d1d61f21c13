// SPDX-License-Identifier: Apache-2.0
#pragma once
// What Warden and its process say to each other: short datagrams, some with descriptors.
//
// Both ends are one program, forked, so there is no version. Nothing is trusted all the same: a
// message that is cut, too long or of an unknown kind is `invalid`.

#include <sys/types.h>

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/covers.h"
#include "sandbox/datagrams.h"
#include "sandbox/endpoint.h"

namespace sandbox::wire {

// Asked of the warden.
/// Its words come in a memory file, the first descriptor; then in, out, err and the further files.
struct Launch {
  bool operator==(const Launch&) const = default;
};
struct Signal {
  pid_t pid = 0;
  int number = 0;
  bool operator==(const Signal&) const = default;
};
struct Listen {
  Endpoint endpoint{};
  bool operator==(const Listen&) const = default;
};
struct CaptureDatagrams {
  DatagramCapture wanted{};
  bool operator==(const CaptureDatagrams&) const = default;
};
/// For a socket that speaks as `from` with `to`.
struct Answer {
  Endpoint from{};
  Endpoint to{};
  bool operator==(const Answer&) const = default;
};

// Told by the warden.
struct Done {
  pid_t pid = 0;  // of what was launched
  bool operator==(const Done&) const = default;
};
struct Ended {
  pid_t pid = 0;
  int wait_status = 0;
  bool operator==(const Ended&) const = default;
};
struct Failed {
  base::Error error{};
};

using Message = std::variant<Launch, Signal, Listen, Done, Ended, Failed, CaptureDatagrams, Answer>;

std::string encode(const Message& message);
base::Result<Message> decode(std::string_view bytes);

/// The words of a command to launch.
struct Words {
  std::string directory{};
  std::vector<std::string> argv{};
  std::vector<std::string> environment{};
  std::vector<Cover> covers{};  // laid first
  bool operator==(const Words&) const = default;
};

std::string encode(const Words& words);
base::Result<Words> decode_words(std::string_view bytes);

/// A message and what came with it.
struct Parcel {
  Message message;
  std::vector<base::Fd> files{};
};

/// At most this many descriptors go with a message.
inline constexpr std::size_t most_files = 200;

/// Sends one datagram over a SOCK_SEQPACKET socket.
base::Result<> send(int socket, const Message& message, std::span<const int> files = {});
/// Waits for one. `closed` when the other end is gone.
base::Result<Parcel> receive(int socket);

}  // namespace sandbox::wire
