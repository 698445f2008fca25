//! Reads a crate's source: its modules, and what each file imports, names, defines and calls. It works on tokens, so that
//! comments and strings do not count, and resolves paths through `crate`, `self`, `super`, imports and re-exports to the file
//! that defines what they name. Code that is compiled for tests alone is left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

/// A path in code, one string per segment.
pub type Name = Vec<String>;

/// A name that a `use` brings into a file.
struct Import {
    path: Name,
    /// The name that it has in this file; `None` for `*`.
    alias: Option<String>,
    /// Whether it is `pub`, in any form: such an import offers something to others and needs nothing itself.
    is_reexport: bool,
}

/// A source file.
#[derive(Default)]
pub struct File {
    /// From the root of the workspace.
    pub path: String,
    module: Name,
    children: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths outside of imports, single names included.
    names: BTreeSet<Name>,
    /// Functions, methods, types and constants that it defines.
    pub defines: BTreeSet<String>,
    /// Functions and methods that it calls.
    pub calls: BTreeSet<String>,
}

/// The files of a crate, by module.
pub struct Crate(BTreeMap<Name, File>);

impl Crate {
    /// Reads the crate whose `lib.rs` is in this folder.
    pub fn read(folder: &str) -> Self {
        let mut files = BTreeMap::new();
        load(&root().join(folder).join("lib.rs"), &root().join(folder), Vec::new(), &mut files);
        Self(files)
    }

    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.0.values()
    }

    /// Returns the first level of modules.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter(|module| module.len() == 1).map(|module| module[0].as_str())
    }

    /// Returns for each file the files whose definitions it uses.
    pub fn uses(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        self.files().map(|file| (file.path.as_str(), self.used_by(file))).collect()
    }

    fn used_by(&self, file: &File) -> BTreeSet<&str> {
        let imports = file.imports.iter().filter(|import| {
            let is_used = |alias: &String| file.names.iter().any(|name| name[0] == *alias);
            !import.is_reexport || import.alias.as_ref().is_some_and(is_used)
        });
        let names = imports.map(|import| &import.path).chain(&file.names);
        let used = names.filter_map(|name| self.definer(&file.module, name, 0));
        used.map(|module| self.0[&module].path.as_str()).filter(|path| *path != file.path).collect()
    }

    /// Returns the module that defines what a path names, seen from a module; `None` for other crates and local variables.
    fn definer(&self, from: &Name, name: &Name, depth: usize) -> Option<Name> {
        if depth > 20 {
            return None;
        }
        let (mut at, mut rest) = match name[0].as_str() {
            "crate" => (Vec::new(), &name[1..]),
            "self" => (from.clone(), &name[1..]),
            "super" => {
                let ups = name.iter().take_while(|segment| *segment == "super").count();
                (from[..from.len().checked_sub(ups)?].to_vec(), &name[ups..])
            }
            first if self.0[from].children.contains(first) => (from.clone(), &name[..]),
            first => {
                let import = self.0[from].imports.iter().find(|import| import.alias.as_deref() == Some(first))?;
                // An import of the same name, as of an external crate, leads nowhere else.
                if import.path == *name {
                    return None;
                }
                let path = import.path.iter().chain(&name[1..]).cloned().collect();
                return self.definer(from, &path, depth + 1);
            }
        };
        while let Some((segment, after)) = rest.split_first() {
            let file = self.0.get(&at)?;
            if file.children.contains(segment) {
                at.push(segment.clone());
            } else if let Some(import) = file.imports.iter().find(|import| import.alias.as_ref() == Some(segment)) {
                // A macro is offered under its own name.
                if import.path == [segment.clone()] {
                    break;
                }
                let path: Name = import.path.iter().chain(after).cloned().collect();
                return self.definer(&at, &path, depth + 1);
            } else if !file.defines.contains(segment)
                && let Some(module) = self.behind_glob(&at, segment, depth)
            {
                return Some(module);
            } else {
                break;
            }
            rest = after;
        }
        self.0.contains_key(&at).then_some(at)
    }

    fn behind_glob(&self, at: &Name, segment: &str, depth: usize) -> Option<Name> {
        let globs = self.0[at].imports.iter().filter(|import| import.alias.is_none());
        globs.filter_map(|import| self.definer(at, &import.path, depth + 1)).find_map(|module| {
            let file = &self.0[&module];
            let offers = file.children.contains(segment) || file.defines.contains(segment);
            offers.then_some(module.clone())
        })
    }
}

fn load(path: &Path, folder: &Path, module: Name, files: &mut BTreeMap<Name, File>) {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let name = path.strip_prefix(root()).expect("below the root").display().to_string();
    let mut file = File { path: name, module: module.clone(), ..File::default() };
    file.read(tokens);
    for child in file.children.clone() {
        let deeper: Name = module.iter().chain([&child]).cloned().collect();
        let (plain, nested) = (folder.join(format!("{child}.rs")), folder.join(&child).join("mod.rs"));
        load(if plain.exists() { &plain } else { &nested }, &folder.join(&child), deeper, files);
    }
    files.insert(module, file);
}

/// Words after which an item's name comes.
const ITEMS: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union"];

impl File {
    #[cfg(test)]
    pub fn of(text: &str) -> Self {
        let mut file = File::default();
        file.read(text.parse().expect("tokens"));
        file
    }

    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut at, mut is_public) = (0, false);
        while at < tokens.len() {
            let rest = &tokens[at..];
            if let Some(length) = test_item(rest) {
                at += length;
                continue;
            }
            let Some(word) = word(rest) else {
                if let TokenTree::Group(group) = &tokens[at] {
                    self.read(group.stream());
                }
                (at, is_public) = (at + 1, false);
                continue;
            };
            match word.as_str() {
                // `pub(super)` uses nothing.
                "pub" => at += if is_call(&rest[1..]) { 2 } else { 1 },
                // Not the element of a drawing, `<use href=…>`, nor what a return type captures, `use<'_>`.
                "use" if !is_element(&tokens[..at]) && !is_punct(rest.get(1), '<') => {
                    let (imports, length) = imports(&rest[1..], is_public);
                    self.imports.extend(imports);
                    at += 1 + length;
                }
                "mod" if is_punct(rest.get(2), ';') => {
                    self.children.extend(rest.get(1).map(ToString::to_string));
                    at += 3;
                }
                item if ITEMS.contains(&item)
                    && rest.get(1).is_some_and(|next| matches!(next, TokenTree::Ident(_))) =>
                {
                    self.defines.extend(rest.get(1).map(ToString::to_string));
                    at += 2;
                }
                _ => {
                    let (name, length) = path(rest);
                    if is_call(&rest[length..]) {
                        self.calls.extend(name.last().cloned());
                    }
                    self.names.insert(name);
                    at += length;
                }
            }
            is_public = word == "pub";
        }
    }
}

fn word(tokens: &[TokenTree]) -> Option<String> {
    match tokens.first() {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// Returns whether a tag of a view begins just before.
fn is_element(before: &[TokenTree]) -> bool {
    ['<', '/'].iter().any(|sign| is_punct(before.last(), *sign))
}

fn is_path_sign(tokens: &[TokenTree]) -> bool {
    is_punct(tokens.first(), ':') && is_punct(tokens.get(1), ':')
}

/// Returns how many tokens an item for tests alone has, its attributes included.
fn test_item(tokens: &[TokenTree]) -> Option<usize> {
    let (mut at, mut is_for_tests) = (0, false);
    while is_punct(tokens.get(at), '#')
        && let Some(TokenTree::Group(attribute)) = tokens.get(at + 1)
    {
        let text = attribute.stream().to_string().replace(' ', "");
        is_for_tests |= text == "test" || text.starts_with("cfg(test") || text.starts_with("cfg(all(test");
        at += 2;
    }
    if !is_for_tests {
        return None;
    }
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(Some(token), ';'),
    };
    Some(at + tokens[at..].iter().position(ends)? + 1)
}

/// Reads a path, and returns how many tokens it has.
fn path(tokens: &[TokenTree]) -> (Name, usize) {
    let (mut name, mut at) = (vec![tokens[0].to_string()], 1);
    while is_path_sign(&tokens[at..])
        && let Some(segment) = word(&tokens[at + 2..])
    {
        name.push(segment);
        at += 3;
    }
    (name, at)
}

/// Returns whether arguments follow, with or without a turbofish.
fn is_call(tokens: &[TokenTree]) -> bool {
    let arguments = match is_path_sign(tokens) && is_punct(tokens.get(2), '<') {
        true => tokens.iter().position(|token| matches!(token, TokenTree::Group(_))).unwrap_or(0),
        false => 0,
    };
    matches!(tokens.get(arguments), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

/// Reads the tree of a `use`, and returns how many tokens it has.
fn imports(tokens: &[TokenTree], is_reexport: bool) -> (Vec<Import>, usize) {
    let length = tokens.iter().position(|token| is_punct(Some(token), ';')).unwrap_or(tokens.len());
    let mut imports = Vec::new();
    tree(&[], &tokens[..length], is_reexport, &mut imports);
    (imports, length)
}

fn tree(prefix: &[String], tokens: &[TokenTree], is_reexport: bool, imports: &mut Vec<Import>) {
    for branch in tokens.split(|token| is_punct(Some(token), ',')) {
        let (mut name, mut at) = (prefix.to_vec(), 0);
        while let Some(segment) = word(&branch[at..]) {
            name.push(segment);
            at += 1;
            if !is_path_sign(&branch[at..]) {
                break;
            }
            at += 2;
        }
        match branch.get(at) {
            Some(TokenTree::Group(group)) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                tree(&name, &inner, is_reexport, imports);
            }
            Some(TokenTree::Punct(_)) => imports.push(Import { path: name, alias: None, is_reexport }),
            renamed if name.len() > prefix.len() => {
                // `a::{self}` names `a`.
                if name.len() > 1 && name.last().is_some_and(|last| last == "self") {
                    name.pop();
                }
                // `a::b as c`
                let alias = renamed.and(branch.get(at + 1)).map_or(name.last().cloned(), |new| Some(new.to_string()));
                imports.push(Import { path: name, alias, is_reexport });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(file: &File) -> Vec<String> {
        file.names.iter().map(|name| name.join("::")).filter(|name| name.contains("::")).collect()
    }

    #[test]
    fn reads_imports_names_and_calls() {
        let file = File::of(
            r#"pub use a::{B, c::{self, D as E}};
            use super::f::*;
            mod child;
            #[cfg(test)]
            mod tests { use crate::left_out; }
            fn g() { /* crate::comment */ h::i("crate::text"); crate::j::<K>(); select! { x = l.m() => n!(o::p) } }
            pub(super) struct Q;
            fn r() -> impl Sized + use<> { view! { <use href=s::t></use> } }"#,
        );
        let imports: Vec<_> = file.imports.iter().map(|import| (import.path.join("::"), import.is_reexport)).collect();
        let reexports = ["a::B", "a::c", "a::c::D"].map(|path| (path.to_owned(), true));
        assert_eq!(imports, [&reexports[..], &[("super::f".into(), false)]].concat());
        assert_eq!(file.imports[2].alias.as_deref(), Some("E"));
        assert_eq!(names(&file), ["crate::j", "h::i", "o::p", "s::t"]);
        assert_eq!(file.calls.iter().collect::<Vec<_>>(), ["i", "j", "m"]);
        assert!(file.children.contains("child") && file.defines.contains("g"));
    }

    #[test]
    fn resolves_paths_to_the_file_that_defines_them() {
        let module = |name: &str| name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect::<Name>();
        let files = [
            ("", "mod a; mod b;"),
            ("a", "mod inner; pub use inner::Thing; pub struct Own;"),
            ("a::inner", "pub struct Thing; use super::Own;"),
            ("b", "use crate::a::{self, Thing}; fn f() { a::Own; super::a::Thing; elsewhere::Thing; }"),
        ];
        let files = files.map(|(name, text)| {
            let path = if name.is_empty() { "lib".into() } else { name.to_owned() };
            (module(name), File { path, module: module(name), ..File::of(text) })
        });
        let read = Crate(files.into());
        let uses = read.uses();
        assert_eq!(uses["b"], BTreeSet::from(["a", "a::inner"]));
        assert_eq!(uses["a"], BTreeSet::new(), "a re-export needs nothing");
        assert_eq!(uses["a::inner"], BTreeSet::from(["a"]));
    }
}
