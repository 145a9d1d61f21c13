// SPDX-License-Identifier: Apache-2.0
#include "config/places.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/file.h"
#include "base/text.h"

namespace config {
namespace {

constexpr std::size_t slug_hash_digits = 8;

char slug_character(char c) {
  const bool plain = base::is_alpha(c) || base::is_digit(c) || c == '.' || c == '_' || c == '-';
  return plain ? c : '_';
}

}  // namespace

base::Result<Places> places_of(const Environment& environment) {
  const auto home = base::directory_of(environment, "HOME", {});
  if (home.empty()) {
    return base::fail(
        base::ErrorKind::not_found, "the home directory is unknown",
        "set HOME to an absolute path");
  }
  Places places{.home = home};
  places.config = base::directory_of(environment, "XDG_CONFIG_HOME", home / ".config") / "lazaret";
  places.data = base::directory_of(environment, "XDG_DATA_HOME", home / ".local/share") / "lazaret";
  places.state =
      base::directory_of(environment, "XDG_STATE_HOME", home / ".local/state") / "lazaret";
  const auto runtime = base::directory_of(environment, "XDG_RUNTIME_DIR", {});
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
