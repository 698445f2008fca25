#!/usr/bin/env bash
# Builds images with the names and tags of those in compose.yaml and the Containerfile, from Debian's packages and Kafka's own files from
# Maven, for machines that reach no image registry. They use the same variables, folders, users and signals as the images that they
# replace; versions are Debian's. tools/containers/test.sh sources this file and sets the folder of the images.
#
# Built images are kept; a change of this file rebuilds all of them.

# Prints the tag of an image in compose.yaml and the Containerfile.
image_of() { grep -ohE "docker\.io/[a-z/]*$1:[^ }\"]+" compose.yaml Containerfile | sort -u | head -n 1; }

is_built() { podman image exists "$1" && [ "$(podman image inspect --format '{{index .Labels "stand-in"}}' "$1")" = "$recipe" ]; }

# build NAME <LINES: builds an image from the folder $work/root and lines of a Containerfile.
build() {
    tar -C "$work/root" -cf "$work/root.tar" .
    { printf 'FROM scratch\nADD root.tar /\nLABEL stand-in=%s\n' "$recipe"; cat; } >"$work/Containerfile"
    buildah bud --isolation chroot --format docker --quiet --tag "$1" "$work" >/dev/null
    rm -rf "$work/root" "$work/root.tar"
}

# root [PACKAGE…]: creates a fresh Debian in $work/root, with packages.
root() {
    if ! [ -e "$store/debian/made" ]; then
        rm -rf "$store/debian"
        debootstrap --variant=minbase bookworm "$store/debian" >"$work/log" 2>&1 || { tail -5 "$work/log" >&2; return 1; }
        # No service may start during its installation.
        printf '#!/bin/sh\nexit 101\n' >"$store/debian/usr/sbin/policy-rc.d"
        chmod 755 "$store/debian/usr/sbin/policy-rc.d"
        touch "$store/debian/made"
    fi
    rm -rf "$work/root"
    cp -a "$store/debian" "$work/root"
    [ $# -gt 0 ] || return 0
    cp /etc/resolv.conf "$work/root/etc/resolv.conf"
    # The installation of Java needs /proc; the mount ends with the command.
    unshare --mount sh -euc "mount -t proc proc '$work/root/proc'
        exec chroot '$work/root' sh -eu" >"$work/log" 2>&1 <<COMMANDS || { tail -5 "$work/log" >&2; return 1; }
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends $*
        apt-get clean
        rm -rf /var/lib/apt/lists/*
COMMANDS
}

# script PATH: writes a program into the image, from standard input.
script() {
    install -D -m 755 /dev/stdin "$work/root/$1"
}

stand_in_debian() {
    root
    build "$1" <<<'CMD ["bash"]'
}

stand_in_nginx() {
    root nginx-light
    build "$1" <<'LINES'
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
LINES
}

stand_in_redis() {
    root redis-server
    script usr/local/bin/docker-entrypoint.sh <<'SCRIPT'
#!/bin/sh
set -e
# Not as root, and with access from other hosts, like the original image.
if [ "$1" = redis-server ]; then
    set -- "$@" --protected-mode no
    [ "$(id -u)" != 0 ] || { chown redis . && exec setpriv --reuid=redis --regid=redis --clear-groups "$0" "$@"; }
fi
exec "$@"
SCRIPT
    mkdir -p "$work/root/data"
    build "$1" <<'LINES'
VOLUME /data
WORKDIR /data
EXPOSE 6379
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["redis-server"]
LINES
}

stand_in_postgres() {
    root postgresql-15
    rm -rf "$work/root/var/lib/postgresql/15"
    script usr/local/bin/docker-entrypoint.sh <<'SCRIPT'
#!/bin/bash
set -e
if [ "$(id -u)" = 0 ]; then
    install -d -m 700 -o postgres -g postgres "$PGDATA"
    install -d -m 775 -o postgres -g postgres /var/run/postgresql
    chown postgres:postgres "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if ! [ -s "$PGDATA/PG_VERSION" ]; then
    [ -n "$POSTGRES_PASSWORD" ] || { echo "POSTGRES_PASSWORD is not set." >&2; exit 1; }
    # shellcheck disable=SC2086
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --auth-host=scram-sha-256 --auth-local=trust $POSTGRES_INITDB_ARGS
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    pg_ctl -w -o "-c listen_addresses=''" start
    psql --no-psqlrc --username="$POSTGRES_USER" --dbname=postgres --command="CREATE DATABASE \"$POSTGRES_DB\""
    pg_ctl -w -m fast stop
fi
exec "$@"
SCRIPT
    build "$1" <<'LINES'
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PGDATA=/var/lib/postgresql/data LANG=C.UTF-8
VOLUME /var/lib/postgresql/data
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres", "-c", "listen_addresses=*"]
LINES
}

# Fetches Kafka's files from Maven, into the folder that scripts/stack/kafka.sh uses, too.
kafka_jars() {
    local version=$1 jars=$PWD/.tools/kafka-$1
    [ ! -d "$jars" ] || return 0
    cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>jimmy</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>$version</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
POM
    mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$work/jars"
    mv "$work/jars" "$jars"
}

stand_in_kafka() {
    local version=${1##*:}
    kafka_jars "$version"
    root openjdk-17-jre-headless
    mkdir -p "$work/root/opt/kafka/libs" "$work/root/opt/kafka/config" "$work/root/var/lib/kafka/data" "$work/root/mnt/shared/config"
    cp "$PWD/.tools/kafka-$version"/*.jar "$work/root/opt/kafka/libs/"
    chroot "$work/root" useradd --uid 1000 --create-home appuser
    # The original image uses this class to turn variables into settings, and to format the folder.
    script etc/kafka/docker/run <<'SCRIPT'
#!/bin/bash
set -e
export CLASSPATH="/opt/kafka/libs/*"
: >/etc/kafka/docker/server.properties
quick=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=info)
said=$(java "${quick[@]}" kafka.docker.KafkaDockerWrapper setup --default-configs-dir /etc/kafka/docker \
    --mounted-configs-dir /mnt/shared/config --final-configs-dir /opt/kafka/config 2>&1) ||
    grep -q "already formatted" <<<"$said" || { echo "$said" >&2; exit 1; }
# shellcheck disable=SC2086
exec java $KAFKA_HEAP_OPTS "${quick[@]}" -XX:+ExitOnOutOfMemoryError kafka.Kafka /opt/kafka/config/server.properties
SCRIPT
    touch "$work/root/etc/kafka/docker/"{log4j2.yaml,tools-log4j2.yaml,server.properties}
    chroot "$work/root" chown -R appuser /opt/kafka /var/lib/kafka /etc/kafka /mnt/shared/config
    build "$1" <<'LINES'
VOLUME ["/var/lib/kafka/data", "/mnt/shared/config"]
EXPOSE 9092
USER appuser
CMD ["/etc/kafka/docker/run"]
LINES
}

# For a build in the image only: this machine's Rust and Node.js.
stand_in_rust() {
    root build-essential perl ca-certificates pkg-config zlib1g-dev
    mkdir -p "$work/root/usr/local/cargo/bin" "$work/root/usr/local/rustup/toolchains"
    local version=${1##*:} host name
    version=${version%%-*}
    host=$(rustc --version --verbose | sed -n 's/^host: //p')
    name=$version-$host
    cp -a "$(rustc --print sysroot)/." "$work/root/usr/local/rustup/toolchains/$name/"
    cp "$(command -v rustup)" "$work/root/usr/local/cargo/bin/rustup"
    for program in cargo rustc rustdoc; do ln "$work/root/usr/local/cargo/bin/rustup" "$work/root/usr/local/cargo/bin/$program"; done
    cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
    # npm does not use the certificate authorities of the machine by itself.
    build "$1" <<LINES
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo RUSTUP_TOOLCHAIN=$name PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LINES
}

stand_in_node() {
    root ca-certificates
    local modules
    modules=$(npm root --global)
    mkdir -p "$work/root/usr/local/bin" "$work/root/usr/local/lib/node_modules"
    cp "$(command -v node)" "$work/root/usr/local/bin/node"
    cp -a "$modules/npm" "$work/root/usr/local/lib/node_modules/npm"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/root/usr/local/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$work/root/usr/local/bin/npx"
    build "$1" <<<'CMD ["node"]'
}

# stand_ins NAME…: builds the images of these names that are missing.
stand_ins() {
    local name image recipe
    recipe=$(sha256sum "${BASH_SOURCE[0]}" | cut -c 1-16)
    for name in "$@"; do
        image=$(image_of "$name")
        [ -n "$image" ] || { echo "No image of $name is in compose.yaml or the Containerfile." >&2; return 1; }
        is_built "$image" && continue
        echo "==> Building a replacement of $image (about half a minute)"
        "stand_in_$name" "$image"
    done
}
