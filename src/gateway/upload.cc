// SPDX-License-Identifier: Apache-2.0
#include "gateway/upload.h"

namespace gateway {

net::Task<> Upload::run(std::shared_ptr<Upload> self) {
  self->how_ = co_await self->mover_.run(self->limits_.body_silence, self->limits_.upload_stall);
  self->finished_ = true;
  if (self->how_ == Moved::source_broke) self->upstream_->wire.stream.reset();
  self->ended_.cancel();
}

net::Task<> Upload::stop() {
  if (finished_) co_return;
  mover_.stop();
  boost::system::error_code ignored;
  client_->stream.socket().cancel(ignored);
  upstream_->wire.stream.socket().cancel(ignored);
  while (!finished_)
    co_await ended_.async_wait(net::as_result);
}

}  // namespace gateway
