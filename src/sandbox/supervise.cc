// SPDX-License-Identifier: Apache-2.0
#include "sandbox/supervise.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "sandbox/init/protocol.h"
#include "sandbox/relay.h"

namespace sandbox {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto grace = 10s;      // from the first request to end until everything is killed
constexpr auto drain_time = 2s;  // for the screen to take what an ended program wrote

Ending from_report(const Report& report) {
  if (report.kind == ReportKind::not_started)
    return {.kind = Ending::Kind::not_started, .value = report.value};
  return Ending::from_wait_status(report.value);
}

// How it ended when init had no time for a last word: bubblewrap says 128 + signal of an init that
// was killed.
base::Result<Ending> from_bubblewrap(int wait_status) {
  auto ending = Ending::from_wait_status(wait_status);
  if (ending.kind == Ending::Kind::signalled) return ending;
  if (ending.value > 128)
    return Ending{.kind = Ending::Kind::signalled, .value = ending.value - 128};
  return base::fail(
      base::ErrorKind::unavailable,
      fmt::format("the sandbox could not be built (bubblewrap ended with {})", ending.value),
      "its message is above; `lazaret doctor` checks what it needs");
}

class Supervisor {
public:
  Supervisor(Warden& warden, Signals& signals, Started started)
      : warden_(warden),
        signals_(signals),
        pid_(started.pid),
        control_(std::move(started.control)) {
    if (!started.session) return;
    bool is_interactive = started.session->is_interactive;
    relay_.emplace(std::move(*started.session));
    wants_keyboard_ = is_interactive;
  }

  base::Result<Ending> run() {
    send_to_init(start_word);
    if (wants_keyboard_) TRY_VOID(take_keyboard());
    while (!is_over())
      TRY_VOID(turn());
    if (relay_) relay_->close_keyboard();
    if (last_word_) return from_report(*last_word_);
    return from_bubblewrap(*exit_status_);
  }

private:
  bool is_over() const {
    if (!exit_status_) return false;
    return !relay_ || relay_->is_drained() || Clock::now() >= *deadline_;
  }

  // Waits for something to happen and handles all that did.
  base::Result<> turn() {
    watched_.clear();
    auto watch = [&](int fd) { watched_.push_back({.fd = fd, .events = POLLIN, .revents = 0}); };
    watch(signals_.fd());
    if (!exit_status_) watch(warden_.fd());
    if (control_) watch(control_.get());
    auto relayed = watched_.size();
    if (relay_) relay_->watch(watched_);

    if (poll(watched_.data(), watched_.size(), time_left()) < 0 && errno != EINTR)
      return base::fail_errno("wait for the sandbox");
    for (auto i = relayed; i < watched_.size(); ++i)
      relay_->handle(watched_[i]);
    while (auto signal = signals_.next())
      TRY_VOID(on_signal(*signal));
    TRY_VOID(read_reports());
    if (is_waiting_for_keyboard()) (void)TRY(relay_->open_keyboard());
    if (!exit_status_ && watched_[1].revents != 0) TRY_VOID(on_event());
    if (!exit_status_ && deadline_ && Clock::now() >= *deadline_) kill_all();
    return {};
  }

  // A shell that takes a running job to the foreground says nothing about it, so that is looked at
  // now and then.
  bool is_waiting_for_keyboard() const {
    return relay_ && wants_keyboard_ && !relay_->has_keyboard() && !exit_status_;
  }

  int time_left() const {
    if (is_waiting_for_keyboard()) return 250;
    if (!deadline_) return -1;
    auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 60'000));
  }

  base::Result<> on_signal(int signal) {
    switch (signal) {
      case SIGWINCH:
        if (relay_) {
          relay_->resize();
          return {};
        }
        break;
      case SIGHUP:
      case SIGTERM:
        if (deadline_) kill_all();
        if (!deadline_) deadline_ = Clock::now() + grace;
        break;
      case SIGTTIN:
      case SIGTTOU:
        return {};
      case SIGCONT:
        return go_on();
      default:
        break;
    }
    send_to_init(signal);
    return {};
  }

  // Where init is gone, its end is on the way to us.
  void send_to_init(std::int32_t word) {
    if (control_) (void)send(control_.get(), &word, sizeof word, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  base::Result<> read_reports() {
    Report report{};
    while (control_) {
      auto got = recv(control_.get(), &report, sizeof report, MSG_DONTWAIT);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
      // Init ended before it read our last signal: the kernel says so first, then what init said.
      if (got < 0 && errno == ECONNRESET) continue;
      if (got != static_cast<ssize_t>(sizeof report)) {
        control_.reset();
      } else if (report.kind == ReportKind::stopped) {
        TRY_VOID(on_stopped(report.value));
      } else {
        last_word_ = report;
      }
    }
    return {};
  }

  // A program in the background of its terminal is stopped when it wants to read from it or to set
  // its modes.
  base::Result<> on_stopped(int signal) {
    bool wants_terminal =
        (signal == SIGTTIN || signal == SIGTTOU) && relay_ && !relay_->has_keyboard();
    if (!wants_terminal) {
      suspend(SIGTSTP);
      return go_on();
    }
    wants_keyboard_ = true;
    TRY_VOID(take_keyboard());
    send_to_init(SIGCONT);
    return {};
  }

  // While a shell keeps us in the background, we wait like any job that wants to read. Where there
  // is no shell to take us to the foreground, the program goes on without the keyboard.
  base::Result<> take_keyboard() {
    if (!TRY(relay_->open_keyboard())) {
      suspend(SIGTTIN);
      (void)TRY(relay_->open_keyboard());
    }
    return {};
  }

  void suspend(int signal) {
    if (relay_) relay_->close_keyboard();
    stop_ourselves(signal);
  }

  base::Result<> go_on() {
    if (is_waiting_for_keyboard()) (void)TRY(relay_->open_keyboard());
    send_to_init(SIGCONT);
    return {};
  }

  base::Result<> on_event() {
    auto exited = TRY(warden_.next_event());
    if (exited.pid != pid_) return {};
    exit_status_ = exited.wait_status;
    deadline_ = Clock::now() + drain_time;
    return {};
  }

  void kill_all() {
    (void)warden_.signal(pid_, SIGKILL);
    deadline_ = Clock::now() + 1s;  // and again, should it have come too early
  }

  Warden& warden_;
  Signals& signals_;
  pid_t pid_;
  base::Fd control_;
  std::optional<Relay> relay_{};
  bool wants_keyboard_ = false;
  std::optional<Report> last_word_{};
  std::optional<int> exit_status_{};  // of bubblewrap
  std::optional<Clock::time_point> deadline_{};
  std::vector<pollfd> watched_{};
};

}  // namespace

base::Result<Ending> supervise(Warden& warden, Signals& signals, Started started) {
  return Supervisor(warden, signals, std::move(started)).run();
}

}  // namespace sandbox
