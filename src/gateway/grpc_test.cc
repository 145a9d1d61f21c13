// SPDX-License-Identifier: Apache-2.0
#include "gateway/grpc.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

bool is_grpc_with(std::string type) {
  return is_grpc({.fields = {{"Content-Type", std::move(type)}}});
}

TEST(Grpc, IsKnownByItsContentType) {
  for (const auto* type :
       {"application/grpc", "application/grpc+proto", "application/grpc;charset=x",
        "Application/GRPC"})
    EXPECT_TRUE(is_grpc_with(type)) << type;
  for (const auto* type :
       {"application/grpc-web", "application/grpc-web+proto", "application/grp", "", "text/plain"})
    EXPECT_FALSE(is_grpc_with(type)) << type;
  EXPECT_FALSE(is_grpc({}));
}

TEST(Grpc, SaysEachKindOfNoWithTheCodeForIt) {
  const auto code = [](int status) {
    return std::string(grpc_refusal(status, "").fields.find("grpc-status").value_or("none"));
  };
  EXPECT_EQ(code(403), "7");
  EXPECT_EQ(code(400), "3");
  EXPECT_EQ(code(421), "3");
  EXPECT_EQ(code(501), "12");
  EXPECT_EQ(code(504), "4");
  EXPECT_EQ(code(502), "14");
  EXPECT_EQ(code(503), "14");
  EXPECT_EQ(code(431), "14");
}

TEST(Grpc, SaysHowTheServerBrokeACallOff) {
  const auto code = [](std::uint32_t broken_by) {
    return std::string(
        grpc_refusal(502, "", broken_by).fields.find("grpc-status").value_or("none"));
  };
  EXPECT_EQ(code(7), "14");  // REFUSED_STREAM
  EXPECT_EQ(code(8), "1");   // CANCEL
  EXPECT_EQ(code(11), "8");  // ENHANCE_YOUR_CALM
  EXPECT_EQ(code(12), "7");  // INADEQUATE_SECURITY
  for (const std::uint32_t other : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 9U, 10U, 13U, 99U})
    EXPECT_EQ(code(other), "13") << other;
}

TEST(Grpc, AnswersWithAHeadThatIsAllThereIs) {
  const auto head = grpc_refusal(403, "not there");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(
      head.fields, (http::Fields{
                       {"Content-Type", "application/grpc"},
                       {"Grpc-Status", "7"},
                       {"Grpc-Message", "not there"},
                       {"X-Blocked-By", "lazaret"}}));
}

TEST(Grpc, EncodesWhatAFieldCannotHold) {
  EXPECT_EQ(
      grpc_refusal(403, "100 % \r\n\xc3\xbc~\x7f").fields.find("grpc-message"),
      "100 %25 %0D%0A%C3%BC~%7F");
}

}  // namespace
}  // namespace gateway
