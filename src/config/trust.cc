// SPDX-License-Identifier: Apache-2.0
#include "config/trust.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>

#include "base/encoding.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "config/diff.h"

namespace config {
namespace {

std::string digest_of(std::string_view text) { return base::to_hex(base::sha256(text)); }

std::optional<std::string> text_of(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<TrustedFile> entry_of(const boost::json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  const auto path = text_of(object, "path");
  const auto sha256 = text_of(object, "sha256");
  const auto added = text_of(object, "added");
  const auto text = text_of(object, "text");
  if (!path || !sha256 || !added || !text) return std::nullopt;
  return TrustedFile{*path, *sha256, *added, *text};
}

std::optional<std::vector<TrustedFile>> parse(std::string_view text) {
  boost::system::error_code error;
  const auto document = boost::json::parse(text, error);
  if (error || !document.is_array()) return std::nullopt;
  std::vector<TrustedFile> files;
  for (const auto& value : document.get_array()) {
    auto entry = entry_of(value);
    if (!entry) return std::nullopt;
    files.push_back(*std::move(entry));
  }
  return files;
}

std::string to_json(const TrustedFile& file) {
  return fmt::format(
      R"({{"path":{},"sha256":{},"added":{},"text":{}}})", base::to_json_string(file.path),
      base::to_json_string(file.sha256), base::to_json_string(file.added),
      base::to_json_string(file.text));
}

/// Held while the store is read, changed and replaced, so that two changes at once are both kept.
base::Result<base::Fd> lock(const std::filesystem::path& file) {
  TRY_VOID(base::make_directories(file.parent_path()));
  const auto path = file.native() + ".lock";
  base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return base::fail_errno("open", path);
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return base::fail_errno("lock", path);
  }
  return fd;
}

}  // namespace

base::Result<std::vector<TrustedFile>> TrustStore::list() const {
  std::error_code error;
  if (!std::filesystem::exists(file_, error) && !error) return std::vector<TrustedFile>{};
  auto files = parse(TRY(base::read_file(file_)));
  if (!files) {
    return base::fail(
        base::ErrorKind::invalid, "the list of trusted files is damaged: " + file_.native(),
        "remove it and trust your projects again");
  }
  std::ranges::sort(*files, {}, &TrustedFile::path);
  return *std::move(files);
}

base::Result<std::optional<TrustedFile>> TrustStore::find(const std::filesystem::path& path) const {
  const auto files = TRY(list());
  const auto found = std::ranges::find(files, path.native(), &TrustedFile::path);
  return found == files.end() ? std::optional<TrustedFile>() : *found;
}

base::Result<> TrustStore::trust(
    const std::filesystem::path& path, std::string_view text, base::WallTime when) {
  const auto held = TRY(lock(file_));
  auto files = TRY(list());
  std::erase_if(files, [&](const TrustedFile& file) { return file.path == path.native(); });
  files.push_back({path.native(), digest_of(text), base::to_rfc3339(when), std::string(text)});
  return replace(files);
}

base::Result<bool> TrustStore::distrust(const std::filesystem::path& path) {
  const auto held = TRY(lock(file_));
  auto files = TRY(list());
  const auto removed =
      std::erase_if(files, [&](const TrustedFile& file) { return file.path == path.native(); });
  if (removed == 0) return false;
  TRY_VOID(replace(files));
  return true;
}

base::Result<> TrustStore::replace(const std::vector<TrustedFile>& files) const {
  std::vector<std::string> lines;
  for (const auto& file : files)
    lines.push_back(to_json(file));
  return base::write_file(file_, "[" + base::join(lines, ",\n ") + "]\n", 0600);
}

bool is_trusted(const std::optional<TrustedFile>& entry, std::string_view text) {
  return entry && entry->sha256 == digest_of(text);
}

std::string to_text(const TrustQuestion& question) {
  const auto path = base::escape_for_terminal(question.path.native());
  std::string text =
      question.old_text ? "Changed since you trusted it: " : "Project configuration: ";
  text += path + "\n\n" + diff_lines(question.text, question.text);
  if (question.old_text) {
    text += "\nWhat changed:\n\n" + diff_lines(*question.old_text, question.text);
  }
  return text;
}

}  // namespace config
