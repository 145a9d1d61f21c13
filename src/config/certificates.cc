// SPDX-License-Identifier: Apache-2.0
#include "config/certificates.h"

#include "config/reader.h"
#include "tls/upstream_context.h"

namespace config {

void check_certificates(
    const Table& effective, const std::filesystem::path& home, Problems& problems) {
  constexpr std::string_view key = "upstream.ca_files";
  const Value* list = find_path(effective, key);
  if (list == nullptr) return;
  for (const Value& file : *list->as<Array>()) {
    const auto path = path_of(*file.as<std::string>(), file.origin, home);
    const auto trusted = tls::UpstreamContext::create(
        {.system_roots = tls::SystemRoots::ignored, .ca_files = {path}});
    if (!trusted) problems.push_back(problem_of(trusted.error(), file.origin, key));
  }
}

}  // namespace config
