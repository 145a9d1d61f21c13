// SPDX-License-Identifier: Apache-2.0
#include "secrets/refresher.h"

#include <poll.h>
#include <pthread.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>

namespace secrets {
namespace {

using std::chrono::milliseconds;
using Clock = Freshness::Clock;

constexpr milliseconds poll_interval{2000};  // where the kernel does not tell of changes
constexpr milliseconds time_to_settle{50};   // a file that is written in place is empty at first
constexpr milliseconds longest_wait = std::chrono::hours(1);

/// True when there was something.
bool drain(int fd) {
  std::array<char, 4096> bytes{};
  bool any = false;
  while (::read(fd, bytes.data(), bytes.size()) > 0)
    any = true;
  return any;
}

/// Where a change of this file shows: beside its name, and beside what a link leads to.
std::set<std::filesystem::path> directories_of(const std::filesystem::path& file) {
  std::error_code missing;
  const auto real = std::filesystem::canonical(file, missing);
  std::set<std::filesystem::path> out{file.parent_path()};
  if (!missing) out.insert(real.parent_path());
  return out;
}

}  // namespace

std::unique_ptr<Refresher> Refresher::start(
    std::vector<Item> items, std::shared_ptr<const Waker> waker, OnFailure on_failure) {
  std::unique_ptr<Refresher> made(
      new Refresher(std::move(items), std::move(waker), std::move(on_failure)));
  if (made->items_.empty()) return made;
  made->watch_files();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  made->thread_ = std::jthread([self = made.get()](const std::stop_token& stop) {
    ::pthread_setname_np(::pthread_self(), "lazaret-sources");
    self->run(stop);
  });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return made;
}

Refresher::~Refresher() {
  thread_.request_stop();
  if (thread_.joinable()) waker_->wake();
}

void Refresher::watch_files() {
  constexpr std::uint32_t changes =
      IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_MODIFY | IN_ONLYDIR;
  for (const auto& item : items_) {
    for (const auto& file : item.freshness->refresh().files) {
      if (!files_) files_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
      for (const auto& directory : directories_of(file)) {
        if (!files_ || ::inotify_add_watch(files_.get(), directory.c_str(), changes) < 0)
          must_poll_ = true;
      }
    }
  }
}

void Refresher::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::array<pollfd, 2> waiting{{{waker_->descriptor(), POLLIN, 0}, {files_.get(), POLLIN, 0}}};
    ::poll(waiting.data(), files_ ? 2 : 1, static_cast<int>(time_to_wait().count()));
    drain(waker_->descriptor());
    if (files_ && drain(files_.get())) {
      std::this_thread::sleep_for(time_to_settle);
      drain(files_.get());
    }
    if (!stop.stop_requested()) renew_due();
  }
}

milliseconds Refresher::time_to_wait() const {
  auto wait = must_poll_ ? poll_interval : longest_wait;
  for (const auto& item : items_) {
    const auto due = item.freshness->due_at();
    if (due) wait = std::min(wait, std::chrono::ceil<milliseconds>(*due - Clock::now()));
  }
  return std::max(wait, milliseconds::zero());
}

void Refresher::renew_due() {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    auto looks = looks_at(items_[i].freshness->refresh().files);
    if (items_[i].freshness->is_due(Clock::now(), looks)) renew(i, std::move(looks));
  }
}

void Refresher::renew(std::size_t item, FileLooks looks) {
  const auto& [name, freshness, renew_now] = items_[item];
  const auto renewed = renew_now();
  if (renewed) {
    freshness->renewed(Clock::now(), std::move(looks));
  } else {
    freshness->failed(Clock::now(), std::move(looks));
    if (!failing_[item]) on_failure_(name, renewed.error());
  }
  failing_[item] = !renewed;
}

}  // namespace secrets
