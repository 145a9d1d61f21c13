// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace base {

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::closed:
      return "closed";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

Error&& Error::while_doing(std::string note) && {
  notes.push_back(std::move(note));
  return std::move(*this);
}

std::string Error::to_string() const {
  std::string out = message;
  for (const auto& note : notes)
    out += " (" + note + ")";
  if (!peer.empty()) out += ": " + escape_for_terminal(peer);
  if (!hint.empty()) out += "\n  " + hint;
  return out;
}

std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint) {
  return std::unexpected(
      Error{.kind = kind, .message = std::move(message), .hint = std::move(hint)});
}

std::unexpected<Error> fail_errno(std::string_view doing, std::string_view on, std::string hint) {
  const int code = errno;
  auto kind = ErrorKind::internal;
  if (code == EACCES || code == EPERM || code == EROFS) kind = ErrorKind::denied;
  if (code == ENOENT || code == ENOTDIR) kind = ErrorKind::not_found;
  if (code == ENOSPC || code == EAGAIN || code == EADDRINUSE || code == ECONNREFUSED)
    kind = ErrorKind::unavailable;
  if (code == ETIMEDOUT) kind = ErrorKind::timeout;
  std::string message(doing);
  if (!on.empty()) message += " " + escape_for_terminal(on);
  message += std::string(": ") + std::strerror(code);
  return fail(kind, std::move(message), std::move(hint));
}

}  // namespace base
