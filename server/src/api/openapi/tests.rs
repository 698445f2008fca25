//! The document agrees with the domain's types; all that it refers to exists; the written protocol has the same calls and codes.

use std::collections::BTreeSet;

use domain::{api, error::ErrorCode, event};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::samples;

fn document() -> Value {
    serde_json::from_str(&crate::api::described().1).expect("JSON")
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> BTreeSet<&'a str> {
    names.map(String::as_str).collect()
}

/// The properties of an object's schema, and which of them are required.
fn properties<'a>(document: &'a Value, schema: &str) -> (BTreeSet<&'a str>, BTreeSet<&'a str>) {
    let schema = &document["components"]["schemas"][schema];
    let all = schema["properties"].as_object().unwrap_or_else(|| panic!("an object: {schema}"));
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    (names(all.keys()), required)
}

/// An example as the domain's type reads and writes it.
fn written<T: Serialize + DeserializeOwned>(schema: &str) -> Map<String, Value> {
    let sample = samples::of(schema);
    let read: T = serde_json::from_value(sample.clone()).unwrap_or_else(|error| panic!("{schema}: {error}"));
    let written = serde_json::to_value(read).expect("JSON");
    assert_eq!(written, sample, "the example of {schema}");
    written.as_object().expect("an object").clone()
}

/// An answer always has all of its properties.
fn holds_for_an_answer<T: Serialize + DeserializeOwned>(document: &Value, schema: &str) {
    let written = written::<T>(schema);
    let (all, required) = properties(document, schema);
    assert_eq!(all, names(written.keys()), "the properties of {schema}");
    assert_eq!(required, all, "what {schema} always has");
}

/// A request has to have what it cannot be read without.
fn holds_for_a_request<T: Serialize + DeserializeOwned>(document: &Value, schema: &str) {
    let written = written::<T>(schema);
    let (all, required) = properties(document, schema);
    assert_eq!(all, names(written.keys()), "the properties of {schema}");
    for name in all {
        let mut without = written.clone();
        without.remove(name);
        let is_read = serde_json::from_value::<T>(Value::Object(without)).is_ok();
        assert_eq!(!is_read, required.contains(name), "whether {schema} needs {name}");
    }
}

#[test]
fn schemas_have_the_properties_of_the_domains_types() {
    let document = document();
    holds_for_a_request::<api::NewAccount>(&document, "NewAccount");
    holds_for_a_request::<api::Credentials>(&document, "Credentials");
    holds_for_a_request::<api::Refresh>(&document, "Refresh");
    holds_for_a_request::<api::NewChannel>(&document, "NewChannel");
    holds_for_a_request::<api::NewMessage>(&document, "NewMessage");
    holds_for_a_request::<api::ReadMarker>(&document, "ReadMarker");
    holds_for_an_answer::<event::Account>(&document, "Account");
    holds_for_an_answer::<event::Message>(&document, "Message");
    holds_for_an_answer::<api::Channel>(&document, "Channel");
    holds_for_an_answer::<api::Page<api::Channel>>(&document, "ChannelPage");
    holds_for_an_answer::<api::Page<event::Account>>(&document, "AccountPage");
    holds_for_an_answer::<api::History>(&document, "History");
    holds_for_an_answer::<api::Session>(&document, "Session");
    holds_for_an_answer::<api::OpenSession>(&document, "OpenSession");
    holds_for_an_answer::<api::Page<api::OpenSession>>(&document, "OpenSessionPage");
    holds_for_an_answer::<api::Posted>(&document, "Posted");
    holds_for_an_answer::<api::Gateway>(&document, "Gateway");
    holds_for_an_answer::<api::Problem>(&document, "Problem");
}

#[test]
fn an_event_has_its_place_and_what_its_kind_says() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let place = &schemas["Event"]["allOf"][1]["properties"];
    let who = samples::of("Account");
    let kinds: Vec<Value> = ["message", "created", "joined", "left"]
        .into_iter()
        .map(|kind| {
            let mut event =
                json!({ "channel": "c", "pos": 2, "prev": 1, "at": "2026-11-24T09:25:45.678Z", "kind": kind });
            let more = match kind {
                "message" => samples::of("Message"),
                "created" => json!({ "by": who, "name": "kitchen", "topic": "" }),
                _ => json!({ "who": who }),
            };
            event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            let read: event::Event = serde_json::from_value(event).expect("an event");
            assert_ne!(read.kind, event::EventKind::Unknown, "{kind}");
            serde_json::to_value(read).expect("JSON")
        })
        .collect();
    let described = schemas["EventKind"]["oneOf"].as_array().expect("kinds");
    assert_eq!(described.len(), kinds.len());
    for (written, described) in kinds.iter().zip(described) {
        // A kind with a type of its own is that type and its `kind`.
        let parts = described["allOf"].as_array().map_or(vec![described], |parts| parts.iter().collect());
        let own = parts.iter().flat_map(|part| match part["$ref"].as_str() {
            Some(_) => schemas["Message"]["properties"].as_object().expect("an object").keys(),
            None => part["properties"].as_object().expect("an object").keys(),
        });
        let all = place.as_object().expect("an object").keys().chain(own);
        assert_eq!(names(all), names(written.as_object().expect("an object").keys()));
        assert!(parts.iter().any(|part| part["properties"]["kind"]["enum"] == json!([written["kind"]])));
    }
}

#[test]
fn all_that_is_named_is_there_and_every_call_is_told_fully() {
    let document = document();
    let mut left = vec![&document];
    while let Some(value) = left.pop() {
        if let Some(path) = value["$ref"].as_str() {
            assert!(document.pointer(path.trim_start_matches('#')).is_some(), "{path} is not there");
        }
        match value {
            Value::Object(object) => left.extend(object.values()),
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    let mut ids = BTreeSet::new();
    for (path, method, call) in calls(&document) {
        let place = format!("{method} {path}");
        for field in ["summary", "description", "operationId"] {
            assert!(call[field].as_str().is_some_and(|text| !text.is_empty()), "{place} has no {field}");
        }
        assert!(ids.insert(call["operationId"].as_str()), "{place}: its operationId is another's");
        let is_open = ["/accounts", "/sessions", "/sessions/refresh"].map(|path| format!("post /api/v1{path}"));
        let is_open = is_open.contains(&place) || !path.starts_with("/api/");
        assert_eq!(call["security"].is_null(), is_open, "{place}: whether it needs a token");
        assert!(call["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{place} has no tag");
    }
}

/// Returns path, method and description of each call.
fn calls(document: &Value) -> Vec<(&str, &str, &Value)> {
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, call) in item.as_object().expect("methods") {
            calls.push((path.as_str(), method.as_str(), call));
        }
    }
    calls
}

/// The rows of the tables in the written protocol, as cells.
fn rows() -> Vec<Vec<String>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md");
    let text = std::fs::read_to_string(path).expect("the protocol").replace("\\|", "/");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    rows.map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn the_written_protocol_has_the_same_calls() {
    let document = document();
    let described: BTreeSet<String> = calls(&document)
        .into_iter()
        .filter_map(|(path, method, _)| Some(format!("{} {}", method.to_uppercase(), path.strip_prefix("/api/v1")?)))
        .collect();
    let mut written = BTreeSet::new();
    for row in rows().iter().filter(|row| row[0].starts_with("`GET ") || row[0].contains(" /")) {
        // `PUT` · `DELETE /path`: a method without a path has the one that follows.
        let mut path = "";
        for call in row[0].split(" · ").collect::<Vec<_>>().into_iter().rev() {
            let (method, own) = call.trim_matches('`').split_once(' ').unwrap_or((call.trim_matches('`'), path));
            path = own.split('?').next().unwrap_or_default();
            written.insert(format!("{method} {path}"));
        }
    }
    assert_eq!(described, written);
}

#[test]
fn the_written_protocol_has_the_same_codes() {
    let document = document();
    let mut described = BTreeSet::new();
    for (_, _, call) in calls(&document) {
        for (status, response) in call["responses"].as_object().expect("responses") {
            let problem = &response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"];
            for code in problem["code"]["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                assert_ne!(ErrorCode::from_word(code), ErrorCode::Unknown, "{code}");
                described.insert((code.to_owned(), status.clone()));
            }
        }
    }
    // Only a call that does not exist gets this answer.
    described.insert((ErrorCode::MethodNotAllowed.word().into(), "405".into()));
    let is_status = |cell: &String| cell.len() == 3 && cell.bytes().all(|byte| byte.is_ascii_digit());
    let rows = rows().into_iter().filter(|row| row.get(1).is_some_and(is_status));
    let written: BTreeSet<_> = rows.map(|row| (row[0].trim_matches('`').to_owned(), row[1].clone())).collect();
    assert_eq!(described, written);
}
