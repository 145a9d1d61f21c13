// SPDX-License-Identifier: Apache-2.0
#include "tokens/usage_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>

#include "base/file.h"
#include "base/text.h"

namespace tokens {
namespace {

using base::ErrorKind;
using base::Result;

bool counts(const Caveat& caveat) {
  return caveat.as<RequestLimit>() != nullptr || caveat.as<UploadLimit>() != nullptr ||
         caveat.as<SingleUse>() != nullptr;
}

/// The line of the counts, which is all that earlier versions read and write.
constexpr std::size_t counts_size = 64;
constexpr std::size_t most_looked_at = 4096;
/// For a clock that is set right meanwhile.
constexpr std::chrono::hours patience{24};

/// What a file holds.
struct Count {
  Usage usage{};
  std::optional<base::WallTime> until{};  // none: not known
  bool is_empty = true;                   // nothing was counted so far
};

std::optional<Usage> usage_in(std::string_view line) {
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto requests = base::parse_number(line.substr(0, blank));
  const auto bytes = base::parse_number(line.substr(blank + 1));
  if (!requests || !bytes) return std::nullopt;
  return Usage{.requests = *requests, .bytes_up = *bytes};
}

Result<Count> read(const base::Fd& file) {
  std::array<char, 2 * counts_size> text{};
  const auto size = ::pread(file.get(), text.data(), text.size(), 0);
  if (size < 0) return base::fail_errno("read the usage of a token");
  if (size == 0) return Count{};
  std::string_view rest(text.data(), static_cast<std::size_t>(size));
  const auto usage = usage_in(base::trim(rest.substr(0, counts_size)));
  if (!usage)
    return base::fail(ErrorKind::invalid, "the usage of a token on disk cannot be understood");
  rest.remove_prefix(std::min(rest.size(), counts_size));
  return Count{.usage = *usage, .until = base::parse_time(base::trim(rest)), .is_empty = false};
}

/// Of one length, so that no write leaves a part of an older one behind.
Result<> write(const base::Fd& file, const Count& count) {
  const std::string text = fmt::format(
      "{:<{}}\n{:<30}\n", fmt::format("{} {}", count.usage.requests, count.usage.bytes_up),
      counts_size - 1, count.until ? base::to_rfc3339(*count.until) : "never");
  const auto size = ::pwrite(file.get(), text.data(), text.size(), 0);
  if (size != static_cast<ssize_t>(text.size()))
    return base::fail_errno("write the usage of a token");
  return {};
}

/// Whoever counts without knowing the end may have tokens that last longer.
std::optional<base::WallTime> later_end(
    const Count& before, const std::optional<base::WallTime>& until) {
  if (before.is_empty || !until) return until;
  return before.until ? std::optional(std::max(*before.until, *until)) : std::nullopt;
}

/// Whether somebody removed it before it was locked. What is written to it then is lost.
bool is_removed(const base::Fd& file) {
  struct stat found{};
  return ::fstat(file.get(), &found) == 0 && found.st_nlink == 0;
}

/// An empty file says nothing, but it may be one that is about to be written.
std::optional<base::WallTime> end_of_use(const base::Fd& file) {
  const auto count = read(file);
  if (!count) return std::nullopt;
  if (!count->is_empty) return count->until;
  struct stat found{};
  if (::fstat(file.get(), &found) != 0) return std::nullopt;
  return base::WallTime(std::chrono::seconds(found.st_mtim.tv_sec));
}

/// Under its lock: whoever waits for that finds out (is_removed). One that is in use stays.
void remove_if_ended(const std::filesystem::path& path, base::WallTime now) {
  const base::Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || is_removed(file)) return;
  const auto end = end_of_use(file);
  if (end && *end < now - patience) ::unlink(path.c_str());
}

/// Without wrapping round.
std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

}  // namespace

bool needs_counting(const Presented& presented) {
  const auto any = [](const Token& token) { return std::ranges::any_of(token.caveats, counts); };
  return any(presented.token) || std::ranges::any_of(presented.discharges, any);
}

Result<base::Fd> UsageStore::open(std::string_view token_id, Missing missing) const {
  if (!is_token_id(token_id)) return base::fail(ErrorKind::internal, "this is no token's id");
  const auto path = directory_ / token_id;
  const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (missing == Missing::is_made ? O_CREAT : 0);
  for (;;) {
    base::Fd file(::open(path.c_str(), flags, 0600));
    if (!file) return base::fail_errno("open", path.native());
    while (::flock(file.get(), LOCK_EX) != 0) {
      if (errno != EINTR) return base::fail_errno("lock", path.native());
    }
    if (!is_removed(file)) return file;
  }
}

Result<Usage> UsageStore::used(std::string_view token_id) const {
  const auto file = open(token_id, Missing::is_error);
  if (!file && file.error().kind == ErrorKind::not_found) return Usage{};
  if (!file) return std::unexpected(file.error());
  return TRY(read(*file)).usage;
}

Result<bool> UsageStore::count(
    std::string_view token_id,
    const Allowance& allowance,
    std::uint64_t requests,
    std::uint64_t bytes_up) const {
  TRY_VOID(base::make_directories(directory_, 0700));
  const auto file = TRY(open(token_id, Missing::is_made));
  const Count before = TRY(read(file));
  const Usage after{
      .requests = sum(before.usage.requests, requests),
      .bytes_up = sum(before.usage.bytes_up, bytes_up)};
  const bool too_many = requests > 0 && allowance.requests && after.requests > *allowance.requests;
  const bool too_much = bytes_up > 0 && allowance.bytes_up && after.bytes_up > *allowance.bytes_up;
  if (too_many || too_much) return false;
  TRY_VOID(write(file, {after, later_end(before, allowance.until), false}));
  return true;
}

void UsageStore::forget_ended(base::WallTime now) const {
  std::error_code failed;
  std::size_t left = most_looked_at;
  for (std::filesystem::directory_iterator entry(directory_, failed), end;
       entry != end && !failed && left > 0; entry.increment(failed), --left) {
    if (is_token_id(entry->path().filename().native())) remove_if_ended(entry->path(), now);
  }
}

}  // namespace tokens
