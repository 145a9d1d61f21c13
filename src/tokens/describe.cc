// SPDX-License-Identifier: Apache-2.0
#include "tokens/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

#include "base/clock.h"
#include "base/rune.h"
#include "base/text.h"

namespace tokens {
namespace {

constexpr std::size_t longest_quote = 100;
constexpr std::size_t line_width = 78;  // bytes: no character takes more columns than it has bytes
constexpr std::string_view further_right = "      ";

/// What is shown as nothing but room: white space, and letters that have no shape.
bool is_blank(std::uint32_t rune) {
  return (rune >= 0x09 && rune <= 0x0D) || rune == 0x20 || rune == 0x85 || rune == 0xA0 ||
         rune == 0x115F || rune == 0x1160 || rune == 0x1680 || rune == 0x180E ||
         (rune >= 0x2000 && rune <= 0x200A) || rune == 0x2028 || rune == 0x2029 || rune == 0x202F ||
         rune == 0x205F || rune == 0x2800 || rune == 0x3000 || rune == 0x3164 || rune == 0xFFA0;
}

bool is_usual(char c) {
  return base::is_alpha(c) || base::is_digit(c) || std::string_view("-._~*/%:@+=&$!").contains(c);
}

/// One character, as it stands between quotes.
std::string within_quotes(std::string_view character) {
  if (character == "\"" || character == "\\") return "\\" + std::string(character);
  return base::escape_for_terminal(character);
}

/// Where a line ends that is too long: at a blank behind its first word, or in the middle of a
/// word.
std::size_t end_of_line(std::string_view text) {
  const auto blank = text.rfind(' ', line_width);
  if (blank != std::string_view::npos && blank > text.find_first_not_of(' ')) return blank;
  std::size_t end = line_width;
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80)  // within a character
    --end;
  return end;
}

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
    return "only when " + quote(party.location) + " agrees, by a discharge";
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
    return "meant for: " + quote(purpose.text);
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
    text += wrap("  " + describe(caveat));
  return text;
}

std::string wrap(std::string_view line) {
  std::string out;
  std::string rest(line);
  while (rest.size() > line_width) {
    const auto end = end_of_line(rest);
    out.append(rest, 0, end).append("\n");
    rest.replace(0, rest[end] == ' ' ? end + 1 : end, further_right);
  }
  return out + rest + "\n";
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  std::size_t shown = 0;
  bool after_blank = false;
  while (!text.empty() && shown < longest_quote) {
    const base::Rune rune = base::first_rune(text);
    const bool is_room = rune.valid && is_blank(rune.value);
    const std::string character = is_room ? " " : within_quotes(text.substr(0, rune.size));
    if (!is_room || !after_blank) {
      out += character;
      shown += character.size() > rune.size ? character.size() : 1;  // an escape, or itself
    }
    after_blank = is_room;
    text.remove_prefix(rune.size);
  }
  return out + (text.empty() ? "\"" : "\" …");
}

std::string name_text(std::string_view name) {
  const bool is_plain =
      !name.empty() && name.size() <= longest_quote && std::ranges::all_of(name, is_usual);
  return is_plain ? std::string(name) : quote(name);
}

std::string list_text(std::span<const std::string> texts, std::string_view none) {
  if (texts.empty()) return std::string(none);
  std::vector<std::string> names;
  std::ranges::transform(texts, std::back_inserter(names), name_text);
  return base::join(names, ", ");
}

std::string port_list_text(std::span<const std::uint16_t> ports) {
  if (ports.empty()) return "no port";
  return fmt::format("port {}", fmt::join(ports, ", "));
}

std::string objection_to(const Validity& window) {
  return fmt::format(
      "it would begin at {}, and end before that, at {}", time_text(window.not_before),
      time_text(window.not_after));
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
