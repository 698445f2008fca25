//! Language, looks, log out.

pub mod actions;

use leptos::prelude::*;

use crate::{
    boot::{Boot, Theme},
    ui::{Icon, SmallIcon, use_title, use_ui, use_words, words::Language},
};

/// The page of settings.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let words = use_words();
    use_title(|| words.settings.to_owned());
    let boot = expect_context::<Boot>();
    let user = boot.member.as_ref().map(|member| member.account.name.as_str().to_owned()).unwrap_or_default();
    view! {
        <main class="main"><div class="page">
            <header>
                <a class="icon-btn back" href="/" title=words.back aria-label=words.back><Icon name="chevron-left"/></a>
                <h1>{words.settings}</h1>
            </header>
            <div class="set">
                <section class="setting">
                    <h2>{words.language}</h2>
                    <p>{words.language_text}</p>
                    <LanguageForm back="/settings".to_owned()/>
                </section>
                <section class="setting">
                    <h2>{words.theme}</h2>
                    <p>{words.theme_text}</p>
                    <ThemeForm back="/settings".to_owned()/>
                </section>
                <section class="setting">
                    <h2>{words.session}</h2>
                    <p><bdi>{user}</bdi>" · "{words.log_out_text}</p>
                    <div class="choices">
                        <form method="post" action="/do/log_out"><button class="btn small">{words.log_out}</button></form>
                        <form method="post" action="/do/log_out_everywhere"><button class="btn danger small">{words.log_out_everywhere}</button></form>
                    </div>
                </section>
            </div>
        </div></main>
    }
}

#[component]
fn LanguageForm(back: String) -> impl IntoView {
    let now = use_ui().language;
    let choice = move |(language, name): (Language, &'static str)| {
        view! { <button class="btn small" name="language" value=language.word() lang=language.tag() aria-pressed=(language == now).to_string()>{name}</button> }
    };
    view! {
        <form class="choices" method="post" action="/do/set_language">
            <input type="hidden" name="back" value=back/>
            {Language::ALL.map(choice)}
        </form>
    }
}

#[component]
fn ThemeForm(back: String) -> impl IntoView {
    let words = use_words();
    let now = expect_context::<Boot>().theme;
    let choice = move |(theme, name): (Theme, &'static str)| {
        view! { <button class="btn small" name="theme" value=theme.word() aria-pressed=(theme == now).to_string()>{name}</button> }
    };
    let all = [(Theme::System, words.theme_system), (Theme::Light, words.theme_light), (Theme::Dark, words.theme_dark)];
    view! {
        <form class="choices" method="post" action="/do/set_theme">
            <input type="hidden" name="back" value=back/>
            {all.map(choice)}
        </form>
    }
}

/// The same choices in a line, before log-in: a press gives the next one.
#[component]
pub fn ChoicesLine() -> impl IntoView {
    let words = use_words();
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
