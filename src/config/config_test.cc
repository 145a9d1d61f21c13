// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <gtest/gtest.h>

#include "config/check.h"
#include "config/merge.h"
#include "config/toml.h"

namespace {

using namespace config;

struct ReadConfig {
  std::optional<Config> config;
  std::string mistakes;
};

ReadConfig read_config(std::string_view text) {
  Problems problems;
  Table effective = defaults();
  merge(effective, check(*parse_toml(text, "/etc/c.toml"), problems));
  auto config = config_of(effective, "/home/u", problems);
  std::string mistakes;
  for (const auto& problem : problems)
    mistakes += problem.to_string() + "\n";
  return {std::move(config), mistakes};
}

policy::Decision decide(const Config& config, std::string_view host) {
  return policy::decide(config.policy, {"GET", "https", host, 443, "/"});
}

TEST(Config, HasDefaultsWithoutAFile) {
  const auto [config, mistakes] = read_config("");
  ASSERT_EQ(mistakes, "");
  EXPECT_EQ(config->network, Network::gateway);
  EXPECT_TRUE(config->proxy.mitm);
  EXPECT_EQ(config->proxy.port, 8080);
  EXPECT_EQ(config->proxy.max_log_body_bytes, 262144U);
  EXPECT_TRUE(config->sandbox.hide_env_files);
  EXPECT_EQ(config->on_log_failure, OnFailure::stop);
  EXPECT_EQ(decide(*config, "unknown.test").action, policy::Action::block);
  EXPECT_EQ(decide(*config, "api.github.com").action, policy::Action::allow);
}

TEST(Config, RefusesAProxyWhereNamesAreAskedFor) {
  EXPECT_EQ(
      read_config("[proxy]\nport = 53\n").mistakes,
      "/etc/c.toml:2:8: proxy.port: 53 is where names are asked for, also over TCP; take "
      "another\n");
  EXPECT_EQ(read_config("[proxy]\nport = 54\n").config->proxy.port, 54);
}

TEST(Config, TakesRulesAboutUdp) {
  const auto [config, mistakes] = read_config(R"(
[[proxy.filter.rules]]
host = "time.test"
ports = [123]
protocol = "udp"
action = "allow"
)");
  ASSERT_EQ(mistakes, "");
  EXPECT_EQ(
      policy::decide_datagrams(config->policy, "time.test", 123).action, policy::Action::allow);
}

TEST(Config, RefusesRulesAboutUdpThatCannotBeKept) {
  const auto mistakes_of = [](std::string_view rule, std::string_view rest = "") {
    return read_config("[[proxy.filter.rules]]\n" + std::string(rule) + std::string(rest)).mistakes;
  };
  EXPECT_EQ(
      mistakes_of("protocol = \"udp\"\naction = \"ask\"\nhost = \"a.test\"\nports = [1]\n"),
      "/etc/c.toml:2:12: proxy.filter.rules: protocol = \"udp\" in a rule that asks; a datagram "
      "does "
      "not wait for an answer: allow or block it\n");
  EXPECT_EQ(
      mistakes_of("action = \"allow\"\nhost = \"a.test\"\nprotocol = \"udp\"\n"),
      "/etc/c.toml:4:12: proxy.filter.rules: protocol = \"udp\" allows only a `host` and `ports` "
      "that "
      "it names; give the rule both\n");
  EXPECT_EQ(
      mistakes_of("action = \"allow\"\nhost = \"a.test\"\nprotocol = \"sctp\"\n"),
      "/etc/c.toml:4:12: proxy.filter.rules[0].protocol: \"sctp\" is not one of tcp, udp\n");
}

TEST(Config, RefusesUdpBesideAProxy) {
  constexpr std::string_view rule =
      "[[proxy.filter.rules]]\naction = \"allow\"\nhost = \"a.test\"\nports = [1]\n"
      "protocol = \"udp\"\n";
  constexpr std::string_view message =
      "/etc/c.toml:1:1: the rule `host a.test, ports 1, protocol udp` is about UDP, which does not "
      "go "
      "through upstream.proxy; remove one of the two\n";
  EXPECT_EQ(
      read_config(std::string(rule) + "[upstream]\nproxy = \"http://proxy.test:3128\"\n").mistakes,
      message);
  EXPECT_EQ(
      read_config(std::string(rule) + "[upstream.proxy_source]\nenv = \"P\"\n").mistakes, message);
}

TEST(Config, CompilesRulesInBothSpellings) {
  const auto [config, mistakes] = read_config(R"(
[[proxy.filter.rules]]
pattern = "*.a.test"
action = "allow"
[[proxy.filter.rules]]
host = "b.test"
methods = ["GET"]
action = "allow"
)");
  ASSERT_EQ(mistakes, "");
  const auto decision = decide(*config, "x.a.test");
  EXPECT_EQ(decision.action, policy::Action::allow);
  EXPECT_EQ(decision.rule->spec().origin.to_string(), "/etc/c.toml:2");
  EXPECT_EQ(decide(*config, "b.test").action, policy::Action::allow);
}

TEST(Config, PutsTheFloorAboveEverything) {
  const auto [config, mistakes] = read_config(R"(
proxy.filter.profile = "open"
[[proxy.filter.floor]]
host = "a.test"
[[proxy.filter.rules]]
host = "a.test"
action = "allow"
)");
  ASSERT_EQ(mistakes, "");
  EXPECT_EQ(decide(*config, "a.test").action, policy::Action::block);
}

TEST(Config, ReadsRulesAboutRecords) {
  const auto [config, mistakes] = read_config(R"(
[[proxy.dns.rules]]
host = "*.a.test"
records = ["txt", "MX"]
)");
  ASSERT_EQ(mistakes, "");
  ASSERT_EQ(config->record_rules.size(), 1U);
  EXPECT_EQ(config->record_rules[0].types, (std::vector<std::string>{"TXT", "MX"}));
  EXPECT_EQ(config->record_rules[0].rule.spec().origin.to_string(), "/etc/c.toml:2");
}

struct PlacedMistake {
  std::string_view text;
  std::string_view beginning;
};

TEST(Config, NamesThePlaceOfAMistakeTheSchemaCannotSee) {
  const PlacedMistake table[] = {
      {"[[proxy.filter.rules]]\naction = \"allow\"\nhost = \"(\"",
       "/etc/c.toml:3:8: proxy.filter.rules: "},
      {"[[proxy.filter.rules]]\naction = \"allow\"", "/etc/c.toml:1:1: proxy.filter.rules: "},
      {"[[proxy.filter.rules]]\naction = \"allow\"\nhost = \"a\"\nscope = \"path\"",
       "/etc/c.toml:3:8: proxy.filter.rules: scope without pattern"},
      {"[[proxy.filter.rules]]\naction = \"allow\"\nhost = \"a\"\npattern = \"b\"",
       "/etc/c.toml:4:11: proxy.filter.rules: "},
      {"[[proxy.log_skip.rules]]\npattern = \"{a,b}\"", "/etc/c.toml:2:11: proxy.log_skip.rules: "},
      {"[[proxy.dns.rules]]\nhost = \"a\"\nrecords = [\"A\"]",
       "/etc/c.toml:3:11: proxy.dns.rules: \"A\" is no type of records"},
      {"proxy.mitm = false\n[[proxy.filter.rules]]\naction = \"block\"\npath = \"/x\"",
       "/etc/c.toml:2:1: the rule `/x` looks inside requests"},
      {"[[proxy.filter.rules]]\naction = \"allow\"\nhost = \"a.test\"\ntls = \"passthrough\"\n"
       "[[proxy.filter.rules]]\naction = \"block\"\nhost = \"a.test\"\npath = \"/x\"",
       "/etc/c.toml:5:1: the rule `"},
      {"[proxy.filter]\nprofile = \"locked-down\"\ndefault_action = \"allow\"",
       "/etc/c.toml:3:18: proxy.filter.default_action = \"allow\" contradicts"},
      {"proxy.enabled = true\nsandbox.network = \"host\"",
       "/etc/c.toml:2:19: sandbox.network = \"host\" contradicts proxy.enabled = true"},
      {"[sandbox]\nbase_path = \"~/../x\"",
       "/etc/c.toml:2:13: sandbox.base_path: must be absolute"},
      {"[sandbox]\nbase_path = \"x\"", "/etc/c.toml:2:13: sandbox.base_path: must be absolute"},
      {"[proxy.credentials.x]\nenabled = true\nheader = \"X-Key\"",
       "/etc/c.toml:1:1: proxy.credentials.x: "},
      {"[proxy.credentials.x]\nenabled = true\ntype = \"bearer\"\nhost = \"a.test\"\n"
       "header = \"X\"",
       "/etc/c.toml:5:10: proxy.credentials.x.header: a credential of the type bearer has no such"},
      {"[proxy.credentials.x]\nenabled = true\nhost = \"a.test\"\nheader = \"X\"\n"
       "username = \"me\"",
       "/etc/c.toml:5:12: proxy.credentials.x.username: a credential of the type header has no"},
      {"[proxy.credentials.x]\nenabled = true\ntype = \"basic\"\nhost = \"a.test\"\n"
       "username = \"me\"\nusername_source.env = \"ME\"",
       "/etc/c.toml:5:12: proxy.credentials.x.username: also in username_source"},
      {"[proxy.credentials.x]\nenabled = true\ntype = \"mtls\"\nhost = \"a.test\"\n"
       "dummy = \"me\"\nsource.value = \"hush\"",
       "/etc/c.toml:5:9: proxy.credentials.x.dummy: means nothing to a credential of the type "
       "mtls"},
      {"[proxy.credentials.x]\nenabled = true\nhost = \"a.test\"\nheader = \"X\"\n"
       "passphrase.value = \"hush\"\nsource.value = \"hush\"",
       "/etc/c.toml:5:1: proxy.credentials.x.passphrase: a credential of the type header has no"},
      {"[proxy.oauth.x]\nhosts = [\"a.test\"]",
       "/etc/c.toml:1:1: proxy.oauth.x: login `x`: it has no"},
      {"[proxy.oauth.x]\ntoken_endpoints = [\"http://a.test/t\"]",
       "/etc/c.toml:2:20: proxy.oauth.x: login `x`: `http://a.test/t` is not the URL"},
      {"[proxy.oauth.x]\ntoken_endpoints = [\"https://a.test/t\"]\naccess_tokens = [\"a\", \"b "
       "c\"]",
       "/etc/c.toml:3:23: proxy.oauth.x: login `x`: `b c` is no name of a member"},
      {"[proxy.credentials.x]\nenabled = true\nhost = \"a.test\"\nheader = \"X Y\"",
       "/etc/c.toml:4:10: proxy.credentials.x: credential `x`: `X Y` is not the name of a header"},
      {"[proxy.credentials.x.access_key_id]",
       "/etc/c.toml:1:1: proxy.credentials.x.access_key_id: no source"},
      {"[proxy.credentials.x.source]", "/etc/c.toml:1:1: proxy.credentials.x.source: no source"},
      {"[sandbox.environment.A]\n", "/etc/c.toml:1:1: sandbox.environment.A: no source"},
      {"[sandbox.environment.\"A=\"]\nvalue = \"\"",
       "/etc/c.toml:1:22: sandbox.environment.\"A=\": not a var"},
      {"[sandbox]\nenv_passthrough = [\"A\"]\nenvironment.A.value = \"\"",
       "/etc/c.toml:3:13: sandbox.environment.A: also in sandbox.env_passthrough"},
      {"[proxy.credentials.a]\nenv = [\"A\", \"A B\"]",
       "/etc/c.toml:2:13: proxy.credentials.a.env: \"A B\" is not a variable's name"},
      {"[sandbox]\nenv_passthrough = [\"A B\"]",
       "/etc/c.toml:2:20: sandbox.env_passthrough: \"A B\" is not"},
      {"[[upstream.connect_to]]\nhost = \"a.test\"\naddress = \"b.test\"",
       "/etc/c.toml:3:11: upstream.connect_to: address is not an IP address"},
  };
  for (const auto& [text, beginning] : table) {
    const auto [config, mistakes] = read_config(text);
    EXPECT_FALSE(config) << text;
    EXPECT_EQ(mistakes.substr(0, beginning.size()), beginning) << text;
  }
}

TEST(Config, ReadsConnectToWithAndWithoutAPort) {
  const auto [config, mistakes] = read_config(R"(
[[upstream.connect_to]]
host = "*.a.test"
port = 443
address = "127.0.0.1:8443"
[[upstream.connect_to]]
host = "b.test"
address = "::1"
[[upstream.connect_to]]
host = "c.test"
address = "[::1]:9"
)");
  ASSERT_EQ(mistakes, "");
  const auto& entries = config->upstream.connect_to;
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].port, 443);
  EXPECT_EQ(entries[0].address, "127.0.0.1");
  EXPECT_EQ(entries[0].address_port, 8443);
  EXPECT_EQ(entries[1].address, "::1");
  EXPECT_EQ(entries[1].address_port, std::nullopt);
  EXPECT_EQ(entries[2].address_port, 9);
}

TEST(Config, FindsRelativePathsBesideTheFile) {
  const auto [config, mistakes] =
      read_config("upstream.ca_files = [\"ca.pem\", \"~/b.pem\", \"/c.pem\"]");
  ASSERT_EQ(mistakes, "");
  const std::vector<std::filesystem::path> expected = {"/etc/ca.pem", "/home/u/b.pem", "/c.pem"};
  EXPECT_EQ(config->upstream.ca_files, expected);
}

TEST(Config, HandsOverCredentialsWithTheirSource) {
  const auto [config, mistakes] = read_config(R"(
[proxy.credentials.github]
enabled = true
[proxy.credentials.gitlab]
enabled = true
host = "gitlab.test"
header = "PRIVATE-TOKEN"
ports = [8443]
[proxy.credentials.gitlab.source]
file = "~/token"
)");
  ASSERT_EQ(mistakes, "");
  ASSERT_EQ(config->credentials.size(), 2U);
  EXPECT_EQ(config->credentials[0].name, "github");
  EXPECT_EQ(config->credentials[1].header, "PRIVATE-TOKEN");
  EXPECT_EQ(config->credentials[1].origin.to_string(), "/etc/c.toml:4");
}

TEST(Config, ReadsEveryKeyOfACredential) {
  const auto [config, mistakes] = read_config(R"(
[proxy.credentials.store]
enabled = true
type = "aws-sigv4"
host = "store.test"
region = "here"
service = "s3"
dummy = "none"
env = ["STORE_KEY"]
schemes = ["https"]
source = { env = "SECRET" }
access_key_id = { env = "ID" }
session_token = { file = "~/session" }
[proxy.credentials.site]
enabled = true
type = "cookie"
host = "site.test"
cookie = "sid"
[proxy.credentials.map]
enabled = true
type = "query"
host = "map.test"
parameter = "key"
[proxy.credentials.repo]
enabled = true
type = "basic"
host = "repo.test"
username_source = { env = "ME" }
)");
  ASSERT_EQ(mistakes, "");
  const auto& store = config->credentials[0];
  EXPECT_EQ(store.type, "aws-sigv4");
  EXPECT_EQ(store.region, "here");
  EXPECT_EQ(store.service, "s3");
  EXPECT_EQ(store.dummy, "none");
  EXPECT_EQ(store.env, std::vector<std::string>{"STORE_KEY"});
  EXPECT_EQ(store.schemes, std::vector<std::string>{"https"});
  EXPECT_EQ(store.access_key_id.env, "ID");
  EXPECT_EQ(store.session_token.file, "/home/u/session");
  EXPECT_EQ(config->credentials[1].cookie, "sid");
  EXPECT_EQ(config->credentials[1].env, std::nullopt);
  EXPECT_EQ(config->credentials[2].parameter, "key");
  EXPECT_EQ(config->credentials[3].username_source.env, "ME");
}

TEST(Config, ReadsEveryKeyOfACredentialWhoseTokenIsFetched) {
  const auto [config, mistakes] = read_config(R"(
[proxy.credentials.tracker]
enabled = true
type = "oauth2"
host = "api.test"
token_url = "https://login.test/token"
client_id = "me"
client_auth = "post"
scopes = ["read"]
audience = "everybody"
fetch_timeout = "3s"
client_secret = { env = "SECRET" }
refresh_token = { file = "~/login" }
[proxy.credentials.bot]
enabled = true
type = "github-app"
app_id = "1"
installation_id = "2"
repository = "me/mine"
repositories = ["mine"]
permissions = { contents = "read" }
api_url = "https://ghe.test/api/v3"
git_host = "ghe.test"
[proxy.credentials.base]
enabled = true
type = "pocketbase"
url = "https://base.test"
collection = "robots"
username = "me"
)");
  ASSERT_EQ(mistakes, "");
  const auto& tracker = config->credentials[0].fetch;
  EXPECT_EQ(tracker.token_url, "https://login.test/token");
  EXPECT_EQ(tracker.client_id, "me");
  EXPECT_EQ(tracker.client_auth, "post");
  EXPECT_EQ(tracker.scopes, std::vector<std::string>{"read"});
  EXPECT_EQ(tracker.audience, "everybody");
  EXPECT_EQ(tracker.timeout, std::chrono::seconds(3));
  EXPECT_EQ(tracker.client_secret.env, "SECRET");
  EXPECT_EQ(tracker.refresh_token.file, "/home/u/login");
  const auto& bot = config->credentials[1].fetch;
  EXPECT_EQ(bot.app_id, "1");
  EXPECT_EQ(bot.installation_id, "2");
  EXPECT_EQ(bot.repository, "me/mine");
  EXPECT_EQ(bot.repositories, std::vector<std::string>{"mine"});
  EXPECT_EQ(bot.permissions.at("contents"), "read");
  EXPECT_EQ(bot.api_url, "https://ghe.test/api/v3");
  EXPECT_EQ(bot.git_host, "ghe.test");
  EXPECT_EQ(bot.timeout, std::chrono::seconds(10));
  const auto& base = config->credentials[2];
  EXPECT_EQ(base.fetch.url, "https://base.test");
  EXPECT_EQ(base.fetch.collection, "robots");
  EXPECT_EQ(base.username, "me");
}

TEST(Config, ReadsLogins) {
  const auto [config, mistakes] = read_config(R"(
[proxy.oauth.claude]
token_endpoints = ["https://auth.test/token"]
hosts = ["api.test"]
[proxy.oauth.slack]
token_endpoints = ["https://slack.test/api/*"]
hosts = ["slack.test"]
ports = [8443]
access_tokens = ["access_token"]
refresh_tokens = []
mention = "inert"
)");
  ASSERT_EQ(mistakes, "");
  ASSERT_EQ(config->logins.size(), 2U);
  const auto& claude = config->logins[0];
  EXPECT_EQ(claude.name, "claude");
  EXPECT_EQ(claude.access_tokens, (std::vector<std::string>{"access_token", "id_token"}));
  EXPECT_EQ(claude.refresh_tokens, std::vector<std::string>{"refresh_token"});
  EXPECT_EQ(claude.mention, secrets::Mention::block);
  const auto& slack = config->logins[1];
  EXPECT_EQ(slack.ports, std::vector<std::uint16_t>{8443});
  EXPECT_EQ(slack.access_tokens, std::vector<std::string>{"access_token"});
  EXPECT_TRUE(slack.refresh_tokens.empty());
  EXPECT_EQ(slack.mention, secrets::Mention::inert);
}

TEST(Config, ReadsClientCertificates) {
  const auto [config, mistakes] = read_config(R"(
[proxy.credentials.bank]
enabled = true
type = "mtls"
host = "api.test"
certificate = { file = "client.crt", refresh = "1h" }
source = { file = "client.key" }
passphrase = { env = "PASS" }
)");
  ASSERT_EQ(mistakes, "");
  const auto& bank = config->credentials[0];
  EXPECT_EQ(bank.certificate.file, "/etc/client.crt");
  EXPECT_EQ(bank.source.file, "/etc/client.key");
  EXPECT_EQ(bank.passphrase.env, "PASS");
}

}  // namespace
