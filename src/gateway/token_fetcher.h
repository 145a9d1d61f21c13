// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fetches the tokens of credentials, on a loop of its own: one fetch at a time of each, when a
// request needs it and ahead of its end. What comes of each is in the log.
//
// Requests wait for a token for as long as its credential says. A server that was asked has longer
// (Limits::token_answer), whether anybody still waits or not: what it gives may take the place of a
// refresh token that it takes no more.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/shared.h"
#include "net/loop.h"
#include "net/shared_event.h"
#include "secrets/injectors.h"
#include "secrets/login_store.h"

namespace gateway {

class TokenFetcher {
public:
  /// Asked on its loop whether anybody may still need a token.
  using IsNeeded = std::function<bool()>;

  /// Serves from now on; once it is not needed it fetches nothing more. `shared` outlives it, and
  /// what the tasks are about. `logins` keeps refresh tokens that change with each use.
  TokenFetcher(
      const Shared& shared,
      std::vector<secrets::FetchTask> tasks,
      secrets::LoginStore logins,
      IsNeeded is_needed = [] { return true; });
  TokenFetcher(const TokenFetcher&) = delete;
  TokenFetcher& operator=(const TokenFetcher&) = delete;
  /// Ends what is being fetched; but waits for servers that were given a refresh token, for at most
  /// Limits::last_token_answer, until what they answer is kept.
  ~TokenFetcher();

  /// The session ends: no server is given a refresh token any more, and the time begins that the
  /// destructor grants those that were. Of several fetchers it then runs at the same time.
  void finish();
  /// A token is being fetched.
  bool is_busy() const { return fetching_ > 0; }

private:
  using Clock = std::chrono::steady_clock;
  using Fetch = std::expected<secrets::FetchedToken, flow::Deny>;
  struct Attempt;

  struct Job {
    secrets::FetchTask task;
    std::shared_ptr<net::SharedEvent> wanted;
    base::Secret last{};  // the token that was fetched last: not to be taken over from others again
    /// A login that could not be kept on disk, until another one takes its place there.
    struct Unsaved {
      std::string login;
      secrets::FetchedToken token;
    };
    std::optional<Unsaved> unsaved{};
  };
  struct Login {
    std::optional<secrets::LoginStore::Turn> turn{};  // nobody else refreshes it meanwhile
    std::optional<secrets::FetchedToken> kept{};
  };

  static net::Task<> serve(TokenFetcher& self, Job& job);
  net::Task<> fetch(Job& job);
  net::Task<Fetch> fetch_and_record(Job& job);
  net::Task<Fetch> obtain(Attempt& attempt);
  net::Task<std::expected<Login, flow::Deny>> log_in(Job& job, std::string login);
  net::Task<Fetch> ask(Attempt& attempt, const Login& login);
  net::Task<std::expected<secrets::TokenAnswer, flow::Deny>> call(
      Attempt& attempt, const Login& login, const secrets::TokenRequest& request);
  bool may_ask(Attempt& attempt, const Login& login);
  void keep(Attempt& attempt, const Login& login, secrets::FetchedToken& token);

  const Shared& shared_;
  secrets::LoginStore logins_;
  IsNeeded is_needed_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::atomic<int> fetching_ = 0;
  std::atomic<int> underway_ = 0;  // exchanges that may use a refresh token up
  std::atomic<bool> is_finishing_ = false;
  Clock::time_point cut_off_{};  // of those that are under way then
  net::Loop loop_;
  Upstreams upstreams_;
};

}  // namespace gateway
