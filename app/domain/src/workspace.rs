//! The workspace: what it is called, which language it speaks to those whose browser asks for none of ours, and who may
//! sign up.

use serde::{Deserialize, Serialize};

use crate::names::WorkspaceName;

/// What everybody has in common here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// What it is called.
    pub name: WorkspaceName,
    /// For people whose browser asks for no language that we speak.
    pub language: Language,
    /// Who may make an account, as far as the workspace decides it.
    pub sign_up: SignUp,
}

impl Default for Workspace {
    /// As it is until its owner says otherwise.
    fn default() -> Self {
        Self { name: WorkspaceName::of_a_new_one(), language: Language::default(), sign_up: SignUp::default() }
    }
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignUp {
    /// Anybody who reaches the page.
    #[default]
    Open,
    /// Nobody.
    Closed,
}

impl SignUp {
    /// Its word in forms and in the database.
    pub fn word(self) -> &'static str {
        match self {
            SignUp::Open => "open",
            SignUp::Closed => "closed",
        }
    }

    /// What a word means.
    pub fn from_word(word: &str) -> Option<Self> {
        [SignUp::Open, SignUp::Closed].into_iter().find(|choice| choice.word() == word)
    }
}

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 繁體中文（臺灣）
    Chinese,
}

impl Language {
    /// Both, as the switch shows them: with the name in its own language.
    pub const ALL: [(Language, &'static str); 2] = [(Language::Chinese, "繁體中文"), (Language::English, "English")];

    /// The word in the cookie, in forms and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }

    /// For `<html lang>`: picks the glyphs of Taiwan.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-Hant-TW",
        }
    }

    /// The first of our languages in an `Accept-Language` list or a cookie.
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
