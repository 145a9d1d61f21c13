// SPDX-License-Identifier: Apache-2.0
// Whatever comes in: the reply fits, belongs to the query, and no name that is leased has a byte no
// host has.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "dns/answerer.h"

namespace {

class StrictJudge : public dns::NameJudge {
public:
  dns::NameVerdict judge(std::string_view name) const override {
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || base::is_digit(c) || c == '-' || c == '_' || c == '.';
    };
    const bool canonical = !name.empty() && name.size() <= 253 && !name.ends_with('.') &&
                           std::ranges::all_of(name, fits);
    if (!canonical) std::abort();
    return {.allowed = name.size() % 2 == 0, .reason = std::string(name)};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  dns::Pool pool(8);
  const StrictJudge judge;
  const auto reply = dns::respond(message, dns::Transport::udp, pool, judge);
  if (reply.size() > 1232) std::abort();
  if (!reply.empty() && reply.substr(0, 2) != message.substr(0, 2)) std::abort();
  if (dns::respond(message, dns::Transport::tcp, pool, judge).size() < reply.size()) std::abort();
  return 0;
}
