// SPDX-License-Identifier: Apache-2.0
#include "secrets/token_url.h"

#include <fmt/format.h>

#include "base/text.h"
#include "policy/normalise.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::string_view scheme = "https://";
constexpr std::uint16_t https_port = 443;

Result<TokenUrl> read_url(std::string_view text) {
  if (!base::iequals(text.substr(0, scheme.size()), scheme))
    return base::fail(
        ErrorKind::invalid, "it begins otherwise", "tokens are asked for over TLS alone");
  text.remove_prefix(scheme.size());
  const auto end = text.find_first_of("/?#");
  const auto authority = TRY(policy::split_authority(text.substr(0, end)));
  TokenUrl url{.host = authority.host, .port = authority.port.value_or(https_port)};
  if (end == std::string_view::npos) return url;
  const auto rest = text.substr(end);
  if (rest.contains('#')) return base::fail(ErrorKind::invalid, "it has a fragment");
  const auto question = rest.find('?');
  url.target = TRY(policy::normalise_path(rest.substr(0, question)));
  if (question != std::string_view::npos)
    url.target += "?" + TRY(policy::normalise_query(rest.substr(question + 1)));
  return url;
}

}  // namespace

std::string TokenUrl::origin() const {
  const bool is_v6 = host.contains(':');
  std::string out(scheme);
  out += is_v6 ? "[" + host + "]" : host;
  if (port != https_port) out += ":" + std::to_string(port);
  return out;
}

Result<TokenUrl> parse_token_url(std::string_view text, std::string_view key) {
  auto url = read_url(text);
  if (url) return url;
  auto error = std::move(url).error();
  error.message = fmt::format("its {} is no https:// URL: {}", key, error.message);
  return std::unexpected(std::move(error));
}

TokenUrl below(const TokenUrl& base, std::string_view path) {
  TokenUrl out = base;
  out.target = out.target.substr(0, out.target.find('?'));
  if (out.target.ends_with('/')) out.target.pop_back();
  out.target += path;
  return out;
}

}  // namespace secrets
