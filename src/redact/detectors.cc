// SPDX-License-Identifier: Apache-2.0
#include "redact/detectors.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "redact/checks.h"
#include "redact/patterns.h"

namespace redact {
namespace {

// No pattern begins with `\b`: in a JSON text an `n` may stand before a secret, of `\n`.
// A trigger is a short beginning of the pattern, so that the database is small.
constexpr auto all = std::to_array<Detector>({
    {.name = "private-key",
     .pattern = "-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^\\-]|-[^\\-]){32,}"
                "(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?",
     .trigger = "-----BEGIN [A-Z ]{0,40}PRIVATE KEY",
     .width = Patterns::widest,
     .doc = "A private key in PEM or OpenPGP armour."},
    {.name = "aws-access-key",
     .pattern = "(?:^|[^A-Z0-9])((?:AKIA|ASIA)[A-Z2-7]{16})(?:$|[^A-Z0-9])",
     .trigger = "A[KS]IA[A-Z2-7]{16}",
     .width = 22,
     .group = 1,
     .accepts = is_no_example,
     .doc = "An access key ID of AWS."},
    {.name = "aws-secret-key",
     .pattern = "(?i)aws[a-z0-9_ .\\-]{0,24}(?:secret|sk)[a-z0-9_ .\\-]{0,24}[\"'\\\\]{0,3}\\s{0,3}"
                "(?:=>|=|:)\\s{0,3}[\"'\\\\]{0,3}([A-Za-z0-9/+]{40})(?:$|[^A-Za-z0-9/+=])",
     .trigger = "(?i)aws[a-z0-9_ .\\-]{0,24}(?:secret|sk)",
     .width = 112,
     .group = 1,
     .accepts = looks_random,
     .doc = "A secret access key of AWS, behind its name."},
    {.name = "gcp-api-key",
     .pattern = "AIza[0-9A-Za-z_\\-]{35}",
     .trigger = "AIza[0-9A-Za-z_\\-]{8}",
     .width = 39,
     .accepts = is_no_example,
     .doc = "An API key of Google."},
    {.name = "gcp-oauth-token",
     .pattern = "ya29\\.[0-9A-Za-z_\\-]{20,1000}",
     .trigger = "ya29\\.[0-9A-Za-z_\\-]{8}",
     .width = 1005,
     .doc = "An access token of Google."},
    {.name = "azure-storage-key",
     .pattern = "(?i)AccountKey\\s{0,3}=\\s{0,3}([A-Za-z0-9+/]{86}==)",
     .trigger = "(?i)AccountKey\\s{0,3}=",
     .width = 105,
     .group = 1,
     .doc = "A key of an Azure storage account, in a connection string."},
    {.name = "azure-client-secret",
     .pattern = "(?:^|[^A-Za-z0-9_~.\\-])([A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.\\-]{31,34})"
                "(?:$|[^A-Za-z0-9_~.\\-])",
     .trigger = "[0-9]Q~[A-Za-z0-9_~.\\-]{31}",
     .width = 42,
     .group = 1,
     .doc = "A client secret of Microsoft Entra."},
    {.name = "github-token",
     .pattern = "gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{36,255}",
     .trigger = "gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{8}",
     .width = 266,
     .doc = "A token of GitHub."},
    {.name = "gitlab-token",
     .pattern = "gl(?:pat|dt|ptt|rt|cbt|ft|soat|agent|oas)-[A-Za-z0-9_\\-]{20,255}",
     .trigger = "gl[a-z]{2,5}-[A-Za-z0-9_\\-]{20}",
     .width = 264,
     .accepts = looks_random,
     .doc = "A token of GitLab."},
    {.name = "slack-token",
     .pattern = "xox[abeoprs]-[A-Za-z0-9\\-]{20,255}|xapp-[0-9]-[A-Za-z0-9\\-]{20,255}",
     .trigger = "xox[abeoprs]-[A-Za-z0-9\\-]{8}|xapp-[0-9]-",
     .width = 262,
     .accepts = looks_random,
     .doc = "A token of Slack."},
    {.name = "slack-webhook",
     .pattern = "hooks\\.slack\\.com/(?:services|workflows|triggers)/([A-Za-z0-9_/]{32,120})",
     .trigger = "hooks\\.slack\\.com/",
     .width = 150,
     .group = 1,
     .doc = "The address of an incoming webhook of Slack."},
    {.name = "stripe-key",
     .pattern = "[rs]k_(?:live|test)_[A-Za-z0-9]{16,247}|whsec_[A-Za-z0-9+/=]{32,100}",
     .trigger = "[rs]k_(?:live|test)_[A-Za-z0-9]{8}|whsec_[A-Za-z0-9+/=]{8}",
     .width = 255,
     .accepts = looks_random,
     .doc = "A secret or restricted key of Stripe, or the secret of a webhook."},
    {.name = "openai-key",
     .pattern = "sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_\\-]{32,255}",
     .trigger = "sk-[A-Za-z0-9_\\-]{32}",
     .width = 267,
     .accepts = looks_random,
     .doc = "An API key of OpenAI, and of those who took over its form."},
    {.name = "anthropic-key",
     .pattern = "sk-ant-[A-Za-z0-9]{3,8}-[A-Za-z0-9_\\-]{20,255}",
     .trigger = "sk-ant-[A-Za-z0-9]{3}",
     .width = 271,
     .accepts = looks_random,
     .doc = "An API key of Anthropic."},
    {.name = "npm-token",
     .pattern = "npm_[A-Za-z0-9]{36}",
     .trigger = "npm_[A-Za-z0-9]{36}",
     .width = 40,
     .doc = "An access token of npm."},
    {.name = "pypi-token",
     .pattern = "pypi-[A-Za-z0-9_\\-]{50,1000}",
     .trigger = "pypi-[A-Za-z0-9_\\-]{16}",
     .width = 1005,
     .accepts = looks_random,
     .doc = "An API token of PyPI."},
    {.name = "huggingface-token",
     .pattern = "(?:^|[^A-Za-z0-9_])((?:hf|api_org)_[A-Za-z]{34,40})(?:$|[^A-Za-z0-9_])",
     .trigger = "(?:hf|api_org)_[A-Za-z]{34}",
     .width = 50,
     .group = 1,
     .doc = "A token of Hugging Face."},
    {.name = "sendgrid-key",
     .pattern = "SG\\.[A-Za-z0-9_\\-]{22}\\.[A-Za-z0-9_\\-]{43}",
     .trigger = "SG\\.[A-Za-z0-9_\\-]{22}\\.",
     .width = 69,
     .doc = "An API key of SendGrid."},
    {.name = "twilio-key",
     .pattern = "(?:^|[^A-Za-z0-9])(SK[0-9a-f]{32})(?:$|[^A-Za-z0-9])",
     .trigger = "SK[0-9a-f]{32}",
     .width = 36,
     .group = 1,
     .doc = "An API key of Twilio."},
    {.name = "jwt",
     .pattern = "eyJ[A-Za-z0-9_\\-]{10,}\\.eyJ[A-Za-z0-9_\\-]{10,}\\.[A-Za-z0-9_\\-]{16,}",
     .trigger = "\\.eyJ[A-Za-z0-9_\\-]{10}",
     .width = Patterns::widest,
     .doc = "A signed JSON Web Token."},
    {.name = "database-url",
     .pattern = "(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|amqps?|mssql|clickhouse)"
                "(?:\\+[a-z0-9]{1,16})?://[^\\s:@/\"'<>\\\\]{0,64}:([^\\s@/\"'<>\\\\]{4,128})@",
     .trigger = "(?:postgres|postgresql|mysql|mariadb|mongodb|redis|rediss|amqps?|mssql|clickhouse)"
                "(?:\\+[a-z0-9]{1,16})?://",
     .width = 240,
     .group = 1,
     .accepts = is_no_example,
     .doc = "The password in the address of a database."},
    {.name = "credit-card",
     .pattern = "(?:^|[^0-9A-Za-z.+_\\-])([2-6][0-9]{3}[ \\-]?[0-9]{4,6}[ \\-]?[0-9]{4,5}(?:[ "
                "\\-]?[0-9]{4})?)"
                "(?:$|[^0-9A-Za-z+/=_\\-])",
     .width = 25,
     .group = 1,
     .next_place = next_card_number,
     .accepts = is_card_number,
     .doc = "The number of a credit card, with a right check digit."},
    {.name = "keyword",
     .pattern =
         "(?i)(?:passw(?:or)?d|secret|token|api[_\\-]?key|access[_\\-]?key|private[_\\-]?key|"
         "credential)[a-z0-9_\\-]{0,16}[\"'\\\\]{0,3}\\s{0,3}(?:=>|=|:)\\s{0,3}[\"'\\\\]{0,3}"
         "([A-Za-z0-9+/=_.~\\-]{20,128})(?:$|[^A-Za-z0-9+/=_.~\\-])",
     .trigger =
         "(?i)(?:passw(?:or)?d|secret|token|api[_\\-]?key|access[_\\-]?key|private[_\\-]?key|"
         "credential)[a-z0-9_\\-]{0,16}[\"'\\\\]{0,3}\\s{0,3}(?:=>|=|:)\\s{0,3}[\"'\\\\]{0,3}"
         "[A-Za-z0-9+/=_.~\\-]{8}",
     .width = 175,
     .group = 1,
     .accepts = looks_random,
     .doc =
         "A text that looks random behind a word such as \"password\", \"secret\" or \"token\"."},
});

const Detector* find(std::string_view name) {
  const auto* const found = std::ranges::find(all, name, &Detector::name);
  return found == all.end() ? nullptr : found;
}

base::Result<const Detector*> require(std::string_view name) {
  if (const auto* found = find(name)) return found;
  std::vector<std::string> names;
  for (const auto& detector : all)
    names.emplace_back(detector.name);
  const auto near = base::nearest(name, names);
  return base::fail(
      base::ErrorKind::invalid, "there is no detector \"" + std::string(name) + "\"",
      near ? "did you mean \"" + *near + "\"?" : "there are: default, " + base::join(names, ", "));
}

}  // namespace

std::span<const Detector> detectors() { return all; }

base::Result<std::vector<const Detector*>> detectors_named(std::span<const std::string> names) {
  std::vector<const Detector*> chosen;
  std::vector<const Detector*> removed;
  for (const std::string_view name : names) {
    if (name == "default") {
      for (const auto& detector : all)
        chosen.push_back(&detector);
    } else if (name.starts_with('-')) {
      removed.push_back(TRY(require(name.substr(1))));
    } else {
      chosen.push_back(TRY(require(name)));
    }
  }
  std::ranges::sort(chosen);
  const auto twice = std::ranges::unique(chosen);
  chosen.erase(twice.begin(), twice.end());
  std::erase_if(chosen, [&](const Detector* one) {
    return std::ranges::find(removed, one) != removed.end();
  });
  return chosen;
}

}  // namespace redact
