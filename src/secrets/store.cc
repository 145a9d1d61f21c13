// SPDX-License-Identifier: Apache-2.0
#include "secrets/store.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "secrets/keyring.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

constexpr std::string_view name_attribute = "name";

/// Every item of ours.
Attributes ours() { return {{"application", "lazaret"}}; }

Attributes item(std::string_view name) {
  auto attributes = ours();
  attributes.emplace(name_attribute, name);
  return attributes;
}

void add(std::vector<Attributes> items, std::vector<Store::Listed>& out) {
  for (auto& attributes : items) {
    const auto name = attributes.find(name_attribute);
    if (name != attributes.end())
      out.push_back({.name = std::move(name->second), .place = Store::Place::keyring});
  }
}

}  // namespace

bool is_secret_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_' || c == '.';
  });
}

std::string_view name_of(Store::Place place) {
  return place == Store::Place::keyring ? "keyring" : "file";
}

Store Store::of(const Environment& environment, const std::filesystem::path& home) {
  const auto data = base::directory_of(environment, "XDG_DATA_HOME", home / ".local/share");
  return {environment, data / "lazaret" / "secrets"};
}

Result<std::optional<Secret>> Store::find(std::string_view name) const {
  auto kept = TRY(file_.load());
  const auto found = std::ranges::find(kept, name, &KeptSecret::name);
  if (found != kept.end()) return std::move(found->value);
  const auto keyring = Keyring::open(environment_);
  if (!keyring) return std::nullopt;
  auto in_keyring = keyring->find(item(name));
  if (!in_keyring && in_keyring.error().kind == ErrorKind::not_found) return std::nullopt;
  return in_keyring;
}

Result<Store::Place> Store::set(
    std::string_view name, const Secret& value, std::optional<Place> place) const {
  if (!is_secret_name(name)) {
    return base::fail(
        ErrorKind::invalid, "a name may hold only letters, digits, '-', '_' and '.': " +
                                base::escape_for_terminal(name));
  }
  if (place != Place::file) {
    const auto keyring = Keyring::open(environment_);
    auto set = keyring ? keyring->set("lazaret: " + std::string(name), item(name), value)
                       : Result<>(std::unexpected(keyring.error()));
    if (set) {
      TRY_VOID(remove_from_file(name));
      return Place::keyring;
    }
    const bool is_absent = set.error().kind == ErrorKind::not_found;
    if (place == Place::keyring || !is_absent) return std::unexpected(std::move(set).error());
  }
  TRY_VOID(set_in_file(name, value));
  return Place::file;
}

Result<bool> Store::remove(std::string_view name) const {
  const bool was_in_file = TRY(remove_from_file(name));
  const auto keyring = Keyring::open(environment_);
  if (!keyring) return was_in_file;
  auto removed = keyring->remove(item(name));
  if (!removed && (was_in_file || removed.error().kind == ErrorKind::not_found)) return was_in_file;
  if (!removed) return removed;
  return *removed || was_in_file;
}

Result<Store::Listing> Store::list() const {
  Listing out;
  for (auto& kept : TRY(file_.load()))
    out.secrets.push_back({.name = std::move(kept.name), .place = Place::file});
  if (const auto keyring = Keyring::open(environment_)) {
    auto items = keyring->list(ours());
    if (items)
      add(*std::move(items), out.secrets);
    else if (items.error().kind != ErrorKind::not_found)
      out.keyring_failure = std::move(items).error();
  }
  std::ranges::sort(out.secrets, {}, &Listed::name);
  return out;
}

Result<> Store::set_in_file(std::string_view name, const Secret& value) const {
  return file_.update([&](std::vector<KeptSecret>& kept) -> Result<> {
    std::erase_if(kept, [&](const KeptSecret& each) { return each.name == name; });
    kept.push_back({.name = std::string(name), .value = value.clone(), .since = base::now()});
    return {};
  });
}

Result<bool> Store::remove_from_file(std::string_view name) const {
  const auto known = TRY(file_.load());
  if (std::ranges::find(known, name, &KeptSecret::name) == known.end()) return false;
  TRY_VOID(file_.update([&](std::vector<KeptSecret>& kept) -> Result<> {
    std::erase_if(kept, [&](const KeptSecret& each) { return each.name == name; });
    return {};
  }));
  return true;
}

}  // namespace secrets
