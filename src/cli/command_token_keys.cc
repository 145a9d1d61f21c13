// SPDX-License-Identifier: Apache-2.0
// lazaret token keys list|rotate|import|remove

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/ring_file.h"
#include "session/project.h"

namespace cli {
namespace {

using base::ErrorKind;
using base::Result;
using tokens::Key;
using tokens::KeyRing;

struct TokenKeysOptions {
  std::string id{"primary"};
  bool json = false;
};

std::string_view name_of(Key::Origin origin) {
  return origin == Key::Origin::imported ? "imported" : "generated";
}

std::string to_json(const KeyRing& ring) {
  std::string out = "[";
  for (const Key& key : ring.keys()) {
    if (out.size() > 1) out += ",";
    out += fmt::format(
        R"({{"id":{},"created":"{}","origin":"{}","mints":{}}})", base::to_json_string(key.id),
        base::to_rfc3339(key.created), name_of(key.origin), &key == ring.newest());
  }
  return out + "]\n";
}

std::string to_text(const KeyRing& ring) {
  if (ring.keys().empty()) return "there are no keys; the first mint makes one\n";
  std::string out;
  for (const Key& key : ring.keys()) {
    out += fmt::format(
        "{}  {:<9}  {}{}\n", base::to_rfc3339(key.created), name_of(key.origin), key.id,
        &key == ring.newest() ? "  mints" : "");
  }
  return out;
}

Result<int> list_keys(const TokenKeysOptions& options, const Globals&) {
  const auto file = TRY(ring_file());
  const auto ring = TRY(file.load());
  TRY_VOID(print(options.json ? to_json(ring) : to_text(ring)));
  return 0;
}

Result<int> rotate(const TokenKeysOptions&, const Globals& globals) {
  auto key = Key::generate(base::random_bytes(tokens::shortest_key), base::now());
  const std::string id = key.id;
  const auto file = TRY(ring_file());
  TRY_VOID(file.update([&](KeyRing& ring) { return ring.add(std::move(key)); }));
  TRY_VOID(print(id + "\n"));
  tell(globals, "it mints from now on; older keys verify until they are removed");
  return 0;
}

Result<int> import_key(const TokenKeysOptions& options, const Globals& globals) {
  std::string text = TRY(base::read_file("/dev/stdin", 4096));
  auto bytes = base::from_base64(base::trim(text));
  base::wipe(text.data(), text.size());
  if (!bytes) {
    return base::fail(
        ErrorKind::invalid, "standard input holds no key",
        "a key is base64: printenv MACAROON_SIGNING_KEY | lazaret token keys import");
  }
  Key key{
      .id = options.id,
      .secret = base::Secret(*bytes),
      .created = base::now(),
      .origin = Key::Origin::imported};
  base::wipe(bytes->data(), bytes->size());
  const auto file = TRY(ring_file());
  TRY_VOID(file.update([&](KeyRing& ring) { return ring.add(std::move(key)); }));
  TRY_VOID(print(options.id + "\n"));
  tell(globals, "it mints from now on, and verifies what was signed with it elsewhere");
  return 0;
}

Result<int> remove_key(const TokenKeysOptions& options, const Globals&) {
  const auto& id = options.id;
  const auto file = TRY(ring_file());
  TRY_VOID(file.update([&](KeyRing& ring) -> Result<> {
    if (ring.remove(id)) return {};
    return base::fail(
        ErrorKind::not_found, "there is no key " + base::escape_for_terminal(id),
        "lazaret token keys list shows the keys");
  }));
  TRY_VOID(print(id + " is gone, and no token that it signed is accepted any more\n"));
  return 0;
}

}  // namespace

void add_token_keys(CLI::App& app, Chosen& chosen) {
  app.require_subcommand(1);
  const auto options = std::make_shared<TokenKeysOptions>();
  add_subcommand(
      app, chosen, "list", "List the keys, oldest first, without their values", options, list_keys)
      .add_flag("--json", options->json, "As a JSON array");
  add_subcommand(app, chosen, "rotate", "Make a new key that mints from now on", options, rotate);
  add_subcommand(
      app, chosen, "import",
      "Take a key from standard input, as agent-creds has it in MACAROON_SIGNING_KEY", options,
      import_key)
      .add_option("ID", options->id, "The key id that its tokens name; primary if left out");
  add_subcommand(
      app, chosen, "remove", "Forget a key, and with it every token that it signed", options,
      remove_key)
      .add_option("ID", options->id, "The key")
      ->required();
}

}  // namespace cli
