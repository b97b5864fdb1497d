#!/usr/bin/env bash
# The life of the package, from its installation to its purge, in a container that scripts/deb-test has started.
set -euo pipefail

say() { printf '  %3d s  %s\n' "$SECONDS" "$*"; }
fail() { echo "  FAILED: $*" >&2 && exit 1; }
expect() { [[ $2 == "$3" ]] || fail "$1 is '$2', not '$3'"; }
property() { systemctl show --value --property "$1" comethub; }
apt_install() { apt-get -qq install --yes --no-install-recommends --allow-downgrades "$1" > /root/apt.log 2>&1 || { cat /root/apt.log >&2 && fail "apt install $1"; }; }

# Waits for a condition, for a minute at most.
await() {
    local what=$1
    shift
    for _ in {1..600}; do
        if "$@" > /dev/null 2>&1; then return; fi
        sleep 0.1
    done
    fail "still waiting for $what"
}

# Everything that a package could leave behind. Logs, apt's own files and what systemd notes are not its own.
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /root -o -path /var/log \
        -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/lib/systemd -o -path /var/lib/redis \
        -o -path /var/backups \) -prune -o ! -name '*-' -print | sort
    for base in passwd group shadow gshadow; do sort "/etc/$base"; done
}

files > /root/before
say 'apt install'
apt_install /root/comethub.deb
expect 'the unit' "$(systemctl is-active comethub)" active
expect 'at the next boot it' "$(systemctl is-enabled comethub)" enabled
expect 'the type' "$(property Type)" notify
expect 'the watchdog' "$(property WatchdogUSec)" 30s
pid=$(property MainPID)
expect 'the user of the process' "$(ps -o user= -p "$pid")" comethub
expect 'who may read hub.yml' "$(stat -c '%U:%G %a' /etc/comethub/hub.yml)" 'root:comethub 640'
hubctl health > /dev/null || fail 'hubctl health'
for file in man/man1/hub.1.gz man/man1/hubctl.1.gz bash-completion/completions/hubctl zsh/vendor-completions/_hubctl \
    fish/vendor_completions.d/hubctl.fish doc/comethub/changelog.gz doc/comethub/copyright; do
    [[ -s /usr/share/$file ]] || fail "there is no /usr/share/$file"
done
! ldd /usr/bin/hub /usr/bin/hubctl | grep -E 'not found|swift|hiredis|yaml' || fail 'a library is wanted that no package brings'

say 'a bus in memory: publish and read'
hubctl publish first hello > /dev/null
expect 'what was published' "$(hubctl subscribe first --from earliest --count 1)" hello

say 'on Redis'
redis-cli config set maxmemory-policy noeviction > /dev/null
sed -i 's|^#bus: .*|bus: redis://127.0.0.1:6379|' /etc/comethub/hub.yml
systemctl restart comethub
await 'the hub on Redis' hubctl health
expect 'what hub config says' "$(hub config --config /etc/comethub/hub.yml | grep -c '^bus: .*redis://127.0.0.1:6379.*# file')" 1
systemctl reload comethub
expect 'the unit after a reload' "$(systemctl is-active comethub)" active

say 'an upgrade with a stream open'
hubctl subscribe numbers --from earliest > /root/events 2> /root/interruptions &
stream=$!
publish() {
    local number=0
    while [[ ! -e /root/enough ]]; do
        number=$((number + 1))
        # What was not answered is published again under the same key, and counts once.
        until hubctl publish numbers "$number" --key "number-$number" > /dev/null 2>&1; do sleep 0.05; done
        echo "$number" > /root/published
    done
}
publish &
publisher=$!
await 'the first events' grep -qx 10 /root/events
pid=$(property MainPID)
apt_install /root/next.deb
say 'the next one is installed'
[[ $(property MainPID) != "$pid" ]] || fail 'the old hub still runs'
expect 'the unit after the upgrade' "$(systemctl is-active comethub)" active
after=$(($(cat /root/published) + 10))
await 'events after the upgrade' grep -qx "$after" /root/events
touch /root/enough
wait "$publisher"
last=$(cat /root/published)
await 'the last event' grep -qx "$last" /root/events
cmp <(seq "$last") /root/events || fail 'the stream does not have every event once and in order'
grep -q 'drain' /root/interruptions || fail 'the stream was not told of the drain'
! grep -q reset /root/interruptions || fail 'the stream was told of a reset'
journalctl --unit comethub | grep -q 'draining' || fail 'the old hub did not drain'
expect 'how the old hub ended' "$(journalctl --unit comethub | grep -cE 'Failed with result|code=(dumped|killed)')" 0
say "$last events came, each once and in order; the stream was interrupted $(wc -l < /root/interruptions) times"
kill "$stream"
wait "$stream" || true

say 'apt remove'
apt-get -qq remove --yes comethub > /dev/null 2>&1
! systemctl is-active --quiet comethub || fail 'the hub still runs'
[[ ! -e /usr/bin/hub && -e /etc/comethub/hub.yml ]] || fail 'remove took the configuration, or left the program'

say 'apt purge'
apt-get -qq purge --yes --auto-remove comethub > /dev/null 2>&1
files > /root/after
diff /root/before /root/after || fail 'purge has left something'
say 'no trace of it'
