// SPDX-License-Identifier: Apache-2.0
#include "control/server.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "control/unix_socket.h"
#include "http/h1.h"

namespace control {
namespace {

constexpr std::chrono::milliseconds patience{500};  // others wait meanwhile

bool is_of_the_user(const base::Fd& peer) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
  return who.uid == ::geteuid() || who.uid == 0;
}

std::string to_text(const Answer& answer) {
  return "HTTP/1.1 " + std::to_string(answer.status) + " \r\nContent-Type: application/json\r\n" +
         "Connection: close\r\nContent-Length: " + std::to_string(answer.json.size()) + "\r\n\r\n" +
         answer.json;
}

/// A session does not end because there was no memory or no thread for an answer.
Answer answer_of(const Handler& handler, const http::Request& request) try {
  return handler(request);
} catch (const std::exception& problem) {
  return {.status = 500, .json = "{\"error\":" + base::to_json_string(problem.what()) + "}\n"};
}

void answer_one(const base::Fd& peer, const Handler& handler) {
  limit_waits(peer, patience);
  http::RequestParser parser;
  std::string received;
  for (;;) {
    const auto parsed = parser.parse(received);
    if (const auto* request = std::get_if<http::Complete<http::Request>>(&parsed)) {
      send_all(peer, to_text(answer_of(handler, request->message)));
      return;
    }
    if (const auto* wrong = std::get_if<http::Malformed>(&parsed)) {
      const std::string why = "{\"error\":" + base::to_json_string(wrong->reason) + "}\n";
      send_all(peer, to_text({.status = wrong->status, .json = why}));
      return;
    }
    if (!receive_some(peer, received)) return;
  }
}

}  // namespace

base::Result<std::unique_ptr<Server>> Server::start(std::filesystem::path socket, Handler handler) {
  TRY_VOID(base::make_directories(socket.parent_path(), 0700));
  if (!connect_to(socket)) ::unlink(socket.c_str());
  auto listener = TRY(listen_at(socket));
  base::Fd stop(::eventfd(0, EFD_CLOEXEC));
  if (!stop) return base::fail_errno("make an event");
  return std::unique_ptr<Server>(
      new Server(std::move(socket), std::move(listener), std::move(stop), std::move(handler)));
}

Server::Server(std::filesystem::path socket, base::Fd listener, base::Fd stop, Handler handler)
    : socket_(std::move(socket)),
      listener_(std::move(listener)),
      stop_(std::move(stop)),
      handler_(std::move(handler)) {
  sigset_t every;
  sigset_t before;
  sigfillset(&every);
  ::pthread_sigmask(SIG_SETMASK, &every, &before);  // inherited: signals belong to main
  thread_ = std::thread([this] { serve(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Server::~Server() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
  ::unlink(socket_.c_str());
}

void Server::serve() {
  ::pthread_setname_np(::pthread_self(), "lazaret-control");
  std::array<pollfd, 2> waits{
      {{.fd = listener_.get(), .events = POLLIN, .revents = 0},
       {.fd = stop_.get(), .events = POLLIN, .revents = 0}}};
  for (;;) {
    if (::poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[1].revents != 0) return;
    const base::Fd peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (peer && is_of_the_user(peer)) answer_one(peer, handler_);
    // Without descriptors the peer stays in the queue, and poll() would tell of it again at once.
    if (!peer) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace control
