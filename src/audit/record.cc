// SPDX-License-Identifier: Apache-2.0
#include "audit/record.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/credential_word.h"
#include "base/text.h"

namespace audit {
namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 6> kind_names{{
    {Kind::exchange, "exchange"},
    {Kind::connection, "connection"},
    {Kind::dns, "dns"},
    {Kind::refusal, "refusal"},
    {Kind::credential, "credential"},
    {Kind::gap, "gap"},
}};

bool names_a_credential(std::string_view name) {
  for (;;) {
    const auto end = name.find_first_of("-_.");
    if (base::is_credential_word(name.substr(0, end))) return true;
    if (end == std::string_view::npos) return false;
    name.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view name_of(Kind kind) { return kind_names[static_cast<std::size_t>(kind)].second; }

std::optional<Kind> kind_named(std::string_view name) {
  const auto found =
      std::ranges::find(kind_names, name, &std::pair<Kind, std::string_view>::second);
  if (found == kind_names.end()) return std::nullopt;
  return found->first;
}

std::string_view host_of(const Record& record) {
  std::string_view rest = record.url;
  const auto scheme = rest.find("://");
  if (scheme == std::string_view::npos) return {};
  rest.remove_prefix(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (rest.starts_with('[')) return rest.substr(1, rest.find(']') - 1);
  return rest.substr(0, rest.find(':'));
}

bool was_blocked(const Record& record) {
  return record.filter_action == "block" || record.redaction_action == "block" ||
         record.kind == Kind::refusal;
}

void mask_headers(Headers& headers, std::span<const std::string> also) {
  for (auto& [name, value] : headers) {
    const auto is_same = [&](const std::string& other) { return base::iequals(name, other); };
    if (names_a_credential(name) || std::ranges::any_of(also, is_same)) value = masked_value;
  }
}

bool limit_headers(Headers& headers, std::size_t limit) {
  std::size_t used = 0;
  const auto left_out = std::erase_if(headers, [&](const Header& header) {
    const std::size_t size = header.name.size() + header.value.size();
    if (size > limit - used) return true;
    used += size;
    return false;
  });
  return left_out > 0;
}

}  // namespace audit
