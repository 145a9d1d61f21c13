// SPDX-License-Identifier: Apache-2.0
#include "dns/answerer.h"

#include <algorithm>

#include "base/text.h"
#include "dns/record_data.h"

namespace dns {
namespace {

constexpr std::string_view host_name = "host.lazaret.internal";
constexpr std::string_view page_name = "lazaret.internal";

Answer no_data() { return {}; }
Answer no_such_name() { return {.rcode = Rcode::name_error}; }

Answer refuse(Rcode rcode, ExtendedError::Code code, std::string text) {
  return {.rcode = rcode, .error = ExtendedError{code, std::move(text)}};
}

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
  const auto addresses = pool.lease(name);
  if (addresses) return answer_with(type, addresses->v4, addresses->v6);
  return refuse(Rcode::server_failure, ExtendedError::Code::other, addresses.error().to_string());
}

/// What the rules say about a name that is not ours.
std::variant<Answer, Lookup> answer_by_rule(
    Type type, const std::string& name, Pool& pool, const NameJudge& judge) {
  auto verdict = judge.judge(name);
  if (!verdict.has_addresses && !verdict.has_records)
    return refuse(Rcode::name_error, ExtendedError::Code::blocked, std::move(verdict.reason));
  if (can_rebuild(type)) {
    auto records = judge.judge_records(name, type);
    if (records.allowed)
      return Lookup{.name = name, .type = type, .has_addresses = verdict.has_addresses};
    return refuse(Rcode::no_error, ExtendedError::Code::blocked, std::move(records.reason));
  }
  if (type != Type::a && type != Type::aaaa) return answer_with(type, {}, {});
  if (verdict.has_addresses) return answer_leased(type, name, pool);
  return refuse(Rcode::no_error, ExtendedError::Code::blocked, std::move(verdict.reason));
}

std::size_t reply_limit(const Query& query, Transport transport) {
  constexpr std::size_t smallest_udp = 512;
  constexpr std::size_t largest_udp = 1232;
  if (transport == Transport::tcp) return 65535;
  if (!query.edns) return smallest_udp;
  return std::clamp<std::size_t>(query.edns->udp_size, smallest_udp, largest_udp);
}

}  // namespace

std::variant<Answer, Lookup> answer(const Query& query, Pool& pool, const NameJudge& judge) {
  const auto type = query.question.type;
  if (query.edns && query.edns->version != 0) return Answer{.rcode = Rcode::bad_version};
  if (query.question.klass != class_in)
    return refuse(
        Rcode::refused, ExtendedError::Code::not_supported, "only the class IN is served here");
  if (type == Type::axfr || type == Type::ixfr)
    return refuse(
        Rcode::refused, ExtendedError::Code::not_supported, "there are no zones to transfer here");
  if (!query.question.name)
    return refuse(
        Rcode::name_error, ExtendedError::Code::blocked,
        "no host has such a name: labels are of letters, digits, hyphens and underscores");

  const auto& name = *query.question.name;
  if (auto own = answer_own(query, name, pool)) return *std::move(own);
  return answer_by_rule(type, name, pool, judge);
}

Answer answer(const Lookup& lookup, const base::Result<Reply>& found) {
  const bool is_absent =
      found ? found->rcode == Rcode::name_error : found.error().kind == base::ErrorKind::not_found;
  // A name that has addresses here exists, whatever it is outside.
  if (is_absent) return lookup.has_addresses ? no_data() : no_such_name();
  if (!found)
    return refuse(
        Rcode::server_failure, ExtendedError::Code::no_reachable_authority, found.error().message);
  Answer out;
  for (const auto& data : found->data)
    out.records.push_back({.type = lookup.type, .data = data, .ttl = found->ttl});
  return out;
}

std::variant<std::string, Pending> respond(
    std::string_view message, Transport transport, Pool& pool, const NameJudge& judge) {
  auto query = parse_query(message);
  if (!query) return write_rejection(query.error());
  const auto limit = reply_limit(*query, transport);
  auto answered = answer(*query, pool, judge);
  if (const auto* now = std::get_if<Answer>(&answered)) return write_answer(*query, *now, limit);
  return Pending{
      .lookup = std::get<Lookup>(std::move(answered)), .query = *std::move(query), .limit = limit};
}

std::string respond(const Pending& pending, const base::Result<Reply>& found) {
  return write_answer(pending.query, answer(pending.lookup, found), pending.limit);
}

}  // namespace dns
