//! The order of modules that ARCHITECTURE.md prints: a module uses only modules before it. And no two files use each other, not
//! even through others.

use std::collections::{BTreeMap, BTreeSet};

use crate::reader::{Crate, root};

/// The crates with a list in ARCHITECTURE.md, each with its source folder.
const CRATES: [(&str, &str); 3] = [("server", "server/src"), ("app", "app/src"), ("domain", "app/domain/src")];

/// Returns the list of a crate's modules: rows from the lowest, modules of a row do not use each other.
fn printed(name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the document");
    let list = text.split("```order\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a list of modules");
    let lines: Vec<&str> = list.lines().collect();
    let at = lines.iter().position(|line| line.starts_with(&format!("{name}:"))).expect("the crate's list");
    let more = lines[at + 1..].iter().take_while(|line| line.starts_with(' '));
    let line = lines[at][name.len() + 1..].to_owned() + &more.copied().collect::<String>();
    line.split('<').map(|row| row.split('·').map(|module| module.trim().to_owned()).collect()).collect()
}

/// Returns what files use of modules that are not before theirs.
fn upward<'a>(
    rows: &[Vec<String>],
    folder: &str,
    uses: &BTreeMap<&'a str, BTreeSet<&'a str>>,
) -> BTreeSet<(&'a str, &'a str)> {
    let module = |file: &'a str| {
        let below = file.strip_prefix(folder).and_then(|file| file.strip_prefix('/')).expect("a file of the crate");
        below.split(['/', '.']).next().expect("a module")
    };
    let rank = |module: &str| rows.iter().position(|row| row.iter().any(|name| name == module));
    let mut found = BTreeSet::new();
    for (file, used) in uses.iter().filter(|(file, _)| module(file) != "lib") {
        for used in used.iter().map(|used| module(used)).filter(|used| *used != module(file)) {
            // The items of lib.rs itself are below all modules.
            if used != "lib" && rank(used) >= rank(module(file)) {
                found.insert((*file, used));
            }
        }
    }
    found
}

/// Returns the groups of files in which each uses each, directly or not.
fn circles<'a>(uses: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<Vec<&'a str>> {
    let reached = |from: &'a str| {
        let (mut seen, mut waiting) = (BTreeSet::new(), vec![from]);
        while let Some(file) = waiting.pop() {
            waiting.extend(uses.get(file).into_iter().flatten().filter(|used| seen.insert(**used)));
        }
        seen
    };
    let all: BTreeMap<&str, BTreeSet<&str>> = uses.keys().map(|file| (*file, reached(file))).collect();
    let group =
        |file: &&'a str| all[file].iter().copied().filter(|other| all[other].contains(file)).collect::<Vec<_>>();
    let groups: BTreeSet<Vec<&str>> = uses.keys().map(group).filter(|group| group.len() > 1).collect();
    groups.into_iter().collect()
}

#[test]
fn modules_use_only_those_before_them() {
    let mut found = BTreeSet::new();
    for (name, folder) in CRATES {
        let (rows, read) = (printed(name), Crate::read(folder));
        let listed: BTreeSet<&str> = rows.iter().flatten().map(String::as_str).collect();
        assert_eq!(listed, read.modules().collect(), "the list of {name} has each module once");
        found.extend(upward(&rows, folder, &read.uses()).iter().map(|(file, used)| format!("{file} uses {used}")));
    }
    assert_eq!(found, BTreeSet::new(), "uses of later modules");
}

#[test]
fn no_files_use_each_other() {
    let mut found = BTreeSet::new();
    for (_, folder) in CRATES {
        found.extend(circles(&Crate::read(folder).uses()).iter().map(|group| group.join(" ")));
    }
    assert_eq!(found, BTreeSet::new(), "files that use each other");
}

#[test]
fn finds_upward_uses_and_circles() {
    let uses = BTreeMap::from([
        ("s/a/mod.rs", BTreeSet::from(["s/b.rs"])),
        ("s/b.rs", BTreeSet::from(["s/c.rs"])),
        ("s/c.rs", BTreeSet::from(["s/b.rs"])),
    ]);
    let rows = [vec!["b".to_owned(), "c".to_owned()], vec!["a".to_owned()]];
    assert_eq!(upward(&rows, "s", &uses), BTreeSet::from([("s/b.rs", "c"), ("s/c.rs", "b")]));
    assert_eq!(upward(&[rows[1].clone(), rows[0].clone()], "s", &uses).len(), 3);
    assert_eq!(circles(&uses), [vec!["s/b.rs", "s/c.rs"]]);
}
