// SPDX-License-Identifier: Apache-2.0
#include "net/socks5.h"

namespace net::socks5 {
namespace {

constexpr char version = 5;
constexpr char login_version = 1;
constexpr char command_connect = 1;
constexpr char type_ipv4 = 1;
constexpr char type_name = 3;
constexpr char type_ipv6 = 4;
constexpr std::size_t longest = 255;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

void append_size(std::string& out, std::size_t size) { out.push_back(static_cast<char>(size)); }

/// How long a reply is whose first five bytes are there; 0 for an address of an unknown type.
std::size_t reply_size(std::string_view bytes) {
  constexpr std::size_t around = 4 + 2;  // what stands before the address, and the port after it
  switch (bytes[3]) {
    case type_ipv4:
      return around + 4;
    case type_ipv6:
      return around + 16;
    case type_name:
      return around + 1 + byte_at(bytes, 4);
    default:
      return 0;
  }
}

}  // namespace

std::string_view explain(Reply reply) {
  switch (reply) {
    case Reply::succeeded:
      return "it succeeded";
    case Reply::general_failure:
      return "it failed there";
    case Reply::not_allowed:
      return "its rules do not allow it";
    case Reply::network_unreachable:
      return "the network cannot be reached from there";
    case Reply::host_unreachable:
      return "the host cannot be reached from there";
    case Reply::connection_refused:
      return "the host refused the connection";
    case Reply::ttl_expired:
      return "the way there is too long";
    case Reply::command_not_supported:
      return "it does not make connections";
    case Reply::address_type_not_supported:
      return "it does not take this kind of address";
  }
  return "it failed for an unknown reason";
}

std::string greeting(Login login) {
  return login == Login::none ? std::string("\x05\x01\x00", 3) : std::string("\x05\x02\x00\x02", 4);
}

Parsed<Method> read_method(std::string_view bytes, Login offered) {
  if (!bytes.empty() && bytes[0] != version) return Malformed{"it does not speak SOCKS 5"};
  if (bytes.size() < 2) return NeedMore{};
  const auto method = Method{byte_at(bytes, 1)};
  const bool known = method == Method::none || method == Method::not_acceptable ||
                     (method == Method::password && offered == Login::password);
  if (!known) return Malformed{"it chose a method that was not offered"};
  return Complete<Method>{method, 2};
}

base::Result<base::Secret> login_request(std::string_view user, std::string_view password) {
  if (user.empty() || user.size() > longest || password.size() > longest)
    return base::fail(base::ErrorKind::invalid, "the proxy's user or password is too long");
  std::string out;
  out.reserve(3 + user.size() + password.size());
  out.push_back(login_version);
  append_size(out, user.size());
  out += user;
  append_size(out, password.size());
  out += password;
  base::Secret request(out);
  base::wipe(out.data(), out.size());
  return request;
}

Parsed<bool> read_login_reply(std::string_view bytes) {
  // Some servers give the protocol's version here.
  if (!bytes.empty() && bytes[0] != login_version && bytes[0] != version)
    return Malformed{"its answer to the login cannot be read"};
  if (bytes.size() < 2) return NeedMore{};
  return Complete<bool>{bytes[1] == 0, 2};
}

base::Result<std::string> connect_request(const Destination& to, std::uint16_t port) {
  std::string out{version, command_connect, 0};
  if (const auto* name = std::get_if<std::string>(&to)) {
    if (name->empty() || name->size() > longest)
      return base::fail(base::ErrorKind::invalid, "the host's name is too long for SOCKS");
    out.push_back(type_name);
    append_size(out, name->size());
    out += *name;
  } else {
    const auto& address = std::get<boost::asio::ip::address>(to);
    out.push_back(address.is_v4() ? type_ipv4 : type_ipv6);
    if (address.is_v4()) {
      for (const auto byte : address.to_v4().to_bytes())
        out.push_back(static_cast<char>(byte));
    } else {
      for (const auto byte : address.to_v6().to_bytes())
        out.push_back(static_cast<char>(byte));
    }
  }
  out.push_back(static_cast<char>(port >> 8U));
  out.push_back(static_cast<char>(port & 0xFFU));
  return out;
}

Parsed<Reply> read_reply(std::string_view bytes) {
  if (!bytes.empty() && bytes[0] != version) return Malformed{"it does not speak SOCKS 5"};
  if (bytes.size() < 2) return NeedMore{};
  // A refusal may end here: some servers close without the address that nobody needs.
  const auto reply = Reply{byte_at(bytes, 1)};
  if (reply != Reply::succeeded) return Complete<Reply>{reply, 2};
  if (bytes.size() > 2 && bytes[2] != 0) return Malformed{"its answer cannot be read"};
  if (bytes.size() < 5) return NeedMore{};
  const std::size_t size = reply_size(bytes);
  if (size == 0) return Malformed{"its answer has an address of an unknown type"};
  if (bytes.size() < size) return NeedMore{};
  return Complete<Reply>{reply, size};
}

}  // namespace net::socks5
