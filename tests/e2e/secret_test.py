# SPDX-License-Identifier: Apache-2.0
"""lazaret secret: values that are kept for credentials, and never shown."""

import os
import stat

from rig import check, daemons, origins
from rig.runner import test


def kept(box):
    return box.lazaret("secret", "list", "--json").expect().json()


@test(tags=["quick"])
def a_value_from_standard_input_is_kept_and_used(box):
    api = box.origin("api.test")
    ran = box.lazaret("secret", "set", "demo", "--stdin", stdin=b"hush-hush-1\n").expect()
    check.lacks(ran.out + ran.err, "hush")
    check.equal(kept(box), [{"name": "demo", "kept_in": "file"}])
    box.configure(
        '[proxy.credentials.demo]\nenabled = true\nhost = "api.test"\nheader = "X-Key"\n'
        'source.secret = "demo"\n'
    )
    box.curl("https://api.test/").expect()
    check.equal(api.requests[-1].headers("X-Key"), ["hush-hush-1"])


@test
def a_value_can_come_from_a_variable(box):
    box.lazaret("secret", "set", "demo", "--from-env", "KEY", env={"KEY": "hush"}).expect()
    check.equal([each["name"] for each in kept(box)], ["demo"])
    ran = box.lazaret("secret", "set", "other", "--from-env", "ABSENT").expect(125)
    check.contains(ran.err, "ABSENT is not set")


@test
def a_value_that_hardly_any_credential_can_use_is_kept_with_a_warning(box):
    doubtful = {b"hush-1\nhush-2\n": "line break", b" hush-1": "blanks", b"hu": "shorter"}
    for value, what in doubtful.items():
        ran = box.lazaret("secret", "set", "demo", "--stdin", stdin=value).expect()
        check.contains(ran.err, "warning: look at the value again: it ")
        check.contains(ran.err, what)
        check.lacks(ran.out + ran.err, "hush")
    for value in (b"hush-1\n", b"-----BEGIN KEY-----\nhush\n", b'{\n "hush": 1\n}\n'):
        ran = box.lazaret("secret", "set", "demo", "--stdin", stdin=value).expect()
        check.lacks(ran.err, "warning")


@test
def the_files_are_for_the_user_alone(box):
    box.lazaret("secret", "set", "demo", "--stdin", stdin=b"hush-hush-1").expect()
    directory = box.data / "lazaret/secrets"
    for path in (directory / "sealed", directory / "key"):
        check.equal(oct(stat.S_IMODE(path.stat().st_mode)), "0o600", path)
        check.that(b"hush" not in path.read_bytes(), f"the value is in {path}")


@test
def a_value_that_is_removed_is_gone(box):
    box.lazaret("secret", "set", "demo", "--stdin", stdin=b"x").expect()
    box.lazaret("secret", "remove", "demo").expect()
    check.equal(kept(box), [])
    ran = box.lazaret("secret", "remove", "demo").expect(125)
    check.contains(ran.err, "no secret is kept under the name demo")


@test
def a_credential_whose_secret_is_not_kept_says_how_to_keep_it(box):
    box.configure(
        '[proxy.credentials.demo]\nenabled = true\nhost = "api.test"\nheader = "X-Key"\n'
        'source.secret = "demo"\n'
    )
    ran = box.run("true").expect()
    check.contains(ran.err, "lazaret secret set demo")


@test
def a_terminal_asks_for_the_value_and_shows_nothing_of_it(box):
    pid, master = box.on_terminal("secret", "set", "demo")
    shown = box.read_until(master, b"value of demo: ")
    os.write(master, b"hush-hush-1\n")
    shown += box.read_until(master, b"sealed file")
    os.waitpid(pid, 0)
    check.that(b"hush" not in shown, shown)
    check.equal([each["name"] for each in kept(box)], ["demo"])


@test
def a_key_file_that_others_can_read_is_told_with_its_mode(box):
    key = box.config / "key"
    key.write_text("hush-hush-1")
    key.chmod(0o644)
    box.configure(
        '[proxy.credentials.demo]\nenabled = true\nhost = "api.test"\nheader = "X-Key"\n'
        f'source.file = "{key}"\n'
    )
    ran = box.run("true").expect()
    check.contains(ran.err, f"{key} can be read by others (mode 0644): chmod 600 {key}")


@test
def a_desktop_keyring_keeps_values_and_others_items(box):
    api = box.origin("api.test")
    desktop = daemons.keyring(box)
    box.lazaret("secret", "set", "demo", "--stdin", stdin=b"hush-hush-1", env=desktop).expect()
    listed = box.lazaret("secret", "list", "--json", env=desktop).expect().json()
    check.equal(listed, [{"name": "demo", "kept_in": "keyring"}])
    check.that(not (box.data / "lazaret/secrets/sealed").exists(), "there is a sealed file too")
    for number, source in enumerate(
        ('secret = "demo"', 'keyring = ["application=lazaret", "name=demo"]')
    ):
        box.configure(
            '[proxy.credentials.demo]\nenabled = true\nhost = "api.test"\nheader = "X-Key"\n'
            f"source = {{ {source} }}\n"
        )
        box.curl("https://api.test/", env=desktop).expect()
        check.equal(api.requests[number].headers("X-Key"), ["hush-hush-1"], source)
    box.lazaret("secret", "remove", "demo", env=desktop).expect()
    check.equal(box.lazaret("secret", "list", "--json", env=desktop).expect().json(), [])


@test
def a_key_file_that_is_replaced_is_used_without_a_restart(box):
    api = box.origin("api.test", origins.echo)
    key = box.config / "key"
    _replace(key, "hush-hush-1")
    box.configure(
        '[proxy.credentials.demo]\nenabled = true\nhost = "api.test"\nheader = "X-Key"\n'
        f'source.file = "{key}"\n'
    )
    script = 'while read -r line; do curl -sS --max-time 20 "https://api.test/$line"; echo; done'
    process = box.start_lazaret(*box.command_line(["bash", "-c", script]))

    def ask(path):
        process.stdin.write(f"{path}\n".encode())
        process.stdin.flush()
        return process.stdout.readline().decode()

    check.lacks(ask("first"), "hush")
    _replace(key, "hush-hush-2")

    def has_new_key():
        ask("again")
        return api.requests[-1].headers("X-Key") == ["hush-hush-2"]

    check.eventually(has_new_key, "the new key is used", box.rig.patience)
    check.equal(api.requests[0].headers("X-Key"), ["hush-hush-1"])
    for old in ("hush-hush-1", "hush-hush-2"):
        check.lacks(ask(old), "hush", "an old and a new key are hidden")
    out, err = process.communicate(timeout=60)
    check.equal(process.returncode, 0, err)


def _replace(path, text):
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.chmod(0o600)
    beside.rename(path)
