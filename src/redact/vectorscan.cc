// SPDX-License-Identifier: Apache-2.0
#include "redact/vectorscan.h"

#include <hs/hs.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>
#include <utility>

#include "base/text.h"

namespace redact {
namespace {

/// `^` and `$` of one part of a text: parts are separated by line ends.
constexpr unsigned flags = HS_FLAG_SINGLEMATCH | HS_FLAG_MULTILINE;

struct FreeError {
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};
using CompileError = std::unique_ptr<hs_compile_error_t, FreeError>;

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

/// The room in which this thread scans, big enough for every database that it was prepared for.
class Scratch {
public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { hs_free_scratch(scratch_); }

  hs_scratch_t* prepared_for(const hs_database_t* database, std::uint64_t serial) {
    if (serial != prepared_) {
      if (hs_alloc_scratch(database, &scratch_) != HS_SUCCESS) throw std::bad_alloc();
      prepared_ = serial;
    }
    return scratch_;
  }

private:
  hs_scratch_t* scratch_ = nullptr;
  std::uint64_t prepared_ = 0;
};

int note(unsigned number, unsigned long long, unsigned long long, unsigned, void* numbers) {
  static_cast<std::vector<std::uint32_t>*>(numbers)->push_back(number);
  return 0;
}

/// What the compiler takes, with one set of flags an expression.
struct Input {
  std::vector<const char*> texts;
  std::vector<unsigned> flag_sets;
  std::vector<unsigned> numbers;

  explicit Input(std::span<const Expression> expressions) {
    for (const auto& [text, number] : expressions) {
      texts.push_back(text.c_str());
      flag_sets.push_back(flags);
      numbers.push_back(number);
    }
  }

  /// The expression as an approximation, or, when it is one already, not at all.
  void ease(std::size_t at) {
    if ((flag_sets[at] & HS_FLAG_PREFILTER) == 0) {
      flag_sets[at] |= HS_FLAG_PREFILTER;
      return;
    }
    texts.erase(texts.begin() + static_cast<std::ptrdiff_t>(at));
    flag_sets.erase(flag_sets.begin() + static_cast<std::ptrdiff_t>(at));
    numbers.erase(numbers.begin() + static_cast<std::ptrdiff_t>(at));
  }
};

}  // namespace

void Vectorscan::FreeDatabase::operator()(hs_database* database) const {
  hs_free_database(database);
}

Vectorscan::Vectorscan(Handle database) : database_(std::move(database)), serial_(next_serial()) {}

std::optional<Vectorscan> Vectorscan::compile(
    std::span<const Expression> expressions, std::vector<std::uint32_t>& taken) {
  taken.clear();
  Input input(expressions);
  while (!input.texts.empty()) {
    hs_database_t* made = nullptr;
    hs_compile_error_t* raw_error = nullptr;
    const auto status = hs_compile_multi(
        input.texts.data(), input.flag_sets.data(), input.numbers.data(),
        static_cast<unsigned>(input.texts.size()), HS_MODE_BLOCK, nullptr, &made, &raw_error);
    if (status == HS_SUCCESS) {
      taken = input.numbers;
      return Vectorscan(Handle(made));
    }
    const CompileError error(raw_error);
    if (!error || error->expression < 0) return std::nullopt;
    input.ease(static_cast<std::size_t>(error->expression));
  }
  return std::nullopt;
}

std::optional<Vectorscan> Vectorscan::load(std::string_view bytes) {
  hs_database_t* made = nullptr;
  if (hs_deserialize_database(bytes.data(), bytes.size(), &made) != HS_SUCCESS) return std::nullopt;
  return Vectorscan(Handle(made));
}

std::string Vectorscan::version() {
  hs_platform_info_t platform{};
  hs_populate_platform(&platform);
  return std::string(hs_version()) + "/" + std::to_string(platform.tune) + "/" +
         std::to_string(platform.cpu_features);
}

std::string Vectorscan::serialise() const {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database_.get(), &bytes, &size) != HS_SUCCESS) return {};
  std::string out(bytes, size);
  std::free(bytes);
  return out;
}

void Vectorscan::find(std::string_view text, std::vector<std::uint32_t>& out) const {
  thread_local Scratch scratch;
  auto* const room = scratch.prepared_for(database_.get(), serial_);
  constexpr std::size_t most = std::numeric_limits<unsigned>::max();
  text = text.substr(0, most);
  hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()), 0, room, note, &out);
}

bool means_the_same(std::string_view pattern) {
  // Flags that are switched off: ours must stay on.
  for (auto at = pattern.find("(?"); at != pattern.npos; at = pattern.find("(?", at + 2)) {
    const auto end = pattern.find_first_of(":)<=", at);
    if (pattern.substr(at, end - at).contains('-')) return false;
  }
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (static_cast<unsigned char>(pattern[at]) >= 0x80) return false;
    if (pattern[at] != '\\') continue;
    // Characters by number, classes of Unicode, ends of the text, quotations.
    ++at;
    if (at == pattern.size()) return false;
    if (std::string_view("xpPCAzQ").contains(pattern[at]) || base::is_digit(pattern[at]))
      return false;
  }
  return true;
}

std::optional<std::size_t> width_of(const std::string& pattern) {
  hs_expr_info_t* raw = nullptr;
  hs_compile_error_t* raw_error = nullptr;
  const auto status = hs_expression_info(pattern.c_str(), flags, &raw, &raw_error);
  const CompileError error(raw_error);
  const std::unique_ptr<hs_expr_info_t, decltype(&std::free)> info(raw, &std::free);
  if (status != HS_SUCCESS || info->max_width == std::numeric_limits<unsigned>::max())
    return std::nullopt;
  return info->max_width;
}

}  // namespace redact
