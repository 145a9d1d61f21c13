// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fetches the tokens of credentials, on a loop of its own: one fetch at a time of each, when a
// request needs it and ahead of its end. What comes of each is in the log.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/shared.h"
#include "net/loop.h"
#include "net/shared_event.h"
#include "secrets/injectors.h"
#include "secrets/login_store.h"

namespace gateway {

class FetchRecord;

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
  /// Ends what is being fetched.
  ~TokenFetcher();

  /// A token is being fetched.
  bool is_busy() const { return fetching_ > 0; }

private:
  using Fetch = std::expected<secrets::FetchedToken, flow::Deny>;

  struct Job {
    secrets::FetchTask task;
    std::shared_ptr<net::SharedEvent> wanted;
    base::Secret last{};  // the token that was fetched last: not to be taken over from others again
    std::optional<secrets::FetchedToken> unsaved{};  // a login that could not be kept on disk
  };
  struct Login {
    std::optional<secrets::LoginStore::Turn> turn{};  // nobody else refreshes it meanwhile
    std::optional<secrets::FetchedToken> kept{};
  };

  static net::Task<> serve(TokenFetcher& self, Job& job);
  net::Task<> fetch(Job& job);
  net::Task<Fetch> fetch_and_record(Job& job);
  net::Task<Fetch> obtain(Job& job, FetchRecord& record);
  net::Task<std::expected<Login, flow::Deny>> log_in(Job& job, std::string login);
  net::Task<Fetch> ask(Job& job, const Login& login, FetchRecord& record);
  void keep(Job& job, const Login& login, secrets::FetchedToken& token);

  const Shared& shared_;
  secrets::LoginStore logins_;
  IsNeeded is_needed_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::atomic<int> fetching_ = 0;
  net::Loop loop_;
  Upstreams upstreams_;
};

}  // namespace gateway
