//! Checks that the page on metrics and the dashboard name exactly the metrics that exist.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Scrape, measured};

fn file(path: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn metrics_page_lists_exactly_the_exported_metrics() {
    let (_server, address) = measured();
    let scrape = Scrape::of(&address).metrics;
    let page = file("docs/metrics.md");
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let name = cells.next()?.split(['`', '{']).next()?.to_owned();
        Some((name, cells.next()?.trim().to_owned()))
    };
    let listed: BTreeMap<String, String> = page.lines().filter_map(row).collect();
    let kinds: BTreeMap<String, String> = scrape.iter().map(|(name, (kind, _))| (name.clone(), kind.clone())).collect();
    assert_eq!(listed, kinds, "docs/metrics.md (left) and /metrics (right) differ");
    for (name, (kind, help)) in &scrape {
        let counts = name.ends_with("_total");
        assert_eq!(kind == "counter", counts, "{name} is a {kind}");
        assert!(help.len() > 10, "{name} has a help text: {help:?}");
        assert!(name.starts_with("jimmy_") || name.starts_with("process_"), "{name}");
    }
}

#[test]
fn operating_page_queries_only_exported_metrics() {
    let (_server, address) = measured();
    let scrape = Scrape::of(&address).labels();
    let page = file("docs/operating.md");
    let named = page.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    // `jimmy_chat` is the program's name in other sentences, and `jimmy_` alone none of a metric.
    let metrics: BTreeSet<&str> =
        named.filter(|word| word.starts_with("jimmy_") || word.starts_with("process_")).collect();
    assert!(metrics.len() > 5, "they were found");
    for metric in metrics {
        assert!(
            scrape.contains_key(metric) || scrape.contains_key(&format!("{metric}_count")),
            "{metric} is not exported"
        );
    }
}

/// Words that Prometheus' language knows, as far as they are used here.
const LANGUAGE: [&str; 13] = [
    "sum",
    "max",
    "min",
    "by",
    "rate",
    "increase",
    "histogram_quantile",
    "label_values",
    "time",
    "clamp_min",
    "on",
    "or",
    "count",
];
/// Labels that are Prometheus' own, and the dashboard's choice of servers.
const ITS_OWN: [&str; 3] = ["instance", "job", "le"];

/// The names that a query holds outside of its texts and ranges.
fn words(query: &str) -> Vec<String> {
    let mut plain = String::new();
    let (mut quoted, mut range) = (false, false);
    for c in query.chars() {
        match c {
            '"' => quoted = !quoted,
            '[' => range = true,
            ']' => range = false,
            _ if quoted || range => {}
            _ => plain.push(c),
        }
    }
    assert!(!quoted && !range, "{query} does not end");
    let named = plain.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$');
    let is_name = |word: &&str| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    named.filter(is_name).map(str::to_owned).collect()
}

/// All queries of a dashboard, each with the unit of its panel.
fn queries(dashboard: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut queries = Vec::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        let unit = text(&panel["fieldConfig"]["defaults"]["unit"]);
        for target in panel["targets"].as_array().into_iter().flatten() {
            queries.push((text(&target["expr"]), unit.clone()));
        }
    }
    for variable in dashboard["templating"]["list"].as_array().expect("variables") {
        if variable["type"] == "query" {
            queries.push((text(&variable["query"]["query"]), String::new()));
        }
    }
    queries
}

#[test]
fn dashboard_queries_only_exported_metrics() {
    let (_server, address) = measured();
    let scrape = Scrape::of(&address).labels();
    let dashboard: Value = serde_json::from_str(&file("deploy/grafana/jimmy-chat.json")).expect("JSON");
    let queries = queries(&dashboard);
    assert!(queries.len() > 30, "they were found");
    let mut used = BTreeSet::new();
    for (query, unit) in &queries {
        let words = words(query);
        let metrics: Vec<&String> = words.iter().filter(|word| scrape.contains_key(*word)).collect();
        assert!(!metrics.is_empty(), "{query} uses no exported metric");
        let known = |word: &String| {
            scrape.contains_key(word)
                || LANGUAGE.contains(&word.as_str())
                || ITS_OWN.contains(&word.as_str())
                || metrics.iter().all(|metric| scrape[*metric].contains(word))
        };
        for word in &words {
            assert!(known(word), "{query}: {word} is unknown");
        }
        let brackets = |open, close| query.matches(open).count() == query.matches(close).count();
        assert!(brackets('(', ')') && brackets('{', '}'), "{query} is not whole");
        used.extend(metrics.iter().map(|metric| (*metric).clone()));
        let is_quantile = query.contains("histogram_quantile");
        if !unit.is_empty() && is_quantile {
            assert_eq!(unit, if query.contains("_seconds_bucket") { "s" } else { "short" }, "{query}");
        } else if metrics.iter().all(|metric| metric.ends_with("_bytes")) {
            assert_eq!(unit, "bytes", "{query}");
        }
        for metric in metrics.iter().filter(|metric| metric.ends_with("_total")) {
            assert!(query.contains("rate(") || query.contains("increase("), "{query}: {metric} only ever rises");
        }
    }
    for metric in ["jimmy_sockets_open", "jimmy_ack_seconds_bucket", "jimmy_projector_lag_records"] {
        assert!(used.contains(metric), "{metric} is shown");
    }
}
