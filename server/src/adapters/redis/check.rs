//! Whether a Redis can be used, and does not fill its machine. Looks, and changes nothing.

use std::time::{Duration, Instant};

use redis::{ProtocolVersion, aio::MultiplexedConnection};
use tokio::time::timeout;

use super::{Address, CALL_WAIT, wrong};
use crate::finding::{Finding, Line};

/// Version 6 is the first with RESP3, which says at once when a connection has ended.
const VERSION_MIN: u32 = 6;
/// Connecting and each question may take so long.
const ASK_WAIT: Duration = Duration::from_secs(2);
/// Pings whose median is the latency.
const PINGS: usize = 9;
/// From here on reading the history from Redis is hardly faster than from the database.
const SLOW: Duration = Duration::from_millis(10);

/// What is to be known of one Redis.
///
/// It takes half a minute at the most.
pub async fn check(address: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Err(sentence) = look(address, &mut found).await {
        found.push(Finding::error(sentence));
    }
    found
}

async fn look(address: &str, found: &mut Vec<Finding>) -> Result<(), String> {
    let address = Address::parse(address)?;
    let info = address.client.get_connection_info();
    // An older Redis has to be understood to say how old it is.
    let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP2);
    let client = redis::Client::open(info.clone().set_redis_settings(settings)).map_err(|error| error.to_string())?;
    let away = |why: String| away(&address, &why);
    let connecting = timeout(ASK_WAIT, client.get_multiplexed_async_connection()).await;
    let mut connection =
        connecting.map_err(|_| away("no answer in time".into()))?.map_err(|error| away(error.to_string()))?;
    let latency = latency(&mut connection).await.map_err(away)?;
    let info = ask(redis::cmd("INFO"), &mut connection).await;
    match info.as_deref().map(facts) {
        Ok(facts) => found.extend([facts.version(), facts.role(), facts.memory()]),
        Err(why) => found.push(Finding::warning(format!(
            "it does not say how it is ({why}); let the user run INFO, or see yourself to its version (6 or newer) and its maxmemory"
        ))),
    }
    found.push(line(&address));
    found.push(script(&mut connection).await);
    found.push(speed(latency));
    Ok(())
}

fn away(address: &Address, why: &str) -> String {
    let place = &address.place;
    let known = wrong::advice(why).or_else(|| wrong::guess(address.is_encrypted, why));
    let advice = known.unwrap_or("start it, or correct the address, the database number, the user or the password");
    format!("Redis at {place} cannot be used ({why}): {advice}; until then the chat goes on without it")
}

/// `rediss://` always verifies who answers.
fn line(address: &Address) -> Finding {
    let line = if address.is_encrypted { Line::Verified } else { Line::Clear };
    line.finding(address.host(), "rediss://, and ca_file=/path/ca.pem if its certificate is signed by a CA of your own")
}

async fn ask(command: redis::Cmd, connection: &mut MultiplexedConnection) -> Result<String, String> {
    let answer = timeout(ASK_WAIT, command.query_async::<String>(connection)).await;
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
            "it takes {ms:.1} ms to answer, and nobody waits longer than {} for it: move it nearer, or look what keeps it busy (redis-cli slowlog get)",
            CALL_WAIT.as_millis()
        ));
    }
    match latency > SLOW {
        true => Finding::warning(format!(
            "it takes {ms:.1} ms to answer: move it nearer, or look what keeps it busy (redis-cli slowlog get)"
        )),
        false => Finding::ok(format!("it answers in {ms:.1} ms")),
    }
}

/// What we write goes through small scripts.
async fn script(connection: &mut MultiplexedConnection) -> Finding {
    let mut command = redis::cmd("EVAL");
    command.arg("return 'ok'").arg(0);
    match ask(command, connection).await {
        Ok(_) => Finding::ok("it runs scripts"),
        Err(why) => Finding::error(format!("it does not run scripts ({why}); let the user run EVAL and EVALSHA")),
    }
}

/// What `INFO` says.
struct Facts<'a>(&'a str);

fn facts(info: &str) -> Facts<'_> {
    Facts(info)
}

impl Facts<'_> {
    fn of(&self, name: &str) -> &str {
        let line = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default().trim()
    }

    fn version(&self) -> Finding {
        let version = self.of("redis_version");
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        match major.is_some_and(|major| major >= VERSION_MIN) {
            true => Finding::ok(format!("it lets us in, and is Redis {version}")),
            false => Finding::error(format!("it is Redis {version:?}; upgrade it to {VERSION_MIN} or newer")),
        }
    }

    fn role(&self) -> Finding {
        match self.of("role") {
            "slave" => Finding::error("it is a replica, which cannot be written; name its master"),
            _ => Finding::ok("it can be written"),
        }
    }

    fn memory(&self) -> Finding {
        let policy = self.of("maxmemory_policy");
        match self.of("maxmemory") {
            "" => Finding::warning("it does not say how much memory it takes; see to its maxmemory yourself"),
            "0" => Finding::warning(
                "it has no maxmemory: a busy chat can fill its machine; CONFIG SET maxmemory 256mb and maxmemory-policy allkeys-lru, and the same in redis.conf",
            ),
            _ if policy == "noeviction" => Finding::warning(
                "its maxmemory-policy is noeviction: once it is full it takes nothing new, and neither history nor who is there is shared; CONFIG SET maxmemory-policy allkeys-lru, and the same in redis.conf",
            ),
            bytes => Finding::ok(format!("it holds at most {bytes} bytes, and makes room by {policy}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Grade;

    #[test]
    fn an_old_redis_a_replica_and_one_without_bounds_are_told() {
        let info = |version, role, maxmemory, policy| {
            format!(
                "# Server\r\nredis_version:{version}\r\nrole:{role}\r\nmaxmemory:{maxmemory}\r\nmaxmemory_human:1G\r\nmaxmemory_policy:{policy}\r\n"
            )
        };
        let grades = |info: &str| [facts(info).version(), facts(info).role(), facts(info).memory()].map(|it| it.grade);
        use Grade::{Error, Ok, Warning};
        assert_eq!(grades(&info("7.0.15", "master", 1 << 28, "allkeys-lru")), [Ok, Ok, Ok]);
        assert_eq!(grades(&info("6.0.0", "master", 1 << 28, "volatile-lru")), [Ok, Ok, Ok]);
        assert_eq!(grades(&info("5.0.14", "slave", 0, "noeviction")), [Error, Error, Warning]);
        assert_eq!(grades(&info("7.2.4", "master", 1 << 28, "noeviction")), [Ok, Ok, Warning]);
        assert_eq!(grades(""), [Error, Ok, Warning], "what is not said is not well");
    }

    #[test]
    fn what_is_slow_is_told() {
        let grade = |ms| speed(Duration::from_millis(ms)).grade;
        assert_eq!((grade(1), grade(20), grade(100)), (Grade::Ok, Grade::Warning, Grade::Error));
    }
}
