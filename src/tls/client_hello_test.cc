// SPDX-License-Identifier: Apache-2.0
#include "tls/client_hello.h"

#include <gtest/gtest.h>

#include "tls/alpn.h"
#include "tls/handle.h"

namespace tls {
namespace {

std::string number(std::size_t value, int bytes) {
  std::string out;
  for (int i = bytes; i-- > 0;)
    out += static_cast<char>(value >> (8 * i) & 0xFFU);
  return out;
}
std::string sized(int bytes, std::string_view text) {
  return number(text.size(), bytes).append(text);
}
std::string extension(unsigned type, std::string_view body) {
  return number(type, 2) + sized(2, body);
}
std::string server_name(std::string_view name) {
  return extension(0, sized(2, std::string(1, '\0') + sized(2, name)));
}
std::string hello_body(std::string_view extensions) {
  return number(0x0303, 2) + std::string(32, 'r') + sized(1, "") + sized(2, "\x13\x01") +
         sized(1, std::string_view("\0", 1)) + sized(2, extensions);
}
std::string message(std::string_view body, char type = 1) { return type + sized(3, body); }
std::string record(std::string_view payload) {
  return std::string("\x16\x03\x01") + sized(2, payload);
}
std::string hello(std::string_view extensions) { return record(message(hello_body(extensions))); }

ClientHello parsed(std::string_view bytes) {
  const Peek peek = peek_client_hello(bytes);
  const auto* found = std::get_if<ClientHello>(&peek);
  if (const auto* fault = std::get_if<Malformed>(&peek)) ADD_FAILURE() << fault->reason;
  if (found == nullptr) ADD_FAILURE() << "no hello";
  return found != nullptr ? *found : ClientHello{};
}

std::string_view fault_of(std::string_view bytes) {
  const Peek peek = peek_client_hello(bytes);
  const auto* fault = std::get_if<Malformed>(&peek);
  return fault != nullptr ? fault->reason : "";
}

/// The first flight of OpenSSL as a client.
std::string openssl_hello(const char* host, std::span<const std::string_view> protocols) {
  const Context context(SSL_CTX_new(TLS_client_method()));
  const Ssl ssl(SSL_new(context.get()));
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
  SSL_set_tlsext_host_name(ssl.get(), host);
  const auto list = encode_alpn(protocols).value();
  SSL_set_alpn_protos(
      ssl.get(), reinterpret_cast<const unsigned char*>(list.data()),
      static_cast<unsigned>(list.size()));
  SSL_connect(ssl.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  return {data, static_cast<std::size_t>(size)};
}

TEST(ClientHello, OfOpenSslIsUnderstood) {
  const std::string_view protocols[] = {"h2", "http/1.1"};
  const auto hello = parsed(openssl_hello("Api.Example.COM", protocols));
  EXPECT_EQ(hello.sni, "api.example.com");
  EXPECT_EQ(hello.alpn, (std::vector<std::string>{"h2", "http/1.1"}));
  EXPECT_EQ(hello.versions.front(), 0x0304);
  EXPECT_FALSE(hello.has_ech);
}

TEST(ClientHello, IsUnderstoodHoweverItArrives) {
  const std::string_view protocols[] = {"h2"};
  const auto bytes = openssl_hello("a.test", protocols);
  const auto whole = parsed(bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Peek peek = peek_client_hello(std::string_view(bytes).substr(0, size));
    const auto* more = std::get_if<NeedMore>(&peek);
    ASSERT_NE(more, nullptr) << size;
    EXPECT_GT(more->at_least, size);
    EXPECT_LE(more->at_least, bytes.size());
  }
  EXPECT_EQ(parsed(bytes + "more"), whole);
}

TEST(ClientHello, MayBeSplitOverRecordsAnywhere) {
  const auto whole = message(hello_body(server_name("a.test")));
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    const auto bytes = record(whole.substr(0, cut)) + record(whole.substr(cut));
    ASSERT_EQ(parsed(bytes).sni, "a.test") << cut;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Peek peek = peek_client_hello(std::string_view(bytes).substr(0, size));
      const auto* more = std::get_if<NeedMore>(&peek);
      ASSERT_NE(more, nullptr) << cut << " " << size;
      ASSERT_GT(more->at_least, size);
      ASSERT_LE(more->at_least, bytes.size());
    }
  }
}

TEST(ClientHello, MayCarryLargeKeyShares) {
  const auto whole =
      message(hello_body(extension(51, std::string(60000, 'k')) + server_name("a.test")));
  std::string bytes;
  for (std::size_t at = 0; at < whole.size(); at += 16384)
    bytes += record(whole.substr(at, 16384));
  EXPECT_EQ(parsed(bytes).sni, "a.test");
}

TEST(ClientHello, WithoutExtensionsIsFromAnOldClient) {
  const auto body = hello_body("");
  const auto hello = parsed(record(message(body.substr(0, body.size() - 2))));
  EXPECT_EQ(hello, (ClientHello{.sni = "", .alpn = {}, .versions = {0x0303}, .ciphers = {0x1301}}));
}

TEST(ClientHello, LosesTheTrailingDotOfItsName) {
  EXPECT_EQ(parsed(hello(server_name("a.test."))).sni, "a.test");
}

TEST(ClientHello, LeavesGreaseOut) {
  const auto hello_with_grease = parsed(hello(
      extension(0x0A0A, "") + extension(16, sized(2, sized(1, "\x8A\x8A") + sized(1, "h2"))) +
      extension(43, sized(1, "\xFA\xFA\x03\x04\x03\x03")) + extension(0xBABA, "x")));
  EXPECT_EQ(hello_with_grease.alpn, std::vector<std::string>{"h2"});
  EXPECT_EQ(hello_with_grease.versions, (std::vector<std::uint16_t>{0x0304, 0x0303}));
}

TEST(ClientHello, SaysWhichSignaturesAndGroupsItsClientTakes) {
  const auto without = parsed(hello(server_name("a.test")));
  EXPECT_FALSE(without.signatures || without.certificate_signatures || without.groups);
  const auto with = parsed(hello(
      extension(13, sized(2, "\x04\x03\x08\x04")) + extension(50, sized(2, "\x04\x01")) +
      extension(10, sized(2, std::string_view("\x0A\x0A\x00\x1D", 4)))));
  using Numbers = std::vector<std::uint16_t>;
  EXPECT_EQ(with.ciphers, Numbers{0x1301});
  EXPECT_EQ(with.signatures, (Numbers{0x0403, 0x0804}));
  EXPECT_EQ(with.certificate_signatures, Numbers{0x0401});
  EXPECT_EQ(with.groups, Numbers{0x001D});
}

TEST(ClientHello, ShowsThatTheRealOneIsEncrypted) {
  EXPECT_TRUE(parsed(hello(server_name("public.test") + extension(0xFE0D, "sealed"))).has_ech);
}

TEST(ClientHello, OtherProtocolsAreNotTls) {
  for (const auto* bytes :
       {"GET / HTTP/1.1\r\n", "SSH-2.0-x", "\x16\x02", "\x80\x2e\x01", "\x15\x03\x01"}) {
    EXPECT_EQ(peek_client_hello(bytes), Peek(NotTls{})) << bytes;
  }
}

TEST(ClientHello, NothingIsSaidAboutNothing) {
  EXPECT_EQ(peek_client_hello(""), Peek(NeedMore{6}));
}

struct Hostile {
  const char* name;
  std::string bytes;
  std::string_view reason;
};

class HostileHello : public testing::TestWithParam<Hostile> {};

TEST_P(HostileHello, IsMalformed) { EXPECT_EQ(fault_of(GetParam().bytes), GetParam().reason); }

const auto no_host = "the server name is not a host name";
const auto entry = [](std::string_view name) { return std::string(1, '\0') + sized(2, name); };

const Hostile hostile[] = {
    {"EmptyName", hello(server_name("")), "empty or broken server name"},
    {"EmptyNameList", hello(extension(0, sized(2, ""))), "empty or broken server name"},
    {"EmptyNameExtension", hello(extension(0, "")), "empty or broken server name"},
    {"NameLengthLies", hello(extension(0, sized(2, std::string("\0\0\x09", 3) + "a.test"))),
     "empty or broken server name"},
    {"BytesBehindTheNames", hello(extension(0, sized(2, entry("a.test")) + "x")),
     "empty or broken server name"},
    {"TwoNames", hello(extension(0, sized(2, entry("a.test") + entry("b.test")))),
     "not exactly one server name"},
    {"NameOfUnknownType", hello(extension(0, sized(2, "\x01" + sized(2, "a.test")))),
     "not exactly one server name"},
    {"TwoNameExtensions", hello(server_name("a.test") + server_name("b.test")),
     "an extension appears twice"},
    {"TwoUnknownExtensions", hello(extension(0xABCD, "") + extension(0xABCD, "")),
     "an extension appears twice"},
    {"NonAsciiName", hello(server_name("b\xC3\xBC.test")), no_host},
    {"NulInName", hello(server_name(std::string_view("a.test\0.b", 9))), no_host},
    {"BlankInName", hello(server_name("a b.test")), no_host},
    {"WildcardName", hello(server_name("*.test")), no_host},
    {"LongName", hello(server_name(std::string(300, 'a'))), no_host},
    {"LongLabel", hello(server_name(std::string(64, 'a') + ".test")), no_host},
    {"OnlyADot", hello(server_name(".")), no_host},
    {"TwoTrailingDots", hello(server_name("a.test..")), no_host},
    {"Ip4Literal", hello(server_name("192.0.2.1")), no_host},
    {"Ip4LiteralInHex", hello(server_name("0x7f000001")), no_host},
    {"Ip6Literal", hello(server_name("2001:db8::1")), no_host},
    {"EmptyProtocolList", hello(extension(16, sized(2, ""))), "broken protocol list"},
    {"EmptyProtocol", hello(extension(16, sized(2, sized(1, "h2") + sized(1, "")))),
     "broken protocol list"},
    {"ProtocolLengthLies", hello(extension(16, sized(2, "\x09h2"))), "broken protocol list"},
    {"OddVersionList", hello(extension(43, sized(1, "\x03\x04\x03"))), "broken version list"},
    {"EmptySignatureList", hello(extension(13, sized(2, ""))),
     "broken list of groups or signatures"},
    {"OddGroupList", hello(extension(10, sized(2, "\x01\x02\x03"))),
     "broken list of groups or signatures"},
    {"BytesBehindTheGroups", hello(extension(10, sized(2, "\x01\x02") + "x")),
     "broken list of groups or signatures"},
    {"ExtensionLengthLies", hello(number(10, 2) + number(9, 2) + "x"), "broken extension"},
    {"BytesBehindTheExtensions", record(message(hello_body("") + "x")), "broken extension list"},
    {"HelloTooShort", record(message("\x03\x03")), "broken hello"},
    {"EmptyHello", record(message("")), "broken hello"},
    {"LongSessionId",
     record(message(number(0x0303, 2) + std::string(32, 'r') + sized(1, std::string(33, 's')))),
     "broken hello"},
    {"DataBehindTheHello", record(message(hello_body("")) + "x"), "data behind the hello"},
    {"DataBehindTheHelloAnnounced", record(message(hello_body("")) + "x").substr(0, 20),
     "data behind the hello"},
    {"OtherMessageFirst", record(message("", 2)), "the first message is not a ClientHello"},
    {"EmptyRecord", record(""), "empty record"},
    {"OversizedRecord", record(message(std::string(16384, 'x'))), "oversized record"},
    {"OversizedHello", record(std::string("\x01\x01\x00\x01", 4)), "oversized hello"},
    {"Interrupted", record(message(hello_body("")).substr(0, 9)) + "\x15\x03\x01",
     "the hello is interrupted by another record"},
};

INSTANTIATE_TEST_SUITE_P(Table, HostileHello, testing::ValuesIn(hostile), [](const auto& row) {
  return std::string(row.param.name);
});

TEST(ClientHello, InTooManyRecordsEndsAtTheLimit) {
  std::string bytes = record(std::string("\x01\x00\xFF\xFF", 4));
  while (bytes.size() < largest_hello)
    bytes += record("x");
  EXPECT_EQ(fault_of(bytes.substr(0, largest_hello)), "hello in too many records");
}

}  // namespace
}  // namespace tls
