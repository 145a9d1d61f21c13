// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tells the record of a body when it ends, however it ends.

#include "gateway/body.h"
#include "gateway/exchange_record.h"
#include "http/framing.h"

namespace gateway {

/// Records what has gone up, also when the exchange is ended from outside.
class RequestTold {
public:
  RequestTold(ExchangeRecord& record, BodyTap& tap) : record_(record), tap_(tap) {}
  RequestTold(const RequestTold&) = delete;
  RequestTold& operator=(const RequestTold&) = delete;
  ~RequestTold() { record_.request_body(tap_); }

private:
  ExchangeRecord& record_;
  BodyTap& tap_;
};

/// The same of what has come down. A program that has as much as the head promised may leave before
/// the server has said that this was all, and then nothing was cut off.
class AnswerTold {
public:
  AnswerTold(ExchangeRecord& record, BodyTap& tap, const BodyMover& mover, http::Framing promised)
      : record_(record), tap_(tap), mover_(mover), promised_(promised) {}
  AnswerTold(const AnswerTold&) = delete;
  AnswerTold& operator=(const AnswerTold&) = delete;
  ~AnswerTold() {
    record_.response_body(tap_);
    if (whole || has_all()) record_.complete();
  }

  bool has_all() const { return promised_ == http::Framing::length(mover_.delivered()); }

  bool whole = false;

private:
  ExchangeRecord& record_;
  BodyTap& tap_;
  const BodyMover& mover_;
  http::Framing promised_;
};

}  // namespace gateway
