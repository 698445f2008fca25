//! The choices for a device: theme, language, time format. A click applies at once.

use leptos::prelude::*;

use crate::{
    boot::{Boot, ClockStyle, Theme},
    ui::{SmallIcon, use_server_words, words::Language},
};

/// The themes, each with a small preview.
#[component]
pub(super) fn ThemeForm() -> impl IntoView {
    let words = use_server_words();
    let now = expect_context::<Boot>().theme;
    let choice = move |(theme, name): (Theme, &'static str)| {
        let class = match theme {
            Theme::System => "swatch system",
            Theme::Light => "swatch light",
            Theme::Dark => "swatch dark",
        };
        view! {
            <button name="theme" value=theme.word() aria-pressed=(theme == now).to_string()>
                <span class=class aria-hidden="true"><i></i><i></i></span>
                {name}
            </button>
        }
    };
    let all = [(Theme::Light, words.theme_light), (Theme::Dark, words.theme_dark), (Theme::System, words.theme_system)];
    view! {
        <form class="themes" method="post" action="/do/set_theme">
            <input type="hidden" name="back" value="/settings#look"/>
            {all.map(choice)}
        </form>
    }
}

/// The languages, each by its own name.
#[component]
pub(super) fn LanguageForm() -> impl IntoView {
    let now = expect_context::<Boot>().language;
    let choice = move |(language, name): (Language, &'static str)| {
        view! { <button class="btn small" name="language" value=language.word() lang=language.tag() aria-pressed=(language == now).to_string()>{name}</button> }
    };
    view! {
        <form class="choices" method="post" action="/do/set_language">
            <input type="hidden" name="back" value="/settings#language"/>
            {Language::ALL.map(choice)}
        </form>
    }
}

/// The formats of times of day.
#[component]
pub(super) fn ClockForm() -> impl IntoView {
    let words = use_server_words();
    let now = expect_context::<Boot>().clock;
    let choice = move |(clock, name): (ClockStyle, &'static str)| {
        view! { <button class="btn small" name="clock" value=clock.word() aria-pressed=(clock == now).to_string()>{name}</button> }
    };
    let all = [(ClockStyle::Hours24, words.clock_24), (ClockStyle::Hours12, words.clock_12)];
    view! {
        <form class="choices" method="post" action="/do/set_clock">
            <input type="hidden" name="back" value="/settings#language"/>
            {all.map(choice)}
        </form>
    }
}

/// Language and theme on one line, on the pages before login: a click chooses the next one.
#[component]
pub fn ChoicesLine() -> impl IntoView {
    let words = use_server_words();
    let boot = expect_context::<Boot>();
    let (other, name) =
        Language::ALL.into_iter().find(|(language, _)| *language != boot.language).unwrap_or(Language::ALL[0]);
    let (theme, next) = match boot.theme {
        Theme::System => (words.theme_system, Theme::Light),
        Theme::Light => (words.theme_light, Theme::Dark),
        Theme::Dark => (words.theme_dark, Theme::System),
    };
    view! {
        <form method="post" action="/do/set_language">
            <input type="hidden" name="back" value=boot.here.clone()/>
            <button name="language" value=other.word() lang=other.tag()><SmallIcon name="languages"/>{name}</button>
        </form>
        <form method="post" action="/do/set_theme">
            <input type="hidden" name="back" value=boot.here/>
            <button name="theme" value=next.word()><SmallIcon name="sun-moon"/>{theme}</button>
        </form>
    }
}
