//! Whether a topic keeps what an ack promises, in sentences that say what to change.

use std::collections::BTreeMap;

use super::{
    KafkaSettings,
    client::REQUEST_BYTES_MAX,
    topic::{Admin, IN_SYNC, REPLICATION, RETENTION_MS, Seen, SeenTopic},
};

/// What a finding means for the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// With it an acknowledged message can be lost, or the server cannot work: it refuses to start.
    Refused,
    /// It is not what the server would have chosen, and it works.
    Different,
}

/// Something about the cluster that the operator should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether the server starts all the same.
    pub severity: Severity,
    /// What is, and what to change.
    pub sentence: String,
}

/// Looks at the cluster and the topic, and changes nothing. Nothing found is all well.
pub async fn check(settings: &KafkaSettings) -> Vec<Finding> {
    let admin = match Admin::new(settings) {
        Ok(admin) => admin,
        Err(sentence) => return vec![Finding { severity: Severity::Refused, sentence }],
    };
    match admin.see().await {
        Ok(seen) => judge(settings, &seen),
        Err(sentence) => vec![Finding { severity: Severity::Refused, sentence }],
    }
}

fn judge(settings: &KafkaSettings, seen: &Seen) -> Vec<Finding> {
    let mut findings = Findings { settings, found: Vec::new() };
    let Some(topic) = &seen.topic else {
        let made = if seen.brokers >= REPLICATION { REPLICATION } else { 1 };
        findings.add(
            Severity::Different,
            format!("the topic {} does not exist; the server makes it, with {made} of each record", settings.topic),
        );
        return findings.found;
    };
    if topic.partitions < settings.partitions as usize {
        findings.add(
            Severity::Different,
            format!(
                "the topic {} has {} partitions and not {}: more can be added with kafka-topics --bootstrap-server {} --alter --topic {} --partitions {}",
                settings.topic, topic.partitions, settings.partitions, settings.brokers, settings.topic, settings.partitions
            ),
        );
    }
    findings.replication(topic, seen);
    match &topic.settings {
        Ok(values) => findings.settings(values, topic.replication),
        Err(why) => findings.add(
            Severity::Different,
            format!(
                "the settings of the topic {} cannot be read ({why}): allow DescribeConfigs on it, or the server cannot know whether they keep what it promises",
                settings.topic
            ),
        ),
    }
    findings.found
}

struct Findings<'a> {
    settings: &'a KafkaSettings,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, severity: Severity, sentence: String) {
        self.found.push(Finding { severity, sentence });
    }

    /// A setting of the topic that should have another value.
    fn change(&mut self, severity: Severity, setting: &str, is: &str, should: &str, why: &str) {
        let KafkaSettings { brokers, topic, .. } = self.settings;
        self.add(
            severity,
            format!(
                "{setting} of the topic {topic} is {is}: {why}; change it with kafka-configs --bootstrap-server {brokers} --alter --entity-type topics --entity-name {topic} --add-config {setting}={should}"
            ),
        );
    }

    fn replication(&mut self, topic: &SeenTopic, seen: &Seen) {
        let name = &self.settings.topic;
        let (copies, brokers) = (topic.replication, seen.brokers);
        if copies == 1 && brokers >= REPLICATION {
            self.add(
                Severity::Different,
                format!(
                    "the topic {name} has one copy of each record though there are {brokers} brokers: with its broker's disk it is lost; give it {REPLICATION} with kafka-reassign-partitions"
                ),
            );
        }
        if copies == 1 {
            return;
        }
        if copies < REPLICATION {
            self.add(
                Severity::Refused,
                format!(
                    "the topic {name} has {copies} copies of each record: that is one too few for a broker to be away without messages being refused or lost; give it {REPLICATION} with kafka-reassign-partitions"
                ),
            );
        }
        match &seen.is_kafka_4 {
            Ok(true) => {}
            Ok(false) => self.add(
                Severity::Refused,
                format!(
                    "the brokers are older than Kafka 4, which can lose what several of them had acknowledged when the last one left comes back after a crash: use Kafka 4, or one copy of each record with flush.messages=1 on the topic {name}"
                ),
            ),
            Err(why) => self.add(
                Severity::Different,
                format!("whether the brokers are of Kafka 4 cannot be told ({why}): allow DescribeConfigs on the cluster"),
            ),
        }
    }

    fn settings(&mut self, values: &BTreeMap<String, String>, replication: usize) {
        use Severity::{Different, Refused};
        let get = |setting: &str| values.get(setting).map_or("", String::as_str);
        let number = |setting: &str| get(setting).parse::<i64>().unwrap_or(0);

        let policy = get("cleanup.policy");
        if policy != "delete" {
            let why = "records would vanish out of the middle of the log";
            self.change(Refused, "cleanup.policy", policy, "delete", why);
        }
        if get("unclean.leader.election.enable") != "false" {
            let why = "a broker that missed acknowledged messages could become the leader";
            self.change(Refused, "unclean.leader.election.enable", "true", "false", why);
        }
        let retention = number("retention.ms");
        let days = RETENTION_MS.to_string();
        if (0..RETENTION_MS).contains(&retention) {
            let why = "messages are acknowledged for at least 7 days in which the database may be away";
            self.change(Refused, "retention.ms", &retention.to_string(), &days, why);
        } else if retention != RETENTION_MS {
            let why = "7 days are enough, and more costs only room";
            self.change(Different, "retention.ms", &retention.to_string(), &days, why);
        }
        let most = number("retention.bytes");
        if most >= 0 {
            let why = "a busy day could push out what the database has not taken yet";
            self.change(Refused, "retention.bytes", &most.to_string(), "-1", why);
        }
        let largest = number("max.message.bytes");
        if largest < REQUEST_BYTES_MAX as i64 {
            let why = "several long messages that are sent together would be refused";
            self.change(Refused, "max.message.bytes", &largest.to_string(), &(2 * REQUEST_BYTES_MAX).to_string(), why);
        }
        if get("message.timestamp.type") != "LogAppendTime" {
            let why = "a server whose clock is slow makes its messages look old enough to be deleted";
            self.change(Different, "message.timestamp.type", get("message.timestamp.type"), "LogAppendTime", why);
        }
        let in_sync = number("min.insync.replicas");
        if replication == 1 {
            if number("flush.messages") != 1 {
                let why = "there is one copy of each record, and Kafka acknowledges it before it is on the disk";
                self.change(Refused, "flush.messages", get("flush.messages"), "1", why);
            }
        } else if in_sync < IN_SYNC {
            let why = "a message could be acknowledged that one broker alone has, and not on its disk";
            self.change(Refused, "min.insync.replicas", &in_sync.to_string(), "2", why);
        } else if in_sync as usize >= replication {
            let why = "with any broker away no message can be sent";
            self.change(Different, "min.insync.replicas", &in_sync.to_string(), "2", why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(replication: usize, changes: &[(&str, &str)]) -> Seen {
        let mut values: BTreeMap<String, String> = [
            ("cleanup.policy", "delete"),
            ("retention.ms", "604800000"),
            ("retention.bytes", "-1"),
            ("unclean.leader.election.enable", "false"),
            ("message.timestamp.type", "LogAppendTime"),
            ("max.message.bytes", "1048576"),
            ("flush.messages", if replication == 1 { "1" } else { "9223372036854775807" }),
            ("min.insync.replicas", if replication == 1 { "1" } else { "2" }),
        ]
        .map(|(setting, value)| (setting.to_owned(), value.to_owned()))
        .into();
        values.extend(changes.iter().map(|(setting, value)| ((*setting).to_owned(), (*value).to_owned())));
        let topic = SeenTopic { partitions: 12, replication, settings: Ok(values) };
        Seen { brokers: replication, topic: Some(topic), is_kafka_4: Ok(true) }
    }

    fn found(seen: &Seen) -> Vec<Finding> {
        judge(&KafkaSettings::parse("kafka://a:1,b:2/chat").expect("valid"), seen)
    }

    #[test]
    fn what_the_server_makes_itself_is_well() {
        assert_eq!(found(&seen(1, &[])), []);
        assert_eq!(found(&seen(3, &[])), []);
    }

    #[test]
    fn each_setting_that_is_weaker_or_different_is_named_with_the_command() {
        use Severity::{Different, Refused};
        for (replication, setting, value, severity, should) in [
            (1, "cleanup.policy", "compact,delete", Refused, "delete"),
            (1, "flush.messages", "9223372036854775807", Refused, "1"),
            (3, "unclean.leader.election.enable", "true", Refused, "false"),
            (3, "min.insync.replicas", "1", Refused, "2"),
            (3, "min.insync.replicas", "3", Different, "2"),
            (3, "retention.ms", "86400000", Refused, "604800000"),
            (3, "retention.ms", "-1", Different, "604800000"),
            (3, "retention.ms", "864000000", Different, "604800000"),
            (3, "retention.bytes", "1073741824", Refused, "-1"),
            (1, "max.message.bytes", "100000", Refused, "1048576"),
            (1, "message.timestamp.type", "CreateTime", Different, "LogAppendTime"),
        ] {
            let found = found(&seen(replication, &[(setting, value)]));
            assert_eq!(found.len(), 1, "{setting}={value}: {found:?}");
            assert_eq!(found[0].severity, severity, "{setting}={value}");
            let sentence = &found[0].sentence;
            assert!(sentence.starts_with(setting) && sentence.contains(value), "{sentence}");
            assert!(sentence.contains("--bootstrap-server a:1,b:2"), "{sentence}");
            assert!(sentence.ends_with(&format!("--entity-name chat --add-config {setting}={should}")), "{sentence}");
        }
    }

    #[test]
    fn too_few_copies_and_old_brokers_are_refused() {
        let refused = |seen: &Seen| found(seen).iter().filter(|it| it.severity == Severity::Refused).count();
        assert_eq!(refused(&seen(2, &[])), 1);
        assert_eq!(refused(&Seen { is_kafka_4: Ok(false), ..seen(3, &[]) }), 1);
        assert_eq!(refused(&Seen { is_kafka_4: Ok(false), ..seen(1, &[]) }), 0);
    }
}
