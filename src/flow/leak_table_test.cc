// SPDX-License-Identifier: Apache-2.0
// One secret in every place of a request and of an answer, in every usual spelling and coding, cut
// at every position: a table that is made, and of which no row may be missed.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/encoding.h"
#include "content/encoder.h"
#include "flow/filter_chain.h"
#include "flow/request_filters.h"
#include "flow/scrub_filter.h"
#include "flow/test_support.h"
#include "redact/scanner.h"

namespace flow {
namespace {

using content::Coding;

constexpr std::string_view secret = "Kx9/Q+z3%T7w=Lm2&Vb8";

std::string each(std::string_view text, const std::function<std::string(unsigned char)>& write) {
  std::string out;
  for (const char c : text)
    out += write(static_cast<unsigned char>(c));
  return out;
}

struct Spelling {
  std::string name;
  std::string text;
  bool is_token = true;  // fits into a field, a query, a string of any format
};

std::vector<Spelling> spellings() {
  const auto base64 = [](std::string_view before) {
    return base::to_base64(std::string(before) + std::string(secret));
  };
  std::string url_safe = base64("");
  std::ranges::replace(url_safe, '+', '-');
  std::ranges::replace(url_safe, '/', '_');
  const auto utf16 = [](bool big) {
    return each(secret, [big](unsigned char c) {
      return big ? std::string{'\0', static_cast<char>(c)}
                 : std::string{static_cast<char>(c), '\0'};
    });
  };
  return {
      {"plain", std::string(secret), false},
      {"base64", base64("")},
      {"base64 behind one byte", base64("a")},
      {"base64 behind two bytes", base64("ab")},
      {"base64url", url_safe},
      {"hex", base::to_hex(secret)},
      {"HEX", each(secret, [](unsigned char c) { return fmt::format("{:02X}", c); })},
      {"percent", each(secret, [](unsigned char c) { return fmt::format("%{:02x}", c); })},
      {"PERCENT", each(secret, [](unsigned char c) { return fmt::format("%{:02X}", c); })},
      {"json", each(secret, [](unsigned char c) { return fmt::format("\\u{:04x}", c); }), false},
      {"html", each(secret, [](unsigned char c) { return fmt::format("&#{};", c); }), false},
      {"html hex", each(secret, [](unsigned char c) { return fmt::format("&#x{:x};", c); }), false},
      {"quoted-printable",
       each(
           secret,
           [](unsigned char c) { return c == '=' ? "=3D" : std::string(1, static_cast<char>(c)); }),
       false},
      {"utf-16 little", utf16(false), false},
      {"utf-16 big", utf16(true), false}};
}

std::string grpc_frame(const std::string& text) {
  const std::string message =
      "\x0a" + std::string(1, static_cast<char>(text.size())) + text;  // field 1; short texts
  std::string out(4, '\0');
  out += static_cast<char>(message.size());
  return out + message;
}

struct Format {
  std::string type;
  std::function<std::string(const std::string&)> write;
  std::size_t longest = 1000;
};

std::vector<Format> formats() {
  return {
      {"text/plain", [](const auto& text) { return "before " + text + " behind"; }},
      {"application/json", [](const auto& text) { return R"({"a":{"b":")" + text + R"("}})"; }},
      {"application/x-www-form-urlencoded", [](const auto& text) { return "a=1&k=" + text; }},
      {"application/xml", [](const auto& text) { return "<a><k>" + text + "</k></a>"; }},
      {"multipart/form-data; boundary=b",
       [](const auto& text) {
         return "--b\r\nContent-Disposition: form-data; name=\"k\"\r\n\r\n" + text +
                "\r\n--b--\r\n";
       }},
      {"application/grpc", grpc_frame, 120},
      {"application/grpc-web-text",
       [](const auto& text) { return base::to_base64(grpc_frame(text)); }, 120},
      {"application/octet-stream", [](const auto& text) { return "\x01\x02" + text + "\xff"; }}};
}

const std::vector<content::Codings>& all_codings() {
  static const std::vector<content::Codings> all{
      {},           {Coding::gzip}, {Coding::deflate},
      {Coding::br}, {Coding::zstd}, {Coding::gzip, Coding::br}};
  return all;
}

std::string packed(const std::string& text, const content::Codings& codings) {
  if (codings.empty()) return text;
  std::string out;
  content::Encoder(codings).feed(text, true, out);
  return out;
}

std::string field_of(const content::Codings& codings) {
  std::string out;
  for (const auto coding : codings)
    out += (out.empty() ? "" : ", ") + std::string(content::name_of(coding));
  return out;
}

const Pipeline& pipeline() {
  static const Pipeline made(test::open_policy(), {}, {}, {}, test::scanner_for(secret));
  return made;
}

/// Whether a filter stops the body, and nothing of the secret has gone on before.
bool is_stopped(BodyFilters filters, std::string_view body, std::size_t cut) {
  FilterChain chain(std::move(filters));
  for (const bool last : {false, true}) {
    if (!chain.feed(last ? body.substr(cut) : body.substr(0, cut), last)) return true;
    if (chain.sent().contains(secret.substr(0, 4))) return false;
  }
  return false;
}

TEST(LeakTable, NoSecretGoesOutInABody) {
  std::size_t rows = 0;
  for (const auto& format : formats()) {
    for (const auto& spelling : spellings()) {
      if (spelling.text.size() > format.longest) continue;
      for (const auto& codings : all_codings()) {
        const std::string body = packed(format.write(spelling.text), codings);
        Flow flow = test::captured(
            "/", {{"Host", "api.example.com"},
                  {"Content-Type", format.type},
                  {"Content-Encoding", field_of(codings)}});
        ASSERT_TRUE(std::holds_alternative<Pass>(pipeline().judge(flow)));
        for (const auto framing : {http::Framing::length(body.size()), http::Framing::chunked()}) {
          for (std::size_t cut = 0; cut <= body.size(); cut += codings.empty() ? 1 : 7) {
            auto plan = plan_body(pipeline(), flow, framing, 1000000);
            EXPECT_TRUE(is_stopped(std::move(plan.filters), body, cut))
                << format.type << ", " << spelling.name << ", " << field_of(codings) << ", " << cut;
            ++rows;
          }
        }
      }
    }
  }
  EXPECT_GT(rows, 20000U);
}

TEST(LeakTable, NoGrpcMessageGoesOutThatIsCompressedInAnUnknownWay) {
  Flow flow =
      test::captured("/", {{"Host", "api.example.com"}, {"Content-Type", "application/grpc"}});
  ASSERT_TRUE(std::holds_alternative<Pass>(pipeline().judge(flow)));
  std::string body = grpc_frame("whatever");
  body[0] = 1;
  auto plan = plan_body(pipeline(), flow, http::Framing::chunked(), 1000000);
  EXPECT_TRUE(is_stopped(std::move(plan.filters), body, 0));
}

TEST(LeakTable, NoSecretGoesOutInAMessageOfAWebSocket) {
  for (const auto& spelling : spellings()) {
    Flow flow = test::captured("/");
    ASSERT_TRUE(std::holds_alternative<Pass>(pipeline().judge(flow)));
    const std::string message = R"({"k":")" + spelling.text + R"("})";
    for (std::size_t cut = 0; cut <= message.size(); ++cut)
      EXPECT_TRUE(is_stopped(message_filters(pipeline(), flow, 1000000), message, cut))
          << spelling.name << ", " << cut;
  }
}

TEST(LeakTable, NoSecretGoesOutInAHead) {
  const auto is_refused = [](Flow flow) {
    return std::holds_alternative<Deny>(pipeline().judge(flow));
  };
  const auto with = [](std::string name, const std::string& value) {
    return test::captured("/", {{"Host", "api.example.com"}, {std::move(name), value}});
  };
  for (const auto& spelling : spellings()) {
    if (spelling.name.starts_with("utf-16")) continue;  // no head has them
    EXPECT_TRUE(is_refused(with("X-Note", "<" + spelling.text + ">"))) << spelling.name;
    EXPECT_TRUE(is_refused(with("Cookie", "a=1; k=" + spelling.text))) << spelling.name;
    if (!spelling.is_token) continue;
    EXPECT_TRUE(is_refused(test::captured("/?q=" + spelling.text))) << spelling.name;
    EXPECT_TRUE(is_refused(test::captured("/a/" + spelling.text + "/b"))) << spelling.name;
  }
  const std::string login = base::to_base64("me:" + std::string(secret));
  EXPECT_TRUE(is_refused(with("Authorization", "Basic " + login)));
  EXPECT_TRUE(is_refused(with("Authorization", "Bearer " + std::string(secret))));
}

TEST(LeakTable, NoSecretComesBack) {
  const secrets::NamedSecret named{.name = "key", .value = secret};
  const secrets::Scrubber scrubber({&named, 1});
  std::size_t rows = 0;
  for (const auto& spelling : spellings()) {
    for (const auto& codings : all_codings()) {
      const std::string body = packed("before " + spelling.text + " behind", codings);
      for (std::size_t cut = 0; cut <= body.size(); ++cut) {
        FilterChain chain(scrubbing(scrubber, codings, {}));
        std::string out;
        for (const bool last : {false, true}) {
          ASSERT_TRUE(chain.feed(
              last ? std::string_view(body).substr(cut) : std::string_view(body).substr(0, cut),
              last));
          out += chain.sent();
        }
        EXPECT_FALSE(out.contains(spelling.text)) << spelling.name << ", " << cut;
        EXPECT_TRUE(out.contains("[REDACTED:key]")) << spelling.name << ", " << cut;
        ++rows;
      }
    }
  }
  EXPECT_GT(rows, 2000U);
}

}  // namespace
}  // namespace flow
