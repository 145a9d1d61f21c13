// SPDX-License-Identifier: Apache-2.0
#include "gateway/upload.h"

namespace gateway {

net::Task<> Upload::run(std::shared_ptr<Upload> self) {
  self->how_ = co_await self->mover_.run(self->silence_, self->limits_.upload_stall);
  self->finished_ = true;
  if (self->how_ == Moved::source_broke)
    self->server_->abort_by(self->body_->broken_by());
  else
    self->server_->request_was_sent(
        self->whole() ? self->limits_.response_head : patience_with_deaf);
  self->ended_.set();
}

net::Task<> Upload::stop() {
  constexpr std::chrono::seconds soon{5};
  while (!finished_) {
    client_->body().give_up();
    server_->out().give_up();
    co_await ended_.wait(soon);
  }
}

void Upload::break_off() {
  if (!finished_) client_->body().give_up();
  server_->abort();
}

}  // namespace gateway
