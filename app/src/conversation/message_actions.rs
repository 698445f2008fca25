//! What one does with a message: one bar for all lines, which stands at the one under the pointer or with the focus. Where
//! there is no pointer the same stands in a sheet from below, after a long press.

use domain::ids::{MessageId, Pos};
use leptos::{
    ev,
    prelude::*,
    task::{spawn_local, tick},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement};

use super::list::List;
use crate::{
    toasts::Toast,
    ui::{Icon, SmallIcon, clipboard, use_words},
};

/// The element of the bar.
pub const BAR: &str = "acts";
/// The element of the sheet.
const SHEET: &str = "acts-sheet";
/// The text in the sheet.
const SHEET_TEXT: &str = "acts-text";
/// The class of the line that the bar stands at.
const PICKED: &str = "picked";
/// The class of the bar, and of the sheet, at a message that has no address yet.
const UNPLACED: &str = "unplaced";
/// So far the bar stands above its line, in pixels.
const LIFT: i32 = 18;
/// So near it comes to the upper edge.
const EDGE: i32 = 4;
/// A finger that opened the sheet is lifted within so many milliseconds: that closes nothing.
const OPENING_MS: f64 = 600.0;

/// Which line the bar stands at, and which has the focus: ids of elements.
#[derive(Clone, Copy, Default)]
pub struct Acts {
    line: StoredValue<Option<String>>,
    /// The line with the focus, or whose bar has it.
    pub(super) focused: StoredValue<Option<String>>,
    /// The line that has just lost it to nothing, and when.
    pub(super) lost: StoredValue<Option<(String, f64)>>,
    /// The newest line is to have it, once it is there.
    pub(super) wants_last: StoredValue<bool>,
    /// The line whose text the sheet shows, while it is open, and since when.
    in_sheet: StoredValue<Option<String>>,
    opened_at: StoredValue<f64>,
}

/// The bar, within the lines.
#[component]
pub fn ActionBar(list: List) -> impl IntoView {
    let words = use_words();
    let button = |icon: AnyView, label: &'static str, title: String, toast| {
        view! {
            <button type="button" class="icon-btn" title=title aria-label=label on:click=move |_| list.copy(toast)>
                {icon}
            </button>
        }
    };
    view! {
        <div class="acts" id=BAR role="toolbar" aria-label=words.message_actions hidden>
            {button(view! { <SmallIcon name="copy"/> }.into_any(), words.copy_text, words.copy_text.to_owned(), Toast::TextCopied)}
            {button(view! { <SmallIcon name="link"/> }.into_any(), words.copy_link, format!("{} (C)", words.copy_link), Toast::LinkCopied)}
        </div>
    }
}

/// The sheet, beside the lines. What was said stands in it, to be selected.
#[component]
pub fn ActionSheet(list: List) -> impl IntoView {
    let words = use_words();
    let act = |icon: AnyView, label: &'static str, toast| {
        view! {
            <button type="button" class="act" on:click=move |_| {
                list.copy(toast);
                list.close_sheet();
            }>{icon}{label}</button>
        }
    };
    let pressed = move |event: ev::MouseEvent| {
        let is_late = js_sys::Date::now() - list.acts.opened_at.get_value() > OPENING_MS;
        if is_late && event.target() == event.current_target() {
            list.close_sheet();
        }
    };
    view! {
        <dialog class="dialog low" id=SHEET aria-label=words.message_actions on:click=pressed on:close=move |_| list.acts.in_sheet.set_value(None)>
            <p id=SHEET_TEXT></p>
            <div>
                {act(view! { <Icon name="copy"/> }.into_any(), words.copy_text, Toast::TextCopied)}
                {act(view! { <Icon name="link"/> }.into_any(), words.copy_link, Toast::LinkCopied)}
            </div>
        </dialog>
    }
}

impl List {
    /// The pointer is here, or nowhere within the lines.
    pub fn points_at(self, at: Option<Element>) {
        let near = |selector: &str| at.as_ref().and_then(|at| at.closest(selector).ok().flatten());
        if !self.is_gone() && near(".acts").is_none() {
            let line = near(".msg").map(|line| line.id());
            self.pick(line.or_else(|| self.acts.focused.get_value()));
        }
    }

    /// The bar goes to a line.
    pub(super) fn pick(self, line: Option<String>) {
        let before = self.acts.line.get_value();
        if before == line {
            return;
        }
        if let Some(before) = before.and_then(|before| element(&before)) {
            // No browser refuses a class.
            let _ = before.class_list().remove_1(PICKED);
        }
        self.acts.line.set_value(line);
        self.place_bar();
    }

    /// The lines have moved, or been drawn anew: the bar stays at its own.
    pub(super) fn place_bar(self) {
        let (Some(bar), Some(pane)) = (element(BAR), self.scroll.pane.get_untracked()) else { return };
        let id = self.acts.line.get_value();
        let line = id.as_ref().and_then(|line| element(line));
        bar.set_hidden(line.is_none());
        let Some(line) = line else { return self.acts.line.set_value(None) };
        let is_placed = id.and_then(|id| self.said(&id)).is_some_and(|(_, pos)| pos.is_some());
        let _ = line.class_list().add_1(PICKED);
        let _ = bar.class_list().toggle_with_force(UNPLACED, !is_placed);
        // Over a long line whose beginning is out of view it stands at the edge.
        let lowest = line.offset_top() + line.offset_height() - bar.offset_height();
        let top = (pane.scroll_top() + EDGE).min(lowest).max(line.offset_top() - LIFT);
        // Setting a property that exists does not fail.
        let _ = bar.style().set_property("top", &format!("{top}px"));
    }

    /// What a line says, as it was typed, and its place once it has one.
    fn said(self, line: &str) -> Option<(String, Option<Pos>)> {
        let id: MessageId = line.strip_prefix("m-")?.parse().ok()?;
        self.timeline.with_untracked(|held| {
            let placed = held.events().iter().find_map(|event| {
                let said = event.message().filter(|said| said.id == id)?;
                Some((said.body.as_str().to_owned(), Some(event.pos)))
            });
            let pending = || held.pending().iter().find(|said| said.id == id);
            placed.or_else(|| Some((pending()?.body.as_str().to_owned(), None)))
        })
    }

    /// Copies the text of the line that the bar stands at, or the link to it, and says so.
    pub fn copy(self, toast: Toast) {
        // Behind an open sheet the pointer may leave the line.
        let line = self.acts.in_sheet.get_value().or_else(|| self.acts.line.get_value());
        let Some((text, pos)) = line.and_then(|line| self.said(&line)) else { return };
        let text = match (toast, pos) {
            (Toast::LinkCopied, None) => return,
            (Toast::LinkCopied, Some(pos)) => {
                let origin = window().location().origin().unwrap_or_default();
                format!("{origin}/c/{}?at={pos}", self.id.get_value())
            }
            _ => text,
        };
        spawn_local(async move {
            if clipboard::copy(&text).await {
                self.store.say(toast);
            }
        });
    }

    /// The same in a sheet.
    pub(super) fn open_sheet(self, line: &Element) {
        self.pick(Some(line.id()));
        let (Some((text, pos)), Some(sheet)) = (self.said(&line.id()), element(SHEET)) else { return };
        if let Some(shown) = element(SHEET_TEXT) {
            shown.set_text_content(Some(&text));
        }
        let _ = sheet.class_list().toggle_with_force(UNPLACED, pos.is_none());
        self.acts.opened_at.set_value(js_sys::Date::now());
        self.acts.in_sheet.set_value(Some(line.id()));
        // Open already: nothing to do.
        let _ = sheet.unchecked_into::<HtmlDialogElement>().show_modal();
    }

    fn close_sheet(self) {
        spawn_local(async move {
            // What copies from a field needs the sheet until then.
            tick().await;
            if let Some(sheet) = element(SHEET) {
                sheet.unchecked_into::<HtmlDialogElement>().close();
            }
        });
    }
}

/// An element of this conversation.
pub(super) fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id).map(JsCast::unchecked_into)
}
