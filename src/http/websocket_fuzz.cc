// SPDX-License-Identifier: Apache-2.0
// Frames read to the same events in one piece and however they are cut, inflated or not; what is
// relayed frame by frame, and what is written anew from the events, reads back to the same.
//
// The first byte of the input says who sends, whether deflate was agreed on and how, the second how
// the bytes are cut; frames follow.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/websocket_messages.h"
#include "http/websocket_relay.h"
#include "http/websocket_testing.h"

namespace {

using namespace http::websocket;

constexpr std::uint64_t max_message = 1UL << 20U;  // of a bomb no more is looked at

constexpr MaskKey mask_key{'\x12', '\x34', '\x56', '\x78'};

struct Setup {
  Sender sender = Sender::server;
  std::optional<DeflateAgreement> deflate{};
  std::size_t piece_size = 1;
};

Setup setup_of(unsigned how, unsigned cut) {
  Setup setup{.piece_size = 1 + cut % 16};
  if ((how & 1U) != 0) setup.sender = Sender::client;
  if ((how & 2U) == 0) return setup;
  const bool forgets = (how & 4U) != 0;
  const int bits = 8 + static_cast<int>(how >> 3U & 7U);
  setup.deflate = DeflateAgreement{forgets, forgets, bits, bits};
  return setup;
}

std::optional<MaskKey> key_of(const Setup& setup) {
  if (setup.sender == Sender::server) return std::nullopt;
  return mask_key;
}

Reader frame_reader(const Setup& setup) {
  return Reader(
      {.sender = setup.sender,
       .may_compress = setup.deflate.has_value(),
       .max_message = max_message});
}

/// Everything `bytes` hold, sent on in the frames it came in; up to a violation.
std::string relay(const Setup& setup, std::string bytes) {
  auto reader = frame_reader(setup);
  FrameRelay relay(setup.sender);
  std::string out;
  auto rest = std::span(bytes);
  for (;;) {
    const auto step = reader.next(rest);
    rest = rest.subspan(step.consumed);
    relay.append(out, step.event, mask_key);
    if (std::holds_alternative<NeedMore>(step.event) ||
        std::holds_alternative<Violation>(step.event))
      return out;
  }
}

/// The whole messages among what was told, one after another.
std::string messages_in(const std::vector<std::string>& events) {
  std::string all;
  std::string message;
  for (const auto& event : events) {
    if (event.starts_with("begin ")) message = event.starts_with("begin text") ? "text:" : "bin:";
    if (event.starts_with("data ")) message += event.substr(5);
    if (event == "end") all += message + "\n";
  }
  return all;
}

/// The messages in `bytes`, written anew with a frame a stretch.
std::string rewrite(const Setup& setup, std::string bytes) {
  MessageReader reader(setup.sender, setup.deflate, max_message);
  MessageWriter writer(setup.sender, setup.deflate);
  std::string out;
  auto message = Opcode::text;
  auto rest = std::span(bytes);
  for (;;) {
    const auto step = reader.next(rest);
    rest = rest.subspan(step.consumed);
    if (const auto* frame = std::get_if<FrameBegin>(&step.event)) message = frame->message;
    if (const auto* data = std::get_if<Data>(&step.event)) {
      const auto flush =
          data->bytes.size() % 2 == 0 ? Deflater::Flush::now : Deflater::Flush::later;
      writer.append(out, message, data->bytes, flush, key_of(setup));
    }
    if (std::holds_alternative<MessageEnd>(step.event))
      writer.append(out, message, "", Deflater::Flush::message_end, key_of(setup));
    if (std::holds_alternative<NeedMore>(step.event) ||
        std::holds_alternative<Violation>(step.event))
      return out;
  }
}

void expect(bool good) {
  if (!good) std::abort();
}

/// Without the violation something may end with: what comes before it is the same.
std::vector<std::string> without_violation(std::vector<std::string> events) {
  if (!events.empty() && events.back().starts_with("violation")) events.pop_back();
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto setup = setup_of(data[0], data[1]);
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  auto whole = frame_reader(setup);
  auto pieces = frame_reader(setup);
  const auto frames = tell(whole, bytes, bytes.size(), 1);
  expect(frames == tell(pieces, bytes, 1, setup.piece_size));

  MessageReader whole_messages(setup.sender, setup.deflate, max_message);
  MessageReader pieces_of_messages(setup.sender, setup.deflate, max_message);
  const auto messages = tell(whole_messages, bytes, bytes.size(), 1);
  expect(messages == tell(pieces_of_messages, bytes, 1, setup.piece_size));

  auto relayed = frame_reader(setup);
  const auto sent_on = relay(setup, bytes);
  const auto relayed_frames = tell(relayed, sent_on, sent_on.size(), 1);
  expect(without_violation(relayed_frames) == without_violation(frames));

  MessageReader rewritten(setup.sender, setup.deflate, max_message);
  const auto written = rewrite(setup, bytes);
  const auto read_back = tell(rewritten, written, written.size(), 1);
  expect(messages_in(read_back) == messages_in(messages));
  expect(without_violation(read_back) == read_back);
  return 0;
}
