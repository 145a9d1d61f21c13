// SPDX-License-Identifier: Apache-2.0
#include "sandbox/relay.h"

namespace sandbox {

Relay::Relay(TerminalSession session)
    : session_(std::move(session)),
      input_(session_.user_in.get(), session_.master.get()),
      output_(session_.master.get(), session_.user_out.get()),
      raw_(session_.user_in.get()) {}

base::Result<bool> Relay::open_keyboard() {
  if (!is_in_foreground(session_.user_in.get())) return false;
  TRY_VOID(raw_.enter(session_.is_interactive ? OutputModes::off : OutputModes::kept));
  resize();
  return true;
}

void Relay::close_keyboard() { raw_.leave(); }

void Relay::resize() { copy_window_size(session_.user_in.get(), session_.master.get()); }

void Relay::watch(std::vector<pollfd>& watched) const {
  auto add = [&](int fd, short events) {
    if (events != 0) watched.push_back({.fd = fd, .events = events, .revents = 0});
  };
  if (has_keyboard() && input_.wants_to_read()) add(input_.from(), POLLIN);
  if (output_.is_done()) return;
  if (output_.wants_to_write()) add(output_.to(), POLLOUT);
  if (output_.wants_to_read()) add(output_.from(), POLLIN);
  if (input_.wants_to_write()) add(input_.to(), POLLOUT);
}

void Relay::handle(const pollfd& ready) {
  if (ready.revents == 0) return;
  bool is_reading = ready.events == POLLIN;
  if (ready.fd == input_.from() && is_reading) input_.read_some();
  if (ready.fd == output_.to() && !is_reading) output_.write_some();
  if (ready.fd == output_.from() && is_reading) output_.read_some();
  if (ready.fd == input_.to() && !is_reading) input_.write_some();
}

}  // namespace sandbox
