// SPDX-License-Identifier: Apache-2.0
#include "policy/target.h"

#include "base/text.h"
#include "policy/normalise.h"

namespace policy {

std::string url_of(const Target& target) {
  const bool is_ipv6 = target.host.contains(':');
  std::string url;
  url.reserve(
      target.scheme.size() + target.host.size() + target.path.size() + target.query.size() + 16);
  url.append(target.scheme).append("://");
  url.append(is_ipv6 ? "[" : "").append(target.host).append(is_ipv6 ? "]" : "");
  if (target.port != default_port(target.scheme))
    url.append(":").append(std::to_string(target.port));
  url.append(target.path);
  if (!target.query.empty()) url.append("?").append(target.query);
  return url;
}

std::uint16_t default_port(std::string_view scheme) {
  if (scheme == "https") return 443;
  if (scheme == "http") return 80;
  return 0;
}

Target Url::target(std::string_view method) const {
  return {
      .method = method, .scheme = scheme, .host = host, .port = port, .path = path, .query = query};
}

base::Result<Url> parse_url(std::string_view text) {
  using base::ErrorKind;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) {
    return base::fail(ErrorKind::invalid, "not an absolute URL", "write it as https://host/path");
  }
  Url url;
  url.scheme = base::lower(text.substr(0, colon));
  if (default_port(url.scheme) == 0) {
    return base::fail(ErrorKind::invalid, "the scheme of the URL is neither http nor https");
  }
  if (text.contains('#')) {
    return base::fail(ErrorKind::invalid, "a fragment is never sent", "leave out what follows '#'");
  }
  const std::string_view rest = text.substr(colon + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::string_view reference = rest.substr(authority.size());
  const std::string_view path = reference.substr(0, reference.find('?'));

  const Authority parts = TRY(split_authority(authority));
  url.host = parts.host;
  url.port = parts.port.value_or(default_port(url.scheme));
  url.path = TRY(normalise_path(path));
  if (path.size() < reference.size()) {
    url.query = TRY(normalise_query(reference.substr(path.size() + 1)));
  }
  return url;
}

}  // namespace policy
