// SPDX-License-Identifier: Apache-2.0
#include "secrets/token_body.h"

#include "base/json.h"
#include "secrets/percent.h"

namespace secrets {
namespace {

/// Appends what a function made of a secret, and leaves no copy behind.
void append_wiped(base::SecretBuilder& out, std::string text) {
  out.append(text);
  base::wipe(text.data(), text.size());
}

TokenRequest::Field content_type(std::string_view type) {
  return {.name = "Content-Type", .value = base::Secret(type)};
}

}  // namespace

FormBody& FormBody::add(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  if (text_.size() > 0) text_.append('&');
  text_.append(name).append('=');
  append_wiped(text_, percent_encode(value));
  return *this;
}

void FormBody::move_to(TokenRequest& request) && {
  request.fields.push_back(content_type("application/x-www-form-urlencoded"));
  request.body = std::move(text_).take();
}

void set_json(TokenRequest& request, base::Secret json) {
  request.fields.push_back(content_type("application/json"));
  request.body = std::move(json);
}

void append_member(base::SecretBuilder& out, std::string_view name, std::string_view value) {
  append_wiped(out, base::to_json_string(name));
  out.append(':');
  append_wiped(out, base::to_json_string(value));
}

TokenRequest::Field authorization(std::string_view scheme, const base::Secret& value) {
  base::SecretBuilder out;
  out.append(scheme).append(' ').append(value.reveal());
  return {.name = "Authorization", .value = std::move(out).take()};
}

}  // namespace secrets
