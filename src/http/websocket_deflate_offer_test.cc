// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_deflate_offer.h"

#include <gtest/gtest.h>

#include <string>

namespace http::websocket {
namespace {

Extension extension(const std::string& text) {
  return parse_extensions({{"Sec-WebSocket-Extensions", text}}).value().front();
}
std::optional<DeflateOffer> offer(const std::string& parameters) {
  return parse_deflate_offer(extension("permessage-deflate" + parameters));
}
std::optional<DeflateAgreement> answer(const std::string& parameters) {
  return parse_deflate_answer(extension("permessage-deflate" + parameters));
}

TEST(DeflateOffer, HasEachParameter) {  // RFC 7692, 7.1
  EXPECT_EQ(offer(""), DeflateOffer{});
  EXPECT_EQ(
      offer("; server_no_context_takeover; client_no_context_takeover"),
      (DeflateOffer{.server_no_context_takeover = true, .client_no_context_takeover = true}));
  EXPECT_EQ(
      offer("; server_max_window_bits=8; client_max_window_bits=15"),
      (DeflateOffer{
          .server_max_window_bits = 8,
          .may_limit_client_window = true,
          .client_max_window_bits = 15}));
  EXPECT_EQ(offer("; client_max_window_bits"), DeflateOffer{.may_limit_client_window = true});
  EXPECT_EQ(offer("; server_max_window_bits=\"10\""), DeflateOffer{.server_max_window_bits = 10});
}

TEST(DeflateOffer, IsDroppedWhenAnythingIsNotUnderstood) {  // 7.1
  for (const auto* parameters :
       {"; x", "; server_no_context_takeover=1", "; client_no_context_takeover=true",
        "; server_no_context_takeover; server_no_context_takeover", "; server_max_window_bits",
        "; server_max_window_bits=7", "; server_max_window_bits=16", "; server_max_window_bits=08",
        "; server_max_window_bits=+9", "; server_max_window_bits=9; server_max_window_bits=9",
        "; client_max_window_bits=7", "; client_max_window_bits=1000000000000000000000",
        "; client_max_window_bits; client_max_window_bits=9",
        "; client_max_window_bits; client_max_window_bits"})
    EXPECT_FALSE(offer(parameters)) << parameters;
  EXPECT_FALSE(parse_deflate_offer({.name = "permessage-bzip2"}));
}

TEST(DeflateOffer, OfAnotherExtensionIsLeftOut) {
  const auto all = parse_extensions(
      {{"Sec-WebSocket-Extensions",
        "x-webkit-deflate-frame, permessage-deflate; later, permessage-deflate; "
        "server_max_window_bits=10, permessage-deflate"}});
  EXPECT_EQ(
      narrow_offers(all.value()), (std::vector<DeflateOffer>{{.server_max_window_bits = 10}, {}}));
}

TEST(DeflateOffer, IsWrittenAsItIsRead) {
  for (const auto* parameters :
       {"", "; server_no_context_takeover", "; client_no_context_takeover",
        "; server_max_window_bits=9", "; client_max_window_bits", "; client_max_window_bits=8",
        "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=15; "
        "client_max_window_bits=14"})
    EXPECT_EQ(
        to_string(to_extension(offer(parameters).value())),
        "permessage-deflate" + std::string(parameters));
}

TEST(DeflateAnswer, NeedsAValueForTheClientsWindow) {  // 7.1.2.2
  EXPECT_FALSE(answer("; client_max_window_bits"));
  EXPECT_EQ(answer("; client_max_window_bits=9"), DeflateAgreement{.client_max_window_bits = 9});
  EXPECT_EQ(
      to_string(to_extension(answer("; client_max_window_bits=9").value())),
      "permessage-deflate; client_max_window_bits=9");
}

TEST(DeflateAnswer, FitsTheOfferOrNot) {
  const struct {
    std::string offered;
    std::string answered;
    bool fits;
  } cases[] = {
      {"", "", true},
      // 7.1.1.1
      {"; server_no_context_takeover", "; server_no_context_takeover", true},
      {"; server_no_context_takeover", "", false},
      {"", "; server_no_context_takeover", true},
      // 7.1.1.2
      {"; client_no_context_takeover", "", true},
      {"", "; client_no_context_takeover", true},
      // 7.1.2.1
      {"; server_max_window_bits=10", "; server_max_window_bits=10", true},
      {"; server_max_window_bits=10", "; server_max_window_bits=9", true},
      {"; server_max_window_bits=10", "; server_max_window_bits=11", false},
      {"; server_max_window_bits=10", "", false},
      {"; server_max_window_bits=15", "", true},
      {"", "; server_max_window_bits=8", true},
      // 7.1.2.2
      {"", "; client_max_window_bits=15", false},
      {"; client_max_window_bits", "; client_max_window_bits=8", true},
      {"; client_max_window_bits", "", true},
      {"; client_max_window_bits=10", "; client_max_window_bits=10", true},
      {"; client_max_window_bits=10", "; client_max_window_bits=11", false},
      {"; client_max_window_bits=10", "", true},
  };
  for (const auto& [offered, answered, fits] : cases)
    EXPECT_EQ(is_answer_to(answer(answered).value(), offer(offered).value()), fits)
        << offered << " / " << answered;
}

TEST(DeflateAgreement, SaysHowEachSideCompresses) {
  const DeflateAgreement agreement{.client_no_context_takeover = true, .server_max_window_bits = 9};
  EXPECT_EQ(agreement.window_bits(Sender::server), 9);
  EXPECT_EQ(agreement.window_bits(Sender::client), 15);
  EXPECT_TRUE(agreement.keeps_context(Sender::server));
  EXPECT_FALSE(agreement.keeps_context(Sender::client));
}

}  // namespace
}  // namespace http::websocket
