// SPDX-License-Identifier: Apache-2.0
#include "secrets/token_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "secrets/json_member.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

constexpr std::size_t longest_fetched_token = 16UL << 10U;
constexpr unsigned long long longest_lifetime = 10ULL * 366 * 24 * 3600;  // seconds: ten years

constexpr std::array<std::string_view, 6> error_codes = {
    "invalid_request",     "invalid_client",         "invalid_grant",
    "unauthorized_client", "unsupported_grant_type", "invalid_scope"};

std::string_view advice_on(std::string_view code) {
  if (code == "invalid_grant")
    return "the login has ended: log in again, and give the new refresh token or key to the source";
  if (code == "invalid_client") return "look at the client's id, its secret and `client_auth`";
  if (code == "invalid_scope") return "look at `scopes`";
  return {};
}

/// The code of RFC 6749, 5.2, when the server says one of those.
std::string_view code_in(const TokenAnswer& answer) {
  const auto said = json_member(answer.body.reveal(), "error");
  if (!said || !*said) return {};
  const auto* known = std::ranges::find(error_codes, (*said)->reveal());
  return known == error_codes.end() ? std::string_view() : *known;
}

bool is_visible(char c) { return c > ' ' && c < 0x7F; }

std::unexpected<base::Error> fail_answer(std::string message) {
  return base::fail(ErrorKind::invalid, std::move(message));
}

}  // namespace

Result<> check_success(const TokenAnswer& answer) {
  if (answer.status >= 200 && answer.status < 300) return {};
  const auto code = code_in(answer);
  const bool is_trouble = answer.status >= 500 || answer.status == 429;
  return base::fail(
      is_trouble ? ErrorKind::unavailable : ErrorKind::denied,
      code.empty() ? fmt::format("it answered {}", answer.status)
                   : fmt::format("it answered {} ({})", answer.status, code),
      std::string(advice_on(code)));
}

Result<std::optional<Secret>> optional_member(const TokenAnswer& answer, std::string_view name) {
  auto member = json_member(answer.body.reveal(), name);
  if (!member) return fail_answer(fmt::format("its answer is not what was expected: {}", name));
  if (*member && (*member)->empty()) return std::nullopt;
  return member;
}

Result<Secret> required_member(const TokenAnswer& answer, std::string_view name) {
  auto member = TRY(optional_member(answer, name));
  if (member) return *std::move(member);
  return fail_answer(fmt::format("its answer has no {}", name));
}

Result<Secret> token_member(const TokenAnswer& answer, std::string_view name) {
  auto token = TRY(required_member(answer, name));
  const bool fits =
      token.size() <= longest_fetched_token && std::ranges::all_of(token.reveal(), is_visible);
  if (!fits) return fail_answer(fmt::format("the {} of its answer fits into no request", name));
  return token;
}

Result<FetchedToken> read_oauth2_answer(const TokenAnswer& answer, base::WallTime now) {
  TRY_VOID(check_success(answer));
  FetchedToken out{.token = TRY(token_member(answer, "access_token"))};
  const auto type = TRY(optional_member(answer, "token_type"));
  if (type && !base::iequals(type->reveal(), "bearer"))
    return fail_answer("its token is not a bearer token (RFC 6750)");
  out.expires = now + assumed_lifetime;
  if (const auto lifetime = TRY(optional_member(answer, "expires_in"))) {
    const auto seconds = base::parse_number(lifetime->reveal());
    if (!seconds) return fail_answer("the expires_in of its answer is no number of seconds");
    out.expires = now + std::chrono::seconds(std::min(*seconds, longest_lifetime));
  }
  const auto rotated = TRY(optional_member(answer, "refresh_token"));
  if (rotated) out.refresh_token = TRY(token_member(answer, "refresh_token"));
  return out;
}

}  // namespace secrets
