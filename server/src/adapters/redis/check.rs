//! Checks whether a Redis accepts us, is fast enough, and limits its memory. Changes nothing.

use std::time::{Duration, Instant};

use redis::{ProtocolVersion, aio::MultiplexedConnection};
use tokio::time::timeout;

use super::{address::Address, client::CALL_WAIT, error};
use crate::ports::finding::{Encryption, Finding};

/// The oldest major version that can be used: the first with RESP3, which reports at once when a connection has ended.
const VERSION_MIN: u32 = 6;
/// Time-out for connecting, and for each command.
const COMMAND_WAIT: Duration = Duration::from_secs(2);
/// Number of pings whose median is the latency.
const PINGS: usize = 9;
/// Latency from which Redis is hardly faster than the database.
const SLOW: Duration = Duration::from_millis(10);

/// Checks one Redis. Takes at most half a minute.
pub async fn check(address: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Err(sentence) = collect(address, &mut found).await {
        found.push(Finding::error(sentence));
    }
    found
}

async fn collect(address: &str, found: &mut Vec<Finding>) -> Result<(), String> {
    let address = Address::parse(address)?;
    let info = address.client.get_connection_info();
    // RESP2, so that an older Redis can still report its version.
    let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP2);
    let client = redis::Client::open(info.clone().set_redis_settings(settings)).map_err(|error| error.to_string())?;
    let away = |why: String| away(&address, &why);
    let connecting = timeout(COMMAND_WAIT, client.get_multiplexed_async_connection()).await;
    let mut connection =
        connecting.map_err(|_| away("no answer in time".into()))?.map_err(|error| away(error.to_string()))?;
    let latency = latency(&mut connection).await.map_err(away)?;
    let info = ask(redis::cmd("INFO"), &mut connection).await;
    match info.as_deref().map(Info) {
        Ok(info) => found.extend([info.version(), info.role(), info.memory()]),
        Err(why) => found.push(Finding::warning(format!(
            "its state cannot be read ({why}); let the user run INFO, or check its version (6 or newer) and its maxmemory yourself"
        ))),
    }
    found.push(encryption(&address));
    found.push(script(&mut connection).await);
    found.push(speed(latency));
    Ok(())
}

fn away(address: &Address, why: &str) -> String {
    let place = &address.place;
    let known = error::advice(why).or_else(|| error::guess(address.is_encrypted, why));
    let advice = known.unwrap_or("start it, or correct the address, the database number, the user or the password");
    format!("Redis at {place} cannot be used ({why}): {advice}; until then the chat works without it")
}

/// Checks whether the connection is encrypted; `rediss://` always verifies the certificate.
fn encryption(address: &Address) -> Finding {
    let encryption = if address.is_encrypted { Encryption::Verified } else { Encryption::None };
    encryption
        .finding(address.host(), "rediss://, and ca_file=/path/ca.pem if its certificate is signed by a CA of your own")
}

async fn ask(command: redis::Cmd, connection: &mut MultiplexedConnection) -> Result<String, String> {
    let answer = timeout(COMMAND_WAIT, command.query_async::<String>(connection)).await;
    answer.map_err(|_| "no answer in time".to_owned())?.map_err(|error| error.to_string())
}

async fn latency(connection: &mut MultiplexedConnection) -> Result<Duration, String> {
    let mut took = Vec::with_capacity(PINGS);
    for _ in 0..PINGS {
        let began = Instant::now();
        ask(redis::cmd("PING"), connection).await?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    Ok(took[PINGS / 2])
}

fn speed(latency: Duration) -> Finding {
    let ms = latency.as_secs_f64() * 1_000.0;
    if latency >= CALL_WAIT {
        return Finding::error(format!(
            "it takes {ms:.1} ms to answer, and calls time out after {} ms: move it nearer, or check what keeps it busy (redis-cli slowlog get)",
            CALL_WAIT.as_millis()
        ));
    }
    match latency > SLOW {
        true => Finding::warning(format!(
            "it takes {ms:.1} ms to answer: move it nearer, or check what keeps it busy (redis-cli slowlog get)"
        )),
        false => Finding::ok(format!("it answers in {ms:.1} ms")),
    }
}

/// Checks that the user may run scripts, which all writes need.
async fn script(connection: &mut MultiplexedConnection) -> Finding {
    let mut command = redis::cmd("EVAL");
    command.arg("return 'ok'").arg(0);
    match ask(command, connection).await {
        Ok(_) => Finding::ok("it runs scripts"),
        Err(why) => Finding::error(format!("it does not run scripts ({why}); let the user run EVAL and EVALSHA")),
    }
}

/// The answer to `INFO`.
struct Info<'a>(&'a str);

impl Info<'_> {
    fn of(&self, name: &str) -> &str {
        let line = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default().trim()
    }

    fn version(&self) -> Finding {
        let version = self.of("redis_version");
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        match major.is_some_and(|major| major >= VERSION_MIN) {
            true => Finding::ok(format!("it accepts the connection, and is Redis {version}")),
            false => Finding::error(format!("it is Redis {version:?}; upgrade it to {VERSION_MIN} or newer")),
        }
    }

    fn role(&self) -> Finding {
        match self.of("role") {
            "slave" => Finding::error("it is a replica, which cannot be written to; name its master"),
            _ => Finding::ok("it can be written to"),
        }
    }

    fn memory(&self) -> Finding {
        let policy = self.of("maxmemory_policy");
        match self.of("maxmemory") {
            "" => Finding::warning("its memory limit cannot be read; check its maxmemory yourself"),
            "0" => Finding::warning(
                "it has no maxmemory: a busy chat can fill the memory of its machine; CONFIG SET maxmemory 256mb and maxmemory-policy allkeys-lru, and the same in redis.conf",
            ),
            _ if policy == "noeviction" => Finding::warning(
                "its maxmemory-policy is noeviction: once it is full it stores nothing new, and servers share neither history nor presence; CONFIG SET maxmemory-policy allkeys-lru, and the same in redis.conf",
            ),
            bytes => Finding::ok(format!("it stores at most {bytes} bytes, and evicts by {policy}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::finding::Severity;

    #[test]
    fn reports_old_versions_replicas_and_missing_memory_limits() {
        let info = |version, role, maxmemory, policy| {
            format!(
                "# Server\r\nredis_version:{version}\r\nrole:{role}\r\nmaxmemory:{maxmemory}\r\nmaxmemory_human:1G\r\nmaxmemory_policy:{policy}\r\n"
            )
        };
        let grades = |info: &str| [Info(info).version(), Info(info).role(), Info(info).memory()].map(|it| it.severity);
        use Severity::{Error, Ok, Warning};
        assert_eq!(grades(&info("7.0.15", "master", 1 << 28, "allkeys-lru")), [Ok, Ok, Ok]);
        assert_eq!(grades(&info("6.0.0", "master", 1 << 28, "volatile-lru")), [Ok, Ok, Ok]);
        assert_eq!(grades(&info("5.0.14", "slave", 0, "noeviction")), [Error, Error, Warning]);
        assert_eq!(grades(&info("7.2.4", "master", 1 << 28, "noeviction")), [Ok, Ok, Warning]);
        assert_eq!(grades(""), [Error, Ok, Warning], "what cannot be read is not ok");
    }

    #[test]
    fn reports_slow_answers() {
        let grade = |ms| speed(Duration::from_millis(ms)).severity;
        assert_eq!((grade(1), grade(20), grade(100)), (Severity::Ok, Severity::Warning, Severity::Error));
    }
}
