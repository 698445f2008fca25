#!/usr/bin/env bash
# A real Kafka on this machine, for development and tests: N nodes on loopback, each of them broker and controller (KRaft).
#
#   scripts/stack/kafka.sh install                    installs Java and fetches Kafka
#   scripts/stack/kafka.sh up   DIR [N] [BASE_PORT]   starts the nodes that do not run, and waits until they serve; default: 1 node, 19092
#   scripts/stack/kafka.sh stop DIR                   stops the nodes of this folder; their data stays
#   scripts/stack/kafka.sh kill DIR NODE              kills one node with SIGKILL; `up` starts it again
#
# Node 1 listens on BASE_PORT, node 2 ten above it, and so on; the port after each is its controller's. `up` prints the
# brokers as `kafka://` takes them. With KAFKA_LINE_PORT the first node also listens on the second port after its own, and tells
# clients there that its address is KAFKA_LINE_PORT, so that a test can put a connection that it cuts in between.
# Kafka is fetched once from Maven, into .tools/kafka-VERSION.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${KAFKA_VERSION:-4.1.1}
heap=${KAFKA_HEAP:-256m}
wait_seconds=90 # a node starts in a few seconds; three on two busy cores take longer
cluster=SmltbXlDaGF0LUtyYWZ0MQ # any id, the same for all nodes
jars=$PWD/.tools/kafka-$version

fail() { echo "$*" >&2; exit 1; }
usage="usage: scripts/stack/kafka.sh install | up DIR [N] [BASE_PORT] | stop DIR | kill DIR NODE"
command=${1:?$usage}
[ "$command" = install ] || data=$(realpath -m "${2:?$usage}")

# Whether a node's process runs. The process id alone may belong to another program by now.
runs() {
    local pid
    pid=$(cat "$data/$1/pid" 2>/dev/null) || return 1
    [ -n "$pid" ] && { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "kafka.Kafka $data/$1/server.properties"
}

nodes() { find "$data" -mindepth 2 -maxdepth 2 -name pid -printf '%h\n' 2>/dev/null | xargs -rn1 basename | sort -n; }

stop() {
    local node
    for node in $(nodes); do ! runs "$node" || kill "$(cat "$data/$node/pid")"; done
    for node in $(nodes); do
        for _ in $(seq 100); do runs "$node" || break; sleep 0.1; done
        # Without a majority a node cannot shut down in an orderly way, and would wait.
        ! runs "$node" || kill -9 "$(cat "$data/$node/pid")"
        rm -f "$data/$node/pid"
    done
}

install() { # COMMAND PACKAGE
    ! command -v "$1" >/dev/null || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "==> Installing $2 for Kafka (about 1 minute)"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null
    else
        fail "Kafka needs $1: install it (on Debian: apt-get install $2), then start again."
    fi
}

fetch() {
    [ ! -d "$jars" ] || return 0
    install mvn maven
    echo "==> Fetching Kafka $version from Maven (about 1 minute, 60 MB)"
    local work
    work=$(mktemp -d)
    dependency() { echo "<dependency><groupId>$1</groupId><artifactId>$2</artifactId><version>$3</version></dependency>"; }
    cat >"$work/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>kafka</artifactId><version>1</version>
<packaging>pom</packaging><dependencies>
$(dependency org.apache.kafka kafka_2.13 "$version")
$(dependency org.apache.kafka kafka-tools "$version")
$(dependency org.slf4j slf4j-simple 1.7.36)
</dependencies></project>
XML
    rm -rf "$jars.new"
    mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$jars.new" \
        >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "Kafka $version cannot be fetched from Maven: see above."; }
    mv "$jars.new" "$jars"
    rm -rf "$work"
}

port() { echo $((base + 10 * ($1 - 1))); }

configure() { # NODE: settings of a small cluster
    local line= line_at=
    if [ -n "${KAFKA_LINE_PORT:-}" ] && [ "$1" = 1 ]; then
        line=,LINE://127.0.0.1:$(($(port 1) + 2)) line_at=,LINE://127.0.0.1:$KAFKA_LINE_PORT
    fi
    local replicas=$((count < 3 ? 1 : 3)) in_sync=$((count < 3 ? 1 : 2)) node voters=
    for node in $(seq "$count"); do voters+=${voters:+,}$node@127.0.0.1:$(($(port "$node") + 1)); done
    cat >"$data/$1/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=$1
listeners=PLAINTEXT://127.0.0.1:$(port "$1"),CONTROLLER://127.0.0.1:$(($(port "$1") + 1))$line
advertised.listeners=PLAINTEXT://127.0.0.1:$(port "$1")$line_at
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LINE:PLAINTEXT
controller.quorum.voters=$voters
log.dirs=$data/$1/data
default.replication.factor=$replicas
min.insync.replicas=$in_sync
offsets.topic.replication.factor=$replicas
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$in_sync
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=$replicas
share.coordinator.state.topic.min.isr=$in_sync
auto.create.topics.enable=false
delete.topic.enable=true
log.cleaner.dedupe.buffer.size=4194304
# A dead node is detected after 6 s instead of 9, so that its partitions have another leader within the promised 10 s.
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=1000
PROPERTIES
}

start() { # NODE
    local folder=$data/$1
    if ! [ -e "$folder/data/meta.properties" ]; then
        java -Xmx64m -XX:TieredStopAtLevel=1 -cp "$jars/*" kafka.tools.StorageTool \
            format -t "$cluster" -c "$folder/server.properties" >"$folder/format.log" 2>&1 || { cat "$folder/format.log" >&2; exit 1; }
    fi
    : >"$folder/log"
    setsid nohup java -Xms64m "-Xmx$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError \
        -Djava.awt.headless=true -Dorg.slf4j.simpleLogger.defaultLogLevel=info -Dorg.slf4j.simpleLogger.showDateTime=true \
        -cp "$jars/*" kafka.Kafka "$folder/server.properties" >>"$folder/log" 2>&1 </dev/null &
    echo $! >"$folder/pid"
}

await() { # NODE: its log says when it serves
    local folder=$data/$1
    for _ in $(seq $((wait_seconds * 10))); do
        ! grep -q 'Kafka Server started' "$folder/log" || return 0
        # Not `runs`: right after the fork the command line is still that of this script.
        kill -0 "$(cat "$folder/pid")" 2>/dev/null || { tail -n 30 "$folder/log" >&2; fail "Kafka's node $1 has stopped: see $folder/log."; }
        sleep 0.1
    done
    tail -n 30 "$folder/log" >&2
    fail "Kafka's node $1 does not serve after $wait_seconds seconds: see $folder/log."
}

case $command in
install)
    install java default-jre-headless
    fetch
    ;;
up)
    count=${3:-1} base=${4:-19092} brokers=
    install java default-jre-headless
    fetch
    for node in $(seq "$count"); do
        brokers+=${brokers:+,}127.0.0.1:$(port "$node")
        ! runs "$node" || continue
        mkdir -p "$data/$node"
        configure "$node"
        [ -n "${announced:-}" ] || echo "==> Starting Kafka, nodes: $count (about 10 seconds)"
        announced=yes
        start "$node"
    done
    for node in $(seq "$count"); do await "$node"; done
    echo "Kafka serves at $brokers"
    ;;
stop) stop ;;
kill)
    node=${3:?$usage}
    ! runs "$node" || kill -9 "$(cat "$data/$node/pid")"
    rm -f "$data/$node/pid"
    ;;
*) fail "$usage" ;;
esac
