// SPDX-License-Identifier: Apache-2.0
#include "control/unix_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace control {
namespace {

/// The name of a file by way of its open directory: short, whatever the path is.
class Name {
public:
  static base::Result<Name> of(const std::filesystem::path& path) {
    base::Fd directory(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return base::fail_errno("open", path.parent_path().string());
    const std::string text =
        "/proc/self/fd/" + std::to_string(directory.get()) + "/" + path.filename().string();
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    if (text.size() >= sizeof address.sun_path)
      return base::fail(base::ErrorKind::invalid, "the name of a socket is too long: " + text);
    text.copy(address.sun_path, text.size());
    return Name(std::move(directory), address);
  }

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t size = sizeof(sockaddr_un);

private:
  Name(base::Fd directory, const sockaddr_un& address)
      : directory_(std::move(directory)), address_(address) {}

  base::Fd directory_;  // for as long as the name is used
  sockaddr_un address_;
};

base::Result<base::Fd> new_socket() {
  base::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return base::fail_errno("open a Unix socket");
  return socket;
}

}  // namespace

base::Result<base::Fd> listen_at(const std::filesystem::path& path) {
  auto socket = TRY(new_socket());
  const auto name = TRY(Name::of(path));
  ::fchmod(socket.get(), 0600);  // before there is a file: it gets this mode
  if (::bind(socket.get(), name.get(), Name::size) != 0)
    return base::fail_errno("bind", path.string());
  if (::listen(socket.get(), 16) != 0) return base::fail_errno("listen at", path.string());
  return socket;
}

base::Result<base::Fd> connect_to(const std::filesystem::path& path) {
  auto socket = TRY(new_socket());
  const auto name = TRY(Name::of(path));
  if (::connect(socket.get(), name.get(), Name::size) == 0) return socket;
  if (errno == ECONNREFUSED || errno == ENOENT)
    return base::fail(base::ErrorKind::not_found, "nobody listens at " + path.string());
  return base::fail_errno("connect to", path.string());
}

void limit_waits(const base::Fd& socket, std::chrono::milliseconds patience) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
  const timeval limit{
      .tv_sec = seconds.count(), .tv_usec = std::chrono::microseconds(patience - seconds).count()};
  for (const int direction : {SO_RCVTIMEO, SO_SNDTIMEO})
    ::setsockopt(socket.get(), SOL_SOCKET, direction, &limit, sizeof limit);
}

bool send_all(const base::Fd& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_some(const base::Fd& socket, std::string& into) {
  std::array<char, 16384> room{};
  const ssize_t size = ::recv(socket.get(), room.data(), room.size(), 0);
  if (size <= 0) return false;
  into.append(room.data(), static_cast<std::size_t>(size));
  return true;
}

}  // namespace control
