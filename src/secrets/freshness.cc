// SPDX-License-Identifier: Apache-2.0
#include "secrets/freshness.h"

#include <sys/stat.h>

#include <algorithm>

namespace secrets {
namespace {

std::chrono::nanoseconds nanoseconds_of(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

FileLook FileLook::at(const std::filesystem::path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return {};
  return {
      .device = found.st_dev,
      .inode = found.st_ino,
      .size = static_cast<std::uint64_t>(found.st_size),
      .modified = nanoseconds_of(found.st_mtim),
      .changed = nanoseconds_of(found.st_ctim)};
}

FileLooks looks_at(const std::vector<std::filesystem::path>& files) {
  FileLooks looks;
  looks.reserve(files.size());
  for (const auto& file : files)
    looks.push_back(FileLook::at(file));
  return looks;
}

Freshness::Freshness(Refresh refresh, Time now, FileLooks looks)
    : refresh_(std::move(refresh)), asked_(now), read_(now), looks_(std::move(looks)) {}

bool Freshness::use(Time now) {
  if (!refresh_.after_use || used_.load() || now < asked_.load() + pause) return false;
  return !used_.exchange(true);
}

bool Freshness::is_due(Time now, const FileLooks& looks) const {
  if (used_.load() || has_changed_file(looks)) return true;
  if (failed_ && now < asked_.load() + pause) return false;
  return failed_ || (refresh_.age && now >= read_ + *refresh_.age);
}

/// A file that is gone is waited for: whoever replaces it may not be done.
bool Freshness::has_changed_file(const FileLooks& looks) const {
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (looks[i] != FileLook() && looks[i] != looks_[i]) return true;
  }
  return false;
}

std::optional<Freshness::Time> Freshness::due_at() const {
  if (failed_) return asked_.load() + pause;
  if (refresh_.age) return read_ + *refresh_.age;
  return std::nullopt;
}

void Freshness::renewed(Time now, FileLooks looks) {
  asked_ = now;
  read_ = now;
  used_ = false;
  failed_ = false;
  looks_ = std::move(looks);
}

void Freshness::failed(Time now, FileLooks looks) {
  asked_ = now;
  used_ = false;
  failed_ = true;
  looks_ = std::move(looks);
}

}  // namespace secrets
