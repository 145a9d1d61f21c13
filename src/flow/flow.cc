// SPDX-License-Identifier: Apache-2.0
#include "flow/flow.h"

namespace flow {

policy::Target Flow::target() const {
  // OPTIONS * is about the whole server, so every rule about a path is about it.
  const std::string_view judged_path =
      path == "*" ? std::string_view("/*") : std::string_view(path);
  return {
      .method = request.method,
      .scheme = scheme,
      .host = host,
      .port = port,
      .path = judged_path,
      .query = query ? std::string_view(*query) : std::string_view()};
}

bool Flow::leaves_answer_unsearched() const {
  return decision.rule != nullptr && decision.rule->spec().scrub == policy::Scrub::headers;
}

std::string Flow::url() const { return policy::url_of(target()); }

std::string Flow::url_as_sent() const {
  if (path == "*") return policy::url_of({.scheme = scheme, .host = host, .port = port});
  const bool has_empty_query = query && query->empty();
  return url() + (has_empty_query ? "?" : "");
}

}  // namespace flow
