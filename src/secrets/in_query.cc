// SPDX-License-Identifier: Apache-2.0
#include "secrets/in_query.h"

#include <algorithm>

#include "base/text.h"
#include "secrets/percent.h"

namespace secrets {
namespace {

std::string_view name_of(std::string_view parameter) {
  return parameter.substr(0, parameter.find('='));
}

std::string_view value_of(std::string_view parameter) {
  const auto equals = parameter.find('=');
  return equals == std::string_view::npos ? std::string_view() : parameter.substr(equals + 1);
}

}  // namespace

Injection InQuery::inject(const RequestView& request, const Circumstances&) const {
  std::string query;
  if (!request.target.query.empty()) {
    for (const auto parameter : base::split(request.target.query, '&')) {
      if (is_ours(parameter)) {
        if (!gives_way(parameter)) return Kept{};
        continue;
      }
      query.append(parameter).append("&");
    }
  }
  std::string value = percent_encode(value_.reveal());
  query.append(percent_encode(form_.parameter)).append("=");
  query.reserve(query.size() + value.size());  // no reallocation leaves a copy behind
  query.append(value);
  Edits edits;
  edits.query.emplace(query);
  base::wipe(query.data(), query.size());
  base::wipe(value.data(), value.size());
  return edits;
}

bool InQuery::is_ours(std::string_view parameter) const {
  return percent_decode_form(name_of(parameter)) == form_.parameter;
}

bool InQuery::gives_way(std::string_view parameter) const {
  const auto value = percent_decode_form(value_of(parameter));
  return form_.overwrites || value.empty() || value == form_.dummy;
}

}  // namespace secrets
