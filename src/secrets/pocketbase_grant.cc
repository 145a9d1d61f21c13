// SPDX-License-Identifier: Apache-2.0
#include "secrets/pocketbase_grant.h"

#include <algorithm>

#include "base/text.h"
#include "secrets/jwt.h"
#include "secrets/token_answer.h"
#include "secrets/token_body.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

constexpr std::string_view default_collection = "users";

bool is_collection(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '_';
  });
}

}  // namespace

Result<PocketbaseGrant::Form> PocketbaseGrant::form_of(const InjectorSpec& spec) {
  const auto& fetch = spec.fetch;
  if (!fetch.url) return base::fail(ErrorKind::invalid, "it has no url", "name it with `url`");
  auto url = TRY(parse_token_url(*fetch.url, "url"));
  if (!spec.username && !spec.username_source.configured())
    return base::fail(
        ErrorKind::invalid, "it has no user name",
        "name who logs in with `username` or `username_source`");
  Form form{
      .url = std::move(url),
      .collection = fetch.collection.value_or(std::string(default_collection))};
  if (!is_collection(form.collection))
    return base::fail(
        ErrorKind::invalid,
        "`" + base::escape_for_terminal(form.collection) + "` is no name of a collection");
  return form;
}

TokenRequest PocketbaseGrant::begin(base::WallTime, const Secret*) const {
  TokenRequest request{
      .url = below(form_.url, "/api/collections/" + form_.collection + "/auth-with-password")};
  base::SecretBuilder body;
  body.append('{');
  append_member(body, "identity", identity_.reveal());
  body.append(',');
  append_member(body, "password", password_.reveal());
  body.append('}');
  set_json(request, std::move(body).take());
  return request;
}

Result<Grant::Step> PocketbaseGrant::proceed(
    const TokenAnswer& answer, unsigned, base::WallTime now) const {
  TRY_VOID(check_success(answer));
  FetchedToken out{.token = TRY(token_member(answer, "token"))};
  out.expires = expiry_of_jwt(out.token.reveal()).value_or(now + assumed_lifetime);
  return out;
}

}  // namespace secrets
