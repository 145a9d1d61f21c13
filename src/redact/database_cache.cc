// SPDX-License-Identifier: Apache-2.0
#include "redact/database_cache.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "base/file.h"
#include "base/text.h"

namespace redact {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 32U << 20U;
constexpr std::size_t digest_size = 32;

/// Everything that the database is made of.
std::string key_of(std::span<const Expression> expressions) {
  std::string all = "1 " + Vectorscan::version();
  for (const auto& [text, number] : expressions)
    all += "\n" + std::to_string(number) + ":" + std::to_string(text.size()) + ":" + text;
  return base::to_hex(base::sha256(all)).substr(0, 40);
}

/// A file: a digest of what follows it, a line with the numbers of the expressions, the database.
std::string file_of(const Compiled& compiled) {
  std::string rest;
  for (const auto number : compiled.numbers)
    rest += std::to_string(number) + ' ';
  rest += '\n' + compiled.vectorscan->serialise();
  return base::sha256(rest) + rest;
}

std::optional<Compiled> read(const fs::path& file) {
  const auto text = base::read_file(file, largest_file);
  if (!text || text->size() < digest_size) return std::nullopt;
  const auto rest = std::string_view(*text).substr(digest_size);
  const auto line = rest.substr(0, rest.find('\n'));
  if (base::sha256(rest) != text->substr(0, digest_size) || line.size() == rest.size())
    return std::nullopt;
  Compiled compiled{.vectorscan = Vectorscan::load(rest.substr(line.size() + 1))};
  if (!compiled.vectorscan) return std::nullopt;
  for (const auto word : base::split(line, ' ')) {
    if (const auto number = base::parse_number(word))
      compiled.numbers.push_back(static_cast<std::uint32_t>(*number));
  }
  return compiled;
}

void remove_oldest(const fs::path& directory) {
  std::error_code ignored;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (fs::directory_iterator entry(directory, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    std::error_code gone;
    const auto time = entry->last_write_time(gone);
    if (!gone) files.emplace_back(time, entry->path());
  }
  std::ranges::sort(files, std::greater());
  for (std::size_t at = kept_databases; at < files.size(); ++at)
    fs::remove(files[at].second, ignored);
}

void keep(const fs::path& directory, const fs::path& file, const Compiled& compiled) {
  if (!base::make_directories(directory, 0700)) return;
  if (base::write_file(file, file_of(compiled), 0600)) remove_oldest(directory);
}

}  // namespace

Compiled load_or_compile(std::span<const Expression> expressions, const fs::path& directory) {
  if (expressions.empty()) return {};
  const auto file = directory.empty() ? fs::path() : directory / key_of(expressions);
  if (!file.empty()) {
    if (auto kept = read(file)) return *std::move(kept);
  }
  Compiled compiled;
  compiled.vectorscan = Vectorscan::compile(expressions, compiled.numbers);
  if (compiled.vectorscan && !file.empty()) keep(directory, file, compiled);
  return compiled;
}

}  // namespace redact
