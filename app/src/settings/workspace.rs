//! The fields of the workspace: its title, its language, and who may sign up. They are on the set-up page and in the settings.

use domain::{error::ErrorCode, limits::WORKSPACE_NAME_CHARS_MAX, workspace::SignUp};
use leptos::prelude::*;

use crate::{
    boot::WorkspaceBoot,
    ui::{FieldError, Notice, use_server_words, use_words, words::Language},
};

/// Returns whether a refusal is about the title.
pub(super) fn is_about_name(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::InvalidName | ErrorCode::TooLong)
}

/// The form in the settings.
#[component]
pub(super) fn WorkspaceForm(workspace: WorkspaceBoot, refused: Option<ErrorCode>) -> impl IntoView {
    let words = use_server_words();
    view! {
        <form class="fields" method="post" action="/do/set_up">
            <input type="hidden" name="from" value="settings"/>
            <WorkspaceFields workspace refused is_new=false/>
            <div><button class="btn primary">{words.save}</button></div>
        </form>
    }
}

/// The fields, with their errors below them.
#[component]
pub fn WorkspaceFields(workspace: WorkspaceBoot, refused: Option<ErrorCode>, is_new: bool) -> impl IntoView {
    let (words, own) = (use_words(), use_server_words());
    let WorkspaceBoot { name, language, sign_up, is_closed_by_operator } = workspace;
    let error = refused.filter(|code| is_about_name(*code));
    let most = WORKSPACE_NAME_CHARS_MAX.to_string();
    let speaks = move |(choice, name): (Language, &'static str)| {
        view! { <option value=choice.word() lang=choice.tag() selected=choice.word() == language>{name}</option> }
    };
    let who = move |(choice, name, text): (SignUp, &'static str, &'static str)| {
        view! {
            <label class="option">
                <input type="radio" name="sign_up" value=choice.word() checked=choice.word() == sign_up/>
                <span><b>{name}</b><small>{text}</small></span>
            </label>
        }
    };
    view! {
        <div class="field">
            <label for="workspace-name">{own.workspace_name}</label>
            <input class="input" class:is-error=error.is_some() id="workspace-name" name="name" value=name required maxlength=most autocomplete="off" autofocus=is_new aria-describedby="workspace-name-rule"/>
            {error.map(|code| view! { <FieldError text=words.refusal(code)/> })}
            <div class="hint" id="workspace-name-rule">{own.workspace_name_rule}</div>
        </div>
        <div class="field">
            <label for="workspace-language">{own.workspace_language}</label>
            <select class="input" id="workspace-language" name="language" aria-describedby="workspace-language-text">
                {Language::ALL.map(speaks)}
            </select>
            <div class="hint" id="workspace-language-text">{own.workspace_language_text}</div>
        </div>
        <fieldset class="field">
            <legend class="label">{own.who_signs_up}</legend>
            <div class="options">
                {[(SignUp::Open, own.anybody, own.anybody_text), (SignUp::Closed, own.nobody, own.nobody_text)].map(who)}
            </div>
            {is_closed_by_operator.then(|| view! { <div class="hint">{own.closed_by_operator}</div> })}
        </fieldset>
        {refused.filter(|code| is_new && !is_about_name(*code)).map(|code| view! { <Notice text=words.refusal(code)/> })}
    }
}
