// SPDX-License-Identifier: Apache-2.0
#pragma once
// `.env` files: lines of KEY=VALUE, as shells and the dotenv libraries read them.
//
//   # a comment            export KEY=value # a comment behind a blank
//   KEY = value            KEY='as it stands, over several lines too'
//   KEY=                   KEY="with \n \r \t \" \\ \$ and, elsewhere, a backslash that stays"
//
// Nothing is expanded: `$OTHER` and `${OTHER}` are text.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace secrets {

struct EnvVariable {
  std::string name;
  base::Secret value;
  int line = 0;  // 1-based, where the name stands
};

/// The variables in the order in which they are written, one that is written twice twice. A line
/// that is none of the above is passed over. A quote that is not closed, or is closed before the
/// value ends, is part of an unquoted value. Takes time in proportion to the text.
std::vector<EnvVariable> parse_env_file(std::string_view text);

/// Every value that `key` has in `files`, each once. Which of them counts is for whoever loads the
/// files to say, and a sandbox may write another one. A file that is not there has none; errors:
/// one that cannot be read, and more values than anybody would write.
base::Result<std::vector<base::Secret>> find_in_env_files(
    std::span<const std::filesystem::path> files, std::string_view key);

}  // namespace secrets
