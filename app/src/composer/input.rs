//! ① The composer. Enter sends, Shift Enter breaks the line, and keys of an input method are left alone. Before the WASM runs it
//! is a plain form. After it on a message's way: `outbox/queue`.

use domain::{
    drafts::{MessageBody, char_count},
    error::ErrorCode,
    ids::{ChannelId, MessageId},
    limits::MESSAGE_CHARS_MAX,
};
use leptos::{ev, html, prelude::*};

use super::{
    draft,
    field::{fit_height, format_selection, on_paste, sends, update_form},
};
use crate::{
    boot::Boot,
    outbox::Outbox,
    presence::report_typing,
    store::Store,
    ui::{Icon, SmallIcon, has_mouse, ime, use_words},
};

/// The composer of a channel.
#[component]
pub fn Composer(
    channel: ChannelId,
    /// The title of the channel.
    title: String,
    /// The id of the message that the plain form sends.
    compose_id: MessageId,
    /// The text of a message that was refused.
    #[prop(optional)]
    text: String,
    /// Why it was refused.
    #[prop(optional_no_strip)]
    refused: Option<ErrorCode>,
) -> impl IntoView {
    let words = use_words();
    let (store, outbox) = (expect_context::<Store>(), expect_context::<Outbox>());
    let enter_breaks = expect_context::<Boot>().enter_breaks;
    let field = NodeRef::<html::Textarea>::new();
    let error = RwSignal::new(refused.map(|code| words.refusal(code)));
    let (channel_id, drafted, sent_from, typed_in) =
        (channel.to_string(), channel.clone(), channel.clone(), channel.clone());

    // A text that was typed before the WASM ran stays; otherwise the draft is loaded.
    Effect::new(move |_| {
        let Some(field) = field.get() else { return };
        let draft = store.me.with_value(|me| draft::load(&me.id, &drafted));
        if let Some(draft) = draft.filter(|_| field.value().is_empty()) {
            field.set_value(&draft);
        }
        fit_height(&field);
        update_form(&field, words);
        if has_mouse() {
            // The browser may refuse; then a click focuses it.
            let _ = field.focus();
        }
    });

    let save_draft = move || {
        if let Some(field) = field.get_untracked() {
            let text = field.value();
            store.me.with_value(|me| draft::save(&me.id, &channel, &text));
            store.set_has_draft(&channel, !text.trim().is_empty());
        }
    };
    let save_on_input = save_draft.clone();
    let send = move || {
        let Some(field) = field.get_untracked() else { return };
        if ime::is_composing() {
            // The browser commits the composition first; its text is sent, too.
            let _ = field.blur();
        }
        let text = field.value();
        match MessageBody::parse(&text) {
            Ok(body) => {
                if !outbox.submit(&sent_from, body) {
                    return error.set(Some(words.outbox_full));
                }
                store.sent_count.update(|count| *count += 1);
                field.set_value("");
                // The button may have the focus; the browser may refuse to give it back.
                let _ = field.focus();
                error.set(None);
            }
            // An empty text is no error.
            Err(ErrorCode::InvalidBody) if text.trim().is_empty() => {}
            Err(_) if char_count(&text) > MESSAGE_CHARS_MAX => error.set(Some(words.too_many_chars)),
            Err(code) => error.set(Some(words.refusal(code))),
        }
        fit_height(&field);
        update_form(&field, words);
        save_draft();
    };
    let send_on_submit = send.clone();
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(field) = field.get_untracked().filter(|_| !ime::owns(&event)) else { return };
        if sends(&event, &field, enter_breaks) {
            event.prevent_default();
            send();
        } else if format_selection(&event, &field) {
            event.prevent_default();
        }
    };
    let update = move || {
        if let Some(field) = field.get_untracked() {
            update_form(&field, words);
        }
    };

    view! {
        <form
            class="composer"
            method="post"
            action="/do/send"
            on:submit=move |event| {
                event.prevent_default();
                send_on_submit();
            }
        >
            {move || error.get().map(|text| view! {
                <div class="composer-note error" role="alert"><SmallIcon name="circle-alert"/><span>{text}</span></div>
            })}
            <input type="hidden" name="channel" value=channel_id/>
            <input type="hidden" name="id" value=compose_id.to_string()/>
            <label class="vh" for="composer">{words.message}</label>
            <textarea
                class="text"
                id="composer"
                name="body"
                rows="1"
                required
                placeholder=words.write_to(&title)
                node_ref=field
                on:keydown=on_key
                on:input=move |_| {
                    save_on_input();
                    if let Some(field) = field.get_untracked() {
                        report_typing(&typed_in, &field.value());
                        fit_height(&field);
                    }
                    if !ime::is_composing() {
                        update();
                    }
                }
                on:compositionend=move |_| update()
                on:paste=move |event| {
                    if let Some(field) = field.get_untracked() {
                        on_paste(&event, &field);
                    }
                }
            >
                {text}
            </textarea>
            <div class="bar">
                <button type="button" class="icon-btn" data-emoji="" title=words.emoji aria-label=words.emoji aria-haspopup="dialog" aria-expanded="false">
                    <Icon name="smile"/>
                </button>
                <span class="hint" aria-hidden="true">{if enter_breaks { words.send_hint_ctrl } else { words.send_hint }}</span>
                <span class="count"></span>
                <button class="send" title=words.send aria-label=words.send><Icon name="arrow-up"/></button>
            </div>
        </form>
    }
}
