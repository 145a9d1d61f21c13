// SPDX-License-Identifier: Apache-2.0
// lazaret secret set|list|remove
//
// A value comes from standard input, the terminal or a variable, never from an argument: those can
// be seen by every user of the machine. It is never printed.

#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/fd.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/choices.h"
#include "cli/commands.h"
#include "secrets/scrub.h"
#include "secrets/sealed_file.h"
#include "secrets/store.h"
#include "session/project.h"

namespace cli {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;
using base::SecretBuilder;

constexpr std::size_t largest_value = 64U * 1024U;

struct SecretOptions {
  std::string name{};
  bool from_input = false;
  std::string variable{};
  std::string place{};
  bool json = false;
};

/// The terminal shows nothing of what is typed while this lives.
class EchoOff {
public:
  explicit EchoOff(int terminal) : terminal_(terminal) {
    if (::tcgetattr(terminal_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    changed_ = ::tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    if (changed_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }

  explicit operator bool() const { return changed_; }

private:
  int terminal_;
  termios before_{};
  bool changed_ = false;
};

Result<> read_more(int fd, SecretBuilder& out, bool& more) {
  const auto room = out.room(4096);
  const ssize_t size = ::read(fd, room.data(), room.size());
  if (size < 0 && errno != EINTR) return base::fail_errno("read the value");
  if (size > 0) out.grew(static_cast<std::size_t>(size));
  more = size != 0;
  if (out.size() <= largest_value) return {};
  return base::fail(ErrorKind::invalid, "the value is longer than 64 KiB");
}

/// Without the line break at the end, which a shell or a terminal added.
Secret without_line_break(SecretBuilder text) {
  for (const char c : {'\n', '\r'}) {
    if (text.reveal().ends_with(c)) text.shrink(text.size() - 1);
  }
  return std::move(text).take();
}

Result<Secret> read_input() {
  SecretBuilder text;
  for (bool more = true; more;)
    TRY_VOID(read_more(STDIN_FILENO, text, more));
  return without_line_break(std::move(text));
}

Result<Secret> ask(const std::string& name) {
  const base::Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal) {
    return base::fail(
        ErrorKind::invalid, "there is no terminal to ask for the value",
        "give it on standard input (--stdin) or in a variable (--from-env)");
  }
  const EchoOff silent(terminal.get());
  if (!silent) return base::fail_errno("keep the terminal from showing the value");
  const auto question = fmt::format("value of {}: ", base::escape_for_terminal(name));
  static_cast<void>(!::write(terminal.get(), question.data(), question.size()));
  SecretBuilder text;
  for (bool more = true; more && !text.reveal().ends_with('\n');)
    TRY_VOID(read_more(terminal.get(), text, more));
  return without_line_break(std::move(text));
}

Result<Secret> value_of(const SecretOptions& options, const session::Project& project) {
  if (options.from_input) return read_input();
  if (options.variable.empty()) return ask(options.name);
  const auto found = project.environment.find(options.variable);
  if (found != project.environment.end()) return Secret(found->second);
  return base::fail(
      ErrorKind::not_found,
      "the environment variable " + base::escape_for_terminal(options.variable) + " is not set");
}

bool is_control(char c) { return (c >= 0 && c < ' ') || c == 127; }

/// What keeps most credentials from using the value, without a word of it; empty when nothing does.
/// Only keys, PEM and JSON, have lines.
std::string_view doubt_about(std::string_view value) {
  if (value.size() < secrets::shortest_secret) return "it is shorter than any that is used";
  const auto beginning = base::trim(value);
  if (beginning.starts_with("-----BEGIN ") || beginning.starts_with('{')) return {};
  if (std::ranges::any_of(value, is_control))
    return "it holds a line break or another control character, and is no key in PEM or JSON";
  return beginning.size() == value.size() ? "" : "it has blanks at an end, which are kept";
}

std::optional<secrets::Store::Place> place_of(const SecretOptions& options) {
  if (options.place.empty()) return std::nullopt;
  return options.place == "file" ? secrets::Store::Place::file : secrets::Store::Place::keyring;
}

Result<int> set(const SecretOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  const auto store = secrets::Store::of(project.environment, project.places.home);
  const auto value = TRY(value_of(options, project));
  if (value.empty()) {
    return base::fail(
        ErrorKind::invalid, "the value is empty; nothing was changed",
        "lazaret secret remove forgets a value");
  }
  const auto place = TRY(store.set(options.name, value, place_of(options)));
  if (const auto doubt = doubt_about(value.reveal()); !doubt.empty())
    tell(globals, fmt::format("warning: look at the value again: {}", doubt));
  tell(
      globals,
      fmt::format(
          "{} is kept in {}; use it with source = {{ secret = \"{}\" }}", options.name,
          place == secrets::Store::Place::keyring ? "the desktop keyring" : "a sealed file",
          options.name));
  return 0;
}

/// What is kept, and where.
struct Line {
  std::string name;
  std::string_view kept_in;
};

std::string to_json(const std::vector<Line>& lines) {
  std::string out = "[";
  for (const auto& [name, kept_in] : lines) {
    if (out.size() > 1) out += ",";
    out += fmt::format(R"({{"name":{},"kept_in":"{}"}})", base::to_json_string(name), kept_in);
  }
  return out + "]\n";
}

std::string to_text(const std::vector<Line>& lines) {
  std::string out;
  for (const auto& [name, kept_in] : lines)
    out += fmt::format("{:<8} {}\n", kept_in, base::escape_for_terminal(name));
  return out.empty() ? "no secrets are kept\n" : out;
}

/// The tokens of logins that were made in this project's sandbox.
secrets::SealedFile logins_of(const session::Project& project) {
  return secrets::SealedFile(project.places.logins(project.slug));
}

/// "claude" is the login, "claude.access_token" one of its tokens.
bool is_of_login(const secrets::KeptSecret& token, std::string_view name) {
  return token.name == name || token.name.starts_with(std::string(name) + ".");
}

/// False when there is no such login.
Result<bool> remove_login(const session::Project& project, std::string_view name) {
  const auto file = logins_of(project);
  const auto is_meant = [&](const secrets::KeptSecret& token) { return is_of_login(token, name); };
  if (std::ranges::none_of(TRY(file.load()), is_meant)) return false;
  TRY_VOID(file.update([&](std::vector<secrets::KeptSecret>& kept) -> Result<> {
    std::erase_if(kept, is_meant);
    return {};
  }));
  return true;
}

Result<int> list_secrets(const SecretOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  const auto listing = TRY(secrets::Store::of(project.environment, project.places.home).list());
  if (listing.keyring_failure) tell(globals, "warning: " + listing.keyring_failure->to_string());
  std::vector<Line> lines;
  for (const auto& each : listing.secrets)
    lines.push_back({.name = each.name, .kept_in = name_of(each.place)});
  for (auto& token : TRY(logins_of(project).load())) {
    const bool is_known = !lines.empty() && lines.back().name == token.name;
    if (!is_known) lines.push_back({.name = std::move(token.name), .kept_in = "login"});
  }
  TRY_VOID(print(options.json ? to_json(lines) : to_text(lines)));
  return 0;
}

Result<int> remove(const SecretOptions& options, const Globals&) {
  const auto project = TRY(session::Project::here());
  const auto store = secrets::Store::of(project.environment, project.places.home);
  const auto shown = base::escape_for_terminal(options.name);
  const bool was_kept = TRY(store.remove(options.name));
  if (!was_kept && !TRY(remove_login(project, options.name))) {
    return base::fail(
        ErrorKind::not_found, "no secret is kept under the name " + shown,
        "lazaret secret list shows the names");
  }
  TRY_VOID(print(shown + " is forgotten\n"));
  return 0;
}

}  // namespace

void add_secret(CLI::App& app, Chosen& chosen) {
  app.require_subcommand(1);
  const auto options = std::make_shared<SecretOptions>();
  auto& set_app = add_subcommand(
      app, chosen, "set", "Keep a value, asked for on the terminal, under a name", options, set);
  set_app.add_option("NAME", options->name, "What `source.secret` calls it")->required();
  auto* input = set_app.add_flag(
      "--stdin", options->from_input, "Take the value from standard input, without a last newline");
  set_app.add_option("--from-env", options->variable, "Take the value from this variable")
      ->type_name("VAR")
      ->excludes(input);
  set_app
      .add_option(
          "--in", options->place,
          "keyring or file; if left out, the desktop keyring where there is one, else the file")
      ->check(one_of({"keyring", "file"}))
      ->type_name("PLACE");
  add_subcommand(app, chosen, "list", "List the names, never the values", options, list_secrets)
      .add_flag("--json", options->json, "As a JSON array");
  add_subcommand(
      app, chosen, "remove", "Forget a value, or a login of this project", options, remove)
      .add_option("NAME", options->name, "What it is kept under")
      ->required();
}

}  // namespace cli
