// SPDX-License-Identifier: Apache-2.0
#pragma once
// What refresh tokens have become. Many servers give a new one with each use and take the old one
// no more (RFC 6749, 6; RFC 9700, 4.14), so whoever uses one next, also in another session, must
// know, and two must not use one at a time. Kept in a sealed file (sealed_file.h).

#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "secrets/sealed_file.h"
#include "secrets/token_request.h"

namespace secrets {

class LoginStore {
public:
  /// In this directory, which is made when there is something to keep.
  explicit LoginStore(std::filesystem::path directory)
      : directory_(std::move(directory)), file_(directory_) {}

  /// The right to use one login, which nobody else has until this goes.
  class Turn {
  public:
    /// The last token and its refresh token; nullopt when none was kept.
    base::Result<std::optional<FetchedToken>> load() const;
    /// On disk when this returns. What was not used for a year is forgotten.
    base::Result<> save(const FetchedToken& token, base::WallTime now) const;

    /// Notes beside the login that its refresh token is on its way to the server. The note goes
    /// with `save` or `not_used`; if neither comes to it, because the process ends, whoever has a
    /// turn later finds it. As it is only there to explain, it may fail to be written.
    void used(base::WallTime now) const;
    /// The server has said no: the refresh token is worth what it was.
    void not_used() const;
    /// When it was used without `save` or `not_used`, in an earlier turn; the first time, if there
    /// were several since the last `save`.
    std::optional<base::WallTime> lost_since() const { return lost_since_; }

  private:
    friend class LoginStore;
    Turn(const SealedFile& file, std::string login, base::Fd lock);
    SealedFile file_;
    std::string login_;
    base::Fd lock_;  // the note is in it
    std::optional<base::WallTime> lost_since_;
  };

  /// nullopt while somebody else has it; never waits. `login` as Grant::login() names it.
  base::Result<std::optional<Turn>> take_turn(const std::string& login) const;

private:
  std::filesystem::path directory_;
  SealedFile file_;
};

}  // namespace secrets
