#!/bin/sh
# Runs a command where everything but /tmp is read-only, as on the managed service:
#
#   sealed.sh ETC COMMAND [ARGUMENT...]
#
# The files of the folder ETC are added to those of /etc. Needs Linux, and either root or the right to
# make user namespaces. The command takes the place of this process.
set -eu

if [ "${1:-}" != --inside ]; then
    if [ "$(id -u)" = 0 ]; then
        exec unshare --mount "$0" --inside "$@"
    fi
    exec unshare --user --map-root-user --mount "$0" --inside "$@"
fi
shift
etc=$1
shift

mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$etc:/etc" /etc
# A mount of its own, so that it stays writable.
mount --bind /tmp /tmp
# Each mount by itself, with its other options: read-only applies to one, not to those within it.
cut -d ' ' -f 5,6 /proc/self/mountinfo | while read -r folder options; do
    case $folder in
        # Device files take writes.
        /tmp | /tmp/* | /proc | /proc/* | /sys | /sys/* | /dev | /dev/pts | /dev/mqueue) ;;
        *)
            others=$(printf ',%s,' "$options" | sed 's/,r[ow],/,/; s/^,//; s/,$//')
            # A space in a name is \040 here, which printf takes as \0040.
            folder=$(printf '%b.' "$(printf '%s' "$folder" | sed 's/\\/\\0/g')")
            mount -o "remount,bind,ro${others:+,$others}" "${folder%.}"
            ;;
    esac
done
exec "$@"
