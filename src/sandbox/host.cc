// SPDX-License-Identifier: Apache-2.0
#include "sandbox/host.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <map>
#include <memory>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"

namespace sandbox {
namespace {

namespace fs = std::filesystem;

struct CloseDir {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Dir = std::unique_ptr<DIR, CloseDir>;

// `root` in front of an absolute path.
fs::path under(const fs::path& root, std::string_view path) {
  return root / fs::path(path).relative_path();
}

// What a directory was read from knows the types of its entries: only links are looked at again.
Entry look(const fs::directory_entry& item, std::string name) {
  std::error_code ignored;
  Entry entry{.name = std::move(name)};
  if (item.is_symlink(ignored)) entry.target = fs::read_symlink(item.path(), ignored).string();
  entry.is_directory = item.is_directory(ignored);
  return entry;
}

std::vector<Entry> list(const fs::path& directory) {
  std::vector<Entry> entries;
  std::error_code ignored;
  for (const auto& item : fs::directory_iterator(directory, ignored))
    entries.push_back(look(item, item.path().filename().string()));
  return entries;
}

std::vector<Entry> list_roots(const fs::path& root) {
  std::vector<Entry> found;
  for (const char* path :
       {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix", "/gnu"}) {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(under(root, path), ignored)))
      found.push_back(look(fs::directory_entry(under(root, path), ignored), path));
  }
  return found;
}

bool is_public(const struct stat& status) {
  if (S_ISDIR(status.st_mode)) return (status.st_mode & S_IXOTH) != 0;
  return (status.st_mode & S_IROTH) != 0;
}

// What the tools that edit accounts make and remove again: it may be gone before it could be
// hidden.
bool is_passing(std::string_view name) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return false;
  const auto stem = name.substr(0, dot);
  const auto ending = name.substr(dot + 1);
  const bool of_accounts = stem == "passwd" || stem == "group" || stem == "shadow" ||
                           stem == "gshadow" || stem == "subuid" || stem == "subgid";
  return of_accounts && (ending == "lock" || base::parse_number(ending));
}

// The kernel itself keeps this user, and so the program, out of it.
bool is_out_of_reach(int directory, const char* name, const struct stat& status) {
  return faccessat(directory, name, S_ISDIR(status.st_mode) ? X_OK : R_OK, AT_EACCESS) != 0;
}

// Appends what is not public below the directory, and does not go further down into it. By
// descriptor and without following links, because it is a walk over a thousand files at every
// start.
void collect_not_public(Dir directory, const std::string& path, std::vector<Entry>& found) {
  while (const auto* item = readdir(directory.get())) {
    std::string_view name = item->d_name;
    if (name == "." || name == ".." || item->d_type == DT_LNK) continue;
    struct stat status{};
    int fd = dirfd(directory.get());
    if (fstatat(fd, item->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    auto full = path + "/" + item->d_name;
    if (!is_public(status)) {
      if (is_passing(name) || is_out_of_reach(fd, item->d_name, status)) continue;
      found.push_back({.name = full, .is_directory = S_ISDIR(status.st_mode)});
    } else if (S_ISDIR(status.st_mode)) {
      base::Fd child(openat(fd, item->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (Dir below(fdopendir(child.get())); below) {
        (void)child.release();
        collect_not_public(std::move(below), full, found);
      }
    }
  }
}

// Where directories really are. Remembered, because most of what is looked at lies in a few.
class RealDirectories {
public:
  explicit RealDirectories(const fs::path& root) : root_(root) {}

  const fs::path& of(const fs::path& directory) {
    auto [known, is_new] = known_.try_emplace(directory);
    std::error_code ignored;
    if (is_new) known->second = fs::weakly_canonical(under(root_, directory.native()), ignored);
    return known->second;
  }

private:
  const fs::path& root_;
  std::map<fs::path, fs::path> known_;
};

// The path with every link followed, also when it leads to nothing: a mount has to be made at the
// end of it.
std::string follow(const fs::path& root, RealDirectories& directories, fs::path path) {
  constexpr int most_links = 40;
  std::error_code ignored;
  for (int links = 0; links < most_links &&
                      fs::is_symlink(fs::symlink_status(under(root, path.native()), ignored));
       ++links)
    path = (path.parent_path() / fs::read_symlink(under(root, path.native()), ignored))
               .lexically_normal();
  const auto& parent = directories.of(path.parent_path());
  return (fs::path("/") / parent.lexically_relative(root) / path.filename())
      .lexically_normal()
      .string();
}

Seen see(const fs::path& root, RealDirectories& directories, const std::string& path) {
  std::error_code ignored;
  Seen seen{.real = follow(root, directories, path)};
  auto status = fs::status(under(root, seen.real), ignored);
  if (fs::is_directory(status)) {
    seen.kind = FileKind::directory;
  } else if (fs::exists(status)) {
    seen.kind = FileKind::file;
  }
  return seen;
}

}  // namespace

FileKind HostFacts::kind_of(std::string_view path) const {
  auto found = seen.find(path);
  return found == seen.end() ? FileKind::absent : found->second.kind;
}

std::string HostFacts::real(std::string_view path) const {
  auto found = seen.find(path);
  return found == seen.end() ? std::string(path) : found->second.real;
}

HostFacts survey_host(const fs::path& root) {
  HostFacts facts{.roots = list_roots(root), .etc = list(under(root, "/etc"))};
  if (Dir etc(opendir(under(root, "/etc").c_str())); etc)
    collect_not_public(std::move(etc), "/etc", facts.not_public);
  RealDirectories directories(root);
  for (const auto& path : looked_at())
    facts.seen.emplace(path, see(root, directories, path));
  if (auto text = base::read_file(under(root, "/etc/resolv.conf"), 1U << 16U); text)
    facts.resolv_conf = std::move(*text);
  return facts;
}

}  // namespace sandbox
