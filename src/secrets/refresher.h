// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asks sources again when that is due, on a thread of its own: a source may block for as long as it
// likes, and no request waits for one.

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "secrets/freshness.h"
#include "secrets/waker.h"

namespace secrets {

class Refresher {
public:
  struct Item {
    std::string name;
    std::shared_ptr<Freshness> freshness;
    /// Asks the sources and puts what they say to use. On an error what was known stays in use.
    std::function<base::Result<>()> renew;
  };
  /// Is told of each failure that does not follow another one, on the refresher's thread.
  using OnFailure = std::function<void(const std::string& name, const base::Error& error)>;

  /// Starts the thread, with every signal blocked; without items there is none, and no
  /// waker is needed. `waker` has it look
  /// at once: after `Freshness::use` said so.
  static std::unique_ptr<Refresher> start(
      std::vector<Item> items, std::shared_ptr<const Waker> waker, OnFailure on_failure);
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;
  /// Waits for a source that is being asked.
  ~Refresher();

private:
  Refresher(std::vector<Item> items, std::shared_ptr<const Waker> waker, OnFailure on_failure)
      : items_(std::move(items)),
        on_failure_(std::move(on_failure)),
        failing_(items_.size()),
        waker_(std::move(waker)) {}
  void run(const std::stop_token& stop);
  void watch_files();
  void renew_due();
  void renew(std::size_t item, FileLooks looks);
  std::chrono::milliseconds time_to_wait() const;

  std::vector<Item> items_;
  OnFailure on_failure_;
  std::vector<bool> failing_;  // by item
  std::shared_ptr<const Waker> waker_;
  base::Fd files_;  // inotify on the directories of files
  bool must_poll_ = false;
  std::jthread thread_;
};

}  // namespace secrets
