// SPDX-License-Identifier: Apache-2.0
#include "dns/answerer.h"

#include <algorithm>

#include "base/text.h"

namespace dns {
namespace {

constexpr std::string_view host_name = "host.lazaret.internal";
constexpr std::string_view page_name = "lazaret.internal";

Answer no_data() { return {}; }
Answer no_such_name() { return {.rcode = Rcode::name_error}; }

/// The one of the addresses that the question is for.
Answer answer_with(Type type, std::optional<Ipv4> v4, std::optional<Ipv6> v6) {
  if (type == Type::a && v4) return {.records = {address_record(*v4)}};
  if (type == Type::aaaa && v6) return {.records = {address_record(*v6)}};
  if (type == Type::any) return {.records = {refused_any_record()}};
  return no_data();
}

bool is_below(std::string_view name, std::string_view parent) {
  return name.size() > parent.size() && name.ends_with(parent) &&
         name[name.size() - parent.size() - 1] == '.';
}

bool is_or_below(std::string_view name, std::string_view parent) {
  return name == parent || is_below(name, parent);
}

/// "1.2.3.4", "127.1", "0x7f000001": what a resolver would take for an address though it was asked
/// as a name.
bool looks_like_an_address(std::string_view name) {
  auto last = name.substr(name.rfind('.') + 1);
  const bool is_hex = last.starts_with("0x");
  if (is_hex) last.remove_prefix(2);
  return std::ranges::all_of(
      last, [&](char c) { return is_hex ? base::hex_value(c) >= 0 : base::is_digit(c); });
}

Answer answer_reverse(const Query& query, std::string_view name, const Pool& pool) {
  const auto address = parse_reverse_name(name);
  if (!address) return no_such_name();
  auto owner = pool.name_of(*address);
  if (address == Address(loopback_v4) || address == Address(loopback_v6)) owner = "localhost";
  if (address == Address(host_v4)) owner = host_name;
  if (!owner) return no_such_name();
  if (query.question.type != Type::ptr) return no_data();
  return {.records = {name_record(*owner)}};
}

/// The names that mean the same in every sandbox, whatever the rules say.
std::optional<Answer> answer_own(const Query& query, std::string_view name, const Pool& pool) {
  const auto type = query.question.type;
  if (name.empty()) return no_data();
  if (is_or_below(name, "localhost")) return answer_with(type, loopback_v4, loopback_v6);
  if (name == host_name || name == page_name) return answer_with(type, host_v4, std::nullopt);
  if (is_below(name, page_name) || looks_like_an_address(name)) return no_such_name();
  if (is_or_below(name, "arpa")) return answer_reverse(query, name, pool);
  return std::nullopt;
}

/// A name takes up a place in the pool only when somebody asks for its address.
Answer answer_leased(Type type, std::string_view name, Pool& pool) {
  if (type != Type::a && type != Type::aaaa) return answer_with(type, {}, {});
  const auto addresses = pool.lease(name);
  if (addresses) return answer_with(type, addresses->v4, addresses->v6);
  return {
      .rcode = Rcode::server_failure,
      .error = ExtendedError{ExtendedError::Code::other, addresses.error().message}};
}

std::size_t reply_limit(const Query& query, Transport transport) {
  constexpr std::size_t smallest_udp = 512;
  constexpr std::size_t largest_udp = 1232;
  if (transport == Transport::tcp) return 65535;
  if (!query.edns) return smallest_udp;
  return std::clamp<std::size_t>(query.edns->udp_size, smallest_udp, largest_udp);
}

}  // namespace

Answer answer(const Query& query, Pool& pool, const NameJudge& judge) {
  if (query.edns && query.edns->version != 0) return {.rcode = Rcode::bad_version};
  if (query.question.klass != class_in) return {.rcode = Rcode::refused};
  if (!query.question.name) return no_such_name();

  const auto& name = *query.question.name;
  if (auto own = answer_own(query, name, pool)) return *std::move(own);
  auto verdict = judge.judge(name);
  if (!verdict.allowed)
    return {
        .rcode = Rcode::name_error,
        .error = ExtendedError{ExtendedError::Code::blocked, std::move(verdict.reason)}};
  return answer_leased(query.question.type, name, pool);
}

std::string respond(
    std::string_view message, Transport transport, Pool& pool, const NameJudge& judge) {
  const auto query = parse_query(message);
  if (!query) return write_rejection(query.error());
  return write_answer(*query, answer(*query, pool, judge), reply_limit(*query, transport));
}

}  // namespace dns
