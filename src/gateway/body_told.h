// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tells the record of a body when it ends, however it ends.

#include "flow/sealed.h"
#include "gateway/body.h"
#include "gateway/exchange_record.h"
#include "gateway/filtered_body.h"
#include "http/framing.h"

namespace gateway {

/// Records what has gone up, also when the exchange is ended from outside.
class RequestTold {
public:
  /// `head` has gone before the body, whatever becomes of that.
  RequestTold(ExchangeRecord& record, FilteredBody& body, const flow::Sealed& head)
      : record_(record), body_(body), head_(head) {}
  RequestTold(const RequestTold&) = delete;
  RequestTold& operator=(const RequestTold&) = delete;
  ~RequestTold() {
    const bool was_held = body_.held_bytes() > 0;  // then the head was mended
    if (body_.has_changed() && !was_held)
      record_.stale(head_.stale_fields(flow::Sealed::Digests::left));
    record_.request_body(body_.tap(), body_.trailers());
  }

private:
  ExchangeRecord& record_;
  FilteredBody& body_;
  const flow::Sealed& head_;
};

/// The same of what has come down. A program that has as much as the head promised may leave before
/// the server has said that this was all, and then nothing was cut off.
class AnswerTold {
public:
  AnswerTold(
      ExchangeRecord& record, FilteredBody& body, const BodyMover& mover, http::Framing promised)
      : record_(record), body_(body), mover_(mover), promised_(promised) {}
  AnswerTold(const AnswerTold&) = delete;
  AnswerTold& operator=(const AnswerTold&) = delete;
  ~AnswerTold() {
    record_.response_body(body_.tap(), body_.trailers());
    if (whole || has_all()) record_.complete();
  }

  bool has_all() const { return promised_ == http::Framing::length(mover_.delivered()); }

  bool whole = false;

private:
  ExchangeRecord& record_;
  FilteredBody& body_;
  const BodyMover& mover_;
  http::Framing promised_;
};

}  // namespace gateway
