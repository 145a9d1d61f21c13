// SPDX-License-Identifier: Apache-2.0
#pragma once
// The conformance vectors of the format, and makers of tokens for tests.

#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/key_ring.h"
#include "tokens/mint.h"
#include "tokens/verify.h"

namespace tokens {

/// A time at which the vectors are valid.
inline constexpr base::WallTime today{std::chrono::seconds(1800000000)};

inline const Caveat window{Validity{1700000000, 4102444800}};
inline const Caveat stripe{Hosts{{"api.stripe.com"}}};
inline const Caveat get_only{Methods{{"GET"}}};
inline const Caveat customers{Paths{{"/v1/customers/*"}}};

/// Each vector has one caveat more than the one before.
inline const std::vector<Caveat> vector_caveats{window, stripe, get_only, customers};
inline constexpr std::string_view vectors[] = {
    "acm_lJPEB3ByaW1hcnnEEAABAgMEBQYHCAkKCwwNDg_Cq2FnZW50LWNyZWRzkMQgk6AZNB0ZhqEv2tZIjGBFTt0yZuk6WT"
    "h7uIUwDOgNigU",
    "acm_lJPEB3ByaW1hcnnEEAABAgMEBQYHCAkKCwwNDg_Cq2FnZW50LWNyZWRzkgSSzmVT8QDO9IZXAMQgpGSjQyM3XBtDWi"
    "HYqKcfaQQLusxaLDh_-3j_2zNWItY",
    "acm_lJPEB3ByaW1hcnnEEAABAgMEBQYHCAkKCwwNDg_Cq2FnZW50LWNyZWRzlASSzmVT8QDO9IZXAM8AAAABAAAAAZGRrm"
    "FwaS5zdHJpcGUuY29txCDmXoTKbTq3vhJMcW4H17K1M1ScZMGXj3PhDeOFZlF7ow",
    "acm_lJPEB3ByaW1hcnnEEAABAgMEBQYHCAkKCwwNDg_Cq2FnZW50LWNyZWRzlgSSzmVT8QDO9IZXAM8AAAABAAAAAZGRrm"
    "FwaS5zdHJpcGUuY29tzwAAAAEAAAACkZGjR0VUxCD08H6SgxKoMRh9dEn2_peC6Wa1J244dVovx0uunr3uBw",
    "acm_lJPEB3ByaW1hcnnEEAABAgMEBQYHCAkKCwwNDg_Cq2FnZW50LWNyZWRzmASSzmVT8QDO9IZXAM8AAAABAAAAAZGRrm"
    "FwaS5zdHJpcGUuY29tzwAAAAEAAAACkZGjR0VUzwAAAAEAAAADkZGvL3YxL2N1c3RvbWVycy8qxCBvcxUlqMZRRwrdZFSN"
    "JThrkYDb4zaBq8qMtH9SZyyAQQ"};

/// 00 to 0f.
inline std::array<char, 16> vector_random() {
  std::array<char, 16> random{};
  std::iota(random.begin(), random.end(), '\0');
  return random;
}

/// The key that signed the vectors.
inline Key vector_key() {
  return {
      .id = "primary",
      .secret = base::Secret("0123456789abcdef0123456789abcdef"),
      .created = {},
      .origin = Key::Origin::imported};
}

inline KeyRing vector_ring() {
  KeyRing ring;
  ring.add(vector_key()).value();
  return ring;
}

inline Token mint_with(const std::vector<Caveat>& caveats) {
  return mint(vector_key(), vector_random(), caveats).value();
}

/// What the last vector permits, today.
inline Context good_context() {
  return {.host = "api.stripe.com", .method = "GET", .path = "/v1/customers/cus_1", .now = today};
}

inline Verdict judge(Presented presented, const Context& context = good_context()) {
  return verify(presented, vector_ring(), context);
}
inline Verdict judge(const std::vector<Caveat>& caveats, const Context& context = good_context()) {
  return judge({mint_with(caveats)}, context);
}

inline bool permits(const Verdict& verdict) { return std::holds_alternative<Permit>(verdict); }
/// 200 for a permit.
inline int status_of(const Verdict& verdict) {
  const auto* refusal = std::get_if<Refusal>(&verdict);
  return refusal != nullptr ? refusal->status() : 200;
}
inline std::string reason_of(const Verdict& verdict) {
  const auto* refusal = std::get_if<Refusal>(&verdict);
  return refusal != nullptr ? refusal->reason : "";
}

}  // namespace tokens
