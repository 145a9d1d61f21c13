// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a body is written in, as its Content-Type says, and how a value is written inside of that.

#include <string>
#include <string_view>

#include "base/secret.h"

namespace content {

enum class Syntax {
  raw,            // text, binary data, and whatever is not known: a value stands there as it is
  json,           // also one document a line
  form,           // application/x-www-form-urlencoded
  xml,            // also HTML
  cdata,          // a CDATA section of XML
  multipart,      // each part has a format of its own
  grpc,           // messages behind a prefix of five bytes; also gRPC-Web and Connect streams
  grpc_web_text,  // the same in base64
  protobuf,       // one message
};

struct Format {
  Syntax syntax = Syntax::raw;
  Syntax message = Syntax::raw;  // of gRPC: what each message is written in
  std::string boundary{};        // of multipart
  bool is_by_line = false;       // of JSON: a document a line, each for itself
  bool operator==(const Format&) const = default;
};

/// By the value of Content-Type; an empty one is raw. So is multipart without a boundary that every
/// reader would see as the same.
Format format_of(std::string_view content_type);

/// `value` as it is written within a string of this syntax, without quotes: JSON's escapes, the
/// percent-encoding of forms, entities; in a CDATA section, which knows none, what could end it
/// stands in two sections. What has no escapes gives the
/// value itself; a multipart body's values are escaped as their part's format says.
base::Secret escape(Syntax syntax, std::string_view value);

}  // namespace content
