// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"
#include "flow/cleared.h"
#include "flow/filter_chain.h"
#include "flow/presented_token.h"
#include "flow/request_filters.h"
#include "flow/test_support.h"
#include "flow/token_mask.h"
#include "flow/upload_count.h"
#include "tokens/mint.h"
#include "tokens/wish.h"

namespace flow {
namespace {

namespace fs = std::filesystem;

const base::WallTime now = base::now();

/// A ring with one key on disk, and a pipeline that asks it.
class Gate {
public:
  explicit Gate(
      TokenNeed need = TokenNeed::never, secrets::InjectorSpec credential = test::credential())
      : directory_(fs::temp_directory_path() / ("tokens-" + base::to_hex(base::random_bytes(8)))),
        gate_(std::make_shared<TokenGate>(
            directory_ / "keys", directory_ / "usage", directory_ / "approvals")),
        pipeline_(test::open_policy(), test::injectors_of(std::move(credential)), {}, gate_) {
    fs::create_directory(directory_);
    gate_->need = need;
    gate_->sandbox = "box";
    const auto made = ring().update([](tokens::KeyRing& keys) {
      return keys.add(tokens::Key::generate(base::random_bytes(32), now));
    });
    EXPECT_TRUE(made);
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate() { fs::remove_all(directory_); }

  tokens::RingFile ring() const { return tokens::RingFile(directory_ / "keys"); }

  std::string mint(tokens::Wish wish = {}) const {
    if (!wish.valid_for) wish.valid_for = "1h";
    const auto keys = ring().load().value();
    const auto caveats = tokens::caveats_for(wish, now).value();
    std::array<char, 16> random{};
    std::ranges::copy(base::random_bytes(random.size()), random.begin());
    return tokens::to_text(tokens::mint(*keys.newest(), random, caveats).value());
  }

  /// 0 when the request may go on, else the status of the refusal.
  int status(Flow& flow) const {
    const Verdict verdict = pipeline_.judge(flow);
    const auto* deny = std::get_if<Deny>(&verdict);
    if (deny == nullptr) return 0;
    EXPECT_EQ(deny->stage, "token");
    return deny->status;
  }
  int status(Flow&& flow) const { return status(flow); }
  const Pipeline& pipeline() const { return pipeline_; }
  const std::shared_ptr<TokenGate>& tokens() const { return gate_; }
  fs::path usage_directory() const { return directory_ / "usage"; }

private:
  fs::path directory_;
  std::shared_ptr<TokenGate> gate_;
  Pipeline pipeline_;
};

Flow request(std::string name, std::string value, std::string target = "/v1/x") {
  Flow flow = test::captured(
      std::move(target), {{"Host", "api.example.com"}, {std::move(name), std::move(value)}});
  flow.time = now;
  return flow;
}

Flow bearing(const std::string& token) { return request("Authorization", "Bearer " + token); }

TEST(CheckToken, TakesATokenWhereProgramsPutAKey) {
  const Gate gate;
  const std::string token = gate.mint();
  const std::pair<const char*, std::string> places[] = {
      {"Authorization", "Bearer " + token},
      {"Authorization", "bearer   " + token},
      {"Authorization", token},
      {"Authorization", "token " + token},
      {"authorization", "Basic " + base::to_base64("x:" + token)},
      {"Authorization", "Basic " + base::to_base64(token + ":")},
      {"Authorization", "AWS4-HMAC-SHA256 Credential=" + token + "/20260101/x/s3/aws4_request"},
      {"x-api-key", token},
      {"PRIVATE-TOKEN", " " + token}};
  for (const auto& [name, value] : places) {
    Flow flow = request(name, value);
    EXPECT_EQ(gate.status(flow), 0) << name << value;
    EXPECT_TRUE(flow.permit) << name << value;
    EXPECT_FALSE(flow.request.fields.contains(name)) << "it stayed in the request";
  }
}

/// A credential that signs, and that the program has `dummy-key` for.
secrets::InjectorSpec signing_credential() {
  secrets::InjectorSpec spec;
  spec.name = "aws";
  spec.enabled = true;
  spec.type = "aws-sigv4";
  spec.host = "api.example.com";
  spec.dummy = "dummy-key";
  spec.source.value = base::Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  spec.access_key_id.value = base::Secret("AKIAIOSFODNN7EXAMPLE");
  return spec;
}

constexpr std::string_view rest_of_signature =
    "/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00";

TEST(CheckToken, LeavesASignatureToTheCredentialThatSignsAnew) {
  const Gate gate(TokenNeed::always, signing_credential());
  const std::string token = gate.mint();
  const std::string expected =
      "AWS4-HMAC-SHA256 Credential=dummy-key" + std::string(rest_of_signature);
  for (const auto* scheme : {"AWS4-HMAC-SHA256 ", "aws4-hmac-sha256\t "}) {
    Flow flow =
        request("authorization", scheme + ("Credential=" + token) + std::string(rest_of_signature));
    EXPECT_EQ(gate.status(flow), 0) << scheme;
    EXPECT_TRUE(flow.permit) << scheme;
    EXPECT_EQ(flow.request.fields.find("Authorization"), expected) << scheme;
  }
  Flow plain = bearing(token);
  EXPECT_EQ(gate.status(plain), 0);
  EXPECT_FALSE(plain.request.fields.contains("Authorization"));
}

TEST(CheckToken, TakesTheTokenOutOfAPresignedUrl) {
  const Gate gate(TokenNeed::always, signing_credential());
  const std::string token = gate.mint();
  const std::string first_escaped = "%61" + token.substr(1);
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"X-Amz-Credential", token + "%2F20260101%2Feu-west-1%2fs3%2Faws4_request"},
           {"X-Amz-Credential", token + "/20260101/eu-west-1/s3/aws4_request"},
           {"X-Amz-Credential", first_escaped + "%2F20260101/eu-west-1/s3/aws4_request"},
           {"X%2DAmz%2DCredential", token + "/20260101/eu-west-1/s3/aws4_request"}}) {
    Flow flow = request("X-Note", "x", "/pail/x?a=b+c&" + name + "=" + value + "&X-Amz-Expires=60");
    EXPECT_EQ(gate.status(flow), 0) << name << value;
    EXPECT_TRUE(flow.permit) << name << value;
    EXPECT_EQ(
        flow.query,
        "a=b+c&X-Amz-Credential=dummy-key%2F20260101%2Feu-west-1%2Fs3%2Faws4_request&"
        "X-Amz-Expires=60");
  }
}

TEST(CheckToken, LetsNoTokenPassBesideASignature) {
  const Gate gate(TokenNeed::never, signing_credential());
  const std::string token = gate.mint();
  const std::string parameter = "/?X-Amz-Credential=" + token;
  EXPECT_EQ(
      gate.status(request("X-Note", "x", parameter + "%2Fa&X-Amz-Security-Token=" + token)), 403);
  EXPECT_EQ(gate.status(request("Authorization", "Bearer " + gate.mint(), parameter)), 400);
  EXPECT_EQ(gate.status(request("Authorization", "Bearer " + token, parameter)), 0);
  const std::string other = "AWS4-HMAC-SHA256 SignedHeaders=xCredential=";
  EXPECT_EQ(gate.status(request("Authorization", other + token + "/a")), 403);
  const std::string twice = "AWS4-HMAC-SHA256 Credential=" + token + "/a, Credential=";
  EXPECT_EQ(gate.status(request("Authorization", twice + token + "/a")), 403);
  // Where nothing signs anew, nobody would know what to do with such a URL.
  EXPECT_EQ(Gate().status(request("X-Note", "x", parameter)), 403);
}

TEST(CheckToken, BindsATokenToTheClientsLabel) {
  const Gate gate;
  const std::string token = gate.mint({.clients = {"reviewer"}});
  EXPECT_EQ(gate.status(bearing(token)), 403);
  gate.tokens()->client = "builder";
  EXPECT_EQ(gate.status(bearing(token)), 403);
  gate.tokens()->client = "reviewer";
  EXPECT_EQ(gate.status(bearing(token)), 0);
}

TEST(CheckToken, LooksAtBothReadingsOfAPath) {
  const Gate gate;
  const std::string token = gate.mint({.paths = {"/users/*/profile", "/projects/a%2Fb/*"}});
  const auto status = [&](std::string target) {
    return gate.status(request("Authorization", "Bearer " + token, std::move(target)));
  };
  EXPECT_EQ(status("/users/me/profile"), 0);
  EXPECT_EQ(status("/users//profile"), 403);
  EXPECT_EQ(status("/users/a%2fb/profile"), 403);
  EXPECT_EQ(status("/projects/a%2fb/issues"), 0);
}

TEST(CheckToken, HoldsATokenToWhatARequestOverridesItselfBy) {
  const Gate gate;
  const std::string token = gate.mint({.methods = {"GET", "POST"}, .paths = {"/v1/*"}});
  const auto status = [&](http::Field field, std::string target = "/v1/x") {
    Flow flow = request("Authorization", "Bearer " + token, std::move(target));
    flow.request.fields.add(std::move(field.name), std::move(field.value));
    return gate.status(flow);
  };
  EXPECT_EQ(status({"X-HTTP-Method-Override", "DELETE"}), 403);
  EXPECT_EQ(status({"X-HTTP-Method-Override", "POST"}), 0);
  EXPECT_EQ(status({"X-Original-URL", "/v2/x"}), 403);
  EXPECT_EQ(status({"X-Original-URL", "/v1/y"}), 0);
  EXPECT_EQ(status({"X-Note", "x"}, "/v1/x?_method=DELETE"), 403);
  EXPECT_EQ(status({"X-HTTP-Method", "TRACE"}), 403);
}

TEST(CheckToken, RefusesATokenThatIsNoneOfOurs) {
  const Gate gate;
  const Gate other;
  EXPECT_EQ(gate.status(bearing(other.mint())), 401);
  EXPECT_EQ(gate.status(bearing("acm_garbage")), 401);
}

TEST(CheckToken, RefusesATokenThatHasEnded) {
  const Gate gate;
  Flow flow = bearing(gate.mint());
  flow.time = now + std::chrono::hours(2);
  EXPECT_EQ(gate.status(flow), 401);
}

TEST(CheckToken, RefusesATokenThatWasRevokedAMomentAgo) {
  const Gate gate;
  const std::string token = gate.mint();
  EXPECT_EQ(gate.status(bearing(token)), 0);
  const auto id = tokens::parse(token)->id();
  ASSERT_TRUE(gate.ring().update([&](tokens::KeyRing& keys) {
    keys.revoke(id, {.since = now});
    return base::Result<>();
  }));
  EXPECT_EQ(gate.status(bearing(token)), 401);
}

TEST(CheckToken, IsAskedAgainWhenABodyTookItsTime) {
  const Gate gate;
  const std::string token = gate.mint({.single_use = true});
  Flow flow = bearing(token);
  ASSERT_EQ(gate.status(flow), 0);
  EXPECT_FALSE(gate.pipeline().recheck(flow, now));  // its one use is this one
  EXPECT_EQ(gate.pipeline().recheck(flow, now + std::chrono::hours(2))->status, 401);
  const auto id = tokens::parse(token)->id();
  ASSERT_TRUE(gate.ring().update([&](tokens::KeyRing& keys) {
    keys.revoke(id, {.since = now});
    return base::Result<>();
  }));
  EXPECT_EQ(gate.pipeline().recheck(flow, now)->status, 401);
}

TEST(CheckToken, OfStricterRulesRefusesWhatPassedWithoutOne) {
  const Gate gate;
  const Gate stricter(TokenNeed::always);
  Flow flow = test::captured("/");
  ASSERT_EQ(gate.status(flow), 0);
  EXPECT_EQ(stricter.pipeline().recheck(flow, now)->status, 401);
}

TEST(CheckToken, RefusesWhatAGoodTokenDoesNotPermit) {
  const Gate gate;
  EXPECT_EQ(gate.status(bearing(gate.mint({.methods = {"POST"}}))), 403);
  EXPECT_EQ(gate.status(bearing(gate.mint({.hosts = {"other.test"}}))), 403);
  EXPECT_EQ(gate.status(bearing(gate.mint({.paths = {"/v2/*"}}))), 403);
  EXPECT_EQ(gate.status(bearing(gate.mint({.sandboxes = {"another"}}))), 403);
  EXPECT_EQ(gate.status(bearing(gate.mint({.paths = {"/v1/*"}, .sandboxes = {"box"}}))), 0);
}

TEST(CheckToken, RefusesAGoodTokenForAHostWithoutACredential) {
  const Gate gate;
  Flow flow = bearing(gate.mint());
  flow.arrival.host = flow.arrival.sni = "other.test";
  flow.request.fields.set("Host", "other.test");
  const Verdict verdict = gate.pipeline().judge(flow);
  EXPECT_EQ(std::get<Deny>(verdict).status, 403);
  EXPECT_EQ(std::get<Deny>(verdict).reason, "No credentials configured for this host");
}

TEST(CheckToken, RefusesATokenWhereNoKeyBelongs) {
  const Gate gate;
  const std::string token = gate.mint();
  EXPECT_EQ(gate.status(request("Cookie", "session=" + token)), 403);
  EXPECT_EQ(gate.status(request("X-Note", "x", "/?key=" + token)), 403);
  EXPECT_EQ(gate.status(request("X-Note", "x", "/" + token)), 403);
  EXPECT_EQ(gate.status(request(token, "x")), 403);
  for (const auto& login : {"user:x " + token, "x" + token + ":pw"})
    EXPECT_EQ(gate.status(request("Authorization", "Basic " + base::to_base64(login))), 403);
}

TEST(CheckToken, RefusesTwoTokensInOneRequest) {
  const Gate gate;
  Flow flow = bearing(gate.mint());
  flow.request.fields.add("x-api-key", gate.mint());
  EXPECT_EQ(gate.status(flow), 400);
}

TEST(CheckToken, LetsOtherKeysGoOnUnlessATokenIsNeeded) {
  Flow flow = bearing("sk-of-another-kind");
  EXPECT_EQ(Gate().status(flow), 0);
  EXPECT_TRUE(flow.takes_credentials);
  EXPECT_EQ(flow.request.fields.find("authorization"), "Bearer sk-of-another-kind");
  EXPECT_EQ(Gate(TokenNeed::credentials).status(flow), 0);
  EXPECT_FALSE(flow.takes_credentials);
  EXPECT_EQ(Gate(TokenNeed::always).status(flow), 401);
}

TEST(CheckToken, WaitsForAPerson) {
  const Gate gate;
  const std::string text = gate.mint({.ask_person = true});
  EXPECT_EQ(gate.status(bearing(text)), 403);
  const auto token = tokens::parse(text).value();
  const tokens::Approval yes{
      .digest = tokens::digest_of(token.tail), .until = now + std::chrono::minutes(1)};
  ASSERT_TRUE(gate.tokens()->approvals.add(token.id(), yes, now));
  EXPECT_EQ(gate.status(bearing(text)), 0);
}

TEST(CheckToken, LeavesNothingOnDiskForATokenThatIsNoneOfOurs) {
  const Gate gate;
  EXPECT_EQ(gate.status(bearing(Gate().mint({.single_use = true}))), 401);
  EXPECT_FALSE(fs::exists(gate.usage_directory()));
}

TEST(CheckToken, LeavesNothingOnDiskForATokenThatIsRefused) {
  const Gate gate;
  EXPECT_EQ(gate.status(bearing(gate.mint({.paths = {"/v2"}, .requests = "2"}))), 403);
  EXPECT_FALSE(fs::exists(gate.usage_directory()));
}

TEST(CountToken, LetsASingleUseBeOne) {
  const Gate gate;
  const std::string token = gate.mint({.single_use = true});
  EXPECT_EQ(gate.status(bearing(token)), 0);
  EXPECT_EQ(gate.status(bearing(token)), 403);
}

TEST(CountToken, CountsWhatDescendsFromOneMintingTogether) {
  const Gate gate;
  const std::string token = gate.mint({.requests = "2"});
  auto narrower = tokens::parse(token).value();
  EXPECT_EQ(gate.status(bearing(token)), 0);
  EXPECT_EQ(gate.status(bearing(tokens::to_text(narrower))), 0);
  EXPECT_EQ(gate.status(bearing(token)), 403);
}

/// What a program makes of a token, without a key.
std::string narrowed(const std::string& token, const tokens::Wish& wish) {
  const auto caveats = tokens::caveats_for(wish, now).value();
  return tokens::to_text(tokens::attenuate(tokens::parse(token).value(), caveats).value());
}

TEST(CountToken, CountsCopiesAgainstTheLimitThatTheyHaveInCommon) {
  const Gate gate;
  const std::string token = gate.mint({.requests = "3"});
  EXPECT_EQ(gate.status(bearing(narrowed(token, {.methods = {"GET"}}))), 0);
  EXPECT_EQ(gate.status(bearing(narrowed(token, {.paths = {"/v1/*"}}))), 0);
  EXPECT_EQ(gate.status(bearing(token)), 0);
  EXPECT_EQ(gate.status(bearing(narrowed(token, {.methods = {"GET"}}))), 403);
}

TEST(CountToken, DoesNotCountARelativeWithoutALimit) {
  const Gate gate;
  const std::string token = gate.mint();
  const std::string once = narrowed(token, {.single_use = true});
  EXPECT_EQ(gate.status(bearing(token)), 0);
  EXPECT_EQ(gate.status(bearing(once)), 0);
  EXPECT_EQ(gate.status(bearing(once)), 403);
  EXPECT_EQ(gate.status(bearing(token)), 0);
}

TEST(CountToken, CountsRelativesWithLimitsOfTheirOwnTogether) {
  const Gate gate;
  const std::string token = gate.mint();
  EXPECT_EQ(gate.status(bearing(narrowed(token, {.single_use = true}))), 0);
  EXPECT_EQ(gate.status(bearing(narrowed(token, {.requests = "1"}))), 403);
  EXPECT_EQ(gate.status(bearing(narrowed(token, {.requests = "2"}))), 0);
}

TEST(CountToken, DoesNotCountWhatIsRefused) {
  const Gate gate;
  const std::string token = gate.mint({.paths = {"/v1/*"}, .single_use = true});
  Flow elsewhere = request("Authorization", "Bearer " + token, "/v2");
  EXPECT_EQ(gate.status(elsewhere), 403);
  EXPECT_EQ(gate.status(bearing(token)), 0);
}

TEST(UploadCount, EndsABodyThatIsLongerThanTheTokenAllows) {
  const Gate gate;
  Flow flow = bearing(gate.mint({.bytes_up = "10"}));
  ASSERT_EQ(gate.status(flow), 0);
  UploadCount first(gate.tokens(), *flow.permit);
  std::string out;
  first.feed("123456", false, out);
  EXPECT_EQ(first.refusal(), nullptr);
  UploadCount second(gate.tokens(), *flow.permit);
  second.feed("12345", true, out);
  ASSERT_NE(second.refusal(), nullptr);
  EXPECT_EQ(second.refusal()->status, 403);
}

TEST(PlanBody, LooksForTokensInWhatItCannotRead) {
  const Gate gate;
  Flow flow = bearing(gate.mint({.bytes_up = "10"}));
  ASSERT_EQ(gate.status(flow), 0);
  flow.request.fields.add("Content-Encoding", "compress");
  auto plan = plan_body(gate.pipeline(), flow, {.kind = http::Framing::Kind::chunked}, 1000);
  FilterChain chain(std::move(plan.filters));
  EXPECT_FALSE(chain.feed("more than ten bytes", true));
  EXPECT_EQ(chain.refusal()->status, 403);
}

TEST(TokenMask, HidesATokenWhereverTheBodyIsCut) {
  const std::string token = "acm_" + std::string(80, 'A');
  const std::string text = "acm acm_short [" + token + "] acm_";
  const std::string masked = "acm acm_short [acm_" + std::string(80, 'x') + "] acm_";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    TokenMask mask;
    std::string out;
    mask.feed(std::string_view(text).substr(0, cut), false, out);
    mask.feed(std::string_view(text).substr(cut), true, out);
    EXPECT_EQ(out, masked) << cut;
  }
}

TEST(TokenMask, LeavesATrailerOutThatHoldsAToken) {
  http::Fields trailers{{"X-Note", "acm_" + std::string(80, 'A')}, {"X-Sum", "1"}};
  TokenMask().rewrite_trailers(trailers);
  EXPECT_EQ(trailers, (http::Fields{{"X-Sum", "1"}}));
}

}  // namespace
}  // namespace flow
