// SPDX-License-Identifier: Apache-2.0
// The testbed itself; in a file of its own, so that Asio is compiled once for all tests.
#include "gateway/testbed.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "audit/query.h"
#include "base/encoding.h"
#include "base/file.h"
#include "gateway/connection.h"
#include "gateway/gateway.h"
#include "gateway/token_fetcher.h"
#include "http/body_decoder.h"
#include "http/h1.h"

namespace gateway::test {
namespace {

using namespace std::chrono_literals;
using net::asio::ip::tcp;

constexpr timeval patience{.tv_sec = 8, .tv_usec = 0};
constexpr std::array<std::string_view, 2> protocols{"h2", "http/1.1"};

/// What one end did before it sent happens before what the other does once it has received:
/// OpenSSL's own reads and writes show ThreadSanitizer nothing of that.
std::atomic<std::uint64_t> crossings = 0;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

base::Fd listen_anywhere() {
  base::Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(0);
  ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::listen(listener.get(), 64);
  return listener;
}

std::uint16_t port_of(const base::Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

/// Both ends of one connection: the program's and the gateway's.
std::pair<base::Fd, base::Fd> connected_pair() {
  const base::Fd listener = listen_anywhere();
  const sockaddr_in address = loopback(port_of(listener));
  base::Fd program(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ::connect(program.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  base::Fd gateway(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  return {std::move(program), std::move(gateway)};
}

/// Remembers what it is told.
class Notes final : public audit::Log {
public:
  Notes() : Log(audit::Level::warning) {}

private:
  void put(audit::Level, std::string_view, std::string_view) override {}
};

class Directory {
public:
  Directory()
      : path_(
            std::filesystem::temp_directory_path() /
            ("gateway-" + base::to_hex(base::random_bytes(8)))) {
    std::filesystem::create_directory(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

tls::UpstreamContext context_that_trusts(
    const tls::Authority& authority, const std::filesystem::path& directory) {
  const auto file = directory / "root.pem";
  const auto roots = authority.certificate_pem() + authority.certificate_pem(tls::KeyKind::rsa);
  if (!base::write_file(file, roots)) std::abort();
  return tls::UpstreamContext::create(
             {.system_roots = tls::SystemRoots::ignored, .ca_files = {file}})
      .value();
}

std::shared_ptr<const flow::Pipeline> pipeline_of(Setup& setup) {
  std::vector<policy::Rule> rules;
  for (auto& spec : setup.rules)
    rules.push_back(policy::compile(std::move(spec)).value());
  auto policy =
      policy::Policy::create(
          {}, std::move(rules), {.action = setup.otherwise, .origin = setup.default_origin})
          .value();
  auto injectors = secrets::Injectors::create(setup.credentials, {}, "/").value();
  return std::make_shared<const flow::Pipeline>(std::move(policy), std::move(injectors));
}

/// Knows what the test says, or else asks the system.
class Names final : public net::Resolver {
public:
  using Known = std::optional<std::map<std::string, std::vector<std::string>>>;
  explicit Names(Known known) : known_(std::move(known)) {}

  net::Task<base::Result<std::vector<net::asio::ip::address>>> resolve(std::string host) override {
    boost::system::error_code not_literal;
    const auto literal = net::asio::ip::make_address(host, not_literal);
    if (!not_literal) co_return std::vector{literal};
    if (!known_) {
      auto asked = co_await system_.resolve(std::move(host));
      co_return std::move(asked);
    }
    const auto found = known_->find(host);
    if (found == known_->end())
      co_return base::fail(base::ErrorKind::not_found, "cannot resolve " + host);
    std::vector<net::asio::ip::address> out;
    for (const auto& each : found->second)
      out.push_back(net::asio::ip::make_address(each));
    co_return out;
  }

private:
  const Known known_;
  net::SystemResolver system_;
};

Proxies proxies_of(const Setup& setup) {
  Proxies out;
  if (!setup.proxy.empty()) {
    out.for_http = policy::parse_proxy_url(setup.proxy).value();
    out.for_all_else = policy::parse_proxy_url(setup.proxy).value();
  }
  for (const auto& entry : setup.no_proxy)
    EXPECT_TRUE(out.bypass.add(entry)) << entry;
  return out;
}

std::vector<ConnectTo> everything_to(const Origin* origin) {
  std::vector<ConnectTo> out;
  if (origin == nullptr) return out;
  auto every_host =
      policy::Pattern::compile("*", policy::Scope::host, policy::PatternType::glob).value();
  out.push_back(
      {.host = std::move(every_host),
       .port = 0,
       .address = "127.0.0.1",
       .address_port = origin->port()});
  return out;
}

}  // namespace

Peer::Peer(base::Fd socket) : socket_(std::move(socket)) {
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

bool Peer::start_tls(tls::Ssl session) {
  ssl_ = std::move(session);
  SSL_set_fd(ssl_.get(), socket_.get());
  return SSL_do_handshake(ssl_.get()) == 1;
}

bool Peer::send(std::string_view text) {
  crossings.fetch_add(1, std::memory_order_release);
  while (!text.empty()) {
    const ssize_t size = ssl_ ? SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()))
                              : ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

bool Peer::fill() {
  std::array<char, 16384> buffer{};
  errno = 0;
  const ssize_t size = ssl_ ? SSL_read(ssl_.get(), buffer.data(), buffer.size())
                            : ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  reset_seen_ = reset_seen_ || (size < 0 && errno == ECONNRESET);
  static_cast<void>(crossings.load(std::memory_order_acquire));
  if (size > 0) in_.append(buffer.data(), static_cast<std::size_t>(size));
  return size > 0;
}

std::string Peer::receive_some() {
  if (in_.empty()) fill();
  return std::exchange(in_, {});
}

std::string Peer::receive(std::size_t bytes) {
  while (in_.size() < bytes && fill()) {
  }
  std::string out = in_.substr(0, bytes);
  in_.erase(0, out.size());
  return out;
}

std::string Peer::receive_head() {
  while (in_.find("\r\n\r\n") == std::string::npos && fill()) {
  }
  const auto end = in_.find("\r\n\r\n");
  return receive(end == std::string::npos ? in_.size() : end + 4);
}

std::string Peer::receive_rest() {
  while (fill()) {
  }
  return std::exchange(in_, {});
}

Answer Peer::receive_answer(std::string_view method) {
  Answer answer;
  const std::string text = receive_head();
  const auto parsed = http::parse_response(text);
  const auto* complete = std::get_if<http::Complete<http::Response>>(&parsed);
  if (complete == nullptr) return Answer{.head = {.status = 0}, .body = text};
  answer.head = complete->message;
  http::BodyDecoder decoder(http::response_framing(answer.head, method));
  while (decoder.state() == http::BodyDecoder::State::more) {
    if (in_.empty() && !fill()) {
      decoder.finish();
      break;
    }
    const auto step = decoder.feed(in_);
    answer.body += step.data;
    in_.erase(0, step.consumed);
  }
  answer.whole = decoder.state() == http::BodyDecoder::State::done && !reset_seen_;
  if (answer.whole) answer.trailers = decoder.trailers();
  return answer;
}

bool Peer::was_reset() {
  receive_rest();
  return reset_seen_;
}

bool Peer::is_silent(std::chrono::milliseconds time) {
  const timeval brief{.tv_sec = 0, .tv_usec = static_cast<suseconds_t>(time.count() * 1000)};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief);
  const bool came = fill();
  const bool waited = errno == EAGAIN || errno == EWOULDBLOCK;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return !came && waited;
}

void Peer::end_sending() { ::shutdown(socket_.get(), SHUT_WR); }

void Peer::close() {
  if (ssl_) SSL_shutdown(ssl_.get());
  ssl_.reset();
  socket_.reset();
}

void Peer::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ssl_.reset();
  socket_.reset();
}

Origin::Origin(Script script)
    : script_(std::move(script)), listener_(listen_anywhere()), port_(port_of(listener_)) {
  acceptor_ = std::jthread([this] { serve(); });
}

Origin::Origin(
    const tls::Authority& authority, std::string host, Script script, std::string_view protocol)
    : script_(std::move(script)),
      listener_(listen_anywhere()),
      port_(port_of(listener_)),
      authority_(&authority),
      host_(std::move(host)),
      protocol_(protocol) {
  acceptor_ = std::jthread([this] { serve(); });
}

Origin::~Origin() {
  ending_ = true;
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
}

void Origin::serve() {
  while (!ending_) {
    base::Fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) return;
    ++connections_;
    servings_.emplace_back([this, taken = std::make_shared<base::Fd>(std::move(socket))] {
      Peer peer(std::move(*taken));
      if (authority_ != nullptr) {
        const auto leaf = authority_->mint(host_).value();
        const std::array<std::string_view, 1> only{protocol_};
        const auto context = tls::ServerContext::create(only).value();
        if (!peer.start_tls(context.new_session(leaf).value())) return;
      }
      script_(peer);
    });
  }
}

struct Testbed::Parts {
  Parts(const tls::Authority& authority, Setup setup)
      : journal(audit::Journal::open(directory.path() / "log", setup.journal).value()),
        leaves(authority),
        server_tls(tls::ServerContext::create(protocols).value()),
        upstream_tls(context_that_trusts(authority, directory.path())),
        client_tls(context_that_trusts(authority, directory.path())),
        resolver(setup.names),
        shared{
            .rules = std::make_unique<CurrentRules>(
                std::make_shared<const Rules>(Rules{.pipeline = pipeline_of(setup)})),
            .approver = nobody,
            .journal = *journal,
            .log = notes,
            .names = names,
            .leaves = leaves,
            .server_tls = server_tls,
            .upstream_tls = upstream_tls,
            .resolver = resolver,
            .session_id = "session",
            .sandbox = "test",
            .project = "/project",
            .proxy_port = 8080,
            .intercept = setup.intercept,
            .connect_to = everything_to(setup.origin),
            .proxies = proxies_of(setup),
            .limits = setup.limits},
        loop([this](std::string_view what) {
          const std::lock_guard lock(mutex);
          faults.emplace_back(what);
        }),
        upstreams(loop, shared.outbound()) {
    std::signal(SIGPIPE, SIG_IGN);  // as the gateway's threads block it
    loop.start("testbed");
    const auto& pipeline = *shared.rules->get()->pipeline;
    auto tokens = pipeline.injectors().fetching(pipeline.scrubber());
    if (tokens.empty()) return;
    fetcher = std::make_unique<TokenFetcher>(
        shared, std::move(tokens), secrets::LoginStore(directory.path() / "logins"));
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() { loop.stop(); }

  static net::Task<> serve(Parts& self, tcp::socket socket, std::optional<tcp::endpoint> to) {
    Connection connection(self.shared, self.upstreams, self.loop, std::move(socket));
    if (to)
      co_await connection.serve(*to);
    else
      co_await connection.serve_proxy();
  }

  Peer open(std::optional<tcp::endpoint> destination) {
    auto [program, gateway] = connected_pair();
    loop.post([this, destination, number = gateway.release()] {
      tcp::socket socket(loop.context());
      socket.assign(tcp::v4(), number);
      loop.tasks().spawn(serve(*this, std::move(socket), destination));
    });
    return Peer(std::move(program));
  }

  void open_door() {
    base::Fd door = listen_anywhere();
    ::fcntl(door.get(), F_SETFL, O_NONBLOCK);
    door_port = port_of(door);
    const std::uint32_t address = htonl(names.lease("a.test").value().v4);
    Doors::Destination destination{.address = std::vector<std::uint8_t>(4), .port = 80};
    std::memcpy(destination.address.data(), &address, sizeof address);
    Doors doors{.tcp = std::move(door)};
    doors.destination_of = [destination](int) { return destination; };
    whole = std::make_unique<Gateway>(shared, std::move(doors), 1);
  }

  const Directory directory;
  std::unique_ptr<audit::Journal> journal;
  Notes notes;
  dns::Pool names;
  tls::LeafCache leaves;
  tls::ServerContext server_tls;
  tls::UpstreamContext upstream_tls;
  tls::UpstreamContext client_tls;
  Names resolver;
  flow::NobodyToAsk nobody;
  Shared shared;
  std::mutex mutex;
  std::vector<std::string> faults;
  net::Loop loop;
  Upstreams upstreams;
  std::unique_ptr<TokenFetcher> fetcher;
  std::uint16_t door_port = 0;
  std::unique_ptr<Gateway> whole;  // only where a test knocks at its door
};

Testbed::Testbed(const tls::Authority& authority, Setup setup)
    : parts_(std::make_unique<Parts>(authority, std::move(setup))) {}

Testbed::~Testbed() { EXPECT_EQ(faults(), std::vector<std::string>()); }

Peer Testbed::connect(std::string_view host, std::uint16_t port) {
  boost::system::error_code no_address;
  const auto address = net::asio::ip::make_address(host, no_address);
  if (!no_address) return parts_->open(tcp::endpoint(address, port));
  const auto leased = parts_->names.lease(host).value();
  return parts_->open(tcp::endpoint(net::asio::ip::address_v4(leased.v4), port));
}

Peer Testbed::connect_tls(
    std::string_view host, std::uint16_t port, std::string_view sni, std::string_view protocol) {
  Peer peer = connect(host, port);
  EXPECT_TRUE(peer.start_tls(client_session(sni.empty() ? host : sni, protocol)));
  return peer;
}

Peer Testbed::knock() {
  if (!parts_->whole) parts_->open_door();
  const sockaddr_in address = loopback(parts_->door_port);
  base::Fd program(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ::connect(program.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return Peer(std::move(program));
}

Peer Testbed::connect_to_proxy() { return parts_->open(std::nullopt); }

tls::Ssl Testbed::client_session(std::string_view host, std::string_view protocol) const {
  const std::array<std::string_view, 1> only{protocol};
  return parts_->client_tls.new_session(host, 443, only).value();
}

std::vector<audit::Record> Testbed::records(std::size_t at_least) {
  const auto give_up = std::chrono::steady_clock::now() + 8s;
  for (;;) {
    static_cast<void>(parts_->journal->flush());
    auto found = audit::select(directory() / "log", {.last = 0}).value().records;
    if (found.size() >= at_least || std::chrono::steady_clock::now() > give_up) return found;
    std::this_thread::sleep_for(10ms);
  }
}

bool Testbed::log_is_healthy() const { return parts_->journal->healthy(); }

const std::filesystem::path& Testbed::directory() const { return parts_->directory.path(); }

std::vector<std::string> Testbed::faults() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->faults;
}

const tls::Authority& authority() {
  static const tls::Authority shared = [] {
    const Directory directory;
    return std::move(tls::Authority::load_or_create(directory.path())).value();
  }();
  return shared;
}

void answer_each(Peer& peer) {
  while (!peer.receive_head().empty())
    peer.send(ok);
}

NoDescriptors::NoDescriptors() {
  ::getrlimit(RLIMIT_NOFILE, &before_);
  const base::Fd next(::dup(STDERR_FILENO));
  const rlimit few{.rlim_cur = static_cast<rlim_t>(next.get()), .rlim_max = before_.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &few);
}

NoDescriptors::~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

TEST(Testbed, CarriesARequestToItsOrigin) {
  const Origin origin([](Peer& peer) {
    peer.receive_head();
    peer.send("HTTP/1.1 204 Done\r\n\r\n");
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("api.example.com");
  program.send("GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n");
  EXPECT_EQ(program.receive_answer().head.status, 204);
}

}  // namespace gateway::test
