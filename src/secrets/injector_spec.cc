// SPDX-License-Identifier: Apache-2.0
#include "secrets/injector_spec.h"

#include <fmt/format.h>

#include "base/text.h"

namespace secrets {

using base::ErrorKind;
using base::Result;

Result<const Preset*> preset_of(const InjectorSpec& spec) {
  if (!spec.preset || spec.preset->empty()) {
    const Preset* preset = preset_named(spec.name);
    const bool says_all = spec.host && spec.header;
    return preset != nullptr && says_all && !preset->completes ? nullptr : preset;
  }
  if (const Preset* preset = preset_named(*spec.preset)) return preset;
  return base::fail(
      ErrorKind::invalid,
      fmt::format("there is no preset `{}`", base::escape_for_terminal(*spec.preset)),
      fmt::format("known presets: {}", fmt::join(preset_names(), ", ")));
}

Result<CredentialType> type_of(const InjectorSpec& spec) {
  if (spec.type && !spec.type->empty()) {
    if (const auto type = credential_type_named(*spec.type)) return *type;
    return base::fail(
        ErrorKind::invalid,
        fmt::format("there is no type `{}`", base::escape_for_terminal(*spec.type)),
        "the types are header, bearer, basic, query, cookie, aws-sigv4 and mtls");
  }
  if (spec.header && !spec.header->empty()) return CredentialType::header;
  const Preset* preset = TRY(preset_of(spec));
  return preset != nullptr ? preset->type : CredentialType::header;
}

}  // namespace secrets
