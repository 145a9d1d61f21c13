// SPDX-License-Identifier: Apache-2.0
#include "http/framing.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace http {
namespace {

TEST(Framing, OfARequestIsWhatItDeclares) {
  EXPECT_EQ(request_framing({}), Framing::none());
  EXPECT_EQ(request_framing({.fields = {{"content-length", "12"}}}), Framing::length(12));
  EXPECT_EQ(request_framing({.fields = {{"Transfer-Encoding", "chunked"}}}), Framing::chunked());
}

TEST(Framing, OfAResponseDependsOnStatusAndMethod) {
  const Fields length{{"Content-Length", "9"}};
  const Fields chunked{{"Transfer-Encoding", "chunked"}};
  const struct {
    std::string_view method;
    int status;
    Fields fields;
    Framing framing;
  } cases[] = {
      {"GET", 200, length, Framing::length(9)},
      {"GET", 200, chunked, Framing::chunked()},
      {"GET", 200, {}, Framing::until_close()},
      {"HEAD", 200, length, Framing::none()},
      {"HEAD", 404, chunked, Framing::none()},
      {"GET", 100, {}, Framing::none()},
      {"GET", 101, {}, Framing::none()},
      {"GET", 204, length, Framing::none()},
      {"GET", 304, length, Framing::none()},
      {"CONNECT", 200, length, Framing::none()},
      {"CONNECT", 407, length, Framing::length(9)},
      {"POST", 999, {}, Framing::until_close()},
  };
  for (const auto& [method, status, fields, framing] : cases)
    EXPECT_EQ(response_framing({.status = status, .fields = fields}, method), framing)
        << method << ' ' << status;
}

TEST(Framing, OfAnUncheckedHeadIsAFault) {
  const Fields both{{"Content-Length", "9"}, {"Transfer-Encoding", "chunked"}};
  EXPECT_THROW(request_framing({.fields = both}), std::logic_error);
  EXPECT_THROW(response_framing({.fields = both}, "GET"), std::logic_error);
}

TEST(Framing, IsDeclaredExactlyOnce) {
  Fields fields{{"transfer-encoding", "x"}, {"Content-Length", "1"}, {"content-length", "2"}};
  declare_framing(fields, Framing::length(7));
  EXPECT_EQ(fields, (Fields{{"Content-Length", "7"}}));
  declare_framing(fields, Framing::chunked());
  EXPECT_EQ(fields, (Fields{{"Transfer-Encoding", "chunked"}}));
  declare_framing(fields, Framing::until_close());
  EXPECT_TRUE(fields.empty());
}

}  // namespace
}  // namespace http
