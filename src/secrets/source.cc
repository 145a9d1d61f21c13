// SPDX-License-Identifier: Apache-2.0
#include "secrets/source.h"

#include <chrono>

#include "base/file.h"
#include "base/text.h"
#include "secrets/command.h"

namespace secrets {
namespace {

using base::Result;
using base::Secret;

constexpr std::size_t largest_secret_file = 1U << 20U;
constexpr std::chrono::seconds command_deadline{10};

Result<std::optional<Secret>> read(const std::filesystem::path& file) {
  auto text = base::read_file(file, largest_secret_file);
  if (!text)
    return std::unexpected(std::move(text).error().while_doing("reading the file of a source"));
  Secret secret(base::trim(*text));
  base::wipe(text->data(), text->size());
  return secret;
}

Result<std::optional<Secret>> run(const std::string& command, const Environment& environment) {
  const Secret printed = TRY(output_of(command, environment, command_deadline));
  return Secret(base::trim(printed.reveal()));
}

}  // namespace

Result<std::optional<Secret>> resolve(
    const Source& source, const Environment& environment, const std::filesystem::path& home) {
  if (source.value) return source.value->clone();
  if (!source.env.empty()) {
    const auto found = environment.find(source.env);
    if (found == environment.end()) return std::nullopt;
    return Secret(found->second);
  }
  if (!source.file.empty()) return read(base::expand_home(source.file, home));
  if (!source.command.empty()) return run(source.command, environment);
  return std::nullopt;
}

std::string why_empty(const Source& source) {
  if (source.value) return "its value is empty";
  if (!source.env.empty()) return "the environment variable " + source.env + " is not set";
  if (!source.file.empty()) return source.file + " is empty";
  if (!source.command.empty()) return "its command prints nothing";
  return "it has no source";
}

}  // namespace secrets
