// SPDX-License-Identifier: Apache-2.0
#include "config/places.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"

namespace config {
namespace {

constexpr std::size_t slug_hash_digits = 8;

std::filesystem::path absolute_or(
    const Environment& environment, std::string_view name, std::filesystem::path fallback) {
  const auto found = environment.find(name);
  if (found == environment.end() || !found->second.starts_with('/')) return fallback;
  return found->second;
}

char slug_character(char c) {
  const bool plain = base::is_alpha(c) || base::is_digit(c) || c == '.' || c == '_' || c == '-';
  return plain ? c : '_';
}

}  // namespace

base::Result<Places> places_of(const Environment& environment) {
  const auto home = absolute_or(environment, "HOME", {});
  if (home.empty()) {
    return base::fail(
        base::ErrorKind::not_found, "the home directory is unknown",
        "set HOME to an absolute path");
  }
  Places places{.home = home};
  places.config = absolute_or(environment, "XDG_CONFIG_HOME", home / ".config") / "lazaret";
  places.data = absolute_or(environment, "XDG_DATA_HOME", home / ".local/share") / "lazaret";
  places.state = absolute_or(environment, "XDG_STATE_HOME", home / ".local/state") / "lazaret";
  const auto runtime = absolute_or(environment, "XDG_RUNTIME_DIR", {});
  places.runtime = runtime.empty() ? places.data / "run" : runtime / "lazaret";
  return places;
}

SandboxPlaces places_of_sandbox(const std::filesystem::path& base, std::string_view slug) {
  return {base / slug};
}

std::string slug_of(const std::filesystem::path& real_path) {
  std::string slug = real_path.filename().string();
  std::ranges::transform(slug, slug.begin(), slug_character);
  const auto digest = base::to_hex(base::sha256(real_path.string()));
  return slug + "-" + digest.substr(0, slug_hash_digits);
}

}  // namespace config
