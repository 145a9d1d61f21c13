// SPDX-License-Identifier: Apache-2.0
#include "tokens/approvals.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/file.h"
#include "base/private_file.h"
#include "base/text.h"

namespace tokens {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t largest_approvals_file = 1UL << 20U;

bool asks(const Caveat& caveat) { return caveat.as<AskPerson>() != nullptr; }

/// "DIGEST UNTIL"
std::optional<Approval> approval_in(std::string_view line) {
  const auto words = base::split(line, ' ');
  if (words.size() != 2 || words[0].size() != 64) return std::nullopt;
  const auto until = base::parse_time(words[1]);
  if (!until) return std::nullopt;
  return Approval{.digest = std::string(words[0]), .until = *until};
}

}  // namespace

bool needs_approval(const Presented& presented) {
  return std::ranges::any_of(presented.token.caveats, asks);
}

std::string digest_of(const Tail& tail) {
  return base::to_hex(base::sha256({tail.data(), tail.size()}));
}

Result<std::filesystem::path> Approvals::file_of(std::string_view token_id) const {
  if (!is_token_id(token_id)) return base::fail(ErrorKind::internal, "this is no token's id");
  return directory_ / token_id;
}

Result<std::vector<Approval>> Approvals::of(std::string_view token_id) const {
  const auto file = TRY(file_of(token_id));
  const auto text = base::read_file(file, largest_approvals_file);
  std::vector<Approval> approvals;
  if (!text && text.error().kind == ErrorKind::not_found) return approvals;
  if (!text) return std::unexpected(text.error());
  for (const auto line : base::split(*text, '\n')) {
    if (line.empty()) continue;
    auto approval = approval_in(line);
    if (!approval) {
      return base::fail(
          ErrorKind::invalid, "the approvals in " + file.native() + " cannot be understood",
          "remove the file; then its tokens have to be approved anew");
    }
    approvals.push_back(*std::move(approval));
  }
  return approvals;
}

Result<> Approvals::add(std::string_view token_id, Approval approval, base::WallTime now) const {
  TRY_VOID(base::make_directories(directory_, 0700));
  const auto file = TRY(file_of(token_id));
  const auto held = TRY(base::lock_beside(file));  // two changes at once are both kept
  auto approvals = TRY(of(token_id));
  std::erase_if(approvals, [&](const Approval& other) {
    return other.until < now || other.digest == approval.digest;
  });
  approvals.push_back(std::move(approval));
  std::string text;
  for (const auto& kept : approvals)
    text += kept.digest + " " + base::to_rfc3339(kept.until) + "\n";
  return base::write_file(file, text, 0600);
}

}  // namespace tokens
