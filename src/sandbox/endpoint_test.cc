// SPDX-License-Identifier: Apache-2.0
#include "sandbox/endpoint.h"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

TEST(Endpoint, IsReadAndWrittenAsPeopleDo) {
  EXPECT_EQ(Endpoint::parse("192.0.2.1", 443)->to_string(), "192.0.2.1:443");
  EXPECT_EQ(Endpoint::parse("2001:DB8::0:1", 53)->to_string(), "[2001:db8::1]:53");
  for (const auto* nonsense :
       {"", "192.0.2", "192.0.2.256", "example.com", "::1%lo", "[::1]", "1:2"})
    EXPECT_FALSE(Endpoint::parse(nonsense, 1)) << nonsense;
}

TEST(Endpoint, GoesThroughASocketAddressUnchanged) {
  for (const auto* text : {"192.0.2.1", "2001:db8::1", "::", "0.0.0.0"}) {
    const auto endpoint = Endpoint::parse(text, 8080).value();
    EXPECT_EQ(to_endpoint(to_socket_address(endpoint)).value(), endpoint) << text;
  }
}

TEST(Endpoint, AMappedAddressIsTheIpv4AddressThatItIs) {
  const auto mapped = Endpoint::parse("::ffff:10.9.9.9", 80).value();
  EXPECT_EQ(to_endpoint(to_socket_address(mapped)).value(), Endpoint::parse("10.9.9.9", 80));
}

TEST(Endpoint, ASocketOfAnotherFamilyHasNone) {
  SocketAddress address;
  address.storage.ss_family = AF_UNIX;
  EXPECT_EQ(to_endpoint(address).error().kind, base::ErrorKind::invalid);
}

}  // namespace
}  // namespace sandbox
