// SPDX-License-Identifier: Apache-2.0
#include "gateway/token_fetcher.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <thread>

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

/// What the task comes to, or that it is late.
template <class T>
net::Task<std::expected<T, flow::Deny>> in_time(
    milliseconds limit, net::Task<std::expected<T, flow::Deny>> task, std::string late) {
  auto done = co_await net::within(limit, std::move(task));
  if (done) co_return *std::move(done);
  co_return std::unexpected(
      flow::Deny{.status = 504, .stage = "timeout", .reason = std::move(late)});
}

constexpr const char* no_answer = "it did not answer in time";

/// The server has said no. (Of a status above, nobody knows who gave it, and after what.)
bool leaves_refresh_token(int status) { return status >= 400 && status < 500; }

FetchedToken copy_of(const FetchedToken& token) {
  return {
      .token = token.token.clone(),
      .expires = token.expires,
      .refresh_token = token.refresh_token.clone()};
}

std::string explain(const base::Error& refusal) {
  return refusal.message + (refusal.hint.empty() ? "" : "; " + refusal.hint);
}

/// What a server refuses may be a refresh token that it has taken before.
std::string explain_loss(const base::Error& refusal, std::optional<base::WallTime> lost_since) {
  if (!lost_since || refusal.kind != base::ErrorKind::denied) return {};
  return "; it was asked at " + base::to_rfc3339(*lost_since) +
         " too, and what it answered was not kept: the refresh token may have been used up then";
}

/// In [0, 1).
double random_share() {
  const auto bytes = base::random_bytes(2);
  const auto number =
      static_cast<unsigned char>(bytes[0]) * 256U + static_cast<unsigned char>(bytes[1]);
  return static_cast<double>(number) / 65536.0;
}

}  // namespace

/// One fetch, from its beginning to its record.
struct TokenFetcher::Attempt {
  Attempt(const Shared& shared, Job& of)
      : job(of),
        grant(of.task.fetched->grant()),
        end(Clock::now() + of.task.fetched->timeout()),
        record(shared, of.task.fetched->name()) {}

  milliseconds left() const {
    return std::max(std::chrono::ceil<milliseconds>(end - Clock::now()), milliseconds::zero());
  }

  /// Is counted for as long as it is there.
  struct Underway {
    explicit Underway(std::atomic<int>& all) : count(all) { ++count; }
    Underway(const Underway&) = delete;
    Underway& operator=(const Underway&) = delete;
    ~Underway() { --count; }
    std::atomic<int>& count;
  };

  Job& job;
  std::shared_ptr<const secrets::Grant> grant;  // one for the whole: another may take its place
  Clock::time_point end;
  std::optional<Underway> underway{};  // goes behind the record
  FetchRecord record;
};

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
  finish();
  while (underway_ > 0 && Clock::now() < cut_off_)
    std::this_thread::sleep_for(milliseconds(1));
  loop_.stop();
}

void TokenFetcher::finish() {
  if (!is_finishing_.exchange(true)) cut_off_ = Clock::now() + shared_.limits.last_token_answer;
}

net::Task<> TokenFetcher::serve(TokenFetcher& self, Job& job) {
  while (!self.is_finishing_ && self.is_needed_()) {
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
  Attempt attempt(shared_, job);
  auto token = co_await obtain(attempt);
  if (token) {
    if (const auto used = job.task.put_to_use(token->token); !used)
      token = std::unexpected(no_token(used.error().message));
  }
  if (token) {
    attempt.record.succeeded(token->expires);
  } else {
    token.error().reason = attempt.grant->server().host + " gave no token: " + token.error().reason;
    attempt.record.failed(token.error());
  }
  co_return std::move(token);
}

net::Task<TokenFetcher::Fetch> TokenFetcher::obtain(Attempt& attempt) {
  auto& job = attempt.job;
  Login login;
  if (auto name = attempt.grant->login(); !name.empty()) {
    auto logged_in = co_await in_time(
        attempt.left(), log_in(job, std::move(name)),
        "another session uses the login, and did not end that in time");
    if (!logged_in) co_return std::unexpected(std::move(logged_in).error());
    login = *std::move(logged_in);
  }
  if (auto& kept = login.kept;
      kept && !kept->token.equals(job.last.reveal()) && kept->expires > base::now() + least_left) {
    attempt.record.taken_over(attempt.grant->server());
    co_return *std::move(kept);
  }
  auto token = co_await ask(attempt, login);
  if (!token) co_return std::move(token);
  if (login.turn) keep(attempt, login, *token);
  if (token->expires <= base::now()) {
    co_return std::unexpected(
        no_token("its token has ended already; is the clock of this machine right?"));
  }
  co_return std::move(token);
}

/// Waits until no other session uses the login, and looks what has become of it.
net::Task<std::expected<TokenFetcher::Login, flow::Deny>> TokenFetcher::log_in(
    Job& job, std::string login) {
  Login out;
  while (!out.turn) {
    auto turn = logins_.take_turn(login);
    if (!turn) co_return std::unexpected(no_token(turn.error().message));
    if (*turn) {
      out.turn = **std::move(turn);
      break;
    }
    net::asio::steady_timer pause(loop_.context(), between_looks);
    co_await pause.async_wait(net::as_result);
  }
  if (job.unsaved && job.unsaved->login == login) {
    out.kept = copy_of(job.unsaved->token);
    co_return out;
  }
  auto kept = out.turn->load();
  if (!kept) co_return std::unexpected(no_token(kept.error().message));
  out.kept = *std::move(kept);
  co_return out;
}

net::Task<TokenFetcher::Fetch> TokenFetcher::ask(Attempt& attempt, const Login& login) {
  const auto& grant = *attempt.grant;
  const bool is_renewed = login.kept && !login.kept->refresh_token.empty();
  auto request = grant.begin(base::now(), is_renewed ? &login.kept->refresh_token : nullptr);
  for (unsigned number = 0;; ++number) {
    auto answer = co_await call(attempt, login, request);
    if (!answer) co_return std::unexpected(std::move(answer).error());
    auto step = grant.proceed(*answer, number, base::now());
    if (!step) {
      const auto lost_since = login.turn ? login.turn->lost_since() : std::nullopt;
      co_return std::unexpected(
          no_token(explain(step.error()) + explain_loss(step.error(), lost_since)));
    }
    if (auto* token = std::get_if<FetchedToken>(&*step)) co_return std::move(*token);
    request = std::get<secrets::TokenRequest>(*std::move(step));
  }
}

net::Task<std::expected<secrets::TokenAnswer, flow::Deny>> TokenFetcher::call(
    Attempt& attempt, const Login& login, const secrets::TokenRequest& request) {
  attempt.record.asks(request);
  auto upstream =
      co_await in_time(attempt.left(), dial_token_server(upstreams_, request), no_answer);
  if (!upstream) co_return std::unexpected(std::move(upstream).error());
  attempt.record.dialled() = (*upstream)->dialled;
  if (!may_ask(attempt, login)) co_return std::unexpected(no_token("the session ends"));
  auto answer = co_await in_time(
      attempt.left(), ask_token_server(*std::move(upstream), upstreams_, shared_.limits, request),
      no_answer);
  if (!answer) co_return std::unexpected(std::move(answer).error());
  attempt.record.answered(answer->status);
  if (login.turn && leaves_refresh_token(answer->status)) login.turn->not_used();
  co_return *std::move(answer);
}

/// Whoever is asked gets the time to answer; but no refresh token is given away any more when the
/// destructor would not wait for what takes its place. It looks who is counted after it has said
/// that it is finishing, so here the order is the other one.
bool TokenFetcher::may_ask(Attempt& attempt, const Login& login) {
  attempt.end = std::max(attempt.end, Clock::now() + shared_.limits.token_answer);
  if (!login.turn) return true;
  attempt.underway.emplace(underway_);
  if (is_finishing_) return false;
  login.turn->used(base::now());
  return true;
}

/// Before anybody can use the token: from now on the old refresh token may be worth nothing.
void TokenFetcher::keep(Attempt& attempt, const Login& login, FetchedToken& token) {
  if (token.refresh_token.empty() && login.kept)
    token.refresh_token = login.kept->refresh_token.clone();
  auto& job = attempt.job;
  const auto saved = login.turn->save(token, base::now());
  job.unsaved.reset();
  if (saved) return;
  shared_.log.error(
      "credential", "the refresh token of credential `" + job.task.fetched->name() +
                        "` is lost when this session ends: " + saved.error().to_string());
  job.unsaved.emplace(attempt.grant->login(), copy_of(token));
}

}  // namespace gateway
