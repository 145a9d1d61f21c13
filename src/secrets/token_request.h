// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is asked of a server that gives out tokens, what it answers, and the token itself. Plain
// data: whoever has a way to the server carries it there.

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "secrets/token_url.h"

namespace secrets {

/// Over verified TLS; redirects are not followed.
struct TokenRequest {
  struct Field {
    std::string name;
    base::Secret value;
  };
  std::string method = "POST";
  TokenUrl url{};
  std::vector<Field> fields{};  // besides Host and those that say how long the body is
  base::Secret body{};          // empty: none
};

/// A longer answer is none.
inline constexpr std::size_t longest_token_answer = 64UL << 10U;

struct TokenAnswer {
  int status = 0;
  base::Secret body{};
};

struct FetchedToken {
  base::Secret token{};
  base::WallTime expires{};
  base::Secret refresh_token{};  // what takes the place of the one that was used; empty: it stays
};

}  // namespace secrets
