#!/usr/bin/env bash
# Puts a real MySQL or MariaDB server and its command-line client into one folder, beside whatever the system
# has and without touching it: takes Debian's packages with all their libraries, unpacks them, and writes
# wrappers (mysqld and mysql, or mariadbd, mariadb-install-db and mariadb) that run them with those libraries,
# so they work on any Linux of the same processor. percona-toolkit comes with a perl of its own, in the same way, and
# chromium, which the tests of reports look at pages with, with all but the C library. Needs apt-get, dpkg-deb and a Debian mirror; not root.
#
#   install-server.sh mysql|mariadb|mariadb-11.8|mariadb-galera|percona-toolkit|percona-toolkit-3.2|chromium [DIR]
#       DIR defaults to ${XDG_CACHE_HOME:-$HOME/.cache}/mysql-updown/mysql (or …/mariadb, …/mariadb-11.8, …/mariadb-galera)
#   prints the server's path; a second call with the same DIR returns at once.
set -euo pipefail

name=${1:-}
case $name in
  mysql) suite=sid ;;
  mariadb) suite=bookworm ;;
  mariadb-11.8) suite=trixie ;;
  # A MariaDB that can be a node of a Galera cluster.
  mariadb-galera) suite=bookworm ;;
  percona-toolkit) suite=sid ;;
  percona-toolkit-3.2) suite=bookworm ;;
  chromium) suite=bookworm ;;
  *) echo "usage: ${0##*/} mysql|mariadb|mariadb-11.8|mariadb-galera|percona-toolkit|percona-toolkit-3.2|chromium [DIR]" >&2; exit 2 ;;
esac
family=${name%%-*}
case $family in
  mysql) server=mysqld client=mysql variable=TEST_MYSQL_URL packages="mysql-server-core mysql-client-core" ;;
  mariadb) server=mariadbd client=mariadb variable=TEST_MARIADB_URL packages="mariadb-server-core mariadb-client-core" ;;
  chromium) server=chromium variable=TEST_CHROMIUM packages="chromium fonts-dejavu-core" ;;
  # What it depends on beside is for its other tools.
  percona) server=pt-online-schema-change variable=PATH packages="perl libdbi-perl libdbd-mysql-perl libterm-readkey-perl" ;;
esac
# The whole library closure of a server goes without perl and what only the packaging scripts use.
left_out='^(perl|libperl|dpkg$|debconf|tar$|passwd|adduser)'
alone=
[ "$family" != percona ] || { left_out='^(dpkg$|debconf|tar$|passwd|adduser)'; alone=percona-toolkit; }
# Its child processes are started by path, not by a loader, so the C library has to be the machine's.
[ "$family" != chromium ] || left_out="$left_out|^libc6\$|^libc-bin\$"
[ "$name" != mariadb-galera ] || packages="$packages galera-4"

# One line: what is missing, and what to do instead.
fail() {
  echo "install-server: $1; install \`$server\` yourself and put it on the PATH, or set $variable" >&2
  exit 1
}

cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
dir=${2:-${cache:+$cache/mysql-updown/$name}}
[ -n "$dir" ] || fail "there is no folder to install $name into (HOME is not set)"
[ -x "$dir/$server" ] && { echo "$dir/$server"; exit 0; }
for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || fail "cannot install $name without $tool"
done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || fail "cannot install $name without Debian's keys ($keyring, package debian-archive-keyring)"
mkdir -p "$(dirname "$dir")" 2>/dev/null || fail "cannot create $(dirname "$dir")"
dir=$(cd "$(dirname "$dir")" && pwd)/$(basename "$dir")

# Two at once: the second waits, then finds the first one's work. The lock goes when this process does.
exec 9>"$dir.lock"
if command -v flock >/dev/null; then flock 9; fi
[ -x "$dir/$server" ] && { echo "$dir/$server"; exit 0; }
[ ! -e "$dir" ] || [ -z "$(ls -A "$dir")" ] || fail "$dir exists and is not an installed $name"

# Everything is built beside the final folder and renamed at the end, so what is there is always whole.
rm -rf "$dir".partial.*
work=$dir.partial.$$
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$work"/{lists/partial,cache/archives/partial,debs,installed/root}

# The mirror this machine already uses, when it is a plain Debian one (deb822 and classic sources); else Debian's own.
sources=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/sources.list 2>/dev/null || true)
mirror=$(sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' <<<"$sources" |
  sed -nE '/^https?:.*\/debian\/?$/{p;q}')
mirror=${mirror:-http://deb.debian.org/debian}

echo "install-server: fetching $name from $mirror ($suite), once, into $dir" >&2
: >"$work/status"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$work/sources.list"
# The machine's apt configuration stays (proxies, credentials); its package state, pins and sources do not.
apt=(-qq -oDir::Etc::sourcelist="$work/sources.list" -oDir::Etc::sourceparts=/dev/null
  -oDir::Etc::preferences=/dev/null -oDir::Etc::preferencesparts=/dev/null -oAPT::Default-Release=
  -oDir::State="$work" -oDir::State::Lists="$work/lists" -oDir::State::status="$work/status" -oDir::Cache="$work/cache"
  -oDebug::NoLocking=1 -oAPT::Sandbox::User= -oAPT::Update::Error-Mode=any -oAcquire::Languages=none
  -oAcquire::Retries=3)

fetch() {
  apt-get "${apt[@]}" update >&2 || return 1
  local closure
  closure=$(apt-get "${apt[@]}" install --no-install-recommends --print-uris -y $packages </dev/null |
    sed -nE "s/^'[^']+' ([^_]+)_.*/\1/p" | grep -vE "$left_out") || return 1
  (cd "$work/debs" && apt-get "${apt[@]}" download $closure $alone >&2)
}
# A mirror that is updated between the list and the download answers 404 once; a second look helps.
if ! fetch 2>"$work/log" && ! fetch 2>"$work/log"; then
  reason=$(grep -m1 '^E:' "$work/log" || tail -n1 "$work/log")
  fail "cannot download $name from $mirror (${reason:-apt-get failed})"
fi

root=$work/installed/root
for deb in "$work"/debs/*.deb; do
  dpkg-deb -x "$deb" "$root" || fail "cannot unpack $(basename "$deb")"
done
rm -rf "$root"/usr/share/{doc,man,locale,lintian,bug}

# Replaces one program in the unpacked tree by a wrapper that runs it with the unpacked loader and libraries.
# The loader stands in for exec, so the process id is the program's own and signals reach it.
wrap() {
  local program=$root/$1 arguments=${2:-}
  [ -f "$program" ] || return 0
  mv "$program" "$program.bin"
  cat >"$program" <<W
#!/usr/bin/env bash
root=\$(cd "\$(dirname "\$(readlink -f "\$0")")/../.." && pwd)
machine=\$(uname -m)-linux-gnu
libraries=\$root/usr/lib/\$machine:\$root/lib/\$machine:\$root/usr/lib/mysql/private
for loader in "\$root"/usr/lib/"\$machine"/ld-linux-*.so.* "\$root"/lib/"\$machine"/ld-linux-*.so.*; do
  [ -e "\$loader" ] && break
done
$arguments
exec "\$loader" --library-path "\$libraries" "\$root/$1.bin" "\$@"
W
  chmod +x "$program"
}
# A perl script that runs with the unpacked perl, its modules and its database driver.
wrap_perl() {
  mv "$root/$1" "$root/$1.pl"
  cat >"$root/$1" <<W
#!/usr/bin/env bash
root=\$(cd "\$(dirname "\$(readlink -f "\$0")")/../.." && pwd)
machine=\$(uname -m)-linux-gnu
for loader in "\$root"/usr/lib/"\$machine"/ld-linux-*.so.* "\$root"/lib/"\$machine"/ld-linux-*.so.*; do
  [ -e "\$loader" ] && break
done
folders=("\$root"/usr/lib/"\$machine"/perl5/* "\$root/usr/share/perl5" "\$root/usr/lib/\$machine/perl-base"
  "\$root"/usr/lib/"\$machine"/perl/5.* "\$root"/usr/share/perl/5.*)
PERL5LIB=\$(IFS=:; echo "\${folders[*]}")
MARIADB_PLUGIN_DIR=\$root/usr/lib/\$machine/libmariadb3/plugin
export PERL5LIB MARIADB_PLUGIN_DIR
exec "\$loader" --library-path "\$root/usr/lib/\$machine:\$root/lib/\$machine" "\$root/usr/bin/perl" "\$root/$1.pl" "\$@"
W
  chmod +x "$root/$1"
}
# Fonts and their settings are the unpacked ones, so that pictures are alike everywhere.
wrap_chromium() {
  cat >"$work/installed/chromium" <<'W'
#!/usr/bin/env bash
root=$(cd "$(dirname "$(readlink -f "$0")")/root" && pwd)
machine=$(uname -m)-linux-gnu
export LD_LIBRARY_PATH=$root/usr/lib/$machine:$root/lib/$machine:$root/usr/lib/$machine/nss:$root/usr/lib/$machine/pulseaudio:$root/usr/lib/chromium
export FONTCONFIG_SYSROOT=$root
exec "$root/usr/lib/chromium/chromium" "$@"
W
  chmod +x "$work/installed/chromium"
}
if [ "$family" = percona ] || [ "$family" = chromium ]; then
  if [ "$family" = chromium ]; then
    wrap_chromium
  else
    wrap_perl usr/bin/pt-online-schema-change
    ln -s root/usr/bin/pt-online-schema-change "$work/installed/$server"
  fi
  version=$("$work/installed/$server" --version 2>/dev/null) || fail "the unpacked $name does not run on this machine"
  mv -T "$work/installed" "$dir"
  echo "install-server: $version" >&2
  echo "$dir/$server"
  exit 0
fi

# The server takes these defaults before what it is given, and never a my.cnf of the machine unless told to.
server_arguments='case ${1:-} in
  --no-defaults | --defaults-file=* | --defaults-extra-file=*) first=$1; shift ;;
  *) first=--no-defaults ;;
esac
set -- "$first" --basedir="$root/usr" --lc-messages-dir="$root/usr/share/mysql" \
  --plugin-dir="$root/usr/lib/mysql/plugin" --character-sets-dir="$root/usr/share/mysql/charsets" "$@"'
wrap "usr/sbin/$server" "$server_arguments"
for tool in "$client" mysqldump mariadb-dump my_print_defaults resolveip; do
  [ -L "$root/usr/bin/$tool" ] || wrap "usr/bin/$tool"
done

ln -s "root/usr/sbin/$server" "$work/installed/$server"
ln -s "root/usr/bin/$client" "$work/installed/$client"
if [ "$family" = mariadb ]; then
  cat >"$work/installed/mariadb-install-db" <<'W'
#!/usr/bin/env bash
# mariadb-install-db takes --no-defaults first and finds everything else below its basedir.
root=$(cd "$(dirname "$(readlink -f "$0")")/root" && pwd)
first=()
case ${1:-} in --no-defaults | --defaults-*) first=("$1"); shift ;; esac
exec "$root/usr/bin/mariadb-install-db" "${first[@]}" --basedir="$root/usr" "$@"
W
  chmod +x "$work/installed/mariadb-install-db"
fi

version=$("$work/installed/$server" --version 2>/dev/null) || fail "the unpacked $name does not run on this machine"
"$work/installed/$client" --version >/dev/null 2>&1 || fail "the unpacked $name client does not run on this machine"
mv -T "$work/installed" "$dir"
echo "install-server: ${version##*  Ver }" >&2
echo "$dir/$server"
