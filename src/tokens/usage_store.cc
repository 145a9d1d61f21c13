// SPDX-License-Identifier: Apache-2.0
#include "tokens/usage_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

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

Result<Usage> read(const base::Fd& file) {
  std::array<char, 64> text{};
  const auto size = ::pread(file.get(), text.data(), text.size(), 0);
  if (size < 0) return base::fail_errno("read the usage of a token");
  if (size == 0) return Usage{};
  const std::string_view line = base::trim({text.data(), static_cast<std::size_t>(size)});
  const auto blank = line.find(' ');
  const auto requests = base::parse_number(line.substr(0, blank));
  const auto bytes =
      blank == std::string_view::npos ? std::nullopt : base::parse_number(line.substr(blank + 1));
  if (!requests || !bytes)
    return base::fail(ErrorKind::invalid, "the usage of a token on disk cannot be understood");
  return Usage{.requests = *requests, .bytes_up = *bytes};
}

/// Of one length, so that no write leaves a part of an older one behind.
Result<> write(const base::Fd& file, const Usage& usage) {
  const std::string line =
      fmt::format("{:<41}\n", fmt::format("{} {}", usage.requests, usage.bytes_up));
  const auto size = ::pwrite(file.get(), line.data(), line.size(), 0);
  if (size != static_cast<ssize_t>(line.size()))
    return base::fail_errno("write the usage of a token");
  return {};
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

Result<base::Fd> UsageStore::open(std::string_view token_id) const {
  if (!is_token_id(token_id)) return base::fail(ErrorKind::internal, "this is no token's id");
  TRY_VOID(base::make_directories(directory_, 0700));
  const auto path = directory_ / token_id;
  base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return base::fail_errno("open", path.native());
  while (::flock(file.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return base::fail_errno("lock", path.native());
  }
  return file;
}

Result<Usage> UsageStore::used(std::string_view token_id) const {
  const auto file = TRY(open(token_id));
  return read(file);
}

Result<bool> UsageStore::count(
    std::string_view token_id,
    const Allowance& allowance,
    std::uint64_t requests,
    std::uint64_t bytes_up) const {
  const auto file = TRY(open(token_id));
  const Usage before = TRY(read(file));
  const Usage after{
      .requests = sum(before.requests, requests), .bytes_up = sum(before.bytes_up, bytes_up)};
  const bool too_many = requests > 0 && allowance.requests && after.requests > *allowance.requests;
  const bool too_much = bytes_up > 0 && allowance.bytes_up && after.bytes_up > *allowance.bytes_up;
  if (too_many || too_much) return false;
  TRY_VOID(write(file, after));
  return true;
}

}  // namespace tokens
