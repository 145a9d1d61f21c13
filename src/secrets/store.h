// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where `lazaret secret` keeps values: in the desktop's keyring where there is one, else in a
// sealed file below the data directory. A name stands in one of the two.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "secrets/sealed_file.h"
#include "secrets/source.h"

namespace secrets {

/// What can be asked for by `source.secret`: letters, digits, '-', '_' and '.'.
bool is_secret_name(std::string_view name);

class Store {
public:
  enum class Place { keyring, file };

  struct Listed {
    std::string name;
    Place place = Place::file;
  };

  struct Listing {
    std::vector<Listed> secrets;                 // by name
    std::optional<base::Error> keyring_failure;  // then only those of the file are known
  };

  /// The one of this user: `$XDG_DATA_HOME/lazaret/secrets`.
  static Store of(const Environment& environment, const std::filesystem::path& home);

  /// nullopt when the name is not known. A keyring that is not there has none; one that does not
  /// answer is an error.
  base::Result<std::optional<base::Secret>> find(std::string_view name) const;
  /// In `place`, else in the keyring where there is one, else in the file: says where.
  base::Result<Place> set(
      std::string_view name, const base::Secret& value, std::optional<Place> place) const;
  /// False when the name was not known.
  base::Result<bool> remove(std::string_view name) const;
  base::Result<Listing> list() const;
  /// The sealed one, whether it is there or not.
  const std::filesystem::path& file() const { return file_.path(); }

private:
  Store(const Environment& environment, const std::filesystem::path& directory)
      : environment_(environment), file_(directory) {}
  base::Result<> set_in_file(std::string_view name, const base::Secret& value) const;
  base::Result<bool> remove_from_file(std::string_view name) const;

  const Environment& environment_;
  SealedFile file_;
};

std::string_view name_of(Store::Place place);

}  // namespace secrets
