// SPDX-License-Identifier: Apache-2.0
#pragma once
// Gives every line that is written to the files of a series, once: by several writers, across
// rotation.

#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/log_files.h"
#include "base/fd.h"

namespace audit {

class Tail {
public:
  using Sink = std::function<void(std::string_view line)>;

  /// Lines of compressed files that exist now count as given; those of plain files do not.
  Tail(std::filesystem::path directory, const Series& series);

  /// Gives the whole lines that came since the last call.
  void poll(const Sink& sink);

  /// The compressed files that existed at the beginning, oldest first.
  const std::vector<LogFile>& history() const { return history_; }

private:
  struct Followed {
    base::Fd plain{};
    off_t offset = 0;
    std::filesystem::path compressed{};  // to be read once
  };
  using Key = std::pair<std::string, unsigned>;  // day and index

  std::vector<LogFile> files() const;
  static Followed begin(const LogFile& file);
  static void read_on(Followed& followed, const Sink& sink);

  std::filesystem::path directory_;
  Series series_;
  std::vector<LogFile> history_{};
  std::map<Key, Followed> followed_{};
};

/// Waits until the next poll is due; false when told to stop.
bool wait_for_next_poll(const std::stop_token& stop);

}  // namespace audit
