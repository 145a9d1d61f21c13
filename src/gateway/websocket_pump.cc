// SPDX-License-Identifier: Apache-2.0
#include "gateway/websocket_pump.h"

#include <cstring>
#include <utility>

#include "base/encoding.h"
#include "gateway/filtered_body.h"

namespace gateway {

using namespace http::websocket;
using Flush = MessageWriter::Flush;

namespace {

/// It stands behind a code of two bytes (RFC 6455, 5.5.1).
constexpr std::size_t longest_reason = max_control_payload - 2;

}  // namespace

WebSocketPump::WebSocketPump(
    Sender sender,
    Incoming& from,
    Outgoing& to,
    const std::optional<DeflateAgreement>& deflate,
    MakeFilters make_filters,
    BodyTap& tap,
    Budget& room)
    : sender_(sender),
      from_(from),
      to_(to),
      make_filters_(std::move(make_filters)),
      tap_(tap),
      relays_(!deflate && !make_filters_),
      reader_({.sender = sender}),
      relay_(sender),
      message_reader_(sender, deflate),
      message_writer_(sender, deflate),
      filtering_(room) {}

net::Task<WebSocketPump::Ended> WebSocketPump::run(
    Silence& silence, std::chrono::milliseconds stall) {
  const Silence::Moving moving(silence);
  for (;;) {
    chunk_.assign(from_.take());
    if (chunk_.empty() || to_.is_full()) {
      bool flushed = false;
      {
        const Silence::Writing writing(silence);
        flushed = co_await to_.flush(stall);
      }
      if (!flushed) co_return Ended::destination_broke;
    }
    if (chunk_.empty()) {
      if (from_.state() == Incoming::State::broken)
        co_return silence.passed() ? Ended::silent : Ended::source_broke;
      if (from_.state() == Incoming::State::whole)
        co_return said_goodbye_ ? Ended::closed : Ended::source_broke;
      co_await from_.wait(no_limit);
      continue;
    }
    std::span<char> rest(chunk_);
    for (;;) {
      const Step step = next(rest);
      rest = rest.subspan(step.consumed);
      if (std::holds_alternative<NeedMore>(step.event)) {
        out_.clear();
        if (!unsent_.empty()) write_unsent(Flush::now);
        if (!out_.empty()) to_.put(out_);
        break;
      }
      if (const auto* violation = std::get_if<Violation>(&step.event)) {
        violation_ = *violation;
        co_return Ended::violated;
      }
      count(step.event);
      out_.clear();
      if (relays_)
        pass_on(step.event);
      else
        rewrite(step.event);
      if (refusal() != nullptr) {
        violation_ = {
            .code = http::websocket::policy_violation,
            .reason = "the gateway does not let a message go on; its log says why"};
        co_return Ended::refused;
      }
      if (!out_.empty()) to_.put(out_);
    }
  }
}

net::Task<> WebSocketPump::close(const Violation& why, std::chrono::milliseconds stall) {
  const bool possible = relays_ ? relay_.is_between_frames() : true;
  if (!possible || std::exchange(said_goodbye_, true)) co_return;
  out_.clear();
  Writer own(sender_);
  Writer& writer = relays_ ? own : message_writer_.frames();
  if (writer.is_closed()) co_return;
  writer.append_close(out_, why.code, why.reason, key());
  to_.put(out_);
  co_await to_.flush(stall);
}

Step WebSocketPump::next(std::span<char> in) {
  return relays_ ? reader_.next(in) : message_reader_.next(in);
}

void WebSocketPump::count(const Event& event) {
  if (std::holds_alternative<MessageEnd>(event))
    ++messages_;
  else if (!std::holds_alternative<Data>(event))
    ++frames_;
  if (std::holds_alternative<Close>(event)) said_goodbye_ = true;
}

void WebSocketPump::pass_on(const Event& event) {
  if (const auto* data = std::get_if<Data>(&event)) tap_.see(data->bytes);
  relay_.append(out_, event, key().value_or(MaskKey{}));
}

void WebSocketPump::rewrite(const Event& event) {
  if (const auto* begin = std::get_if<FrameBegin>(&event)) {
    opcode_ = begin->message;
    if (!std::exchange(in_message_, true) && make_filters_) filters_.emplace(make_filters_());
  } else if (const auto* data = std::get_if<Data>(&event)) {
    put_message(data->bytes, Flush::now);
  } else if (std::holds_alternative<MessageEnd>(event)) {
    put_message({}, Flush::message_end);
    in_message_ = false;
  } else if (const auto* ping = std::get_if<Ping>(&event)) {
    put_control(Opcode::ping, ping->payload);
  } else if (const auto* pong = std::get_if<Pong>(&event)) {
    put_control(Opcode::pong, pong->payload);
  } else if (const auto* goodbye = std::get_if<Close>(&event)) {
    put_goodbye(*goodbye);
  }
}

const flow::Deny* WebSocketPump::refusal() const {
  if (no_room_) return &*no_room_;
  for (const auto* filters : {&filters_, &control_filters_})
    if (*filters && (*filters)->refusal() != nullptr) return (*filters)->refusal();
  return nullptr;
}

void WebSocketPump::put_message(std::string_view plain, Flush flush) {
  if (!filters_) {
    tap_.see(plain);
    return write_message(plain, flush);
  }
  if (!filters_->feed(plain, flush == Flush::message_end)) return;
  if (!filtering_.become(filters_->held())) {
    no_room_ = no_room_for_bodies();
    return;
  }
  tap_.see(filters_->seen());
  write_message(filters_->sent(), flush);
}

/// Waits for what else has arrived of the message: filters hold its end back, and it is to stay one
/// frame where it was one.
void WebSocketPump::write_message(std::string_view plain, Flush flush) {
  constexpr std::size_t longest_unsent = 65'536;
  unsent_ += plain;
  if (flush == Flush::message_end || unsent_.size() >= longest_unsent) write_unsent(flush);
}

void WebSocketPump::write_unsent(Flush flush) {
  message_writer_.append(out_, opcode_, unsent_, flush, key());
  unsent_.clear();
}

void WebSocketPump::put_control(Opcode opcode, std::string_view payload) {
  const auto passed = filter_control(payload).substr(0, max_control_payload);
  if (refusal() == nullptr) message_writer_.frames().append_control(out_, opcode, passed, key());
}

void WebSocketPump::put_goodbye(const Close& goodbye) {
  auto reason = filter_control(goodbye.reason).substr(0, longest_reason);
  while (!http::is_utf8(reason))
    reason.remove_suffix(1);
  if (refusal() == nullptr)
    message_writer_.frames().append_close(out_, goodbye.code, reason, key());
}

std::string_view WebSocketPump::filter_control(std::string_view payload) {
  if (!make_filters_ || payload.empty()) return payload;
  control_filters_.emplace(make_filters_());
  return control_filters_->feed(payload, true) ? control_filters_->sent() : std::string_view();
}

/// Keys are drawn many at a time: one costs a call into the generator.
std::optional<MaskKey> WebSocketPump::key() {
  if (sender_ == Sender::server) return std::nullopt;
  MaskKey out{};
  if (random_.size() < out.size()) random_ = base::random_bytes(256);
  std::memcpy(out.data(), random_.data() + random_.size() - out.size(), out.size());
  random_.resize(random_.size() - out.size());
  return out;
}

}  // namespace gateway
