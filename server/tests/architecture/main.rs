//! The rules of ARCHITECTURE.md, checked: which module may use which, what reaches the browser, and that the walk-through of a
//! message is the order of the calls.

mod order;
mod reader;
mod walk;

use std::{fs, path::Path, process::Command};

use reader::root;

/// Rust files below a folder, with their path from the root and their text without comments.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root()).expect("below the root").display().to_string();
                let text = fs::read_to_string(&path).expect("a file");
                let code = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>();
                found.push((name, code.join("\n")));
            }
        }
    }
    found.sort();
    found
}

/// Paths that code names below `crate::`, each as far as it is written: `use crate::{a::{B, c::D}}` names `a::B`, `a::c::D`.
fn named(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        expand("", &code[start + "crate::".len()..], &mut paths);
    }
    paths
}

/// Reads one path, or a group of them, and returns what follows.
fn expand<'a>(prefix: &str, text: &'a str, paths: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = expand(prefix, rest, paths).trim_start();
            match rest.chars().next() {
                Some(',') => rest = rest[1..].trim_start(),
                Some('}') => return &rest[1..],
                _ => return rest,
            }
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let path = if prefix.is_empty() { word.to_owned() } else { format!("{prefix}::{word}") };
    match rest.strip_prefix("::") {
        Some(rest) => expand(&path, rest, paths),
        None => {
            paths.push(path);
            rest
        }
    }
}

const FEATURES: [&str; 14] = [
    "accounts",
    "api",
    "auth",
    "channels",
    "cluster",
    "delivery",
    "gateway",
    "messages",
    "metrics",
    "ops",
    "pages",
    "presence",
    "read_markers",
    "workspace",
];
const DRIVERS: [&str; 4] = ["sqlx", "rdkafka", "redis", "scylla"];

#[test]
fn the_reader_of_paths_reads_groups() {
    let code = "use crate::{\n  a::{B, c::{D, E}},\n  f,\n};\nfn x() { crate::g::h::i(); }";
    assert_eq!(named(code), ["a::B", "a::c::D", "a::c::E", "f", "g::h::i"]);
}

#[test]
fn features_name_ports_and_each_other_by_what_their_mod_rs_offers() {
    for feature in FEATURES {
        for (file, code) in sources(&format!("server/src/{feature}")) {
            for path in named(&code) {
                let parts: Vec<&str> = path.split("::").collect();
                assert_ne!(parts[0], "adapters", "{file} names an adapter: {path}");
                assert_ne!(parts[0], "wiring", "{file} names the wiring: {path}");
                let is_other = FEATURES.contains(&parts[0]) && parts[0] != feature;
                // `auth::accounts::sign_up` names a module that mod.rs offers, and a function of it.
                let deep = parts.len() > 3
                    || (parts.len() == 3 && parts[2].starts_with(char::is_uppercase) && is_module(parts[0], parts[1]));
                assert!(!(is_other && deep && !offers(parts[0], parts[1])), "{file} reaches into {}: {path}", parts[0]);
            }
            for driver in DRIVERS {
                assert!(!code.contains(&format!("{driver}::")), "{file} names a driver: {driver}");
            }
        }
    }
}

fn is_module(feature: &str, name: &str) -> bool {
    let folder = root().join("server/src").join(feature);
    folder.join(format!("{name}.rs")).exists() || folder.join(name).is_dir()
}

/// Whether a feature's mod.rs makes this module public.
fn offers(feature: &str, module: &str) -> bool {
    let text = fs::read_to_string(root().join("server/src").join(feature).join("mod.rs")).expect("a mod.rs");
    text.contains(&format!("pub mod {module};"))
}

#[test]
fn ports_know_the_domain_alone_and_adapters_know_ports_and_drivers() {
    for (file, code) in sources("server/src/ports") {
        assert!(named(&code).is_empty(), "{file} names more than ports: {:?}", named(&code));
        for driver in DRIVERS {
            assert!(!code.contains(&format!("{driver}::")), "{file} names a driver: {driver}");
        }
    }
    for (file, code) in sources("server/src/adapters") {
        for path in named(&code) {
            let first = path.split("::").next().unwrap_or_default();
            // An adapter names its own technology, and what both SQL databases share.
            let technology = file.split('/').nth(3).unwrap_or_default();
            let own =
                ["backend", "sql", technology].iter().any(|name| path.starts_with(&format!("adapters::{name}::")));
            assert!(matches!(first, "ports" | "clock" | "error" | "failpoint") || own, "{file} names {path}");
        }
    }
    for (file, code) in sources("server/src") {
        let may = file.contains("/wiring/") || file.contains("/adapters/");
        assert!(may || !named(&code).iter().any(|path| path.starts_with("adapters")), "{file} names an adapter");
    }
}

fn dependencies(manifest: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join(manifest)).expect("a manifest");
    let after = text.split("\n[dependencies]\n").nth(1).expect("dependencies");
    let lines = after.lines().take_while(|line| !line.starts_with('['));
    let pair = |line: &str| {
        let (name, value) = line.split_once('=')?;
        let name = name.trim().trim_end_matches(".workspace").to_owned();
        (!line.starts_with([' ', '#', ']', '"'])).then(|| (name, value.trim().to_owned()))
    };
    lines.filter_map(pair).collect()
}

#[test]
fn the_domain_is_pure_and_the_page_knows_no_server() {
    for (name, value) in dependencies("app/domain/Cargo.toml") {
        let only_for_the_server = name == "utoipa" && value.contains("optional = true");
        let is_pure = ["serde", "serde_json", "time", "uuid"].contains(&name.as_str());
        assert!(is_pure || only_for_the_server, "domain depends on {name}");
    }
    for (name, value) in dependencies("app/Cargo.toml") {
        assert!(!DRIVERS.contains(&name.as_str()) && name != "tokio" && name != "server", "app depends on {name}");
        let server_only = ["axum", "leptos_axum", "async-trait"].contains(&name.as_str());
        assert!(!server_only || value.contains("optional = true"), "app has {name} outside `ssr`");
    }
    let names: Vec<String> = dependencies("frontend/Cargo.toml").into_iter().map(|(name, _)| name).collect();
    let few = ["app", "console_error_panic_hook", "leptos", "wasm-bindgen", "wasm-bindgen-futures", "web-sys"];
    assert_eq!(names, few);
}

/// Ways by which a text could become elements.
const HTML_DOORS: [&str; 6] = [
    "inner_html",
    "outer_html",
    "insert_adjacent_html",
    "create_contextual_fragment",
    "parse_from_string",
    "document().write",
];

#[test]
fn no_text_becomes_html() {
    for (file, code) in ["app", "frontend"].into_iter().flat_map(sources) {
        for door in HTML_DOORS {
            // The title of the document: written by the server alone, escaped, and no element can stand in one.
            let known = usize::from(file == "app/src/shell.rs" && door == "inner_html");
            assert_eq!(code.matches(door).count(), known, "{file} has {door}");
        }
    }
}

#[test]
fn no_server_crate_reaches_the_browser() {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "-p",
            "frontend",
            "--target",
            "wasm32-unknown-unknown",
            "-e",
            "normal",
            "--prefix",
            "none",
        ])
        .current_dir(root())
        .output()
        .expect("cargo tree");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("text");
    assert!(tree.contains("leptos "), "the tree is one");
    for server in ["tokio", "mio", "sqlx", "rdkafka", "redis", "axum", "hyper", "jsonwebtoken", "argon2", "utoipa"] {
        let found = tree.lines().find(|line| line.split(' ').next() == Some(server));
        assert_eq!(found, None, "{server} is in the page");
    }
}

/// The file of a link, and the names in backticks that follow it, up to the next link or the end of the item's name list.
fn named_items(page: &str) -> Vec<(String, Vec<String>)> {
    let links = page.split("](").skip(1).map(|rest| {
        let (path, rest) = rest.split_once(')').expect("a link ends");
        let mut items = Vec::new();
        let mut rest = rest;
        while let Some((item, after)) = rest.strip_prefix(" `").and_then(|rest| rest.split_once('`')) {
            items.push(item.to_owned());
            rest = after;
        }
        (path.to_owned(), items)
    });
    links.collect()
}

#[test]
fn adding_page_names_existing_files_and_items() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let page = fs::read_to_string(docs.join("adding.md")).expect("docs/adding.md");
    let named = named_items(&page);
    assert!(named.len() > 30 && named.iter().filter(|(_, items)| !items.is_empty()).count() > 15, "they were found");
    for (path, items) in named {
        let file = docs.join(&path);
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("docs/adding.md names {path}: {error}"));
        for item in items {
            assert!(text.contains(&item), "docs/adding.md says that {path} contains {item}");
        }
    }
}
