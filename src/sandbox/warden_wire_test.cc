// SPDX-License-Identifier: Apache-2.0
#include "sandbox/warden_wire.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

namespace sandbox::wire {
namespace {

struct Line {
  base::Fd here;
  base::Fd there;
  Line() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    here.reset(ends[0]);
    there.reset(ends[1]);
  }
};

template <class T>
T there_and_back(const T& message) {
  return std::get<T>(decode(encode(Message(message))).value());
}

TEST(WardenWire, MessagesComeOutAsTheyWentIn) {
  const Signal signal{.pid = 4321, .number = 15};
  const Listen listen{.endpoint = Endpoint::parse("2001:db8::1", 65535).value()};
  const Ended ended{.pid = 1, .wait_status = 0x8b};
  EXPECT_EQ(there_and_back(Launch{}), Launch{});
  EXPECT_EQ(there_and_back(signal), signal);
  EXPECT_EQ(there_and_back(listen), listen);
  EXPECT_EQ(there_and_back(Done{.pid = 7}), Done{.pid = 7});
  EXPECT_EQ(there_and_back(ended), ended);
  const CaptureDatagrams capture{
      {.ports = {53, 65535}, .name_servers = {Endpoint::parse("192.0.2.53", 53).value()}}};
  EXPECT_EQ(there_and_back(capture), capture);
  EXPECT_EQ(there_and_back(CaptureDatagrams{}), CaptureDatagrams{});
  const Answer answer{
      .from = Endpoint::parse("198.18.0.16", 123).value(),
      .to = Endpoint::parse("10.0.2.100", 40000).value()};
  EXPECT_EQ(there_and_back(answer), answer);

  const base::Error error{
      .kind = base::ErrorKind::denied, .message = "what", .hint = "do", .notes = {"a", ""}};
  const auto failed = there_and_back(Failed{error});
  EXPECT_EQ(failed.error.kind, error.kind);
  EXPECT_EQ(failed.error.to_string(), error.to_string());
}

TEST(WardenWire, WordsComeOutAsTheyWentIn) {
  const Words words{
      .directory = "/a b",
      .argv = {"/bin/sh", "", "line\nbreak"},
      .environment = {"A=1"},
      .covers = {{.path = "/a", .is_directory = true}, {.path = "/b", .text = "c"}}};
  EXPECT_EQ(decode_words(encode(words)).value(), words);
  EXPECT_EQ(decode_words(encode(Words{})).value(), Words{});
}

TEST(WardenWire, WhatIsCutOrTooLongIsInvalid) {
  const auto message = encode(Message(Failed{{.message = "message", .notes = {"note"}}}));
  for (std::size_t size = 0; size < message.size(); ++size)
    EXPECT_FALSE(decode(message.substr(0, size))) << size;
  EXPECT_FALSE(decode(message + "x"));

  const auto capture = encode(Message(CaptureDatagrams{{.ports = {1, 2}, .name_servers = {{}}}}));
  for (std::size_t size = 0; size < capture.size(); ++size)
    EXPECT_FALSE(decode(capture.substr(0, size))) << size;

  const auto words = encode(Words{.directory = "/", .argv = {"a"}});
  for (std::size_t size = 0; size < words.size(); ++size)
    EXPECT_FALSE(decode_words(words.substr(0, size))) << size;
  EXPECT_FALSE(decode_words(words + "x"));
}

TEST(WardenWire, WhatIsOutOfRangeIsInvalid) {
  EXPECT_FALSE(decode(std::string("\x08\0\0\0", 4)));                  // no such message
  EXPECT_FALSE(decode(std::string("\x05\0\0\0\x99\0\0\0", 8)));        // no such kind of error
  EXPECT_FALSE(decode_words(std::string("\xff\xff\xff\xff/tmp", 8)));  // longer than there is
}

TEST(WardenWire, CarriesDescriptors) {
  const Line line;
  const base::Fd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(send(line.here.get(), Done{.pid = 3}, std::array{file.get(), file.get()}));
  const auto parcel = receive(line.there.get()).value();
  EXPECT_EQ(std::get<Done>(parcel.message).pid, 3);
  ASSERT_EQ(parcel.files.size(), 2U);
  EXPECT_EQ(fcntl(parcel.files[1].get(), F_GETFD), FD_CLOEXEC);
}

TEST(WardenWire, RefusesMoreDescriptorsThanFit) {
  const Line line;
  const std::vector<int> files(most_files + 1, line.here.get());
  EXPECT_EQ(send(line.here.get(), Launch{}, files).error().kind, base::ErrorKind::invalid);
}

TEST(WardenWire, RefusesAMessageThatIsTooLong) {
  const Line line;
  const std::string bytes(100'000, 'x');
  ASSERT_EQ(::send(line.here.get(), bytes.data(), bytes.size(), 0), ssize_t{100'000});
  EXPECT_EQ(receive(line.there.get()).error().kind, base::ErrorKind::invalid);
}

TEST(WardenWire, TellsThatTheOtherEndIsGone) {
  Line line;
  line.there.reset();
  EXPECT_EQ(receive(line.here.get()).error().kind, base::ErrorKind::closed);
  EXPECT_EQ(send(line.here.get(), Launch{}).error().kind, base::ErrorKind::closed);
}

}  // namespace
}  // namespace sandbox::wire
