// SPDX-License-Identifier: Apache-2.0
#include "dns/answer.h"

#include <utility>

#include "base/text.h"
#include "dns/wire.h"

namespace dns {
namespace {

constexpr std::uint16_t name_of_question = 0xC00C;
constexpr std::uint16_t extended_error_option = 15;
constexpr std::size_t max_error_text = 240;

enum class Truncated { no, yes };

struct Counts {
  std::uint16_t questions = 0;
  std::uint16_t answers = 0;
  std::uint16_t authorities = 0;
  std::uint16_t additionals = 0;
};

void append_header(
    std::string& out, const Header& header, Rcode rcode, Truncated truncated, Counts counts) {
  constexpr unsigned is_reply = 0x8000;
  constexpr unsigned recursion_available = 0x0080;
  unsigned flags = is_reply | recursion_available | (header.opcode & 0xFU) << 11U;
  if (truncated == Truncated::yes) flags |= 0x0200;
  if (header.recursion_desired) flags |= 0x0100;
  if (header.checking_disabled) flags |= 0x0010;
  flags |= std::to_underlying(rcode) & 0xFU;
  append_u16(out, header.id);
  append_u16(out, static_cast<std::uint16_t>(flags));
  append_u16(out, counts.questions);
  append_u16(out, counts.answers);
  append_u16(out, counts.authorities);
  append_u16(out, counts.additionals);
}

void append_record(std::string& out, const Record& record) {
  append_u16(out, name_of_question);
  append_u16(out, std::to_underlying(record.type));
  append_u16(out, class_in);
  append_u32(out, record.ttl);
  append_u16(out, static_cast<std::uint16_t>(record.data.size()));
  out.append(record.data);
}

bool is_negative(const Answer& answer) {
  return answer.records.empty() &&
         (answer.rcode == Rcode::no_error || answer.rcode == Rcode::name_error);
}

/// The start of the root's authority: every name is ours to answer.
void append_soa(std::string& out) {
  constexpr std::uint32_t unused = 3600;  // times for secondary servers, of which there are none
  std::string data;
  append_name(data, "lazaret.internal");
  append_name(data, "nobody.lazaret.internal");
  append_u32(data, 1);  // serial number
  append_u32(data, unused);
  append_u32(data, unused);
  append_u32(data, unused);
  append_u32(data, negative_ttl);
  append_u8(out, 0);  // the root
  append_u16(out, std::to_underlying(Type::soa));
  append_u16(out, class_in);
  append_u32(out, negative_ttl);
  append_u16(out, static_cast<std::uint16_t>(data.size()));
  out.append(data);
}

/// At most `max_error_text` bytes of it, not cut inside a character.
std::string_view shorten(std::string_view text) {
  if (text.size() <= max_error_text) return text;
  auto end = max_error_text;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80)
    --end;
  return text.substr(0, end);
}

std::string to_options(const std::optional<ExtendedError>& error) {
  std::string options;
  if (!error) return options;
  const auto text = shorten(error->text);
  append_u16(options, extended_error_option);
  append_u16(options, static_cast<std::uint16_t>(2 + text.size()));
  append_u16(options, std::to_underlying(error->code));
  options.append(text);
  return options;
}

void append_edns(std::string& out, const Edns& client, const Answer& answer) {
  const auto options = to_options(answer.error);
  append_u8(out, 0);  // the root
  append_u16(out, std::to_underlying(Type::opt));
  append_u16(out, own_udp_size);
  append_u8(out, static_cast<std::uint8_t>(std::to_underlying(answer.rcode) >> 4U));
  append_u8(out, 0);  // our version
  append_u16(out, client.dnssec_ok ? 0x8000 : 0);
  append_u16(out, static_cast<std::uint16_t>(options.size()));
  out.append(options);
}

std::string write(const Query& query, const Answer& answer, Truncated truncated) {
  std::string out;
  const bool has_soa = truncated == Truncated::no && is_negative(answer);
  const Counts counts{
      .questions = 1,
      .answers = static_cast<std::uint16_t>(answer.records.size()),
      .authorities = static_cast<std::uint16_t>(has_soa ? 1 : 0),
      .additionals = static_cast<std::uint16_t>(query.edns ? 1 : 0)};
  append_header(out, query.header, answer.rcode, truncated, counts);
  out.append(query.question.wire);
  for (const auto& record : answer.records)
    append_record(out, record);
  if (has_soa) append_soa(out);
  if (query.edns) append_edns(out, *query.edns, answer);
  return out;
}

}  // namespace

Record address_record(const Address& address) {
  if (const auto* v6 = std::get_if<Ipv6>(&address))
    return {.type = Type::aaaa, .data = {v6->begin(), v6->end()}};
  Record record{.type = Type::a};
  append_u32(record.data, std::get<Ipv4>(address));
  return record;
}

Record name_record(std::string_view name) {
  Record record{.type = Type::ptr};
  append_name(record.data, name);
  return record;
}

Record refused_any_record() {
  constexpr std::string_view cpu = "RFC8482";
  Record record{.type = Type::hinfo};
  append_u8(record.data, cpu.size());
  record.data += cpu;
  append_u8(record.data, 0);  // no operating system
  return record;
}

std::string write_answer(const Query& query, const Answer& answer, std::size_t limit) {
  auto whole = write(query, answer, Truncated::no);
  if (whole.size() <= limit) return whole;

  auto shorter = answer;
  if (shorter.error) shorter.error->text.clear();
  auto without_text = write(query, shorter, Truncated::no);
  if (without_text.size() <= limit) return without_text;

  shorter.records.clear();
  return write(query, shorter, Truncated::yes);
}

std::string write_rejection(const Rejected& rejected) {
  std::string out;
  if (rejected.header) append_header(out, *rejected.header, rejected.rcode, Truncated::no, {});
  return out;
}

}  // namespace dns
