// SPDX-License-Identifier: Apache-2.0
#include "gateway/udp_flow_table.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using net::asio::ip::make_address;
using Table = UdpFlowTable<int>;

DatagramPath path_from(std::uint16_t port) {
  return {
      .program = {make_address("10.0.2.100"), port},
      .destination = {make_address("198.18.0.16"), 123}};
}

TEST(UdpFlowTable, FindsAFlowByBothOfItsEnds) {
  Table table(4);
  const auto flow = std::make_shared<int>(1);
  EXPECT_EQ(table.add(path_from(1000), flow), nullptr);
  EXPECT_EQ(table.find(path_from(1000)), flow);
  EXPECT_EQ(table.find(path_from(1001)), nullptr);
  auto elsewhere = path_from(1000);
  elsewhere.destination.port(124);
  EXPECT_EQ(table.find(elsewhere), nullptr);
}

TEST(UdpFlowTable, TheOneThatWasSilentForLongestMakesRoom) {
  Table table(2);
  const auto first = std::make_shared<int>(1);
  const auto second = std::make_shared<int>(2);
  table.add(path_from(1), first);
  table.add(path_from(2), second);
  EXPECT_EQ(table.find(path_from(1)), first);  // a datagram of the first
  EXPECT_EQ(table.add(path_from(3), std::make_shared<int>(3)), second);
  EXPECT_EQ(table.find(path_from(2)), nullptr);
  EXPECT_EQ(table.size(), 2U);
}

TEST(UdpFlowTable, AnEndedFlowDoesNotTakeItsSuccessorAway) {
  Table table(2);
  const auto old = std::make_shared<int>(1);
  const auto next = std::make_shared<int>(2);
  table.add(path_from(1), old);
  table.remove(path_from(1), *old);
  table.add(path_from(1), next);
  table.remove(path_from(1), *old);
  EXPECT_EQ(table.find(path_from(1)), next);
  table.remove(path_from(1), *next);
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace gateway
