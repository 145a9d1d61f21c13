// SPDX-License-Identifier: Apache-2.0
#include "gateway/token_fetcher.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>

#include "base/encoding.h"
#include "gateway/fetch_record.h"
#include "gateway/token_call.h"
#include "net/within.h"

namespace gateway {
namespace {

using secrets::FetchedToken;
using std::chrono::milliseconds;

/// The clock on the wall may be set, and a machine that slept does not wake a timer: so long may
/// both go unnoticed.
constexpr milliseconds longest_wait{30'000};
/// A token of another session that ends sooner is not worth taking over.
constexpr std::chrono::seconds least_left{30};
constexpr milliseconds between_looks{50};  // while another session uses a login

flow::Deny failed(std::string reason) {
  return {.status = 502, .stage = "credential", .reason = std::move(reason)};
}

/// In [0, 1).
double random_share() {
  const auto bytes = base::random_bytes(2);
  const auto number =
      static_cast<unsigned char>(bytes[0]) * 256U + static_cast<unsigned char>(bytes[1]);
  return static_cast<double>(number) / 65536.0;
}

}  // namespace

TokenFetcher::TokenFetcher(
    const Shared& shared,
    std::vector<secrets::FetchTask> tasks,
    secrets::LoginStore logins,
    IsNeeded is_needed)
    : shared_(shared),
      logins_(std::move(logins)),
      is_needed_(std::move(is_needed)),
      loop_([&shared](std::string_view what) {
        shared.log.error("credential", "fetching tokens ended badly: " + std::string(what));
      }),
      upstreams_(loop_, shared.outbound()) {
  for (auto& task : tasks) {
    auto job =
        std::make_unique<Job>(Job{.task = std::move(task), .wanted = net::SharedEvent::create()});
    job->task.fetched->served_by([wanted = job->wanted] { wanted->set(); });
    loop_.tasks().spawn(serve(*this, *job));
    jobs_.push_back(std::move(job));
  }
  loop_.start("lazaret-tokens");
}

TokenFetcher::~TokenFetcher() {
  for (const auto& job : jobs_)
    job->task.fetched->served_by(nullptr);
  loop_.stop();
}

net::Task<> TokenFetcher::serve(TokenFetcher& self, Job& job) {
  while (self.is_needed_()) {
    const auto due = job.task.fetched->time_to_fetch(base::now());
    if (due && due->count() == 0) {
      co_await self.fetch(job);
      continue;
    }
    const auto wait = due ? std::chrono::ceil<milliseconds>(*due) : longest_wait;
    co_await net::SharedEvent::wait(job.wanted, std::min(wait, longest_wait));
  }
}

net::Task<> TokenFetcher::fetch(Job& job) {
  auto& fetched = *job.task.fetched;
  ++fetching_;
  auto token = co_await fetch_and_record(job);
  --fetching_;
  if (!token) {
    auto reason = std::move(token).error().reason;
    shared_.log.warning("credential", "credential `" + fetched.name() + "`: " + reason);
    fetched.failed(base::now(), std::move(reason), random_share());
    co_return;
  }
  job.last = std::move(token->token);
  fetched.succeeded(base::now(), token->expires, random_share());
}

/// The token is put to use, and the record is written, before requests hear of it.
net::Task<TokenFetcher::Fetch> TokenFetcher::fetch_and_record(Job& job) {
  const auto& fetched = *job.task.fetched;
  FetchRecord record(shared_, fetched.name());
  const auto server = fetched.grant()->server().host;
  auto in_time = co_await net::within(fetched.timeout(), obtain(job, record));
  Fetch token = std::unexpected(
      flow::Deny{.status = 504, .stage = "timeout", .reason = "it did not answer in time"});
  if (in_time) token = *std::move(in_time);
  if (token) {
    if (const auto used = job.task.put_to_use(token->token); !used)
      token = std::unexpected(failed(used.error().message));
  }
  if (token) {
    record.succeeded(token->expires);
  } else {
    token.error().reason = server + " gave no token: " + token.error().reason;
    record.failed(token.error());
  }
  co_return std::move(token);
}

net::Task<TokenFetcher::Fetch> TokenFetcher::obtain(Job& job, FetchRecord& record) {
  const auto grant = job.task.fetched->grant();
  Login login;
  if (auto name = grant->login(); !name.empty()) {
    auto logged_in = co_await log_in(job, std::move(name));
    if (!logged_in) co_return std::unexpected(std::move(logged_in).error());
    login = *std::move(logged_in);
  }
  if (auto& kept = login.kept;
      kept && !kept->token.equals(job.last.reveal()) && kept->expires > base::now() + least_left) {
    record.taken_over(grant->server());
    co_return *std::move(kept);
  }
  auto token = co_await ask(job, login, record);
  if (!token) co_return std::move(token);
  if (login.turn) keep(job, login, *token);
  if (token->expires <= base::now()) {
    co_return std::unexpected(
        failed("its token has ended already; is the clock of this machine right?"));
  }
  co_return std::move(token);
}

/// Waits until no other session uses the login, and looks what has become of it.
net::Task<std::expected<TokenFetcher::Login, flow::Deny>> TokenFetcher::log_in(
    Job& job, std::string login) {
  Login out;
  while (!out.turn) {
    auto turn = logins_.take_turn(login);
    if (!turn) co_return std::unexpected(failed(turn.error().message));
    if (*turn) {
      out.turn = **std::move(turn);
      break;
    }
    net::asio::steady_timer pause(loop_.context(), between_looks);
    co_await pause.async_wait(net::as_result);
  }
  if (job.unsaved) {
    out.kept = std::exchange(job.unsaved, std::nullopt);
    co_return out;
  }
  auto kept = out.turn->load();
  if (!kept) co_return std::unexpected(failed(kept.error().message));
  out.kept = *std::move(kept);
  co_return out;
}

net::Task<TokenFetcher::Fetch> TokenFetcher::ask(
    Job& job, const Login& login, FetchRecord& record) {
  const auto grant = job.task.fetched->grant();
  const bool is_renewed = login.kept && !login.kept->refresh_token.empty();
  auto request = grant->begin(base::now(), is_renewed ? &login.kept->refresh_token : nullptr);
  for (unsigned number = 0;; ++number) {
    record.asks(request);
    auto answer = co_await call_token_server(upstreams_, shared_.limits, request, record.dialled());
    if (!answer) co_return std::unexpected(std::move(answer).error());
    record.answered(answer->status);
    auto step = grant->proceed(*answer, number, base::now());
    if (!step) {
      const auto& hint = step.error().hint;
      co_return std::unexpected(failed(step.error().message + (hint.empty() ? "" : "; " + hint)));
    }
    if (auto* token = std::get_if<FetchedToken>(&*step)) co_return std::move(*token);
    request = std::get<secrets::TokenRequest>(*std::move(step));
  }
}

/// Before anybody can use the token: from now on the old refresh token may be worth nothing.
void TokenFetcher::keep(Job& job, const Login& login, FetchedToken& token) {
  if (token.refresh_token.empty() && login.kept)
    token.refresh_token = login.kept->refresh_token.clone();
  const auto saved = login.turn->save(token, base::now());
  if (saved) return;
  shared_.log.error(
      "credential", "the refresh token of credential `" + job.task.fetched->name() +
                        "` is lost when this session ends: " + saved.error().to_string());
  job.unsaved = FetchedToken{
      .token = token.token.clone(),
      .expires = token.expires,
      .refresh_token = token.refresh_token.clone()};
}

}  // namespace gateway
