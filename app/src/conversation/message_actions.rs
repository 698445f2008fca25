//! The actions of the selected message: a bar at the message, and a sheet for touch screens.

use leptos::{ev, prelude::*};

use super::{
    message_pane::MessagePane,
    selection::{BAR, SHEET, SHEET_TEXT},
};
use crate::{
    store::Toast,
    ui::{Icon, SmallIcon, use_words},
};

/// The bar, within the messages.
#[component]
pub fn ActionBar(pane: MessagePane) -> impl IntoView {
    let words = use_words();
    let button = |icon: AnyView, label: &'static str, title: String, toast| {
        view! {
            <button type="button" class="icon-btn" title=title aria-label=label on:click=move |_| pane.copy(toast)>
                {icon}
            </button>
        }
    };
    view! {
        <div class="message-actions" id=BAR role="toolbar" aria-label=words.message_actions hidden>
            {button(view! { <SmallIcon name="copy"/> }.into_any(), words.copy_text, words.copy_text.to_owned(), Toast::TextCopied)}
            {button(view! { <SmallIcon name="link"/> }.into_any(), words.copy_link, format!("{} (C)", words.copy_link), Toast::LinkCopied)}
        </div>
    }
}

/// The sheet, beside the messages. It holds the text of the message, which can be selected there.
#[component]
pub fn ActionSheet(pane: MessagePane) -> impl IntoView {
    let words = use_words();
    let button = |icon: AnyView, label: &'static str, toast| {
        view! {
            <button type="button" class="action" on:click=move |_| {
                pane.copy(toast);
                pane.selection.close_sheet();
            }>{icon}{label}</button>
        }
    };
    let clicked = move |event: ev::MouseEvent| {
        if pane.selection.is_new_touch() && event.target() == event.current_target() {
            pane.selection.close_sheet();
        }
    };
    view! {
        <dialog class="dialog low" id=SHEET aria-label=words.message_actions on:click=clicked on:close=move |_| pane.selection.sheet_closed()>
            <p id=SHEET_TEXT></p>
            <div>
                {button(view! { <Icon name="copy"/> }.into_any(), words.copy_text, Toast::TextCopied)}
                {button(view! { <Icon name="link"/> }.into_any(), words.copy_link, Toast::LinkCopied)}
            </div>
        </dialog>
    }
}
