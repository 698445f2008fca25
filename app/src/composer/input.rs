//! ① The field. Enter sends, Shift Enter breaks the line, and what an input method has taken is its own. Before the WASM
//! runs it is a plain form. After it on a message's way: `outbox/storage`.

use domain::{
    drafts::{MessageBody, char_count},
    ids::{ChannelId, MessageId},
    limits::MESSAGE_CHARS_MAX,
    rejection::Code,
};
use leptos::{ev, html, prelude::*};

use super::{
    draft,
    field::{grow, has_mouse, look, marks, pasted, sends},
};
use crate::{
    boot::Boot,
    connection::Link,
    presence::writes,
    store::Store,
    ui::{Icon, SmallIcon, ime, use_words},
};

/// The field of a channel.
#[component]
pub fn Composer(
    /// Where it goes.
    channel: ChannelId,
    /// What the channel is called.
    title: String,
    /// The id of the message that the plain form sends.
    compose_id: MessageId,
    /// What was typed before.
    #[prop(optional)]
    text: String,
    /// Why that was refused.
    #[prop(optional_no_strip)]
    refused: Option<Code>,
) -> impl IntoView {
    let words = use_words();
    let (store, link) = (expect_context::<Store>(), expect_context::<Link>());
    let enter_breaks = expect_context::<Boot>().enter_breaks;
    let field = NodeRef::<html::Textarea>::new();
    let error = RwSignal::new(refused.map(|code| words.refusal(code)));
    let (channel_id, kept, sent_from, written_to) =
        (channel.to_string(), channel.clone(), channel.clone(), channel.clone());

    // What was typed before the WASM came stays; else the draft that this device kept.
    Effect::new(move |_| {
        let Some(field) = field.get() else { return };
        let kept = store.me.with_value(|me| draft::load(&me.id, &kept));
        if let Some(kept) = kept.filter(|_| field.value().is_empty()) {
            field.set_value(&kept);
        }
        grow(&field);
        look(&field, words);
        if has_mouse() {
            // The browser may refuse; then a click does it.
            let _ = field.focus();
        }
    });

    let keep = move || {
        if let Some(field) = field.get_untracked() {
            let text = field.value();
            store.me.with_value(|me| draft::save(&me.id, &channel, &text));
            store.has_draft(&channel, !text.trim().is_empty());
        }
    };
    let keep_on_input = keep.clone();
    let send = move || {
        let Some(field) = field.get_untracked() else { return };
        if ime::is_composing() {
            // The browser commits what is composed first; then that is sent, too.
            let _ = field.blur();
        }
        let text = field.value();
        match MessageBody::parse(&text) {
            Ok(body) => {
                if !link.say(&sent_from, body) {
                    return error.set(Some(words.outbox_full));
                }
                store.said.update(|said| *said += 1);
                field.set_value("");
                // The button may have taken the focus; the browser may refuse to give it back.
                let _ = field.focus();
                error.set(None);
            }
            // Nothing to say is nothing wrong.
            Err(Code::InvalidBody) if text.trim().is_empty() => {}
            Err(_) if char_count(&text) > MESSAGE_CHARS_MAX => error.set(Some(words.too_many_chars)),
            Err(code) => error.set(Some(words.refusal(code))),
        }
        grow(&field);
        look(&field, words);
        keep();
    };
    let send_on_submit = send.clone();
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(field) = field.get_untracked().filter(|_| !ime::owns(&event)) else { return };
        if sends(&event, &field, enter_breaks) {
            event.prevent_default();
            send();
        } else if marks(&event, &field) {
            event.prevent_default();
        }
    };
    let look_at_it = move || {
        if let Some(field) = field.get_untracked() {
            look(&field, words);
        }
    };

    view! {
        <form
            class="composer"
            method="post"
            action="/do/say"
            on:submit=move |event| {
                event.prevent_default();
                send_on_submit();
            }
        >
            {move || error.get().map(|text| view! {
                <div class="ctx error" role="alert"><SmallIcon name="circle-alert"/><span>{text}</span></div>
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
                    keep_on_input();
                    if let Some(field) = field.get_untracked() {
                        writes(&written_to, &field.value());
                        grow(&field);
                    }
                    if !ime::is_composing() {
                        look_at_it();
                    }
                }
                on:compositionend=move |_| look_at_it()
                on:paste=move |event| {
                    if let Some(field) = field.get_untracked() {
                        pasted(&event, &field);
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
