// SPDX-License-Identifier: Apache-2.0
#include "flow/request_view.h"

namespace flow {

ViewOf::ViewOf(const http::Request& head, const policy::Target& target, http::Framing framing) {
  fields_.reserve(head.fields.size());
  for (const auto& field : head.fields)
    fields_.push_back({field.name, field.value});
  const bool no_body =
      framing.kind == http::Framing::Kind::none || framing == http::Framing::length(0);
  view_ = {
      .target = target,
      .authority = head.fields.find("host").value_or(target.host),
      .fields = fields_,
      .has_body = !no_body};
}

}  // namespace flow
