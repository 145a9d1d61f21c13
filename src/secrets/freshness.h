// SPDX-License-Identifier: Apache-2.0
#pragma once
// When the sources of a credential are to be asked again. Pure: the time and what files look like
// come in as arguments; refresher.h does the asking.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace secrets {

/// When to ask again besides never; several may hold.
struct Refresh {
  std::optional<std::chrono::seconds> age{};   // when what is known is this old
  bool after_use = false;                      // behind a request that used it
  std::vector<std::filesystem::path> files{};  // when one of these is another one, or changed

  bool is_never() const { return !age && !after_use && files.empty(); }
};

/// What a file looks like from outside: another look means that it changed.
struct FileLook {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::chrono::nanoseconds modified{};
  std::chrono::nanoseconds changed{};

  /// All zero when there is no such file.
  static FileLook at(const std::filesystem::path& file);
  bool operator==(const FileLook&) const = default;
};

/// One for each file of a Refresh, in its order.
using FileLooks = std::vector<FileLook>;
FileLooks looks_at(const std::vector<std::filesystem::path>& files);

class Freshness {
public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  /// Between two tries of a source that fails, and between two behind requests.
  static constexpr std::chrono::seconds pause{10};

  /// `looks` were taken before the sources were read, at `now`.
  Freshness(Refresh refresh, Time now, FileLooks looks);

  const Refresh& refresh() const { return refresh_; }

  /// A request goes out with what is known. True when the sources are now to be asked behind it.
  /// Any thread.
  bool use(Time now);

  // For the one thread that asks.
  bool is_due(Time now, const FileLooks& looks) const;
  /// When it is due at the latest, if nobody uses it and its files stay as they are.
  std::optional<Time> due_at() const;
  /// The sources were asked; the looks were taken before.
  void renewed(Time now, FileLooks looks);
  /// They failed: they are asked again after a pause, or when a file has changed once more.
  void failed(Time now, FileLooks looks);

private:
  bool has_changed_file(const FileLooks& looks) const;

  const Refresh refresh_;
  std::atomic<Time> asked_;         // the last time, with or without success
  std::atomic<bool> used_ = false;  // since then, and refresh_.after_use
  Time read_;                       // the last time with success
  bool failed_ = false;
  FileLooks looks_;
};

}  // namespace secrets
