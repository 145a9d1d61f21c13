// SPDX-License-Identifier: Apache-2.0
#include "secrets/injectors.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/file.h"
#include "secrets/header_name.h"
#include "secrets/test_support.h"
#include "tls/issue.h"

namespace secrets {
namespace {

using policy::Target;
using test::https;

InjectorSpec injector_spec(
    const std::string& name, std::string host, const std::string& token = "t0ken-of-") {
  InjectorSpec made{.name = name, .enabled = true};
  made.host = std::move(host);
  made.header = "authorization";
  made.source.value = base::Secret(token + name);
  made.origin = {.file = "config.toml", .line = 7};
  return made;
}

template <class... Specs>
std::vector<InjectorSpec> list(Specs... specs) {
  std::vector<InjectorSpec> made;
  (made.push_back(std::move(specs)), ...);
  return made;
}

base::Result<Injectors> create(
    const std::vector<InjectorSpec>& specs, const Environment& environment = {}) {
  return Injectors::create(specs, environment, "/nonexistent");
}

std::string injector_error(InjectorSpec wrong, const Environment& environment = {}) {
  const auto made = create(list(std::move(wrong)), environment);
  return made ? "no error" : made.error().message;
}

std::string found(const Injectors& injectors, const Target& target) {
  const auto* injector = injectors.find(target);
  return injector != nullptr ? injector->name() : "none";
}

/// What comes to stand in the header of the injector that is found.
std::string written(
    const Injectors& injectors, const Target& target, std::string_view existing = "") {
  const auto* injector = injectors.find(target);
  const FieldView field{injector->slot().name, existing};
  const RequestView request{.target = target, .authority = target.host, .fields = {&field, 1}};
  const auto injection = injector->inject(request, {});
  const auto* edits = std::get_if<Edits>(&injection);
  return edits != nullptr ? std::string(edits->fields.at(0).value.reveal()) : "kept";
}

TEST(Injectors, TheMostSpecificHostWins) {
  const auto injectors = create(list(
                                    injector_spec("zebra", "*.example.com"),
                                    injector_spec("alpha", "*.example.com.evil.test"),
                                    injector_spec("long", "*.api.example.com"),
                                    injector_spec("exact", "v1.api.example.com")))
                             .value();
  EXPECT_EQ(found(injectors, https("v1.api.example.com")), "exact");
  EXPECT_EQ(found(injectors, https("v2.api.example.com")), "long");
  EXPECT_EQ(found(injectors, https("www.example.com")), "zebra");
  EXPECT_EQ(found(injectors, https("example.com")), "none");
}

TEST(Injectors, TheNameDecidesBetweenEquals) {
  auto other = injector_spec("a", "*.example.com");
  other.header = "X-Api-Key";
  const auto injectors =
      create(list(injector_spec("b", "*.example.com"), std::move(other))).value();
  EXPECT_EQ(found(injectors, https("x.example.com")), "a");
}

struct Request {
  const char* what;
  Target target;
  bool plaintext;
  std::vector<std::uint16_t> ports;
  bool injected;
};

TEST(Injectors, WantHttpsAndTheDefaultPortUnlessTheySayOtherwise) {
  const Target secure = https("a.test");
  Target secure_elsewhere = secure;
  secure_elsewhere.port = 8443;
  const Target plain{.method = "GET", .scheme = "http", .host = "a.test", .port = 80, .path = "/"};
  Target plain_elsewhere = plain;
  plain_elsewhere.port = 8080;
  const Request table[] = {
      {"https", secure, false, {}, true},
      {"https on another port", secure_elsewhere, false, {}, false},
      {"https on a named port", secure_elsewhere, false, {8443}, true},
      {"https on a port that is not named", secure, false, {8443}, false},
      {"http", plain, false, {}, false},
      {"http on a named port", plain, false, {80}, false},
      {"http where allowed", plain, true, {}, true},
      {"https where http is allowed", secure, true, {}, true},
      {"http on another port", plain_elsewhere, true, {}, false},
      {"http on a named port where allowed", plain_elsewhere, true, {8080}, true},
  };
  for (const auto& row : table) {
    auto made = injector_spec("x", "a.test");
    made.allow_plaintext = row.plaintext;
    made.ports = row.ports;
    EXPECT_EQ(create(list(std::move(made)))->find(row.target) != nullptr, row.injected) << row.what;
  }
}

TEST(Injectors, MayBeNarrowedToMethodsAndPaths) {
  auto made = injector_spec("x", "a.test");
  made.methods = {"get", "POST"};
  made.paths = {"/api/**", "/login"};
  const auto injectors = create(list(std::move(made))).value();
  EXPECT_EQ(found(injectors, https("a.test", "/api/v1/users")), "x");
  EXPECT_EQ(found(injectors, https("a.test", "/login", "POST")), "x");
  EXPECT_EQ(found(injectors, https("a.test", "/other")), "none");
  EXPECT_EQ(found(injectors, https("a.test", "/login", "PUT")), "none");
}

TEST(Injectors, FillTheFormatWithTheToken) {
  auto made = injector_spec("x", "a.test", "$1%s{token}");
  made.value_format = "Token {token}, again {token}";
  const auto injectors = create(list(std::move(made))).value();
  EXPECT_EQ(written(injectors, https("a.test")), "Token $1%s{token}x, again $1%s{token}x");
  EXPECT_EQ(injectors.find(https("a.test"))->slot().name, "Authorization");
}

TEST(Injectors, KeepAnExistingHeaderUnlessTheyOverwrite) {
  auto overwriting = injector_spec("o", "o.test");
  overwriting.overwrite = true;
  const auto injectors = create(list(injector_spec("k", "k.test"), std::move(overwriting))).value();
  EXPECT_EQ(written(injectors, https("k.test"), "mine"), "kept");
  EXPECT_EQ(written(injectors, https("k.test"), ""), "t0ken-of-k");
  EXPECT_EQ(written(injectors, https("o.test"), "mine"), "t0ken-of-o");
}

TEST(Injectors, AFormatWithoutTokenIsTheCredential) {
  auto made = injector_spec("x", "a.test");
  made.value_format = "literal-credential";
  const auto injectors = create(list(std::move(made))).value();
  EXPECT_EQ(written(injectors, https("a.test")), "literal-credential");
  EXPECT_EQ(Scrubber(injectors.named()).scrub("literal-credential"), "[REDACTED:x]");
}

TEST(Preset, GithubNeedsOnlyItsName) {
  const auto injectors = create(
                             list(InjectorSpec{.name = "github", .enabled = true}),
                             {{"GITHUB_TOKEN", "ghp_1"}, {"GH_TOKEN", "gho_2"}})
                             .value();
  EXPECT_EQ(written(injectors, https("api.github.com")), "Bearer ghp_1");
  EXPECT_EQ(found(injectors, https("github.com")), "none");
}

TEST(Preset, GithubFallsBackToTheOtherVariable) {
  for (const Environment& environment :
       {Environment{{"GH_TOKEN", "gho_2"}}, {{"GITHUB_TOKEN", ""}, {"GH_TOKEN", "gho_2"}}}) {
    const auto injectors =
        create(list(InjectorSpec{.name = "github", .enabled = true}), environment).value();
    EXPECT_EQ(written(injectors, https("api.github.com")), "Bearer gho_2");
  }
}

TEST(Preset, AnExplicitSourceHasNoFallback) {
  InjectorSpec made{.name = "github", .enabled = true};
  made.source.env = "MY_TOKEN";
  const auto injectors = create(list(std::move(made)), {{"GH_TOKEN", "gho_2"}}).value();
  EXPECT_TRUE(injectors.all().empty());
}

TEST(Preset, IsUsedByAnyNameAndOverriddenKeyByKey) {
  InjectorSpec made{.name = "work", .enabled = true, .preset = "github", .host = "ghe.example.com"};
  made.source.value = base::Secret("ghp_work");
  const auto injectors = create(list(std::move(made))).value();
  EXPECT_EQ(written(injectors, https("ghe.example.com")), "Bearer ghp_work");
}

TEST(Injectors, WithoutATokenAreDisabledAndSaySo) {
  auto made = injector_spec("x", "a.test");
  made.source = {.env = "MY_TOKEN"};
  const auto injectors =
      create(list(std::move(made), InjectorSpec{.name = "github", .enabled = true})).value();
  EXPECT_EQ(found(injectors, https("a.test")), "none");
  ASSERT_EQ(injectors.disabled().size(), 2U);
  EXPECT_EQ(injectors.disabled()[0].reason, "the environment variable MY_TOKEN is not set");
  EXPECT_EQ(injectors.disabled()[0].origin.line, 7);
  EXPECT_EQ(
      injectors.disabled()[1].reason, "no environment variable of GITHUB_TOKEN, GH_TOKEN is set");
  ASSERT_EQ(injectors.warnings().size(), 2U);
  EXPECT_EQ(
      injectors.warnings()[0],
      "credential `x` is not used: the environment variable MY_TOKEN is not set");
}

TEST(Injectors, ThatAreNotEnabledAreNotLookedAt) {
  InjectorSpec made{.name = "x", .enabled = false, .preset = "unknown"};
  const auto injectors = create(list(std::move(made))).value();
  EXPECT_EQ(injectors.disabled()[0].reason, "it is not enabled");
  EXPECT_TRUE(injectors.warnings().empty());
}

TEST(Injectors, ForEveryHostAreWarnedAbout) {
  EXPECT_EQ(create(list(injector_spec("x", "*")))->warnings().size(), 1U);
  EXPECT_TRUE(create(list(injector_spec("x", "*.test")))->warnings().empty());
}

TEST(Injectors, ASpecThatIsWrongIsAnErrorThatNamesIt) {
  auto no_host = injector_spec("x", "");
  auto no_header = injector_spec("x", "a.test");
  no_header.header.reset();
  auto preset = injector_spec("x", "a.test");
  preset.preset = "gitlabb";
  auto port = injector_spec("x", "a.test");
  port.ports = {0};
  auto file = injector_spec("x", "a.test");
  file.source = {.file = "/nonexistent/token"};
  EXPECT_EQ(injector_error(std::move(no_host)), "credential `x`: it has no host");
  EXPECT_EQ(injector_error(std::move(no_header)), "credential `x`: it has no header");
  EXPECT_EQ(injector_error(std::move(preset)), "credential `x`: there is no preset `gitlabb`");
  EXPECT_EQ(injector_error(std::move(port)), "credential `x`: 0 is not a port");
  EXPECT_NE(
      injector_error(injector_spec("x\r\ny", "a.test")).find("its name may hold only"),
      std::string::npos);
  EXPECT_TRUE(injector_error(injector_spec("x", "a b.test")).starts_with("credential `x`: "));
  EXPECT_NE(injector_error(std::move(file)).find("/nonexistent/token"), std::string::npos);
}

TEST(Injectors, AnAwkwardTokenIsRefusedWithoutShowingIt) {
  const std::string nul(1, '\0');
  for (const std::string& end :
       {std::string("\r\nX: y"), std::string("\n"), std::string("\x7f"), nul}) {
    auto made = injector_spec("x", "a.test");
    made.source.value = base::Secret("s3cret" + end);
    const auto error = injector_error(std::move(made));
    EXPECT_NE(error.find("control character"), std::string::npos);
    EXPECT_EQ(error.find("s3cret"), std::string::npos);
  }
  auto brief = injector_spec("x", "a.test");
  brief.source.value = base::Secret("abc");
  EXPECT_EQ(
      injector_error(std::move(brief)), "credential `x`: its value has fewer than 4 characters");
}

TEST(Injectors, TakeLongAndOddTokens) {
  for (const auto& token :
       {std::string(8192, 'k'), std::string("q\"u'o\\te"), std::string("caf\xC3\xA9-token")}) {
    auto made = injector_spec("x", "a.test");
    made.source.value = base::Secret(token);
    EXPECT_EQ(written(create(list(std::move(made))).value(), https("a.test")), token);
  }
}

TEST(Injectors, TwoForOneHeaderOfOneRequestAreAnError) {
  const auto made = create(list(injector_spec("a", "api.test"), injector_spec("b", "API.test")));
  ASSERT_FALSE(made);
  EXPECT_EQ(
      made.error().message,
      "credentials `a` (config.toml:7) and `b` (config.toml:7) both write Authorization for "
      "API.test");
  EXPECT_FALSE(create(list(injector_spec("a", "*.test"), injector_spec("b", "*.TEST"))));
}

TEST(Injectors, TwoForDifferentRequestsAreNot) {
  auto a = injector_spec("a", "api.test");
  auto b = injector_spec("b", "api.test");
  a.paths = {"/org-a/**"};
  b.paths = {"/org-b/**"};
  const auto injectors = create(list(std::move(a), std::move(b))).value();
  EXPECT_EQ(found(injectors, https("api.test", "/org-b/repo")), "b");

  auto narrow = injector_spec("b", "*.test");
  EXPECT_TRUE(create(list(injector_spec("a", "api.test"), std::move(narrow))));
}

/// A credential from a file, while it is kept fresh.
class InjectorsKeptFresh : public ::testing::Test {
protected:
  void begin(std::string_view value) {
    ASSERT_TRUE(base::write_file(file_, value));
    specs_ = list(injector_spec("key", "x.test"));
    specs_[0].source = {.file = file_.string()};
    injectors_ = create(specs_).value();
    scrubber_ = Scrubber(injectors_.named());
    refresher_ = injectors_.keep_fresh(
        specs_, environment_, "/", scrubber_,
        [this](const std::string& name, const base::Error& error) {
          failure_ = name + ": " + error.message;
          failed_ = true;
        });
  }

  bool becomes(std::string_view value) const {
    for (int i = 0; i < 1000 && written(injectors_, https("x.test")) != value; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return written(injectors_, https("x.test")) == value;
  }

  test::Directory directory_;
  std::filesystem::path file_ = directory_.path() / "key";
  Environment environment_;
  std::vector<InjectorSpec> specs_;
  Injectors injectors_;
  Scrubber scrubber_;
  std::string failure_;
  std::atomic<bool> failed_ = false;
  std::unique_ptr<Refresher> refresher_;
};

TEST_F(InjectorsKeptFresh, TakeANewKey) {
  begin("first-key");
  ASSERT_TRUE(base::write_file(file_, "second-key"));
  EXPECT_TRUE(becomes("second-key"));
}

TEST_F(InjectorsKeptFresh, HideOldAndNewKeys) {
  begin("first-key");
  ASSERT_TRUE(base::write_file(file_, "second-key"));
  ASSERT_TRUE(becomes("second-key"));
  EXPECT_EQ(scrubber_.scrub("first-key second-key"), "[REDACTED:key] [REDACTED:key]");
}

TEST_F(InjectorsKeptFresh, KeepAKeyWhoseSuccessorCannotBeUsed) {
  begin("first-key");
  ASSERT_TRUE(base::write_file(file_, "x"));
  for (int i = 0; i < 1000 && !failed_; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(failed_);
  EXPECT_EQ(written(injectors_, https("x.test")), "first-key");
}

TEST(HeaderName, IsWrittenTheUsualWay) {
  EXPECT_EQ(canonical_header("authorization").value(), "Authorization");
  EXPECT_EQ(canonical_header("PRIVATE-TOKEN").value(), "Private-Token");
  EXPECT_EQ(canonical_header("x-api_key").value(), "X-Api_key");
}

TEST(HeaderName, MayNotSteerTheConnection) {
  for (const auto* name :
       {"host", "Content-Length", "transfer-encoding", "Connection", "upgrade", "TE",
        "HTTP2-Settings"}) {
    EXPECT_FALSE(canonical_header(name)) << name;
  }
  for (const auto* name : {"", "a b", "a:b", ":authority", "a\r\nb", "\xC3\xA9"})
    EXPECT_FALSE(canonical_header(name)) << name;
}

/// A private key with its certificate, PEM.
std::string client_pem() {
  const auto key = tls::generate_key().value();
  const auto now = base::now();
  const auto authority = tls::issue_authority(key, "clients", now).value();
  const auto certificate = tls::issue_leaf("agent.test", key, authority, key, now).value();
  const tls::Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return tls::to_pem(certificate) + std::string(text, static_cast<std::size_t>(size));
}

InjectorSpec certificate(const std::string& name, std::string host) {
  InjectorSpec made{.name = name, .enabled = true};
  made.type = "mtls";
  made.host = std::move(host);
  made.source.value = base::Secret(client_pem());
  return made;
}

TEST(ClientCertificates, AreFoundBesideWhatIsWrittenIntoTheRequest) {
  const auto both =
      create(list(injector_spec("token", "a.test"), certificate("bank", "a.test"))).value();
  EXPECT_EQ(found(both, https("a.test")), "token");
  const auto* bank = both.find_certificate(https("a.test"));
  ASSERT_NE(bank, nullptr);
  EXPECT_EQ(bank->name(), "bank");
  EXPECT_NE(bank->identity(), nullptr);
  EXPECT_EQ(bank->slot().to_string(), "tls:client-certificate");
  EXPECT_EQ(both.find_certificate(https("b.test")), nullptr);
  EXPECT_EQ(both.find(https("a.test"))->identity(), nullptr);
}

TEST(ClientCertificates, AreOfNoConcernToWhatComesBack) {
  const auto alone = create(list(certificate("bank", "a.test"))).value();
  EXPECT_EQ(found(alone, https("a.test")), "none");
  EXPECT_FALSE(alone.concern("a.test"));
  EXPECT_TRUE(alone.named().empty());
}

TEST(ClientCertificates, TwoOfOneHostAreAConflict) {
  const auto both = create(list(certificate("one", "a.test"), certificate("two", "a.test")));
  ASSERT_FALSE(both);
  EXPECT_TRUE(both.error().message.contains("both write the client certificate for a.test"));
}

TEST(ClientCertificates, AreOffWithoutAPassphraseThatWasPromised) {
  auto encrypted = certificate("bank", "a.test");
  encrypted.passphrase.env = "BANK_PASS";
  const auto made = create(list(std::move(encrypted))).value();
  ASSERT_EQ(made.disabled().size(), 1U);
  EXPECT_EQ(
      made.disabled()[0].reason,
      "there is no passphrase: the environment variable BANK_PASS is not set");
}

TEST(ClientCertificates, SayWhatIsWrong) {
  auto wrong = certificate("bank", "a.test");
  wrong.source.value = base::Secret("hush-hush");
  EXPECT_EQ(injector_error(std::move(wrong)), "credential `bank`: there is no private key in PEM");
}

}  // namespace
}  // namespace secrets
