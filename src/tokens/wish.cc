// SPDX-License-Identifier: Apache-2.0
#include "tokens/wish.h"

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "policy/normalise.h"
#include "tokens/describe.h"
#include "tokens/limits.h"
#include "tokens/path_glob.h"
#include "tokens/verify.h"

namespace tokens {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using std::chrono::seconds;

/// What stands between the commas of all items, each turned into its normal form by `to_normal`.
Result<std::vector<std::string>> read_list(
    std::string_view flag,
    const std::vector<std::string>& items,
    const std::function<Result<std::string>(std::string_view)>& to_normal) {
  std::vector<std::string> out;
  for (const auto& item : items) {
    for (const auto part : base::split(item, ',')) {
      const auto text = base::trim(part);
      if (text.empty()) continue;
      auto normal = to_normal(text);
      if (!normal) {
        return fail(
            ErrorKind::invalid,
            std::string(flag) + ": " + base::escape_for_terminal(text) + ": " +
                normal.error().message,
            normal.error().hint);
      }
      if (std::ranges::find(out, *normal) == out.end()) out.push_back(*std::move(normal));
    }
  }
  if (out.empty()) {
    return fail(
        ErrorKind::invalid, std::string(flag) + " names nothing: the token would permit nothing",
        "leave the flag out for no such restriction");
  }
  if (out.size() > most_entries) {
    return fail(
        ErrorKind::invalid, std::string(flag) + " names more than " + std::to_string(most_entries));
  }
  return out;
}

Result<std::string> host_named(std::string_view text) {
  if (text.contains('*'))
    return fail(ErrorKind::invalid, "a token names hosts exactly, without wildcards");
  auto host = policy::normalise_host(text);
  if (!host && policy::split_authority(text))
    return fail(ErrorKind::invalid, "a port is no part of a host", "give it with --ports");
  return host;
}

Result<std::string> path_named(std::string_view text) {
  TRY_VOID(compile_path(text));
  return std::string(text);
}

Result<std::string> label_named(std::string_view text) {
  if (base::escape_for_terminal(text) != text)
    return fail(ErrorKind::invalid, "a name has no control characters");
  return std::string(text);
}

Result<std::string> port_named(std::string_view text) {
  const auto number = base::parse_number(text);
  if (!number || *number == 0 || *number > 65535)
    return fail(ErrorKind::invalid, "not a number from 1 to 65535");
  return std::to_string(*number);
}

Result<Ports> ports_for(const std::vector<std::string>& items) {
  Ports ports;
  for (const auto& text : TRY(read_list("--ports", items, port_named)))
    ports.numbers.push_back(static_cast<std::uint16_t>(base::parse_number(text).value()));
  return ports;
}

/// "--requests: 1k", for a message that goes on.
std::string quoted(std::string_view flag, std::string_view text) {
  const std::string shown = text.empty() ? "an empty text" : base::escape_for_terminal(text);
  return std::string(flag) + ": " + shown;
}

Result<std::uint64_t> count_for(
    std::string_view flag, const std::string& text, std::uint64_t least) {
  const auto number = base::parse_number(text);
  if (number && *number >= least) return *number;
  return fail(
      ErrorKind::invalid,
      quoted(flag, text) + " is not a number from " + std::to_string(least) + " on");
}

Result<Validity> window_for(
    const std::string& valid_for,
    const std::optional<std::string>& not_before,
    base::WallTime now) {
  const auto length = base::parse_duration(valid_for);
  if (!length || *length < seconds(1)) {
    return fail(
        ErrorKind::invalid, quoted("--valid-for", valid_for) + " is not a time of a second or more",
        "write 30m, 1h, 24h, 7d or 2w");
  }
  base::WallTime begin = now;
  if (not_before) {
    const auto given = base::parse_time(*not_before);
    if (!given) {
      return fail(
          ErrorKind::invalid, quoted("--not-before", *not_before) + " is not a time",
          "write it as 2026-01-31T10:30:00Z");
    }
    begin = std::max(begin, *given);
  }
  const auto second = std::chrono::floor<seconds>(begin).time_since_epoch().count();
  return Validity{second, second + std::chrono::floor<seconds>(*length).count()};
}

}  // namespace

bool Wish::narrows() const {
  return !hosts.empty() || !methods.empty() || !paths.empty() || !ports.empty() || requests ||
         bytes_up || !sandboxes.empty() || !clients.empty() || single_use || ask_person;
}

Result<std::vector<Caveat>> caveats_for(const Wish& wish, base::WallTime now) {
  std::vector<Caveat> caveats;
  if (wish.valid_for) {
    caveats.emplace_back(TRY(window_for(*wish.valid_for, wish.not_before, now)));
  } else if (wish.not_before) {
    return fail(ErrorKind::invalid, "--not-before needs an end", "add --valid-for");
  }
  if (!wish.hosts.empty())
    caveats.emplace_back(Hosts{TRY(read_list("--hosts", wish.hosts, host_named))});
  if (!wish.methods.empty()) {
    caveats.emplace_back(
        Methods{TRY(read_list("--methods", wish.methods, policy::normalise_method))});
  }
  if (!wish.paths.empty())
    caveats.emplace_back(Paths{TRY(read_list("--paths", wish.paths, path_named))});
  if (!wish.ports.empty()) caveats.emplace_back(TRY(ports_for(wish.ports)));
  if (wish.requests)
    caveats.emplace_back(RequestLimit{TRY(count_for("--requests", *wish.requests, 1))});
  if (wish.bytes_up)
    caveats.emplace_back(UploadLimit{TRY(count_for("--bytes-up", *wish.bytes_up, 0))});
  if (!wish.sandboxes.empty())
    caveats.emplace_back(Sandboxes{TRY(read_list("--sandbox", wish.sandboxes, label_named))});
  if (!wish.clients.empty())
    caveats.emplace_back(Clients{TRY(read_list("--client", wish.clients, label_named))});
  if (!wish.purpose.empty()) caveats.emplace_back(Purpose{wish.purpose});
  if (wish.single_use) caveats.emplace_back(SingleUse{});
  // Behind all others: whoever approves the token approves these, too.
  if (wish.ask_person) caveats.emplace_back(AskPerson{});
  return caveats;
}

Result<> check_window(const Token& token) {
  const Validity window = window_of(token);
  if (window.not_before <= window.not_after) return {};
  return fail(
      ErrorKind::invalid, "the token would never be valid: " + objection_to(window),
      "lazaret token inspect shows when the token that it is made from is valid");
}

}  // namespace tokens
