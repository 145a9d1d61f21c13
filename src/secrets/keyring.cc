// SPDX-License-Identifier: Apache-2.0
#include "secrets/keyring.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <libsecret/secret.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "base/text.h"

namespace secrets {

/// The functions that are used, under their own names.
struct Keyring::Library {
  decltype(&secret_password_lookupv_nonpageable_sync) lookup = nullptr;
  decltype(&secret_password_free) free_password = nullptr;
  decltype(&secret_password_storev_sync) store = nullptr;
  decltype(&secret_password_clearv_sync) clear = nullptr;
  decltype(&secret_password_searchv_sync) search = nullptr;
  decltype(&secret_retrievable_get_attributes) attributes_of = nullptr;
  decltype(&g_cancellable_new) new_cancellable = nullptr;
  decltype(&g_cancellable_cancel) cancel = nullptr;
  decltype(&g_object_unref) unref = nullptr;
  decltype(&g_dbus_error_quark) dbus_error = nullptr;
  decltype(&g_error_free) free_error = nullptr;
  decltype(&g_list_free) free_list = nullptr;
  decltype(&g_str_hash) hash = nullptr;
  decltype(&g_str_equal) equal = nullptr;
  decltype(&g_hash_table_new) new_table = nullptr;
  decltype(&g_hash_table_insert) insert = nullptr;
  decltype(&g_hash_table_foreach) for_each = nullptr;
  decltype(&g_hash_table_unref) unref_table = nullptr;

  /// Null when the library is not there or lacks a function.
  static const Library* load();
  void bind(void* handle);
  bool complete() const { return complete_; }

private:
  bool complete_ = true;
};

namespace {

using base::ErrorKind;
using base::Result;
using base::Secret;
using std::chrono::seconds;

constexpr seconds time_limit{60};  // for a person who is asked for a password

constexpr std::string_view instead =
    "log in to a desktop with one, or keep the secret in a file: lazaret secret set --in file";

std::unexpected<base::Error> fail_absent(std::string why) {
  return base::fail(
      ErrorKind::not_found, "there is no desktop keyring: " + std::move(why), std::string(instead));
}

/// UTF-8 without NUL.
bool is_text(const Secret& value) {
  std::string text = base::to_utf8(value.reveal());
  const bool same = value.equals(text) && !text.contains('\0');
  base::wipe(text.data(), text.size());
  return same;
}

/// All signals blocked while this lives: what starts threads meanwhile starts them so.
class SignalsBlocked {
public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
  sigset_t before_{};
};

/// Attributes as libsecret takes them: a schema that names them, and a table of their values. Both
/// point into the attributes.
template <class Library>
class Query {
public:
  Query(const Library& library, const Attributes& attributes)
      : library_(library), table_(library.new_table(library.hash, library.equal)) {
    schema_.name = "io.lazaret.Secret";
    schema_.flags = SECRET_SCHEMA_DONT_MATCH_NAME;
    std::size_t count = 0;
    for (const auto& [name, value] : attributes) {
      schema_.attributes[count++] = {name.c_str(), SECRET_SCHEMA_ATTRIBUTE_STRING};
      library.insert(table_, const_cast<char*>(name.c_str()), const_cast<char*>(value.c_str()));
    }
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() { library_.unref_table(table_); }

  const SecretSchema* schema() const { return &schema_; }
  GHashTable* table() const { return table_; }

private:
  const Library& library_;
  SecretSchema schema_{};
  GHashTable* table_;
};

/// Runs `call` on a thread of its own and cancels it when it takes too long.
template <class Library, class Call>
auto in_time(const Library& library, Call call)
    -> Result<decltype(call(nullptr, static_cast<GError**>(nullptr)))> {
  GCancellable* const cancellable = library.new_cancellable();
  GError* error = nullptr;
  bool late = false;
  decltype(call(cancellable, &error)) result{};
  {
    const SignalsBlocked blocked;
    std::promise<void> done;
    auto finished = done.get_future();
    const std::jthread caller([&] {
      result = call(cancellable, &error);
      done.set_value();
    });
    late = finished.wait_for(time_limit) == std::future_status::timeout;
    if (late) library.cancel(cancellable);
  }
  library.unref(cancellable);
  if (error == nullptr) return result;
  const bool absent =
      error->domain == library.dbus_error() && error->code == G_DBUS_ERROR_SERVICE_UNKNOWN;
  const std::string said = error->message;
  library.free_error(error);
  if (absent) return fail_absent("no Secret Service is running");
  if (late) {
    return base::fail(
        ErrorKind::timeout,
        fmt::format("the desktop keyring did not answer within {} s", time_limit.count()),
        "unlock it, then try again");
  }
  auto failure = base::fail(
      ErrorKind::unavailable, "the desktop keyring does not answer", std::string(instead));
  failure.error().peer = said;
  return failure;
}

}  // namespace

void Keyring::Library::bind(void* handle) {
  const auto take = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(handle, name));
    complete_ = complete_ && function != nullptr;
  };
  take(lookup, "secret_password_lookupv_nonpageable_sync");
  take(free_password, "secret_password_free");
  take(store, "secret_password_storev_sync");
  take(clear, "secret_password_clearv_sync");
  take(search, "secret_password_searchv_sync");
  take(attributes_of, "secret_retrievable_get_attributes");
  take(new_cancellable, "g_cancellable_new");
  take(cancel, "g_cancellable_cancel");
  take(unref, "g_object_unref");
  take(dbus_error, "g_dbus_error_quark");
  take(free_error, "g_error_free");
  take(free_list, "g_list_free");
  take(hash, "g_str_hash");
  take(equal, "g_str_equal");
  take(new_table, "g_hash_table_new");
  take(insert, "g_hash_table_insert");
  take(for_each, "g_hash_table_foreach");
  take(unref_table, "g_hash_table_unref");
}

const Keyring::Library* Keyring::Library::load() {
  static const auto library = []() -> std::unique_ptr<const Library> {
    void* const handle = ::dlopen("libsecret-1.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr) return nullptr;
    auto made = std::make_unique<Library>();
    made->bind(handle);
    if (!made->complete()) return nullptr;
    return made;
  }();
  return library.get();
}

Result<Keyring> Keyring::open(const Environment& environment) {
  // Without an address GLib would start a bus of its own.
  const auto address = environment.find("DBUS_SESSION_BUS_ADDRESS");
  const auto runtime = environment.find("XDG_RUNTIME_DIR");
  std::error_code unreadable;
  const bool has_bus =
      (address != environment.end() && !address->second.empty()) ||
      (runtime != environment.end() && runtime->second.starts_with('/') &&
       std::filesystem::exists(std::filesystem::path(runtime->second) / "bus", unreadable));
  if (!has_bus) return fail_absent("there is no session of D-Bus");
  const auto* library = Library::load();
  if (library == nullptr) return fail_absent("libsecret is not installed");
  return Keyring(*library);
}

Result<std::optional<Secret>> Keyring::find(const Attributes& attributes) const {
  const Query query(*library_, attributes);
  char* const password = TRY(in_time(*library_, [&](GCancellable* cancellable, GError** error) {
    return library_->lookup(query.schema(), query.table(), cancellable, error);
  }));
  if (password == nullptr) return std::nullopt;
  Secret value{std::string_view(password)};
  library_->free_password(password);
  return value;
}

Result<> Keyring::set(
    const std::string& label, const Attributes& attributes, const Secret& value) const {
  if (!is_text(value)) {
    return base::fail(
        ErrorKind::invalid, "the desktop keyring keeps text only, and this value is none",
        "keep it in a file: lazaret secret set --in file");
  }
  const Query query(*library_, attributes);
  base::SecretBuilder terminated;
  terminated.append(value.reveal()).append('\0');
  TRY_VOID(in_time(*library_, [&](GCancellable* cancellable, GError** error) {
    return library_->store(
        query.schema(), query.table(), SECRET_COLLECTION_DEFAULT, label.c_str(),
        // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): it ends with the NUL above
        terminated.reveal().data(), cancellable, error);
  }));
  return {};
}

Result<bool> Keyring::remove(const Attributes& attributes) const {
  const Query query(*library_, attributes);
  return TRY(in_time(*library_, [&](GCancellable* cancellable, GError** error) {
           return library_->clear(query.schema(), query.table(), cancellable, error);
         })) != 0;
}

Result<std::vector<Attributes>> Keyring::list(const Attributes& attributes) const {
  const Query query(*library_, attributes);
  GList* const items = TRY(in_time(*library_, [&](GCancellable* cancellable, GError** error) {
    return library_->search(query.schema(), query.table(), SECRET_SEARCH_ALL, cancellable, error);
  }));
  std::vector<Attributes> out;
  for (const GList* item = items; item != nullptr; item = item->next) {
    GHashTable* const table = library_->attributes_of(static_cast<SecretRetrievable*>(item->data));
    library_->for_each(
        table,
        [](gpointer name, gpointer value, gpointer into) {
          static_cast<Attributes*>(into)->emplace(
              static_cast<const char*>(name), static_cast<const char*>(value));
        },
        &out.emplace_back());
    library_->unref_table(table);
    library_->unref(item->data);
  }
  library_->free_list(items);
  return out;
}

}  // namespace secrets
