// SPDX-License-Identifier: Apache-2.0
#include "sandbox/view.h"

#include <algorithm>

namespace sandbox {
namespace {

// "/a/b" comes before "/a-b": a slash sorts below every other byte, so a parent is followed by its
// own children.
bool comes_before(std::string_view a, std::string_view b) {
  auto rank = [](char c) {
    return c == '/' ? 0 : static_cast<int>(static_cast<unsigned char>(c)) + 1;
  };
  return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}

}  // namespace

bool is_bind(const Mount& mount) {
  return mount.kind == MountKind::read_only || mount.kind == MountKind::read_write;
}

bool is_within(std::string_view path, std::string_view parent) {
  if (parent == "/") return path.starts_with('/');
  return path.starts_with(parent) && (path.size() == parent.size() || path[parent.size()] == '/');
}

std::string rebase(std::string_view path, std::string_view from, std::string_view to) {
  auto rest = path.substr(from == "/" ? 0 : from.size());
  return to == "/" && !rest.empty() ? std::string(rest) : std::string(to).append(rest);
}

void View::add(Mount mount) {
  auto place =
      std::ranges::lower_bound(mounts_, mount.destination, comes_before, &Mount::destination);
  if (place != mounts_.end() && place->destination == mount.destination) {
    *place = std::move(mount);
  } else {
    mounts_.insert(place, std::move(mount));
  }
}

const Mount* View::top_of(std::string_view destination) const {
  const Mount* top = nullptr;
  for (const auto& mount : mounts_)
    if (is_within(destination, mount.destination)) top = &mount;
  return top;
}

std::vector<std::string> View::places_of(std::string_view path) const {
  std::vector<std::string> places;
  for (const auto& mount : mounts_) {
    if (!is_bind(mount) || !is_within(path, mount.source)) continue;
    auto place = rebase(path, mount.source, mount.destination);
    if (top_of(place) == &mount) places.push_back(std::move(place));
  }
  return places;
}

void View::hide(std::string_view path, bool is_directory, const std::string& why) {
  for (auto& place : places_of(path)) {
    if (is_directory) {
      add({.kind = MountKind::tmpfs, .destination = place, .mode = 0555, .why = why});
    } else {
      add({.kind = MountKind::data, .destination = place, .mode = 0444, .why = why});
    }
  }
}

}  // namespace sandbox
