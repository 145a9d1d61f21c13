// SPDX-License-Identifier: Apache-2.0
#include "policy/proxy_url.h"

#include <algorithm>

#include "base/text.h"
#include "policy/normalise.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;

constexpr std::size_t longest_url = 4096;
constexpr std::size_t longest_word = 255;  // of a user or a password, for SOCKS (RFC 1929)
constexpr std::string_view example = "write http://user:password@proxy.example:3128";

std::optional<ProxyKind> kind_named(std::string_view scheme) {
  if (base::iequals(scheme, "http")) return ProxyKind::http;
  if (base::iequals(scheme, "https")) return ProxyKind::https;
  if (base::iequals(scheme, "socks5")) return ProxyKind::socks5;
  if (base::iequals(scheme, "socks5h")) return ProxyKind::socks5h;
  return std::nullopt;
}

std::uint16_t usual_port(ProxyKind kind) {
  if (kind == ProxyKind::http) return 80;
  return kind == ProxyKind::https ? 443 : 1080;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// The text behind percent escapes; wiped when it is not what it should be.
base::Result<base::Secret> decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool good = true;
  for (std::size_t i = 0; good && i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? base::hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? base::hex_value(text[i + 2]) : -1;
      good = high >= 0 && low >= 0;
      if (good) c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    good = good && !is_control(c);
    if (good) out.push_back(c);
  }
  base::Secret secret(out);
  base::wipe(out.data(), out.size());
  if (!good || secret.size() > longest_word) {
    return fail(
        ErrorKind::invalid, "the proxy's user or password cannot be read",
        "write special characters as percent escapes (%40 for @), at most 255 bytes each");
  }
  return secret;
}

base::Result<ProxyLogin> login_of(std::string_view text) {
  const auto colon = text.find(':');
  ProxyLogin login;
  login.user = TRY(decode(text.substr(0, colon)));
  if (colon != std::string_view::npos) login.password = TRY(decode(text.substr(colon + 1)));
  if (login.user.empty() || login.user.reveal().find(':') != std::string_view::npos) {
    return fail(
        ErrorKind::invalid, "the proxy's user is empty or has a colon", std::string(example));
  }
  return login;
}

}  // namespace

std::string ProxyUrl::place() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

base::Result<ProxyUrl> parse_proxy_url(std::string_view text) {
  const auto wrong = [](std::string message) {
    return fail(ErrorKind::invalid, std::move(message), std::string(example));
  };
  if (text.empty() || text.size() > longest_url || std::ranges::any_of(text, is_control))
    return wrong("this is not the URL of a proxy");
  ProxyUrl url;
  if (const auto end = text.find("://"); end != std::string_view::npos) {
    const auto kind = kind_named(text.substr(0, end));
    if (!kind) {
      return fail(
          ErrorKind::invalid, "this kind of proxy is unknown",
          "there are http, https, socks5 and socks5h");
    }
    url.kind = *kind;
    text.remove_prefix(end + 3);
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.find_first_of("/?#") != std::string_view::npos) {
    return fail(
        ErrorKind::invalid, "the URL of a proxy has no path",
        "write / ? and # of a password as %2F %3F and %23");
  }
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    url.login = TRY(login_of(text.substr(0, at)));
    text.remove_prefix(at + 1);
  }
  auto authority = split_authority(text);
  if (!authority) return wrong("the proxy's host or port cannot be read");
  url.host = std::move(authority->host);
  url.port = authority->port.value_or(usual_port(url.kind));
  return url;
}

}  // namespace policy
