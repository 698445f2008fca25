//! Settings of the workspace: its name, its default language, and whether new users may sign up.

use serde::{Deserialize, Serialize};

use crate::names::WorkspaceName;

/// Settings of the workspace, which the owner may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// The name, shown in the title of every page.
    pub name: WorkspaceName,
    /// The language for users whose browser requests none of [`Language::ALL`].
    pub language: Language,
    /// Whether new accounts may be created.
    pub sign_up: SignUp,
}

impl Default for Workspace {
    /// Returns the settings until the owner changes them.
    fn default() -> Self {
        Self { name: WorkspaceName::of_a_new_one(), language: Language::default(), sign_up: SignUp::default() }
    }
}

/// Whether new accounts may be created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignUp {
    /// Anyone who can reach the server may sign up.
    #[default]
    Open,
    /// No new accounts.
    Closed,
}

impl SignUp {
    /// Returns the word in forms and in the database.
    pub fn word(self) -> &'static str {
        match self {
            SignUp::Open => "open",
            SignUp::Closed => "closed",
        }
    }

    /// Parses [`SignUp::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        [SignUp::Open, SignUp::Closed].into_iter().find(|choice| choice.word() == word)
    }
}

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// `en`
    #[default]
    English,
    /// `zh`: Traditional Chinese as used in Taiwan.
    Chinese,
}

impl Language {
    /// All languages in the order of the language switch, each with its own name for itself.
    pub const ALL: [(Language, &'static str); 2] = [(Language::Chinese, "繁體中文"), (Language::English, "English")];

    /// Returns the word in the cookie, in forms and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }

    /// Returns the value of `<html lang>`; for Chinese it selects the glyphs used in Taiwan.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-Hant-TW",
        }
    }

    /// Returns the first supported language in an `Accept-Language` list or a cookie.
    pub fn from_list(list: &str) -> Option<Self> {
        list.split(',').find_map(|item| match item.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Language::Chinese),
            "en" => Some(Language::English),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_we_speak_wins() {
        assert_eq!(Language::from_list("zh-TW,zh;q=0.9,en;q=0.8"), Some(Language::Chinese));
        assert_eq!(Language::from_list("fr-FR, en;q=0.5"), Some(Language::English));
        assert_eq!(Language::from_list("fr"), None);
        assert_eq!(Language::from_list(""), None);
    }

    #[test]
    fn a_new_workspace_has_the_products_name_and_is_open() {
        let new = Workspace::default();
        assert_eq!((new.name.as_str(), new.sign_up), ("Jimmy Chat", SignUp::Open));
        assert_eq!(WorkspaceName::parse(new.name.as_str()), Ok(new.name));
        assert_eq!(SignUp::from_word(SignUp::Closed.word()), Some(SignUp::Closed));
        assert_eq!(SignUp::from_word("maybe"), None);
    }
}
