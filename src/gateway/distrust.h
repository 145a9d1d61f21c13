// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which hosts' certificates programs inside did not accept from us, for the person to be told. Such
// a program trusts other roots than the sandbox's, or pins the certificate of its server.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway {

/// Safe from any thread; remembers a bounded number of hosts.
class Distrust {
public:
  struct Place {
    std::string host;
    std::uint16_t port = 0;
    bool rejected = false;  // it said so; otherwise programs just went
    bool operator==(const Place&) const = default;
  };

  /// A program said that it does not accept the certificate.
  void rejected(std::string_view host, std::uint16_t port);
  /// A program went without a word and without a request when it had seen the certificate.
  void left(std::string_view host, std::uint16_t port);
  /// A program accepted it and sent something.
  void accepted(std::string_view host, std::uint16_t port);

  /// The places that some program rejected, and those that programs left and none accepted: who
  /// opens a connection and leaves it unused has often opened another for the same place.
  std::vector<Place> places() const;

private:
  struct Seen {
    bool rejected = false;
    bool left = false;
    bool accepted = false;
  };
  void note(std::string_view host, std::uint16_t port, bool Seen::* what);

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::uint16_t>, Seen, std::less<>> seen_;
};

/// What a record says: `why`, and the rule that lets the TLS of the place pass unopened.
std::string explain_distrust(const std::string& why, std::string_view host, std::uint16_t port);
/// The same for TLS in which no HTTP is spoken, the one language that is understood there.
std::string explain_not_http(const std::string& why, std::string_view host, std::uint16_t port);
/// What a person is told at the end: some lines, the last ones that rule as it goes into a file.
std::string to_text(const Distrust::Place& place);

}  // namespace gateway
