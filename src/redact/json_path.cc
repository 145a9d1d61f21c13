// SPDX-License-Identifier: Apache-2.0
#include "redact/json_path.h"

#include <algorithm>
#include <vector>

#include "base/json.h"
#include "base/text.h"

namespace redact {
namespace {

constexpr std::size_t deepest = 64;
constexpr std::size_t longest_name = 64;

/// An object or an array that is open at the place.
struct Level {
  bool object = false;
  bool has_name = false;  // the name of the member was read
  std::string_view name{};
  std::size_t index = 0;
};

class Walk {
public:
  explicit Walk(std::string_view text) : text_(text) {}

  bool reach(std::size_t goal) {
    while (at_ < goal && at_ < text_.size()) {
      if (!step(goal)) return false;
    }
    return !levels_.empty();
  }

  std::string path() const {
    std::string out = "$";
    for (std::size_t depth = 0; depth < levels_.size(); ++depth) {
      if (depth == deepest) return out + "…";
      const auto& level = levels_[depth];
      if (!level.object)
        out += '[' + std::to_string(level.index) + ']';
      else if (level.has_name)
        append_name(level.name, out);
    }
    return out;
  }

private:
  bool step(std::size_t goal) {
    const char c = text_[at_];
    switch (c) {
      case '"':
        return read_string(goal);
      case '{':
      case '[':
        levels_.push_back({.object = c == '{'});
        break;
      case '}':
      case ']':
        if (levels_.empty() || levels_.back().object != (c == '}')) return false;
        levels_.pop_back();
        break;
      case ',':
        if (levels_.empty()) return false;
        levels_.back().has_name = false;
        ++levels_.back().index;
        break;
      default:
        break;
    }
    ++at_;
    return true;
  }

  bool read_string(std::size_t goal) {
    const auto begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"')
      at_ += text_[at_] == '\\' ? 2 : 1;
    const auto end = std::min(at_, text_.size());
    const bool is_name = !levels_.empty() && levels_.back().object && !levels_.back().has_name;
    if (is_name && end <= goal) {
      levels_.back().name = text_.substr(begin, end - begin);
      levels_.back().has_name = true;
    }
    ++at_;
    return true;
  }

  static void append_name(std::string_view name, std::string& out) {
    const bool plain =
        !name.empty() && name.size() <= longest_name && std::ranges::all_of(name, [](char c) {
          return base::is_alpha(c) || base::is_digit(c) || c == '_' || c == '-';
        });
    if (plain)
      out.append(1, '.') += name;
    else
      out += '[' + base::to_json_string(name.substr(0, longest_name)) + ']';
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Level> levels_;
};

}  // namespace

std::string json_path(std::string_view text, std::size_t at) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || (text[first] != '{' && text[first] != '[')) return {};
  Walk walk(text);
  return walk.reach(at) ? walk.path() : std::string();
}

}  // namespace redact
