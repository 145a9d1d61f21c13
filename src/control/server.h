// SPDX-License-Identifier: Apache-2.0
#pragma once
// The front door of a running session for its user's other commands: HTTP/1.1 with JSON over a Unix
// socket. Sandboxes cannot reach it: the directory is not in their view, and a peer must be the
// user's own.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/fd.h"
#include "base/result.h"
#include "http/message.h"

namespace control {

struct Answer {
  int status = 200;
  std::string json{};
  bool operator==(const Answer&) const = default;
};

/// Called on the server's thread, one request at a time. A request has no body.
using Handler = std::function<Answer(const http::Request&)>;

class Server {
public:
  /// Listens at `socket`, in a directory that is made for the user alone (0700); takes the place of
  /// a socket that nobody listens at any more. Make it after the last fork: it owns a thread.
  static base::Result<std::unique_ptr<Server>> start(std::filesystem::path socket, Handler handler);

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Removes the socket.
  ~Server();

private:
  Server(std::filesystem::path socket, base::Fd listener, base::Fd stop, Handler handler);
  void serve();

  const std::filesystem::path socket_;
  const base::Fd listener_;
  const base::Fd stop_;
  const Handler handler_;
  std::thread thread_;
};

}  // namespace control
