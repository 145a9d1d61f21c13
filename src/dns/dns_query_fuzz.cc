// SPDX-License-Identifier: Apache-2.0
// Whatever comes in: the reply fits, belongs to the query, and no name that is leased or looked up
// has a byte no host has.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "dns/answerer.h"
#include "dns/record_data.h"

namespace {

class StrictJudge : public dns::NameJudge {
public:
  dns::NameVerdict judge(std::string_view name) const override {
    check(name);
    return {
        .has_addresses = name.size() % 2 == 0,
        .has_records = name.size() % 3 == 0,
        .reason = std::string(name)};
  }
  dns::RecordVerdict judge_records(std::string_view name, dns::Type type) const override {
    check(name);
    if (!dns::can_rebuild(type)) std::abort();
    return {.allowed = name.size() % 5 == 0};
  }

private:
  static void check(std::string_view name) {
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || base::is_digit(c) || c == '-' || c == '_' || c == '.';
    };
    const bool canonical = !name.empty() && name.size() <= 253 && !name.ends_with('.') &&
                           std::ranges::all_of(name, fits);
    if (!canonical) std::abort();
  }
};

std::string respond(
    std::string_view message, dns::Transport transport, dns::Pool& pool, const StrictJudge& judge) {
  const auto response = dns::respond(message, transport, pool, judge);
  if (const auto* text = std::get_if<std::string>(&response)) return *text;
  const auto& pending = std::get<dns::Pending>(response);
  const dns::Reply found{.data = std::vector<std::string>(message.size(), "\x01x")};
  return dns::respond(pending, found);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  dns::Pool pool(8);
  const StrictJudge judge;
  const auto reply = respond(message, dns::Transport::udp, pool, judge);
  if (reply.size() > 1232) std::abort();
  if (!reply.empty() && reply.substr(0, 2) != message.substr(0, 2)) std::abort();
  if (respond(message, dns::Transport::tcp, pool, judge).size() < reply.size()) std::abort();
  return 0;
}
