//! The login and sign-up pages: plain forms, which load no WASM.

use domain::{
    error::ErrorCode,
    limits::{NAME_CHARS_MAX, NAME_CHARS_MIN},
};
use leptos::prelude::*;

use crate::{
    boot::{Boot, LoginBoot, PageBoot},
    settings::ChoicesLine,
    ui::{FieldError, Icon, Mark, Notice, use_server_words, use_ui, use_words},
};

/// The page `/log-in` with its form.
#[component]
pub fn LogInPage() -> impl IntoView {
    let (words, own) = (use_words(), use_server_words());
    let (boot, refused) = login_boot();
    let other = with_next("/sign-up", &boot.next);
    let wrong = refused == Some(ErrorCode::WrongCredentials);
    let elsewhere = refused.filter(|_| !wrong);
    view! {
        <LoginCard title=own.log_in_to(&use_ui().workspace) text=own.log_in_text>
            <form method="post" action="/do/log_in">
                {elsewhere.map(|code| view! { <Notice text=words.refusal(code)/> })}
                <NameField name=boot.name hint=None error=None/>
                <PasswordField kind="current-password" hint=None error=wrong.then_some(ErrorCode::WrongCredentials)/>
                <input type="hidden" name="next" value=boot.next/>
                <button class="btn primary wide">{words.log_in}</button>
            </form>
            {boot.sign_up_open.then(|| view! { <p>{own.no_account}" "<a href=other>{own.sign_up}</a></p> })}
        </LoginCard>
    }
}

/// The page `/sign-up` with its form.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let (words, own) = (use_words(), use_server_words());
    let (boot, refused) = login_boot();
    let other = with_next("/log-in", &boot.next);
    let text = match (boot.sign_up_open, boot.is_first) {
        (false, _) => "",
        (true, true) => own.sign_up_first,
        (true, false) => own.sign_up_text,
    };
    let name_error =
        refused.filter(|code| matches!(code, ErrorCode::InvalidName | ErrorCode::NameTaken | ErrorCode::TooLong));
    let password_error = refused.filter(|code| *code == ErrorCode::WeakPassword);
    let elsewhere =
        refused.filter(|code| name_error.is_none() && password_error.is_none() && *code != ErrorCode::SignUpClosed);
    let form = match boot.sign_up_open {
        false => view! { <form><Notice text=words.refusal(ErrorCode::SignUpClosed)/></form> }.into_any(),
        true => view! {
            <form method="post" action="/do/sign_up">
                {elsewhere.map(|code| view! { <Notice text=words.refusal(code)/> })}
                <NameField name=boot.name hint=Some(own.name_rule) error=name_error/>
                <PasswordField kind="new-password" hint=Some(own.password_rule) error=password_error/>
                <input type="hidden" name="next" value=boot.next/>
                <button class="btn primary wide">{own.sign_up}</button>
            </form>
        }
        .into_any(),
    };
    view! {
        <LoginCard title=own.join(&use_ui().workspace) text>
            {form}
            <p>{own.have_account}" "<a href=other>{words.log_in}</a></p>
        </LoginCard>
    }
}

fn login_boot() -> (LoginBoot, Option<ErrorCode>) {
    let boot = expect_context::<Boot>();
    match boot.page {
        PageBoot::Login(login) => (login, boot.refused),
        _ => (LoginBoot::default(), boot.refused),
    }
}

fn with_next(page: &str, next: &str) -> String {
    match next.is_empty() {
        true => page.to_owned(),
        false => format!("{page}?next={}", percent(next)),
    }
}

/// Encodes a path as the value of a query.
fn percent(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~');
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The card around the form.
#[component]
pub(super) fn LoginCard(title: String, text: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="login">
            <main>
                <div class="card">
                    <div class="brand"><Mark/><div><h1>{title}</h1><p>{text}</p></div></div>
                    {children()}
                </div>
            </main>
            <footer><ChoicesLine/></footer>
        </div>
    }
}

#[component]
fn NameField(name: String, hint: Option<&'static str>, error: Option<ErrorCode>) -> impl IntoView {
    let words = use_server_words();
    let is_empty = name.is_empty();
    view! {
        <div class="field">
            <label for="name">{words.account}</label>
            <input
                class="input"
                class:is-error=error.is_some()
                id="name"
                name="name"
                value=name
                required
                minlength=NAME_CHARS_MIN.to_string()
                maxlength=NAME_CHARS_MAX.to_string()
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                autofocus=is_empty || error.is_some()
            />
            <HintOrError hint error/>
        </div>
    }
}

#[component]
fn PasswordField(kind: &'static str, hint: Option<&'static str>, error: Option<ErrorCode>) -> impl IntoView {
    let words = use_server_words();
    view! {
        <div class="field">
            <label for="password">{words.password}</label>
            <div class="input" class:is-error=error.is_some()>
                <input id="password" name="password" type="password" required autocomplete=kind autofocus=error.is_some()/>
                <button
                    type="button"
                    class="icon-btn"
                    hidden
                    data-reveal="password"
                    data-show=words.show_password
                    data-hide=words.hide_password
                    title=words.show_password
                    aria-label=words.show_password
                >
                    <Icon name="eye"/>
                </button>
            </div>
            <HintOrError hint error/>
        </div>
    }
}

/// The error of a field, and its hint.
#[component]
fn HintOrError(hint: Option<&'static str>, error: Option<ErrorCode>) -> impl IntoView {
    let words = use_words();
    match (error, hint) {
        (Some(code), hint) => view! {
            <FieldError text=words.refusal(code)/>
            {hint.map(|hint| view! { <div class="hint">{hint}</div> })}
        }
        .into_any(),
        (None, Some(hint)) => view! { <div class="hint">{hint}</div> }.into_any(),
        (None, None) => ().into_any(),
    }
}
