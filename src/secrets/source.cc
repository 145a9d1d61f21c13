// SPDX-License-Identifier: Apache-2.0
#include "secrets/source.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

#include "base/file.h"
#include "base/text.h"
#include "secrets/command.h"
#include "secrets/env_file.h"
#include "secrets/json_member.h"
#include "secrets/keyring.h"
#include "secrets/source_file.h"
#include "secrets/store.h"

namespace secrets {
namespace {

using base::Result;
using base::Secret;
using Found = Result<std::optional<Secret>>;

constexpr std::size_t largest_secret_file = 1U << 20U;
constexpr std::chrono::seconds command_deadline{10};
constexpr std::chrono::seconds manager_deadline{30};
constexpr std::string_view proton_scheme = "pass://";

Secret trimmed(const Secret& text) { return Secret(base::trim(text.reveal())); }

/// The part that is wanted of a text that was read from `where`.
Found part_of(const Source& source, std::string_view text, std::string_view where) {
  if (!source.json.empty()) {
    auto member = json_member(text, source.json);
    if (!member)
      return std::unexpected(
          std::move(member).error().while_doing(fmt::format("looking for json in {}", where)));
    return member;
  }
  if (!source.env_file_key.empty()) {
    std::optional<Secret> last;
    for (auto& variable : parse_env_file(text)) {
      if (variable.name == source.env_file_key) last = std::move(variable.value);
    }
    return last;
  }
  return Secret(base::trim(text));
}

Found read(const Source& source, const std::filesystem::path& file) {
  auto text = read_source_file(file, source.shared, largest_secret_file);
  if (!text)
    return std::unexpected(std::move(text).error().while_doing("reading the file of a source"));
  auto part = part_of(source, *text, base::escape_for_terminal(file.native()));
  base::wipe(text->data(), text->size());
  return part;
}

Found run(const Source& source, const Command& command, const Environment& environment) {
  const Secret printed = TRY(output_of(command, environment, command_deadline));
  return part_of(source, printed.reveal(), command.name);
}

/// Of a program that may not be installed, with a word on whose it is.
Result<Secret> ask_manager(
    std::vector<std::string> arguments, std::string_view whose, const Environment& environment) {
  const Command command{
      .name = fmt::format("`{} {}`", arguments[0], arguments[1]), .arguments = arguments};
  auto printed = output_of(command, environment, manager_deadline);
  if (printed || printed.error().kind != base::ErrorKind::not_found) return printed;
  return base::fail(
      base::ErrorKind::not_found,
      fmt::format("`{}`, the command-line program of {}, is not installed", arguments[0], whose),
      "install it, or give the secret another source");
}

Found ask_one_password(const Source& source, const Environment& environment) {
  const Secret printed =
      TRY(ask_manager({"op", "read", "--no-newline", source.op}, "1Password", environment));
  return trimmed(printed);
}

/// `pass` prints an entry of which, by its convention, the first line is the password.
Found ask_pass(const Source& source, const Environment& environment) {
  if (source.pass.starts_with(proton_scheme)) {
    const Secret printed =
        TRY(ask_manager({"pass-cli", "item", "view", source.pass}, "Proton Pass", environment));
    return trimmed(printed);
  }
  const Secret printed = TRY(ask_manager({"pass", "show", "--", source.pass}, "pass", environment));
  const auto text = printed.reveal();
  return Secret(base::trim(text.substr(0, text.find('\n'))));
}

Found ask_keyring(const Source& source, const Environment& environment) {
  const auto keyring = TRY(Keyring::open(environment));
  const auto found = TRY(keyring.find(source.keyring));
  if (!found) return std::nullopt;
  return part_of(source, found->reveal(), "the keyring's item");
}

std::string place_of(const Source& source) {
  if (!source.file.empty()) return base::escape_for_terminal(source.file);
  return source.keyring.empty() ? "what its command prints" : "the keyring's item";
}

bool is_strange(uid_t owner) { return owner != ::geteuid() && owner != 0; }

/// What others can do with a file of this mode; empty: nothing.
std::string_view allowed_to_others(mode_t mode) {
  constexpr mode_t reading = S_IRGRP | S_IROTH;
  constexpr mode_t writing = S_IWGRP | S_IWOTH;
  if ((mode & reading) != 0) return (mode & writing) != 0 ? "read and written" : "read";
  return (mode & writing) != 0 ? "written" : "";
}

/// Whether somebody else can put another file in a file's place. Many systems make directories that
/// the user's own group may write, which nobody else is in.
bool is_open_to_others(const std::filesystem::path& directory) {
  struct stat found{};
  if (::stat(directory.c_str(), &found) != 0) return false;
  const mode_t writing = S_IWOTH | (found.st_gid == ::getegid() ? 0U : S_IWGRP);
  const bool is_sticky = (found.st_mode & S_ISVTX) != 0;
  return is_strange(found.st_uid) || (!is_sticky && (found.st_mode & writing) != 0);
}

/// The first such directory: of the file's name, or of what a link leads to.
std::optional<std::filesystem::path> open_directory_of(const std::filesystem::path& file) {
  std::error_code missing;
  const auto real = std::filesystem::canonical(file, missing);
  for (const auto& directory : {file.parent_path(), real.parent_path()})
    if (is_open_to_others(directory)) return directory;
  return std::nullopt;
}

}  // namespace

bool Source::configured() const {
  return value || !env.empty() || !file.empty() || !command.empty() || !program.empty() ||
         !secret.empty() || !keyring.empty() || !op.empty() || !pass.empty();
}

Found resolve(
    const Source& source, const Environment& environment, const std::filesystem::path& home) {
  if (source.value) return source.value->clone();
  if (!source.env.empty()) {
    const auto found = environment.find(source.env);
    if (found == environment.end()) return std::nullopt;
    return Secret(found->second);
  }
  if (!source.file.empty()) return read(source, base::expand_home(source.file, home));
  if (!source.command.empty()) return run(source, Command::shell(source.command), environment);
  if (!source.program.empty()) {
    const auto name = fmt::format("`{}`", base::escape_for_terminal(source.program[0]));
    return run(source, {.name = name, .arguments = source.program}, environment);
  }
  if (!source.secret.empty()) return Store::of(environment, home).find(source.secret);
  if (!source.keyring.empty()) return ask_keyring(source, environment);
  if (!source.op.empty()) return ask_one_password(source, environment);
  if (!source.pass.empty()) return ask_pass(source, environment);
  return std::nullopt;
}

std::filesystem::path file_of(
    const Source& source, const Environment& environment, const std::filesystem::path& home) {
  if (source.value || !source.env.empty()) return {};
  if (!source.file.empty()) return base::expand_home(source.file, home);
  const bool is_kept = source.command.empty() && source.program.empty() && !source.secret.empty();
  if (!is_kept) return {};
  auto sealed = Store::of(environment, home).file();
  std::error_code unreadable;
  return std::filesystem::exists(sealed, unreadable) ? sealed : std::filesystem::path();
}

std::string why_empty(const Source& source) {
  if (source.value) return "its value is empty";
  if (!source.env.empty()) return "the environment variable " + source.env + " is not set";
  if (!source.secret.empty() && source.file.empty() && source.command.empty())
    return "no secret is kept under that name: lazaret secret set " + source.secret;
  if (!source.json.empty())
    return place_of(source) + " has no member " + base::escape_for_terminal(source.json);
  if (!source.env_file_key.empty())
    return place_of(source) + " has no " + base::escape_for_terminal(source.env_file_key);
  if (!source.file.empty()) return source.file + " is empty";
  if (!source.command.empty() || !source.program.empty()) return "its command prints nothing";
  if (!source.keyring.empty()) return "the keyring has no such item, or it is empty";
  if (!source.op.empty()) return base::escape_for_terminal(source.op) + " is empty";
  if (!source.pass.empty()) return base::escape_for_terminal(source.pass) + " is empty";
  return "it has no source";
}

std::optional<std::string> warning_about(const Source& source, const std::filesystem::path& home) {
  if (source.value || !source.env.empty() || source.file.empty()) return std::nullopt;
  const auto file = base::expand_home(source.file, home);
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return std::nullopt;
  const auto name = base::escape_for_terminal(file.native());
  if (const auto allowed = allowed_to_others(found.st_mode); !allowed.empty())
    return fmt::format(
        "{} can be {} by others (mode {:04o}): chmod 600 {}", name, allowed, found.st_mode & 07777U,
        name);
  if (is_strange(found.st_uid))
    return fmt::format("{} belongs to another user, who can change it: use a copy", name);
  if (const auto directory = open_directory_of(file))
    return fmt::format(
        "{} can be replaced by others, who may write its directory: chmod go-w {}", name,
        base::escape_for_terminal(directory->native()));
  return std::nullopt;
}

}  // namespace secrets
