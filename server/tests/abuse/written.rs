//! The list itself: every number is in it once, with its tests or with why there are none, and every test is in it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The numbers of the list so far.
const NUMBERS: std::ops::RangeInclusive<usize> = 1..=38;
/// Words of a row for a feature that does not exist yet.
const NOT_YET: &str = "Not there yet";

fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Names of the tests below a folder that bear a number.
fn numbered(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            numbered(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).expect("a file");
            let names = text.lines().filter_map(|line| line.trim_start().strip_prefix("fn ")?.split('(').next());
            found.extend(names.filter(|name| number(name).is_some()).map(str::to_owned));
        }
    }
}

/// The number of a test's name: `c21_…` has 21.
fn number(name: &str) -> Option<usize> {
    let digits = name.strip_prefix(['a', 'b', 'c', 'd', 'e'])?.get(..3)?;
    digits.strip_suffix('_')?.parse().ok()
}

/// The rows of the list: their number, what holds, the tests that are named.
fn rows() -> Vec<(usize, String, Vec<String>)> {
    let text = fs::read_to_string(package().join("../docs/abuse.md")).expect("the list");
    let cells = text.lines().filter(|line| line.starts_with("| ")).map(|line| line.split('|').collect::<Vec<_>>());
    let row = |cells: Vec<&str>| {
        let tests = cells[3].split('`').filter(|name| number(name).is_some()).map(str::to_owned);
        Some((cells[1].trim().parse().ok()?, cells[2].to_owned(), tests.collect()))
    };
    cells.filter_map(row).collect()
}

#[test]
fn every_number_lists_its_tests_or_a_reason() {
    let numbers: Vec<usize> = rows().iter().map(|row| row.0).collect();
    assert_eq!(numbers, NUMBERS.collect::<Vec<_>>());
    for (number, holds, tests) in rows() {
        assert!(!tests.is_empty() || holds.contains(NOT_YET), "{number} has no test, and does not say why");
    }
}

#[test]
fn every_listed_test_exists_under_its_number() {
    let mut there = BTreeSet::new();
    ["tests", "src"].iter().for_each(|folder| numbered(&package().join(folder), &mut there));
    let mut named = BTreeSet::new();
    for (row, _, tests) in rows() {
        for test in tests {
            assert_eq!(number(&test), Some(row), "{test} is listed at {row}");
            named.insert(test);
        }
    }
    assert_eq!(named, there);
}
