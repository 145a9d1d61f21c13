// SPDX-License-Identifier: Apache-2.0
#include "secrets/logins.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "secrets/replace_tokens.h"
#include "secrets/sentinel.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;

constexpr std::size_t longest_login_token = 32UL << 10U;
constexpr std::size_t most_in_answer = 64;

/// In the file the sentinel stands before its token.
constexpr char separator = ' ';

/// Leaves the newest of each name; the oldest stand first.
template <class T, class NameOf>
void drop_oldest(std::vector<T>& values, NameOf name_of) {
  std::map<std::string, std::size_t> counts;
  for (const auto& value : values)
    ++counts[std::invoke(name_of, value)];
  std::erase_if(values, [&](const T& value) {
    auto& count = counts[std::invoke(name_of, value)];
    if (count <= Logins::most_values) return false;
    --count;
    return true;
  });
}

std::unexpected<base::Error> fail_shared(const LoginRule& rule, const LoginRule& other) {
  return base::fail(
      ErrorKind::invalid,
      fmt::format("logins `{}` and `{}` share a token endpoint", other.name(), rule.name()),
      "put both into one section: else it is not known whose a token is");
}

bool holds(const std::vector<KeptSecret>& all, const KeptSecret& wanted) {
  return std::ranges::any_of(all, [&](const KeptSecret& each) {
    return each.name == wanted.name && each.value.equals(wanted.value.reveal());
  });
}

}  // namespace

Result<std::shared_ptr<Logins>> Logins::create(
    std::span<const LoginSpec> specs,
    Placeholders configured,
    const std::filesystem::path& directory) {
  std::shared_ptr<Logins> made(new Logins(std::move(configured), directory));
  for (const auto& spec : specs)
    TRY_VOID(made->add(spec));
  made->look_ = FileLook::at(made->file_.path());
  auto loaded = made->load();
  if (!loaded)
    return std::unexpected(std::move(loaded).error().while_doing("for the tokens of logins"));
  made->show_all();
  return made;
}

Result<> Logins::add(const LoginSpec& spec) {
  auto rule = std::make_unique<const LoginRule>(TRY(LoginRule::compile(spec)));
  for (const auto& other : rules_)
    if (rule->shares_endpoint_with(*other)) return fail_shared(*rule, *other);
  rules_.push_back(std::move(rule));
  return {};
}

Placeholders Logins::placeholders() const {
  const std::scoped_lock lock(mutex_);
  return all_;
}

bool Logins::holds_any() const {
  const std::scoped_lock lock(mutex_);
  return !tokens_.empty();
}

const LoginRule* Logins::answered(const policy::Target& target) const {
  const auto found = std::ranges::find_if(
      rules_, [&](const auto& rule) { return rule->is_answered_with_tokens(target); });
  return found == rules_.end() ? nullptr : found->get();
}

bool Logins::concern(std::string_view host) const {
  return std::ranges::any_of(rules_, [&](const auto& rule) { return rule->concerns(host); });
}

Result<Logins::Taken> Logins::take_tokens(
    const LoginRule& rule, std::string_view answer, const Scrubber& scrubber) {
  const std::scoped_lock lock(mutex_);
  Taken taken;
  bool is_too_long = false;
  std::size_t count = 0;
  taken.answer = TRY(replace_tokens(
      answer, [&](std::string_view member, std::string_view value) -> std::optional<std::string> {
        if (value.empty() || !rule.is_token(member)) return std::nullopt;
        is_too_long = is_too_long || value.size() > longest_login_token;
        if (++count > most_in_answer || is_too_long) return std::nullopt;
        const auto name = rule.name_of_token(member);
        if (std::ranges::find(taken.names, name) == taken.names.end()) taken.names.push_back(name);
        return stand_in(rule, member, value);
      }));
  if (is_too_long) {
    return base::fail(
        ErrorKind::denied,
        fmt::format("it has a token of more than {} bytes", longest_login_token));
  }
  if (count > most_in_answer)
    return base::fail(ErrorKind::denied, fmt::format("it has more than {} tokens", most_in_answer));
  drop_oldest(tokens_, &Token::name);
  show_all();
  teach(scrubber);
  return taken;
}

/// The one that the program has already, where the server gives the same token again.
std::string Logins::stand_in(
    const LoginRule& rule, std::string_view member, std::string_view value) {
  const auto known = std::ranges::find_if(tokens_, [&](const Token& token) {
    return token.rule == &rule && token.member == member &&
           (token.value.equals(value) || token.sentinel == value);
  });
  if (known != tokens_.end()) return known->sentinel;
  return tokens_
      .emplace_back(Token{
          .rule = &rule,
          .member = std::string(member),
          .name = rule.name_of_token(member),
          .sentinel = make_sentinel(value),
          .value = Secret(value),
          .since = base::now()})
      .sentinel;
}

/// The newest first: a name means the newest token that has it.
void Logins::show_all() {
  std::vector<Placeholder> sentinels;
  for (auto token = tokens_.rbegin(); token != tokens_.rend(); ++token)
    sentinels.emplace_back(
        token->rule->sentinel(token->member, token->sentinel), token->value.clone());
  all_ = configured_.joined_by(std::move(sentinels));
}

void Logins::teach(const Scrubber& scrubber) const {
  std::vector<NamedSecret> named;
  for (const auto& token : tokens_)
    named.push_back(
        {.name = token.name, .value = token.value.reveal(), .stand_in = token.sentinel});
  scrubber.learn(named);
}

/// The file is written without the lock: every request takes that.
Result<> Logins::keep() {
  std::vector<KeptSecret> fresh;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& token : tokens_)
      if (!token.is_kept) fresh.push_back(kept_of(token));
  }
  TRY_VOID(file_.update([&](std::vector<KeptSecret>& kept) -> Result<> {
    for (const auto& each : fresh)
      if (!holds(kept, each))
        kept.push_back({.name = each.name, .value = each.value.clone(), .since = each.since});
    std::ranges::sort(kept, {}, &KeptSecret::since);
    drop_oldest(kept, &KeptSecret::name);
    return {};
  }));
  const std::scoped_lock lock(mutex_);
  for (auto& token : tokens_)
    token.is_kept = token.is_kept || holds(fresh, kept_of(token));
  return {};
}

KeptSecret Logins::kept_of(const Token& token) {
  base::SecretBuilder text;
  text.append(token.sentinel).append(separator).append(token.value.reveal());
  return {.name = token.name, .value = std::move(text).take(), .since = token.since};
}

std::optional<Logins::Token> Logins::token_of(const KeptSecret& kept) const {
  const auto text = kept.value.reveal();
  const auto end = text.find(separator);
  if (end == text.npos) return std::nullopt;
  for (const auto& rule : rules_) {
    if (!kept.name.starts_with(rule->name() + ".")) continue;
    const auto member = kept.name.substr(rule->name().size() + 1);
    if (!rule->is_token(member)) continue;
    return Token{
        .rule = rule.get(),
        .member = member,
        .name = kept.name,
        .sentinel = std::string(text.substr(0, end)),
        .value = Secret(text.substr(end + 1)),
        .since = kept.since,
        .is_kept = true};
  }
  return std::nullopt;
}

/// What the file has, and what could not be put there yet.
Result<> Logins::load() {
  auto kept = TRY(file_.load());
  std::ranges::sort(kept, {}, &KeptSecret::since);
  std::vector<Token> tokens;
  for (const auto& each : kept)
    if (auto token = token_of(each)) tokens.push_back(*std::move(token));
  for (auto& token : tokens_)
    if (!token.is_kept && !holds(kept, kept_of(token))) tokens.push_back(std::move(token));
  tokens_ = std::move(tokens);
  drop_oldest(tokens_, &Token::name);
  return {};
}

void Logins::catch_up(const Scrubber& scrubber) {
  const std::scoped_lock lock(mutex_);
  const auto look = FileLook::at(file_.path());
  if (look == look_) return;
  look_ = look;
  if (!load()) return;
  show_all();
  teach(scrubber);
}

}  // namespace secrets
