// SPDX-License-Identifier: Apache-2.0
#include "config/reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/schema.h"

namespace config {
namespace {

constexpr std::size_t comment_width = 96;
constexpr std::string_view blank = "\"...\"";  // a value that only whoever writes the file knows

bool is_section(const Row& row) { return row.type == Type::table || row.type == Type::list; }

/// "proxy.filter.rules[].host" → "proxy.filter.rules[]".
std::string_view parent_of(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

std::string_view key_of(std::string_view path) { return path.substr(path.rfind('.') + 1); }

/// How the section is written in a file: `*` as NAME, a list in double brackets.
std::string header_of(const Row& row) {
  std::string name(row.path);
  for (std::size_t at = 0; (at = name.find('*', at)) != std::string::npos;)
    name.replace(at, 1, "NAME");
  std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
  return row.type == Type::list ? "[[" + name + "]]" : "[" + name + "]";
}

std::string type_name(const Row& row) {
  switch (row.type) {
    case Type::boolean:
      return "boolean";
    case Type::integer:
      return "integer";
    case Type::text:
      return "string";
    case Type::secret:
      return "string, never shown";
    case Type::duration:
      return "duration";
    case Type::texts:
      return "list of strings";
    case Type::command:
      return "string or list of strings";
    case Type::integers:
      return "list of integers";
    case Type::choice:
      return "`" + base::join(split_choices(row.choices), "`, `") + "`";
    case Type::table:
    case Type::list:
      break;
  }
  return "table";
}

/// The keys that stand directly in `section`.
std::vector<const Row*> keys_of(const Row& section) {
  const auto prefix = std::string(section.path) + (section.type == Type::list ? "[]" : "");
  std::vector<const Row*> keys;
  for (const auto& row : rows()) {
    if (!is_section(row) && parent_of(row.path) == prefix) keys.push_back(&row);
  }
  return keys;
}

std::string comment(std::string_view text) {
  std::string out = "#";
  std::size_t column = 1;
  for (const auto word : base::split(text, ' ')) {
    if (column + 1 + word.size() > comment_width) {
      out += "\n#";
      column = 1;
    }
    out += ' ';
    out += word;
    column += 1 + word.size();
  }
  return out + "\n";
}

/// A value that can be left as it is when the comment sign is removed.
std::string example_of(const Row& row) {
  if (!row.fallback.empty()) return std::string(row.fallback);
  switch (row.type) {
    case Type::boolean:
      return "false";
    case Type::integer:
      return std::to_string(std::max<std::int64_t>(row.min, 1));
    case Type::texts:
    case Type::integers:
      return "[]";
    case Type::choice:
      return "\"" + split_choices(row.choices).front() + "\"";
    case Type::duration:
      return "\"5s\"";
    default:
      return std::string(blank);
  }
}

/// What stands behind a value that could be taken for the key's default.
std::string_view mark_of(const Row& row) {
  return row.fallback.empty() && example_of(row) != blank ? "  # an example" : "";
}

/// Of a key whose feature is only partly there: the values that can be used.
std::string available_values(const Row& row) {
  auto values = split_choices(row.harmless);
  std::string fallback(row.fallback);
  std::erase(fallback, '"');
  if (!fallback.empty() && row.type == Type::choice) values.insert(values.begin(), fallback);
  return base::join(values, "`, `");
}

std::string notes_of(const Row& row) {
  std::string notes = row.required ? " Required." : "";
  if (row.status == Status::works) return notes;
  const auto values = available_values(row);
  return notes + (values.empty() ? " Not available yet." : " Available so far: `" + values + "`.");
}

std::string markdown_row(const Row& row) {
  std::string type = type_name(row);
  std::string doc(row.doc);
  for (auto* text : {&type, &doc}) {
    for (std::size_t at = 0; (at = text->find('|', at)) != std::string::npos; at += 2) {
      text->insert(at, "\\");
    }
  }
  const auto fallback = row.fallback.empty() ? "" : fmt::format("`{}`", row.fallback);
  return fmt::format(
      "| `{}` | {} | {} | {}{} |\n", key_of(row.path), type, fallback, doc, notes_of(row));
}

constexpr std::string_view file_head =
    R"(# The configuration of lazaret: every key that there is, each with its meaning above it.
#
# As long as all keys stand behind a #, this file changes nothing. To set one, remove its # and,
# where there is one, that of the section above it. What stands behind a key is its default;
# "..." and what is marked as an example is not: such a key has no default.
# A section in double brackets may stand several times; for NAME write a name of your own.
#
# `lazaret config check` finds mistakes, `lazaret config show --origins` says what holds and why.
# A sandbox reads this file when it starts; `lazaret reload` has running ones read it again.
)";

constexpr std::string_view markdown_head = R"(# Configuration

<!-- Written by `lazaret config reference` from src/config/rows: change that instead. -->

Layers, from low to high: defaults; the user's file, `$XDG_CONFIG_HOME/lazaret/config.toml` or
`--config FILE`; its includes that apply, in order; the project's `.lazaret.toml` when it is
trusted; the command line. Of a single value the highest layer's counts. Tables are merged key by
key. Of lists the higher layer's elements come first, and of rules the first match decides.
`lazaret config show --origins` says where each value comes from.

An unknown key, a wrong type or a bad value is an error. A key marked *not available yet* is
understood, and refused when its value would have an effect.

A project's file, trusted or not, may not remove or loosen a floor rule, leave the profile
`locked-down`, switch redaction off or make it milder, make `.env` files visible, run a command on
the host, or include other files.

`lazaret reload` has sandboxes that are running go by the configuration as it is now: by its filter,
`log_skip`, `dns`, credentials, `oauth`, tokens, redaction, secrets and `max_log_body_bytes`. What
else has changed counts from the next start on, and is named. What began before ends by what it
began with; a mistake anywhere, or a project file that is not trusted as it is now, changes nothing.

When nothing says what may leave, the profile `balanced` does. When `default_action` is set and
`profile` is not, there is no profile. A file given with `--config` that has a `[proxy.filter]`
section without either, and no key of lazaret's own, is read as devsandbox reads it: what no rule
blocks is allowed, and a warning says so.
)";

}  // namespace

std::string default_file() {
  std::string out(file_head);
  for (const auto& section : rows()) {
    if (!is_section(section)) continue;
    const auto header = header_of(section);
    const bool example =
        section.type == Type::list || section.path.find_first_of("*[") != std::string_view::npos;
    out += "\n" + comment(std::string(section.doc) + notes_of(section));
    out += example ? fmt::format("# {}\n", header) : header + "\n";
    for (const Row* row : keys_of(section)) {
      out += comment(std::string(row->doc) + notes_of(*row));
      out += fmt::format(
          "# {} = {}{}\n", key_of(row->path) == "*" ? "NAME" : key_of(row->path), example_of(*row),
          mark_of(*row));
    }
  }
  return out;
}

std::string reference_markdown() {
  std::string out(markdown_head);
  for (const auto& section : rows()) {
    if (!is_section(section)) continue;
    out += fmt::format("\n## `{}`\n\n{}{}\n", header_of(section), section.doc, notes_of(section));
    const auto keys = keys_of(section);
    if (keys.empty()) continue;
    out += "\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n";
    for (const Row* row : keys)
      out += markdown_row(*row);
  }
  return out;
}

}  // namespace config
