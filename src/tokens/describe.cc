// SPDX-License-Identifier: Apache-2.0
#include "tokens/describe.h"

#include <fmt/format.h>

#include <limits>

#include "base/clock.h"
#include "base/text.h"

namespace tokens {
namespace {

struct Words {
  std::string operator()(const Validity& window) const {
    return fmt::format(
        "only from {} until {}", time_text(window.not_before), time_text(window.not_after));
  }
  std::string operator()(const Hosts& hosts) const {
    return "only to " + list_text(hosts.names, "no host at all");
  }
  std::string operator()(const Methods& methods) const {
    return "only with " + list_text(methods.names, "no method at all");
  }
  std::string operator()(const Paths& paths) const {
    return "only to the path " + list_text(paths.patterns, "of nothing at all");
  }
  std::string operator()(const ThirdParty& party) const {
    return "only when " + base::escape_for_terminal(party.location) + " agrees, by a discharge";
  }
  std::string operator()(const BoundToParent&) const {
    return "only together with the token that it is bound to";
  }
  std::string operator()(const Ports& ports) const {
    return "only to " + port_list_text(ports.numbers);
  }
  std::string operator()(const RequestLimit& limit) const {
    return fmt::format("at most {} requests", limit.most);
  }
  std::string operator()(const UploadLimit& limit) const {
    return fmt::format("at most {} bytes sent", limit.most);
  }
  std::string operator()(const Sandboxes& sandboxes) const {
    return "only from the sandbox " + list_text(sandboxes.names, "of nobody");
  }
  std::string operator()(const Clients& clients) const {
    return "only from the client " + list_text(clients.labels, "of nobody");
  }
  std::string operator()(const Purpose& purpose) const {
    return "meant for: " + base::escape_for_terminal(purpose.text);
  }
  std::string operator()(const SingleUse&) const { return "a single request"; }
  std::string operator()(const AskPerson&) const {
    return "only when a person approves it: lazaret token approve";
  }
  std::string operator()(const UnknownKind&) const {
    return "nothing: this kind of caveat is not known here";
  }
};

}  // namespace

std::string describe(const Caveat& caveat) {
  std::string words = std::visit(Words{}, caveat.restriction());
  if (caveat.as<UnknownKind>() != nullptr) words += fmt::format(" ({})", caveat.kind());
  return words;
}

std::string describe(const Token& token) {
  if (token.caveats.empty()) return "permits every request, for ever\n";
  std::string text = "permits requests\n";
  for (const Caveat& caveat : token.caveats)
    text += "  " + describe(caveat) + "\n";
  return text;
}

std::string list_text(std::span<const std::string> texts, std::string_view none) {
  if (texts.empty()) return std::string(none);
  return base::escape_for_terminal(base::join(texts, ", "));
}

std::string port_list_text(std::span<const std::uint16_t> ports) {
  if (ports.empty()) return "no port";
  return fmt::format("port {}", fmt::join(ports, ", "));
}

std::string time_text(std::int64_t unix_seconds) {
  using std::chrono::seconds;
  constexpr auto last =
      std::chrono::duration_cast<seconds>(std::chrono::nanoseconds::max()).count() - 1;
  if (unix_seconds < -last || unix_seconds > last) return fmt::format("second {}", unix_seconds);
  const auto text = base::to_rfc3339(base::WallTime(seconds(unix_seconds)));
  return text.substr(0, text.find('.')) + "Z";
}

}  // namespace tokens
