// SPDX-License-Identifier: Apache-2.0
#include "secrets/login_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/file.h"
#include "base/text.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

constexpr std::chrono::days forgotten_after{365};

/// Three lines: refresh token, access token, its end. No token holds a line's end.
Secret text_of(const FetchedToken& token) {
  base::SecretBuilder out;
  out.append(token.refresh_token.reveal()).append('\n');
  out.append(token.token.reveal()).append('\n');
  out.append(base::to_rfc3339(token.expires));
  return std::move(out).take();
}

std::optional<FetchedToken> parse(const Secret& text) {
  const auto lines = base::split(text.reveal(), '\n');
  if (lines.size() != 3) return std::nullopt;
  const auto expires = base::parse_time(lines[2]);
  if (!expires) return std::nullopt;
  return FetchedToken{
      .token = Secret(lines[1]), .expires = *expires, .refresh_token = Secret(lines[0])};
}

std::optional<base::WallTime> read_note(int fd) {
  std::array<char, 64> text{};
  const auto size = ::pread(fd, text.data(), text.size(), 0);
  if (size <= 0) return std::nullopt;
  return base::parse_time({text.data(), static_cast<std::size_t>(size)});
}

/// False when it could not be written; empty: there is none.
bool write_note(int fd, std::string_view text) {
  if (::ftruncate(fd, 0) != 0) return false;
  return ::pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace

LoginStore::Turn::Turn(const SealedFile& file, std::string login, base::Fd lock)
    : file_(file),
      login_(std::move(login)),
      lock_(std::move(lock)),
      lost_since_(read_note(lock_.get())) {}

Result<std::optional<LoginStore::Turn>> LoginStore::take_turn(const std::string& login) const {
  TRY_VOID(base::make_directories(directory_, 0700));
  const auto name = (directory_ / (login + ".lock")).native();
  base::Fd lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return base::fail_errno("open", name);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return Turn(file_, login, std::move(lock));
  if (errno == EWOULDBLOCK || errno == EINTR) return std::nullopt;
  return base::fail_errno("lock", name);
}

Result<std::optional<FetchedToken>> LoginStore::Turn::load() const {
  const auto kept = TRY(file_.load());
  const auto found = std::ranges::find(kept, login_, &KeptSecret::name);
  if (found == kept.end()) return std::nullopt;
  auto token = parse(found->value);
  if (token) return token;
  return base::fail(
      ErrorKind::invalid, file_.path().native() + " holds a login that cannot be read",
      "move the file away, and log in again");
}

Result<> LoginStore::Turn::save(const FetchedToken& token, base::WallTime now) const {
  TRY_VOID(file_.update([&](std::vector<KeptSecret>& kept) -> Result<> {
    std::erase_if(kept, [&](const KeptSecret& each) {
      return each.name == login_ || each.since + forgotten_after < now;
    });
    kept.push_back({.name = login_, .value = text_of(token), .since = now});
    return {};
  }));
  write_note(lock_.get(), {});
  return {};
}

/// What was lost before is not lost any later.
void LoginStore::Turn::used(base::WallTime now) const {
  if (!lost_since_) write_note(lock_.get(), base::to_rfc3339(now));
}

void LoginStore::Turn::not_used() const {
  if (!lost_since_) write_note(lock_.get(), {});
}

}  // namespace secrets
