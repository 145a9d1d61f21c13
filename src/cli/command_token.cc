// SPDX-License-Identifier: Apache-2.0
// lazaret token mint|attenuate|inspect|approve|revoke (and keys: command_token_keys.cc)
//
// A token goes to standard output alone, words about it to standard error.

#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/encoding.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/ring_file.h"
#include "session/project.h"
#include "tokens/approvals.h"
#include "tokens/describe.h"
#include "tokens/inspection.h"
#include "tokens/limits.h"
#include "tokens/mint.h"
#include "tokens/usage_store.h"
#include "tokens/wish.h"

namespace cli {
namespace {

using base::ErrorKind;
using base::Result;
using tokens::KeyRing;

struct TokenOptions {
  tokens::Wish wish{};
  std::string token{};
  std::string key{};
  std::string approved_for{"1h"};
  bool show_caveats = false;
  bool json = false;
};

/// The word itself, or standard input for "-": arguments can be seen by every user of the machine.
Result<std::string> text_of_token(const TokenOptions& options) {
  if (options.token != "-") return options.token;
  return base::read_file("/dev/stdin", tokens::longest_presented + 64);
}

std::array<char, 16> fresh_random(
    const tokens::Key& key, const std::vector<tokens::Caveat>& caveats) {
  std::array<char, 8> fresh{};
  std::ranges::copy(base::random_bytes(fresh.size()), fresh.begin());
  return tokens::random_for(key, fresh, caveats);
}

/// A ring with a key that can mint: the first use makes one.
Result<KeyRing> ring_to_mint_with(const tokens::RingFile& file, const Globals& globals) {
  auto ring = TRY(file.load());
  if (ring.newest() != nullptr) return ring;
  TRY_VOID(file.update([&](KeyRing& current) -> Result<> {
    if (current.newest() != nullptr) return {};
    auto key = tokens::Key::generate(base::random_bytes(tokens::shortest_key), base::now());
    tell(globals, "made the first key, " + key.id);
    return current.add(std::move(key));
  }));
  return file.load();
}

Result<const tokens::Key*> key_to_mint_with(const KeyRing& ring, const std::string& id) {
  if (id.empty()) return ring.newest();
  const auto* key = ring.find(id);
  if (key != nullptr) return key;
  return base::fail(
      ErrorKind::not_found, "there is no key " + base::escape_for_terminal(id),
      "lazaret token keys list shows the keys");
}

Result<int> put_out(
    const tokens::Presented& presented, const TokenOptions& options, const Globals& globals) {
  std::string text = tokens::to_text(presented.token);
  for (const auto& discharge : presented.discharges)
    text += "," + tokens::to_text(discharge);
  TRY_VOID(print(text + "\n"));
  if (options.show_caveats && !globals.quiet)
    std::fputs(tokens::describe(presented.token).c_str(), stderr);
  return 0;
}

/// Each count on disk is that of a minting, so they stay few when minting clears them away.
Result<> forget_ended_counts() {
  const auto project = TRY(session::Project::here());
  tokens::UsageStore(project.places.token_usage()).forget_ended(base::now());
  return {};
}

Result<int> mint(const TokenOptions& options, const Globals& globals) {
  const auto caveats = TRY(tokens::caveats_for(options.wish, base::now()));
  const auto file = TRY(ring_file());
  const auto ring = TRY(ring_to_mint_with(file, globals));
  const auto* key = TRY(key_to_mint_with(ring, options.key));
  if (!options.wish.narrows()) {
    tell(
        globals,
        "warning: this token restricts nothing but the time; narrow it with --hosts, --methods, "
        "--paths");
  }
  auto token = TRY(tokens::mint(*key, fresh_random(*key, caveats), caveats));
  TRY_VOID(forget_ended_counts());
  return put_out({std::move(token)}, options, globals);
}

Result<int> attenuate(const TokenOptions& options, const Globals& globals) {
  const auto text = TRY(text_of_token(options));
  auto presented = TRY(tokens::parse_presented(text));
  const auto caveats = TRY(tokens::caveats_for(options.wish, base::now()));
  if (caveats.empty()) {
    return base::fail(
        ErrorKind::invalid, "nothing to narrow the token by",
        "say how: --hosts, --methods, --paths, --valid-for …");
  }
  presented.token = TRY(tokens::attenuate(std::move(presented.token), caveats));
  TRY_VOID(tokens::check_window(presented.token));
  return put_out(presented, options, globals);
}

Result<int> inspect(const TokenOptions& options, const Globals& globals) {
  const auto text = TRY(text_of_token(options));
  auto presented = TRY(tokens::parse_presented(text));
  const auto file = TRY(ring_file());
  auto ring = file.load();
  if (!ring) tell(globals, "warning: " + ring.error().to_string());
  const auto inspection =
      tokens::inspect(std::move(presented), ring ? *std::move(ring) : KeyRing(), base::now());
  TRY_VOID(print(options.json ? tokens::to_json(inspection) : tokens::to_text(inspection)));
  return 0;
}

/// What a person may agree to: a good token that asks for it.
Result<> check_approvable(const tokens::Inspection& inspection) {
  if (inspection.signature != tokens::Signature::good) {
    return base::fail(
        ErrorKind::invalid, "no key of the ring signed the token: it is not accepted anyway");
  }
  if (inspection.is_revoked)
    return base::fail(ErrorKind::invalid, "the token was revoked: it is not accepted any more");
  if (tokens::needs_approval(inspection.presented)) return {};
  return base::fail(
      ErrorKind::invalid, "the token does not ask for a person: there is nothing to approve",
      "lazaret token mint --ask-person makes one that does");
}

Result<base::WallTime> end_of_approval(const std::string& text, base::WallTime now) {
  const auto length = base::parse_duration(text);
  if (length && *length >= std::chrono::seconds(1)) return now + *length;
  return base::fail(
      ErrorKind::invalid, "--for: " + base::escape_for_terminal(text) + " is no time",
      "write 30m, 1h or 7d");
}

/// Asks on the terminal itself: standard input may be the token, or a program that says yes.
Result<bool> person_agrees(const std::string& question) {
  const base::Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal) {
    return base::fail(
        ErrorKind::invalid, "there is no terminal to ask you on",
        "run this in a terminal: only a person can approve a token");
  }
  // What was typed, or pasted, before there was a question is no answer to it.
  if (::tcflush(terminal.get(), TCIFLUSH) != 0)
    return base::fail_errno("discard what was typed before the question");
  static_cast<void>(!::write(terminal.get(), question.data(), question.size()));
  std::array<char, 64> answer{};
  const auto size = ::read(terminal.get(), answer.data(), answer.size());
  if (size < 0) return base::fail_errno("read the answer");
  const auto word = base::lower(base::trim({answer.data(), static_cast<std::size_t>(size)}));
  return word == "y" || word == "yes";
}

Result<int> approve(const TokenOptions& options, const Globals&) {
  const auto text = TRY(text_of_token(options));
  const auto project = TRY(session::Project::here());
  const auto ring = TRY(tokens::RingFile(project.places.token_keys()).load());
  const auto now = base::now();
  const auto until = TRY(end_of_approval(options.approved_for, now));
  const auto inspection = tokens::inspect(TRY(tokens::parse_presented(text)), ring, now);
  TRY_VOID(check_approvable(inspection));
  const tokens::Token& token = inspection.presented.token;
  const auto end = tokens::time_text(std::chrono::system_clock::to_time_t(until));
  const bool agreed = TRY(person_agrees(fmt::format(
      "{}Approve this token, and what is made from it, until {}? [y/N] ",
      tokens::to_text(inspection), end)));
  if (!agreed) {
    TRY_VOID(print("not approved\n"));
    return 1;
  }
  const tokens::Approvals approvals(project.places.token_approvals());
  TRY_VOID(
      approvals.add(token.id(), {.digest = tokens::digest_of(token.tail), .until = until}, now));
  TRY_VOID(print("approved until " + end + "\n"));
  return 0;
}

/// Named by its id, a token may be one that lasts for ever.
Result<> revoke_in(KeyRing& ring, std::string_view id, const tokens::Token* token) {
  tokens::Revocation revocation{.since = base::now()};
  if (token != nullptr) {
    switch (tokens::check_signature(*token, ring)) {
      case tokens::Signature::bad:
        return base::fail(
            ErrorKind::invalid, "the token was tampered with: it is not accepted anyway");
      case tokens::Signature::unknown_key:
        return base::fail(
            ErrorKind::not_found, "the token's key is not here: it is not accepted anyway");
      case tokens::Signature::good:
        revocation.until = tokens::end_of_minting(*token, *ring.find(token->nonce.key_id));
    }
  }
  ring.revoke(id, revocation);
  ring.prune(base::now());
  return {};
}

Result<int> revoke(const TokenOptions& options, const Globals&) {
  const auto text = TRY(text_of_token(options));
  std::string id(base::trim(text));
  std::optional<tokens::Token> token;
  if (!tokens::is_token_id(id)) {
    token = TRY(tokens::parse_presented(text)).token;
    id = token->id();
  }
  const auto file = TRY(ring_file());
  TRY_VOID(
      file.update([&](KeyRing& ring) { return revoke_in(ring, id, token ? &*token : nullptr); }));
  TRY_VOID(print(id + " is revoked, and every token that was made from it\n"));
  return 0;
}

void add_commaed(
    CLI::App& app, const char* flag, std::vector<std::string>& items, const char* help) {
  app.add_option(flag, items, help)
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)
      ->type_name("LIST");
}

/// What is given empty is given all the same: it is not as if the flag had been left out.
void add_text(
    CLI::App& app,
    const char* flag,
    std::optional<std::string>& text,
    const char* help,
    const char* type) {
  app.add_option_function<std::string>(
         flag, [&text](const std::string& given) { text = given; }, help)
      ->type_name(type);
}

void add_wish_flags(CLI::App& app, TokenOptions& options) {
  auto& wish = options.wish;
  add_commaed(app, "--hosts", wish.hosts, "Only these hosts, with commas; exact names");
  add_commaed(app, "--methods", wish.methods, "Only these methods: GET,HEAD");
  add_commaed(
      app, "--paths", wish.paths, "Only these paths; * is a segment, ** any number: /v1/users/*");
  add_text(app, "--valid-for", wish.valid_for, "For how long: 30m, 1h, 24h, 7d", "TIME");
  add_text(
      app, "--not-before", wish.not_before, "Not before this time: 2026-01-31T10:30:00Z", "TIME");
  add_commaed(app, "--ports", wish.ports, "Only these ports");
  add_text(app, "--requests", wish.requests, "At most so many requests", "NUMBER");
  add_text(app, "--bytes-up", wish.bytes_up, "At most so many bytes in request bodies", "NUMBER");
  add_commaed(app, "--sandbox", wish.sandboxes, "Only from these sandboxes");
  add_commaed(
      app, "--client", wish.clients,
      "Only from clients with one of these labels: lazaret run --client");
  app.add_option("--purpose", wish.purpose, "What it is for; restricts nothing")->type_name("TEXT");
  app.add_flag("--single-use", wish.single_use, "For one request");
  app.add_flag(
      "--ask-person", wish.ask_person,
      "Only when a person has approved it: lazaret token approve, outside the sandbox");
  app.add_flag("--show-caveats", options.show_caveats, "Say on standard error what it permits");
}

void add_token_argument(CLI::App& app, TokenOptions& options, const char* help) {
  app.add_option("TOKEN", options.token, help)->required();
}

}  // namespace

void add_token(CLI::App& app, Chosen& chosen) {
  app.require_subcommand(1);
  const auto minted = std::make_shared<TokenOptions>();
  minted->wish.valid_for = "24h";
  auto& mint_app = add_subcommand(app, chosen, "mint", "Make a token", minted, mint);
  add_wish_flags(mint_app, *minted);
  mint_app.add_option("--key", minted->key, "The key that signs; the newest if left out")
      ->type_name("ID");
  mint_app.footer("A token is valid for 24h unless --valid-for says otherwise.");

  const auto narrowed = std::make_shared<TokenOptions>();
  auto& attenuate_app = add_subcommand(
      app, chosen, "attenuate", "Make a narrower token from another; needs no key", narrowed,
      attenuate);
  add_token_argument(attenuate_app, *narrowed, "A token, or - for standard input");
  add_wish_flags(attenuate_app, *narrowed);

  const auto options = std::make_shared<TokenOptions>();
  auto& inspect_app = add_subcommand(
      app, chosen, "inspect", "Say in words what a token permits; needs no key", options, inspect);
  add_token_argument(inspect_app, *options, "A token, or - for standard input");
  inspect_app.add_flag("--json", options->json, "As one JSON object");

  auto& approve_app = add_subcommand(
      app, chosen, "approve", "Say yes, as a person, to a token that asks for it", options,
      approve);
  add_token_argument(approve_app, *options, "A token, or - for standard input");
  approve_app.add_option("--for", options->approved_for, "For how long")
      ->type_name("TIME")
      ->capture_default_str();

  add_token_argument(
      add_subcommand(
          app, chosen, "revoke", "Accept a token and all that descend from it no longer", options,
          revoke),
      *options, "A token, its id as inspect shows it, or - for standard input");

  add_token_keys(
      *app.add_subcommand("keys", "List, make, import and remove the keys that sign"), chosen);
}

}  // namespace cli
