// SPDX-License-Identifier: Apache-2.0
#include "http/body_decoder.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/field_lines.h"
#include "http/trailers.h"

namespace http {
namespace {

// Fifteen hexadecimal digits stay below 2^60: no overflow to test for.
constexpr std::size_t max_size_digits = 15;
constexpr std::size_t max_extension_bytes = 16UL << 10U;

}  // namespace

BodyDecoder::BodyDecoder(Framing framing, const Limits& limits)
    : kind_(framing.kind),
      limits_(limits),
      left_(framing.bytes),
      trailer_scanner_(HeadScanner::Before::nothing, limits.trailers) {
  const bool nothing_to_read =
      kind_ == Framing::Kind::none || (kind_ == Framing::Kind::length && left_ == 0);
  if (nothing_to_read) state_ = State::done;
}

BodyDecoder::Step BodyDecoder::feed(std::string_view in) {
  if (state_ != State::more || in.empty()) return {.state = state_};
  if (kind_ == Framing::Kind::chunked) return feed_chunked(in);
  if (kind_ == Framing::Kind::until_close) return {.consumed = in.size(), .data = in};
  auto step = feed_data(in);
  if (left_ == 0) step.state = state_ = State::done;
  return step;
}

BodyDecoder::State BodyDecoder::finish() {
  if (state_ != State::more) return state_;
  if (kind_ == Framing::Kind::until_close) return state_ = State::done;
  return refuse({400, "the body ends too early"}).state;
}

BodyDecoder::Step BodyDecoder::feed_data(std::string_view in) {
  const auto data = in.substr(0, std::min<std::uint64_t>(left_, in.size()));
  left_ -= data.size();
  return {.consumed = data.size(), .data = data};
}

BodyDecoder::Step BodyDecoder::feed_chunked(std::string_view in) {
  std::size_t skipped = 0;
  while (place_ != Place::data && place_ != Place::trailers) {
    if (skipped == in.size()) return {.consumed = skipped};
    if (!step_over(in[skipped++])) return refuse({400, "the chunked coding is broken"});
  }
  in.remove_prefix(skipped);
  auto step = place_ == Place::data ? feed_data(in) : feed_trailers(in);
  step.consumed += skipped;
  if (place_ == Place::data && left_ == 0) place_ = Place::data_cr;
  return step;
}

bool BodyDecoder::step_over(char c) {
  switch (place_) {
    case Place::size:
      return step_over_size(c);
    case Place::extension:
      return step_over_extension(c);
    case Place::size_end:
      place_ = left_ == 0 ? Place::trailers : Place::data;
      digits_ = 0;
      return c == '\n';
    case Place::data_cr:
      place_ = Place::data_lf;
      return c == '\r';
    case Place::data_lf:
      place_ = Place::size;
      return c == '\n';
    case Place::data:
    case Place::trailers:
      break;
  }
  return false;
}

bool BodyDecoder::step_over_size(char c) {
  if (const int digit = base::hex_value(c); digit >= 0) {
    left_ = left_ * 16 + static_cast<unsigned>(digit);
    return ++digits_ <= max_size_digits;
  }
  if (digits_ == 0) return false;
  place_ = c == '\r' ? Place::size_end : Place::extension;
  extensions_ = {};
  return c == '\r' || step_over_extension(c);
}

bool BodyDecoder::step_over_extension(char c) {
  if (c != '\r') return ++extension_bytes_ <= max_extension_bytes && extensions_.step_over(c);
  place_ = Place::size_end;
  return extensions_.may_end();
}

BodyDecoder::Step BodyDecoder::feed_trailers(std::string_view in) {
  const auto before = trailer_text_.size();
  trailer_text_ += in.substr(0, limits_.trailers - before);
  const auto found = trailer_scanner_.scan(trailer_text_);
  if (!found) return refuse(found.error());
  if (!*found) return {.consumed = in.size()};

  auto lines = std::string_view(trailer_text_).substr(0, (*found)->end - 2);
  take_line(lines);
  auto fields = parse_field_lines(lines, limits_);
  if (!fields) return refuse(std::move(fields).error());
  trailers_ = *std::move(fields);
  remove_forbidden_trailers(trailers_);
  state_ = State::done;
  return {.consumed = (*found)->end - before, .state = state_};
}

BodyDecoder::Step BodyDecoder::refuse(Malformed why) {
  error_ = std::move(why);
  state_ = State::malformed;
  return {.state = state_};
}

}  // namespace http
